//! `DescribeProjectComponents`: six lists, one for each kind of process and direction. Each kind has
//! its own words for how it fares, and its own spelling of the same times.

use serde_json::{Value, json};

use super::{View, words};
use crate::sim::world::{Direction, Health, Part, Project, Task};

/// The data of the action. Lists of kinds that a project has not are empty.
pub(super) fn components(project: &Project, view: &View<'_>) -> Value {
    let parts = view.world.parts(project, view.now);
    let list = |task, direction| -> Value {
        let meant = parts.iter().filter(|part| part.task == task && part.direction == direction);
        meant.map(|part| component(project, part, view)).collect()
    };
    json!({
        "storeList": list(Task::PullLog, Direction::Forward),
        "reverseStoreList": list(Task::PullLog, Direction::Backward),
        "incrSyncComponents": list(Task::Apply, Direction::Forward),
        "reverseIncrSyncComponents": list(Task::Apply, Direction::Backward),
        "fullImportComponents": list(Task::Load, Direction::Forward),
        "fullVerifyComponents": list(Task::Compare, Direction::Forward),
    })
}

fn component(project: &Project, part: &Part, view: &View<'_>) -> Value {
    let id = &project.summary.id;
    let serial = view.world.hash(&format!("{id} {:?} {}", part.task, part.number)) % 1000;
    let step = step(part);
    let kind = if part.task == Task::Compare { "checker" } else { "connector_v2" };
    let common = json!({
        "name": format!("{}-9000:{kind}:{id}-{step}-{}-0:{serial:010}", part.host, part.number + 1),
        "ip": part.host,
        "region": "default",
        "status": status(part.task, part.health),
        "errorDetails": if part.health == Health::Broken { error(part) } else { Value::Null },
    });
    let identity = format!("{step}-{}", part.number + 1);
    let subtopic = format!("{id}_{serial:03}");
    let now = i64::try_from(view.now.as_secs()).unwrap_or(i64::MAX);
    let own = match part.task {
        Task::PullLog => store(part, &subtopic, now),
        Task::Apply => json!({
            "identity": identity,
            "subtopics": [subtopic],
            "checkpoint": part.position.and_then(|position| words::time(position.reached)),
            "checkpointSampleTimestamp": part.position.map(|position| position.sampled),
            "delay": delay(part),
            "tps": part.rate,
            "gmtCreate": words::time(part.since),
            "gmtModify": words::time(now),
        }),
        Task::Load => json!({
            "identity": identity,
            "progress": part.percent,
            "gmtCreate": words::time(part.since),
            "gmtModify": words::time(now),
        }),
        Task::Compare => checker(project, part, serial),
    };
    merged(common, own)
}

fn store(part: &Part, subtopic: &str, now: i64) -> Value {
    json!({
        "topic": subtopic,
        "subtopic": subtopic,
        "tps": part.rate,
        "delay": delay(part),
        "gmt": part.position.map(|position| position.sampled),
        "conn": 1,
        "toSwitch": false,
        "port": 9000,
        "storePort": 16002,
        "beginCheckpoint": words::time(part.since),
        "endCheckpoint": part.position.and_then(|position| words::time(position.reached)),
        "errMsg": null,
        "gmtCreate": words::time(part.since),
        "gmtModified": words::time(now),
        "latelyHeartbeatTimeSec": now,
    })
}

fn checker(project: &Project, part: &Part, serial: u64) -> Value {
    let tables = project.comparison().unwrap_or_default();
    let over = tables.iter().filter(|table| table.done == table.total).count();
    let different = tables.iter().filter(|table| table.differs()).count();
    json!({
        "taskId": serial,
        "progress": part.percent.to_string(),
        "recordProgress": part.percent,
        "consistentQuantity": over - different,
        "inconsistentQuantity": different,
    })
}

/// What the names of components call the step.
fn step(part: &Part) -> &'static str {
    match (part.task, part.direction) {
        (Task::PullLog, _) => "store",
        (Task::Apply, Direction::Forward) => "incr_trans",
        (Task::Apply, Direction::Backward) => "reverse_incr_trans",
        (Task::Load, _) => "full_trans",
        (Task::Compare, _) => "full_verify",
    }
}

fn delay(part: &Part) -> Option<i64> {
    part.position.map(|position| position.sampled - position.reached)
}

/// The members of both.
fn merged(mut left: Value, right: Value) -> Value {
    if let (Some(members), Value::Object(further)) = (left.as_object_mut(), right) {
        members.extend(further);
    }
    left
}

fn status(task: Task, health: Health) -> &'static str {
    match (task, health) {
        (Task::PullLog, Health::Working) => "ACTIVE",
        (Task::PullLog, Health::Stopped | Health::Done) => "STOP",
        (Task::Compare, Health::Stopped) => "SHUTDOWNED",
        (Task::Compare, Health::Done) => "DONE",
        (Task::Compare, Health::Broken) => "FAILED",
        (_, Health::Working) => "RUNNING",
        (_, Health::Stopped) => "STOPPED",
        (_, Health::Done) => "FINISHED",
        (_, Health::Broken) => "EXCEPTION",
    }
}

fn error(part: &Part) -> Value {
    let message = format!("Unknown column 'coupon' in 'field list' ({})", part.host);
    json!([{ "code": "CM-RESOAT1111", "level": "ERROR", "message": message, "proposal": null }])
}
