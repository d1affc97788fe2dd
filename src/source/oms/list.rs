//! Discovery: ListProjects, page by page. A list whose items carry the steps makes DescribeProject
//! needless; items without them are handed back to be described one by one.

mod sample;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{Oms, envelope, lift, wire};
use crate::config::Discover;
use crate::domain::{Project, ProjectStatus, Reading};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::Gaps;

/// The most that the API gives at once.
const PAGE_SIZE: f64 = 150.0;
/// No installation is this large: a server that never ends its list is stopped here.
const MAX_PAGES: u32 = 400;
/// The ids of labels are looked up again after this time.
const LABELS_KEPT: Duration = Duration::from_mins(5);
/// Labels named in a message, so that a typing error can be seen.
const SHOWN_LABELS: usize = 10;
/// A filter that means "running with an alarm"; no project has it as its state.
const RUNNING_ALARMING: &str = "RUNNING_ALARMING";

/// What is looked for, and what was learned about the server while looking.
#[derive(Debug)]
pub(super) struct Discovery {
    wanted: Discover,
    /// Editions differ in whether `status` is a list or one word; the list is tried first.
    one_status_a_call: AtomicBool,
    /// The ids of the wanted labels, once looked up.
    label_ids: Mutex<Option<(Instant, Vec<String>)>>,
}

/// What a discovery found.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Projects that the list alone could tell of.
    pub(super) read: BTreeSet<String>,
    /// Projects that still have to be described.
    pub(super) without_steps: BTreeSet<String>,
    /// Why the list may not be complete.
    pub(super) failure: Option<SourceError>,
}

/// How several statuses are asked for.
#[derive(Clone, Copy, Debug)]
enum Statuses {
    AllAtOnce,
    OneACall,
}

/// One page of the list.
struct Page {
    projects: Vec<Project>,
    /// Items on the page, the unreadable ones included.
    items: usize,
    /// The server's page size, which may be smaller than what was asked for.
    size: f64,
    total: Option<f64>,
}

impl Discovery {
    pub(super) fn new(wanted: Discover) -> Self {
        Self { wanted, one_status_a_call: AtomicBool::new(false), label_ids: Mutex::new(None) }
    }

    /// Lists all wanted projects and tells the witness of those that came with their steps.
    pub(super) async fn run(&self, oms: &Oms, poll: &Poll<'_>) -> Listed {
        let mut listed = Listed::default();
        if let Err(error) = self.list_all(oms, poll, &mut listed).await {
            listed.failure = Some(error);
        }
        listed
    }

    async fn list_all(&self, oms: &Oms, poll: &Poll<'_>, listed: &mut Listed) -> Result<(), SourceError> {
        let labels = self.labels(oms, poll).await?;
        let way = if self.one_status_a_call.load(Ordering::Relaxed) { Statuses::OneACall } else { Statuses::AllAtOnce };
        for filter in self.filters(&labels, way) {
            let outcome = self.pages(oms, poll, &filter, listed).await;
            let Err(error) = outcome else { continue };
            if oms.door.takes_lists() || !may_want_one_status(&filter, &error) {
                return Err(error);
            }
            return self.try_one_status_a_call(oms, poll, &labels, listed).await;
        }
        Ok(())
    }

    /// A server that refuses the list of statuses may want one word. What works is kept; if this
    /// fails as well, the list was not the cause and stays.
    async fn try_one_status_a_call(
        &self,
        oms: &Oms,
        poll: &Poll<'_>,
        labels: &[String],
        listed: &mut Listed,
    ) -> Result<(), SourceError> {
        for filter in self.filters(labels, Statuses::OneACall) {
            self.pages(oms, poll, &filter, listed).await?;
        }
        self.one_status_a_call.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The filters to ask with, one call (and its pages) each: `type` takes one word.
    fn filters(&self, labels: &[String], way: Statuses) -> Vec<Map<String, Value>> {
        let mut common = Map::new();
        if let Some(search) = &self.wanted.search {
            common.insert("searchKey".to_owned(), json!(search));
        }
        if !labels.is_empty() {
            common.insert("labelIds".to_owned(), json!(labels));
        }
        let statuses: Vec<Value> = match (self.wanted.statuses.as_slice(), way) {
            ([], _) => vec![Value::Null],
            (all, Statuses::AllAtOnce) => vec![json!(all)],
            (all, Statuses::OneACall) => all.iter().map(|one| json!(one)).collect(),
        };
        let kinds: Vec<Value> = match self.wanted.types.as_slice() {
            [] => vec![Value::Null],
            all => all.iter().map(|one| json!(one)).collect(),
        };
        let mut filters = Vec::new();
        for kind in &kinds {
            for status in &statuses {
                let mut filter = common.clone();
                let both = [("type", kind), ("status", status)];
                filter.extend(
                    both.into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(key, value)| (key.to_owned(), value.clone())),
                );
                filters.push(filter);
            }
        }
        filters
    }

    /// All pages of one filter.
    async fn pages(
        &self,
        oms: &Oms,
        poll: &Poll<'_>,
        filter: &Map<String, Value>,
        listed: &mut Listed,
    ) -> Result<(), SourceError> {
        let mut seen = 0;
        let mut met = BTreeSet::new();
        for number in 1..=MAX_PAGES {
            let page = Self::page(oms, poll, filter, number).await?;
            seen += page.items;
            // A list that promises projects and holds none would make all of them disappear.
            if seen == 0 && page.total.is_some_and(|total| total > 0.0) {
                return Err(SourceError::Foreign { hint: "an empty list with a `totalCount` above 0" });
            }
            let known = listed.read.len() + listed.without_steps.len();
            let on_page = page.items;
            let last = page.is_last(seen);
            let unknown = page.projects.iter().filter(|project| met.insert(project.id.clone())).count();
            for project in page.projects {
                self.take(project, poll, listed);
            }
            tracing::debug!(page = number, items = on_page, known, "listed projects");
            // A server that ignores the page number repeats itself.
            if last || unknown == 0 {
                return Ok(());
            }
        }
        tracing::warn!(pages = MAX_PAGES, "the list of projects does not end; the rest is left out");
        poll.witness.dropped("pages", 1);
        Ok(())
    }

