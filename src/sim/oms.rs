//! How OceanBase Migration Service tells of the world: the actions of `/api/v2`. Written from the
//! documents of DescribeProject (community edition 4.2.8) and `DownloadConflictData` (enterprise
//! edition 4.3), and from captured answers, field by field with `json!`; where the two differ, the
//! capture wins. It shares no type with the client that it is there to test.
//!
//! Invented, since no document gives them: the codes of failures other than the captured one, the
//! form of request and label ids, and that sizes of conflict logs are kilobytes.

mod component;
mod conflict;
mod door;
mod envelope;
mod filter;
pub(super) mod progress;
mod record;
mod template;
mod verification;
pub(super) mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    world::{Crowd, Member, Project, World},
};
pub(super) use door::{call, throttled, unauthorised};
pub(super) use envelope::{Page, Refusal, Told};
use filter::Wanted;
use template::Template;

/// The action that answers with a page of projects.
pub(super) const LIST: &str = "ListProjects";

/// The action that answers with a file.
const DOWNLOAD: &str = "DownloadConflictData";

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

/// A project that was found.
enum Found<'a> {
    Cast(Box<Project>),
    Crowd(&'a Member),
}

// === impl Call ===

impl Call {
    pub(super) fn read(action: &str, body: &[u8]) -> Self {
        Self { action: action.to_owned(), body: serde_json::from_slice(body).ok() }
    }

    /// A call whose parameters are known already.
    pub(super) fn of(action: &str, body: Map<String, Value>) -> Self {
        Self { action: action.to_owned(), body: Some(body) }
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

    /// A parameter of this call as text, empty where it is none.
    fn text(&self, name: &str) -> &str {
        self.body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str).unwrap_or_default()
    }
}

// === impl View ===

impl<'a> View<'a> {
    /// Arbitrary, but the same for the same call at the same time.
    pub(super) fn request_id(&self, call: &Call) -> String {
        let project = call.project().unwrap_or_default();
        let page = call.page().unwrap_or_default();
        let moment = self.now.as_millis();
        let text = format!("{}/{project}/{page}/{moment}", call.action);
        format!("{:016x}", self.world.hash(&text))
    }

    fn find(&self, call: &Call) -> Result<Found<'a>, Refusal> {
        let id =
            call.project().filter(|id| !id.is_empty()).ok_or_else(|| Refusal::parameter("id must not be empty"))?;
        let found = if let Some(member) = self.crowd.find(id) {
            Some(Found::Crowd(member))
        } else {
            let mut cast = self.world.projects(self.now).into_iter();
            cast.find(|project| project.summary.id == id).map(|project| Found::Cast(Box::new(project)))
        };
        found.filter(|_| !self.hidden.contains(id)).ok_or_else(|| Refusal::no_project(id))
    }

    /// The project that a call is about, in full.
    fn project(&self, call: &Call) -> Result<Project, Refusal> {
        Ok(match self.find(call)? {
            Found::Cast(project) => *project,
            Found::Crowd(member) => {
                let position = self.world.position(member, self.now);
                self.crowd.pattern(&member.summary.id, &member.summary.name, position)
            }
        })
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

    /// The whole answer.
    fn answer(&self, call: &Call, view: &View<'_>) -> Answer {
        let told = if call.action == DOWNLOAD {
            conflict::download(call, view)
        } else {
            self.tell(call, view).map(|told| Answer::json(StatusCode::OK, told.wrap(call, view)))
        };
        told.unwrap_or_else(|refusal| Answer::json(StatusCode::OK, refusal.wrap(call, view)))
    }

    /// What there is to tell, without its envelope.
    pub(super) fn tell(&self, call: &Call, view: &View<'_>) -> Result<Told, Refusal> {
        let body = call.body.as_ref().ok_or_else(|| Refusal::parameter("the request body is not a JSON object"))?;
        match call.action.as_str() {
            LIST => self.list(body, view),
            "ListAllLabels" => Ok(Told::whole(&labels(view))),
            "DescribeProject" => Ok(match view.find(call)? {
                Found::Cast(project) => Told::whole(&json!([record::detailed(view.world, &project)])),
                Found::Crowd(member) => Told::printed(self.detailed.fill(member, view)),
            }),
            "DescribeProjectSteps" => Ok(match view.find(call)? {
                Found::Cast(project) => Told::whole(&record::steps(&project)),
                Found::Crowd(member) => Told::printed(self.steps.fill(member, view)),
            }),
            "DescribeProjectProgress" => Ok(Told::whole(&progress::progress(&view.project(call)?))),
            "DescribeProjectComponents" => Ok(Told::whole(&component::components(&view.project(call)?, view))),
            "ListProjectFullVerifyResult" => verification::result(&view.project(call)?, body),
            "ListConflictData" => conflict::list(call, view),
            other => Err(Refusal::no_action(other)),
        }
    }

    fn list(&self, body: &Map<String, Value>, view: &View<'_>) -> Result<Told, Refusal> {
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
            .skip(wanted.page.skipped())
            .take(wanted.page.taken())
            .filter_map(|(_, project, member)| match (project, member) {
                (Some(project), _) => Some(record::listed(view.world, project).to_string()),
                (_, Some(member)) => Some(self.listed.fill(member, view)),
                (None, None) => None,
            })
            .collect();
        Ok(Told { page: wanted.page.of(found.len()), data: format!("[{}]", items.join(",")) })
    }
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
