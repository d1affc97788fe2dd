//! Lists and batches of jobs. A list is paged by number and wants to be told what kind of jobs; a
//! batch that does not say how long its page is gets five.

use serde_json::{Map, Value, json};

use super::{Ask, Error, View, words};
use crate::sim::world::{Purpose, Transfer, TransferState, whole};

/// Most jobs that one call about progress may name.
const MOST: usize = 10;

/// Length of a batch's page when nothing is said.
const DEFAULT_BATCH: u64 = 5;

/// Longest page. 0 means all.
const LONGEST: u64 = 100;

/// One item of a batch that is refused: job, code, message.
type Item<'a> = Option<(&'a str, &'a str, &'a str)>;

/// Jobs of one kind, a page of them.
pub(super) fn list(body: &Value, view: &View<'_>) -> Result<Value, Error> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let purpose = text("db_use_type").ok_or_else(|| Error::parameter("The parameter db_use_type is mandatory."))?;
    if ![Purpose::Migration, Purpose::Synchronisation, Purpose::Recovery].map(words::purpose).contains(&purpose) {
        return Err(Error::parameter("The parameter db_use_type is invalid."));
    }
    let number = |name: &str| {
        let given = body.get(name).and_then(Value::as_u64);
        given.ok_or_else(|| Error::parameter(&format!("The parameter {name} is mandatory and must be a number.")))
    };
    let (page, size) = (number("cur_page")?, number("per_page")?);
    let mut jobs = view.jobs();
    jobs.retain(|job| {
        let names = text("name").is_none_or(|name| job.name.contains(name) || name.split(',').any(|id| id == job.id));
        words::purpose(job.purpose) == purpose
            && names
            && text("status").is_none_or(|status| status == words::status(job.state))
            && text("engine_type").is_none_or(|engine| engine == words::engine(job))
    });
    // The newest first.
    jobs.reverse();
    let total = jobs.len();
    let page = if size == 0 && page == 0 { 1 } else { page };
    let items: Value = cut(&jobs, page, size)?.iter().map(listed).collect();
    Ok(json!({ "total_record": total, "jobs": items }))
}

/// State and error of each job of a batch, a page of them.
pub(super) fn batch_status(ask: &Ask, view: &View<'_>) -> Result<Value, Error> {
    distinct(&ask.jobs)?;
    let wanted = ask.body.get("page_req");
    let number = |name: &str, default| match wanted.and_then(|wanted| wanted.get(name)) {
        None | Some(Value::Null) => Ok(default),
        Some(given) => given.as_u64().ok_or_else(|| Error::new(400, "DRS.M00210", "The page value is invalid.")),
    };
    let (page, size) = (number("cur_page", 1)?, number("per_page", DEFAULT_BATCH)?);
    let ids = cut(&ask.jobs, page, size)?;
    if ids.is_empty() {
        return Err(Error::new(400, "DRS.M00211", "The page value exceeds the upper limit."));
    }
    let results: Value = ids
        .iter()
        .map(|id| match view.job(id) {
            Ok(job) if job.failed => json!({
                "id": id,
                "status": words::batch_status(job.state),
                "error_code": words::FAILURE.0,
                "error_message": words::FAILURE.1,
            }),
            Ok(job) => json!({ "id": id, "status": words::batch_status(job.state) }),
            Err(error) => json!({ "id": id, "error_code": error.code, "error_message": error.message }),
        })
        .collect();
    Ok(json!({ "count": ask.jobs.len(), "results": results }))
}

/// How far each job of a batch is.
pub(super) fn batch_progress(ask: &Ask, view: &View<'_>, refused: Item<'_>) -> Result<Value, Error> {
    distinct(&ask.jobs)?;
    if ask.jobs.len() > MOST {
        return Err(Error::parameter(&format!("At most {MOST} tasks can be queried.")));
    }
    let results: Value = ask
        .jobs
        .iter()
        .map(|id| match (refused.filter(|(job, ..)| job == id), found(view, id)) {
            (Some((_, code, message)), _) => json!({ "job_id": id, "error_code": code, "error_msg": message }),
            (None, Err(error)) => json!({ "job_id": id, "error_code": error.code, "error_msg": error.message }),
            (None, Ok(job)) => progress(&job),
        })
        .collect();
    Ok(json!({ "count": ask.jobs.len(), "results": results }))
}