    async fn page(oms: &Oms, poll: &Poll<'_>, filter: &Map<String, Value>, number: u32) -> Result<Page, SourceError> {
        let mut body = filter.clone();
        body.insert("pageNumber".to_owned(), json!(number));
        body.insert("pageSize".to_owned(), json!(150));
        oms.call(poll, "ListProjects", &body, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::Project<'_>>(answer, &text)?;
            let size = gaps.amount("pageSize", opened.page_size);
            let total = gaps.amount("totalCount", opened.total_count);
            let found = gaps.list("data", opened.data);
            let items = found.len();
            let projects =
                found.into_iter().filter_map(|wire| listed_project(wire, oms.context(answer), &mut gaps)).collect();
            Ok((Page { projects, items, size: size.map_or(PAGE_SIZE, |size| size.min(PAGE_SIZE)), total }, gaps))
        })
        .await
    }

    /// Keeps a project if it is wanted. The server filters too, but not every edition knows every
    /// filter.
    fn take(&self, project: Project, poll: &Poll<'_>, listed: &mut Listed) {
        if !self.wants(&project) || listed.knows(&project.id) {
            return;
        }
        if project.steps.is_empty() {
            listed.without_steps.insert(project.id);
            return;
        }
        listed.read.insert(project.id.clone());
        poll.witness.project(Reading { id: project.id.clone(), outcome: Ok(Box::new(project)) });
    }

    fn wants(&self, project: &Project) -> bool {
        let Discover { types, statuses, exclude, .. } = &self.wanted;
        let kind_fits = project.kind.as_ref().is_none_or(|kind| types.is_empty() || types.contains(kind));
        let status_fits = project.status.as_ref().is_none_or(|status| {
            statuses.is_empty()
                || statuses.iter().any(|wanted| {
                    wanted == status.as_str() || (wanted == RUNNING_ALARMING && *status == ProjectStatus::Running)
                })
        });
        kind_fits && status_fits && !exclude.contains(&project.id)
    }

    /// The ids of the wanted labels; they are looked up every few minutes, because a label can be
    /// deleted and made again.
    pub(in crate::source::oms) async fn labels(&self, oms: &Oms, poll: &Poll<'_>) -> Result<Vec<String>, SourceError> {
        if self.wanted.labels.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.label_ids.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, known)) = known.filter(|(at, _)| at.elapsed() < LABELS_KEPT) {
            return Ok(known);
        }
        let ids = oms.call(poll, "ListAllLabels", &Map::new(), |answer| self.find_labels(answer)).await?;
        *self.label_ids.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), ids.clone()));
        Ok(ids)
    }

    fn find_labels(&self, answer: &crate::source::transport::Answer) -> Result<(Vec<String>, Gaps), SourceError> {
        let mut gaps = Gaps::default();
        let text = answer.text();
        let opened = envelope::open::<wire::Label<'_>>(answer, &text)?;
        let existing: Vec<(String, String)> = gaps
            .list("data", opened.data)
            .into_iter()
            .filter_map(|label| gaps.text("name", label.name).zip(gaps.text("id", label.id)))
            .collect();
        let find = |wanted: &String| {
            let found = existing.iter().find(|(name, _)| name == wanted).map(|(_, id)| id.clone());
            found.ok_or_else(|| SourceError::UnknownLabel { wanted: wanted.clone(), known: some_names(&existing) })
        };
        let ids = self.wanted.labels.iter().map(find).collect::<Result<_, _>>()?;
        Ok((ids, gaps))
    }
}

/// Whether it may have been the list of statuses that the server refused.
fn may_want_one_status(filter: &Map<String, Value>, error: &SourceError) -> bool {
    let may_be_the_filter =
        matches!(error, SourceError::Api { .. } | SourceError::Status { .. } | SourceError::Server { status: 500, .. });
    may_be_the_filter && filter.get("status").is_some_and(Value::is_array)
}

/// A listed project; none without an id, by which alone it could be told from others.
fn listed_project(wire: wire::Project<'_>, context: lift::Context<'_>, gaps: &mut Gaps) -> Option<Project> {
    let id = gaps.required("id", wire.id)?;
    Some(lift::project(id, wire, context, gaps))
}

fn some_names(labels: &[(String, String)]) -> String {
    let names: Vec<&str> = labels.iter().take(SHOWN_LABELS).map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl Listed {
    fn knows(&self, id: &str) -> bool {
        self.read.contains(id) || self.without_steps.contains(id)
    }
}

impl Page {
    /// `totalCount` is documented as a number of pages and sent as a number of entries. As entries
    /// it can end a full page or go on after a short one; as pages it is smaller than a full page
    /// and then says nothing here.
    fn is_last(&self, seen: usize) -> bool {
        if self.items == 0 {
            return true;
        }
        match self.total {
            Some(total) if total >= count(self.items) => count(seen) >= total,
            _ => count(self.items) < self.size,
        }
    }
}

/// A count as a number of the wire.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
