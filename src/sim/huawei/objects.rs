//! The objects of a job and how far each is, paged by how many are to be skipped.

use serde_json::{Value, json};

use super::{Ask, Error, View, jobs, words};
use crate::sim::{
    signature::decode,
    world::{Object, ObjectKind, Purpose, TransferState},
};

/// Objects on a page when nothing is said, and the most there can be.
const DEFAULT: usize = 10;
const MOST: usize = 1000;

/// A page of objects of one kind.
///
/// Once a job follows, the copying is over: a synchronisation then lists no objects, recovery has
/// no list at all, and a migration goes on showing them as done. The document does not say which
/// it is, so a client has to take all three.
pub(super) fn list(ask: &Ask, view: &View<'_>) -> Result<Value, Error> {
    let page = |message: &str| Error::new(400, "DRS.M00210", message);
    let number = |name: &str, default| match parameter(&ask.query, name) {
        None => Ok(default),
        Some(text) => text.parse::<usize>().map_err(|_| page(&format!("The parameter {name} is invalid."))),
    };
    let (limit, offset) = (number("limit", DEFAULT)?, number("offset", 0)?);
    if !(1..=MOST).contains(&limit) {
        return Err(page("The parameter limit must be between 1 and 1000."));
    }
    let kind = ask.rest.get(3).and_then(|name| words::object_kind(name));
    let kind = kind.ok_or_else(|| Error::parameter("The parameter type is invalid."))?;
    let job = jobs::found(view, ask.jobs.first().map_or("", String::as_str))?;
    let search = parameter(&ask.query, "search_name").unwrap_or_default();
    let told = match job.state {
        TransferState::CopyingFailed => json!(job.told.and_then(words::iso_time)),
        _ => json!(view.now.as_millis().to_string()),
    };
    let (count, rows) = match (job.state, job.purpose) {
        (TransferState::Following, Purpose::Recovery) => (0, Value::Null),
        (TransferState::Following, Purpose::Synchronisation) => (0, json!([])),
        _ if search.is_empty() => {
            (job.count(kind), job.objects(kind, offset, limit).iter().map(|object| row(kind, object)).collect())
        }
        _ => {
            let mut found = job.objects(kind, 0, usize::MAX);
            found.retain(|object| object.name.contains(&search));
            (found.len(), found.iter().skip(offset).take(limit).map(|object| row(kind, object)).collect())
        }
    };
    Ok(json!({ "count": count, "create_time": told, "flow_compare_data": rows }))
}

/// A parameter in the query.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

fn row(kind: ObjectKind, object: &Object) -> Value {
    let Object { database, name, percent } = object;
    let name = (kind != ObjectKind::Database).then_some(name);
    json!({ "src_db": database, "src_tb": name, "dst_db": database, "dst_tb": name, "progress": percent })
}