/// A job that still has something to tell of its work.
pub(super) fn found(view: &View<'_>, id: &str) -> Result<Transfer, Error> {
    let job = view.job(id)?;
    match job.state {
        TransferState::Released => Err(Error::new(400, "DRS.M05004", "The task has been deleted or released.")),
        _ => Ok(job),
    }
}

fn listed(job: &Transfer) -> Value {
    json!({
        "id": job.id,
        "name": job.name,
        "status": words::status(job.state),
        "description": "",
        "create_time": words::plain_time(job.created),
        "engine_type": words::engine(job),
        "net_type": "vpc",
        "billing_tag": false,
        "job_direction": "up",
        "db_use_type": words::purpose(job.purpose),
        "task_type": words::plan(job.plan),
        "children": null,
        "node_newFramework": true,
        "job_action": { "available_actions": [], "unavailable_actions": [], "current_action": null },
        "error_msg": job.failed.then_some(words::FAILURE.1),
    })
}

fn progress(job: &Transfer) -> Value {
    let Transfer { copied, follow, .. } = job;
    let overall =
        if follow.is_some() { 1.0 } else { 0.1 * copied.structure + 0.8 * copied.rows + 0.1 * copied.indexes };
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("job_id", json!(job.id));
    add("progress", json!(percent(overall)));
    add("incre_trans_delay", json!(follow.map_or(-1, |follow| follow.delay_milliseconds / 1000).to_string()));
    add("task_mode", json!(words::plan(job.plan)));
    add("transfer_status", json!(words::status(job.state)));
    add("process_time", json!(job.told.map_or(0, |told| told.saturating_mul(1000)).to_string()));
    let remaining = if follow.is_some() { Some(0) } else { job.remaining };
    add("remaining_time", json!(remaining.unwrap_or(-1).to_string()));
    add("error_code", Value::Null);
    add("error_msg", Value::Null);
    // Not everywhere: the parts have no meaning for recovery, and the newest members are missing
    // where a job runs on an old node, here the paused one.
    if !matches!((job.purpose, job.state), (Purpose::Recovery, _) | (_, TransferState::Configuring)) {
        let part = |done: f64, left: Option<i64>| json!({ "completed": format!("{}%", percent(done)), "remaining_time": left.map(|left| left.to_string()) });
        add(
            "progress_map",
            json!({
                "struct": part(copied.structure, None),
                "data": part(copied.rows, job.remaining),
                "index": part(copied.indexes, None),
            }),
        );
    }
    if job.state != TransferState::Paused {
        add("incre_trans_delay_millis", json!(follow.map_or(-1, |follow| follow.delay_milliseconds).to_string()));
        add("apply_rows_rate", json!(follow.map_or(-1, |follow| follow.rows_per_second)));
        add("apply_bytes_rate", json!(follow.map_or(-1, |follow| follow.bytes_per_second)));
    }
    Value::Object(members)
}

/// Whole percent, as text.
fn percent(part: f64) -> String {
    whole(part * 100.0).to_string()
}

/// A page by its number, from 1 on.
fn cut<T>(items: &[T], page: u64, size: u64) -> Result<&[T], Error> {
    if page == 0 || size > LONGEST || (size == 0 && page > 1) {
        return Err(Error::new(400, "DRS.M00210", "The page value is invalid."));
    }
    if size == 0 {
        return Ok(items);
    }
    let at = |number: u64| usize::try_from(number.saturating_mul(size)).unwrap_or(usize::MAX).min(items.len());
    Ok(items.get(at(page - 1)..at(page)).unwrap_or_default())
}

fn distinct(ids: &[String]) -> Result<(), Error> {
    let mut sorted: Vec<_> = ids.iter().collect();
    sorted.sort_unstable();
    if ids.is_empty() {
        return Err(Error::parameter("The parameter jobs must not be empty."));
    }
    if sorted.windows(2).any(|pair| matches!(pair, [left, right] if left == right)) {
        return Err(Error::new(400, "DRS.M00301", "Duplicate task IDs."));
    }
    Ok(())
}
