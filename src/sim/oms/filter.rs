//! What ListProjects is asked for, as strictly as a typed server reads it: a parameter of the
//! wrong type, an unknown state or a page size out of range refuses the call.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Page, words};
use crate::sim::world::{Engine, Phase, Summary, World};

/// Largest page of the documents.
const LARGEST_PAGE: u64 = 150;

/// Most labels that one call may name.
const MOST_LABELS: usize = 5;

/// The parameters, with the documented defaults.
#[derive(Debug)]
pub(super) struct Wanted {
    search: String,
    kind: Option<String>,
    statuses: Vec<String>,
    label_ids: Vec<String>,
    sources: Vec<String>,
    sinks: Vec<String>,
    sort_field: SortField,
    order: SortOrder,
    pub(super) page: Cut,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    number: u64,
    size: u64,
}

#[derive(Clone, Copy, Debug)]
enum SortField {
    Created,
    Modified,
}

#[derive(Clone, Copy, Debug)]
enum SortOrder {
    Ascending,
    Descending,
}

// === impl Wanted ===

impl Wanted {
    /// Reads the parameters, or says which one is wrong.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, String> {
        let statuses = texts(body, "status")?;
        if let Some(unknown) = statuses.iter().find(|status| !words::STATUSES.contains(&status.as_str())) {
            return Err(format!("status {unknown} is not supported"));
        }
        let kind = text(body, "type")?.filter(|kind| !kind.is_empty());
        if let Some(unknown) = kind.as_deref().filter(|kind| !words::TYPES.contains(kind)) {
            return Err(format!("type {unknown} is not supported"));
        }
        let label_ids = texts(body, "labelIds")?;
        if label_ids.len() > MOST_LABELS {
            return Err(format!("labelIds has more than {MOST_LABELS} entries"));
        }
        if !matches!(body.get("visibleSubProject"), None | Some(Value::Null | Value::Bool(_))) {
            return Err("visibleSubProject must be a boolean".to_owned());
        }
        let sort_field = match text(body, "sortField")?.as_deref() {
            None | Some("gmtCreate") => SortField::Created,
            Some("gmtModified") => SortField::Modified,
            Some(other) => return Err(format!("sortField {other} is not supported")),
        };
        let order = match text(body, "order")?.as_deref() {
            None | Some("descend") => SortOrder::Descending,
            Some("asc") => SortOrder::Ascending,
            Some(other) => return Err(format!("order {other} is not supported")),
        };
        Ok(Self {
            search: text(body, "searchKey")?.unwrap_or_default(),
            kind,
            statuses,
            label_ids,
            sources: texts(body, "sourceEndpointTypes")?,
            sinks: texts(body, "sinkEndpointTypes")?,
            sort_field,
            order,
            page: Cut::read(body)?,
        })
    }

    /// Whether the project belongs into the list. A deleted one does only if asked for.
    pub(super) fn admits(&self, world: &World, summary: &Summary) -> bool {
        let status = words::status(summary.phase);
        let status_fits = if self.statuses.is_empty() {
            summary.phase != Phase::Deleted
        } else {
            self.statuses.iter().any(|wanted| {
                wanted == status || (wanted == words::ALARMING && summary.phase == Phase::Running && summary.alarming)
            })
        };
        let label_fits = self.label_ids.is_empty()
            || summary.labels.iter().any(|label| self.label_ids.contains(&words::label_id(world, label)));
        status_fits
            && label_fits
            && (summary.name.contains(&self.search) || summary.id.contains(&self.search))
            && self.kind.as_deref().is_none_or(|kind| kind == words::kind(summary.kind))
            && speaks_of(&self.sources, summary.from)
            && speaks_of(&self.sinks, summary.to)
    }

    /// The order of the list; the id decides between equals, so that pages do not overlap.
    pub(super) fn compare(&self, left: &Summary, right: &Summary) -> Ordering {
        let time = |summary: &Summary| match self.sort_field {
            SortField::Created => summary.created,
            SortField::Modified => summary.modified,
        };
        let ascending = time(left).cmp(&time(right)).then_with(|| left.id.cmp(&right.id));
        match self.order {
            SortOrder::Ascending => ascending,
            SortOrder::Descending => ascending.reverse(),
        }
    }
}

// === impl Cut ===

impl Cut {
    /// Reads the parameters, or says which one is wrong.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, String> {
        Ok(Self { number: number(body, "pageNumber", 1, u64::MAX)?, size: number(body, "pageSize", 10, LARGEST_PAGE)? })
    }

    /// What an answer says about this part of so many entries.
    pub(super) fn of(self, total: usize) -> Page {
        Page { number: Some(self.number), size: Some(self.size), total: Some(total) }
    }

    /// Entries before this page.
    pub(super) fn skipped(self) -> usize {
        usize::try_from((self.number - 1).saturating_mul(self.size)).unwrap_or(usize::MAX)
    }

    /// Entries on this page at most.
    pub(super) fn taken(self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }
}

/// Whether one of the types means this product; `OCEANBASE` means either of its modes.
fn speaks_of(types: &[String], engine: Engine) -> bool {
    let named = words::endpoint_type(engine);
    let either = matches!(engine, Engine::OceanBaseMySql | Engine::OceanBaseOracle);
    types.is_empty() || types.iter().any(|wanted| wanted == named || (either && wanted == "OCEANBASE"))
}

fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{name} must be a string")),
    }
}

/// A list of texts, or a single one: the editions differ about `status`.
pub(super) fn texts(body: &Map<String, Value>, name: &str) -> Result<Vec<String>, String> {
    let fault = || format!("{name} must be an array of strings");
    match body.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) if name == "status" => Ok(vec![text.clone()]),
        Some(Value::Array(entries)) => {
            entries.iter().map(|entry| entry.as_str().map(str::to_owned).ok_or_else(fault)).collect()
        }
        Some(_) => Err(fault()),
    }
}

/// A whole number from 1 on.
fn number(body: &Map<String, Value>, name: &str, default: u64, largest: u64) -> Result<u64, String> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(default),
        Some(value) => value
            .as_u64()
            .filter(|number| (1..=largest).contains(number))
            .ok_or_else(|| format!("{name} must be a number between 1 and {largest}")),
    }
}
