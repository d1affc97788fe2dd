//! How OceanBase Migration Service tells of the world: the actions of `/api/v2`, the envelope, and
//! failures, which come with HTTP 200. Written from the DescribeProject document of the community
//! edition 4.2.8 and from captured answers, field by field with `json!`; where the two differ, the
//! capture wins. It shares no type with the client that it is there to test.
//!
//! Invented, since no document gives them: the codes of failures other than the captured one, and
//! the form of request and label ids.

mod filter;
mod record;
mod template;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Map, Value, json};

use super::world::{Crowd, Member, Project, World};
use filter::Wanted;
use template::Template;

/// The action that answers with a page of projects.
pub(super) const LIST: &str = "ListProjects";

/// Code of a call whose parameters are wrong.
const BAD_PARAMETER: &str = "PARAM_ERROR";

/// Code of a call about a project that is not there.
const NO_PROJECT: &str = "GHANA-OPERAT000404";

/// A call as it arrived: the action, and the body if that was a JSON object.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) action: String,
    body: Option<Map<String, Value>>,
}

/// What a call may see: the world at one moment, less what is hidden.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) crowd: &'a Crowd,
    pub(super) hidden: &'a BTreeSet<String>,
    pub(super) now: Duration,
}

/// The dialect, with the texts that it keeps ready for the crowd.
#[derive(Debug)]
pub(super) struct Dialect {
    listed: Template,
    detailed: Template,
    steps: Template,
}

/// Why a call is refused.
#[derive(Debug)]
struct Refusal {
    code: &'static str,
    message: String,
}

/// A project that was found.
enum Found<'a> {
    Cast(Box<Project>),
    Crowd(&'a Member),
}

/// What an answer says about the page it is, null where it is none.
#[derive(Default)]
struct Page {
    number: Option<u64>,
    size: Option<u64>,
    total: Option<usize>,
}

// === impl Call ===

impl Call {
    pub(super) fn read(action: &str, body: &[u8]) -> Self {
        Self { action: action.to_owned(), body: serde_json::from_slice(body).ok() }
    }

    /// The project that the call is about; the parameter is called `projectId` by some actions.
    pub(super) fn project(&self) -> Option<&str> {
        let body = self.body.as_ref()?;
        body.get("id").or_else(|| body.get("projectId"))?.as_str()
    }

    /// The page asked for.
    pub(super) fn page(&self) -> Option<u64> {
        self.body.as_ref()?.get("pageNumber")?.as_u64()
    }
}

// === impl Dialect ===

impl Dialect {
    pub(super) fn new(world: &World, crowd: &Crowd) -> Self {
        let pattern = template::pattern(crowd);
        Self {
            listed: Template::cut(&record::listed(world, &pattern)),
            detailed: Template::cut(&json!([record::detailed(world, &pattern)])),
            steps: Template::cut(&record::steps(&pattern)),
        }
    }

    /// The whole answer, as text.
    pub(super) fn answer(&self, call: &Call, view: &View<'_>) -> String {
        self.dispatch(call, view).unwrap_or_else(|refusal| failure(call, view, refusal.code, &refusal.message))
    }

    fn dispatch(&self, call: &Call, view: &View<'_>) -> Result<String, Refusal> {
        let body = call.body.as_ref().ok_or_else(|| Refusal::parameter("the request body is not a JSON object"))?;
        match call.action.as_str() {
            LIST => self.list(call, body, view),
            "ListAllLabels" => Ok(envelope(call, view, &Page::default(), &labels(view).to_string())),
            "DescribeProject" => {
                let data = match find(call, view)? {
                    Found::Cast(project) => json!([record::detailed(view.world, &project)]).to_string(),
                    Found::Crowd(member) => self.detailed.fill(member, view),
                };
                Ok(envelope(call, view, &Page::default(), &data))
            }
            "DescribeProjectSteps" => {
                let data = match find(call, view)? {
                    Found::Cast(project) => record::steps(&project).to_string(),
                    Found::Crowd(member) => self.steps.fill(member, view),
                };
                Ok(envelope(call, view, &Page::default(), &data))
            }
            other => Err(Refusal::parameter(&format!("Action {other} not found"))),
        }
    }

    fn list(&self, call: &Call, body: &Map<String, Value>, view: &View<'_>) -> Result<String, Refusal> {
        let wanted = Wanted::read(body).map_err(|fault| Refusal::parameter(&fault))?;
        let cast = view.world.projects(view.now);
        let mut found: Vec<_> = cast
            .iter()
            .map(|project| (&project.summary, Some(project), None))
            .chain(view.crowd.members().iter().map(|member| (&member.summary, None, Some(member))))
            .filter(|(summary, ..)| !view.hidden.contains(&summary.id) && wanted.admits(view.world, summary))
            .collect();
        found.sort_by(|(left, ..), (right, ..)| wanted.compare(left, right));
        let items: Vec<String> = found
            .iter()
            .skip(wanted.skipped())
            .take(wanted.taken())
            .filter_map(|(_, project, member)| match (project, member) {
                (Some(project), _) => Some(record::listed(view.world, project).to_string()),
                (_, Some(member)) => Some(self.listed.fill(member, view)),
                (None, None) => None,
            })
            .collect();
        let page = Page { number: Some(wanted.page), size: Some(wanted.size), total: Some(found.len()) };
        Ok(envelope(call, view, &page, &format!("[{}]", items.join(","))))
    }
}

// === impl Refusal ===

impl Refusal {
    fn parameter(message: &str) -> Self {
        Self { code: BAD_PARAMETER, message: message.to_owned() }
    }
}

/// A failure in the shape of a captured one; it comes with HTTP 200.
pub(super) fn failure(call: &Call, view: &View<'_>, code: &str, message: &str) -> String {
    let request = request_id(call, view);
    json!({
        "code": code,
        "errorDetail": {
            "code": code,
            "message": message,
            "messageMcmsContext": { "message": message },
            "messageMcmsKey": code,
            "requestId": request,
        },
        "message": format!("[{code}]: {message}"),
        "requestId": request,
        "success": false,
    })
    .to_string()
}

fn find<'a>(call: &Call, view: &View<'a>) -> Result<Found<'a>, Refusal> {
    let id = call.project().filter(|id| !id.is_empty()).ok_or_else(|| Refusal::parameter("id must not be empty"))?;
    let found = if let Some(member) = view.crowd.find(id) {
        Some(Found::Crowd(member))
    } else {
        let mut cast = view.world.projects(view.now).into_iter();
        cast.find(|project| project.summary.id == id).map(|project| Found::Cast(Box::new(project)))
    };
    found
        .filter(|_| !view.hidden.contains(id))
        .ok_or_else(|| Refusal { code: NO_PROJECT, message: format!("project {id} does not exist") })
}

/// The answer of a call that succeeded. The data is text already, so that what is kept ready for
/// the crowd need not be parsed again.
fn envelope(call: &Call, view: &View<'_>, page: &Page, data: &str) -> String {
    let request = request_id(call, view);
    let milliseconds = view.world.hash(&request) % 35 + 5;
    let head = json!({
        "success": true,
        "errorDetail": null,
        "code": null,
        "message": null,
        "advice": null,
        "requestId": request,
        "pageNumber": page.number,
        "pageSize": page.size,
        "totalCount": page.total,
        "cost": format!("{milliseconds} ms"),
    })
    .to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    format!("{head},\"data\":{data}}}")
}

/// All labels in use. The document of this action is not at hand; the members are those of the
/// cloud edition's.
fn labels(view: &View<'_>) -> Value {
    let cast = view.world.projects(view.now);
    let mut counts = BTreeMap::<&str, u64>::new();
    let members = view.crowd.members().iter().map(|member| &member.summary);
    for summary in cast.iter().map(|project| &project.summary).chain(members) {
        for label in summary.labels {
            *counts.entry(label).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(name, count)| {
            json!({
                "id": words::label_id(view.world, name),
                "name": name,
                "type": null,
                "creator": "admin",
                "count": count,
            })
        })
        .collect()
}

/// Arbitrary, but the same for the same call at the same time.
fn request_id(call: &Call, view: &View<'_>) -> String {
    let project = call.project().unwrap_or_default();
    let page = call.page().unwrap_or_default();
    let moment = view.now.as_millis();
    let text = format!("{}/{project}/{page}/{moment}", call.action);
    format!("{:016x}", view.world.hash(&text))
}
