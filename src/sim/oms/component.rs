//! `DescribeProjectComponents`: six lists, one for each kind of process and direction. Each kind has
//! its own words for how it fares, and its own spelling of the same times.

use serde_json::{Map, Value, json};

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
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    let now = i64::try_from(view.now.as_secs()).unwrap_or(i64::MAX);
    let serial = view.world.hash(&format!("{} {:?} {}", project.summary.id, part.task, part.number)) % 1000;
    let step = match (part.task, part.direction) {
        (Task::PullLog, _) => "store",
        (Task::Apply, Direction::Forward) => "incr_trans",
        (Task::Apply, Direction::Backward) => "reverse_incr_trans",
        (Task::Load, _) => "full_trans",
        (Task::Compare, _) => "full_verify",
    };
    let kind = if part.task == Task::Compare { "checker" } else { "connector_v2" };
    let name = format!("{}-9000:{kind}:{}-{step}-{}-0:{serial:010}", part.host, project.summary.id, part.number + 1);
    let created = words::time(part.since);
    add("name", json!(name));
    add("ip", json!(part.host));
    add("region", json!("default"));
    add("status", json!(status(part.task, part.health)));
    add("errorDetails", if part.health == Health::Broken { error(part) } else { Value::Null });
    let delay = part.position.map(|position| position.sampled - position.reached);
    let sampled = part.position.map(|position| position.sampled);
    match part.task {
        Task::PullLog => {
            add("topic", json!(format!("{}_topic", project.summary.id)));
            add("subtopic", json!(format!("{}_{serial:03}", project.summary.id)));
            add("tps", json!(part.rate));
            add("delay", json!(delay));
            add("gmt", json!(sampled));
            add("conn", json!(1));
            add("toSwitch", json!(false));
            add("port", json!(9000));
            add("storePort", json!(16000 + serial));
            add("beginCheckpoint", json!(created));
            add("endCheckpoint", json!(part.position.and_then(|position| words::time(position.reached))));
            add("errMsg", Value::Null);
            add("gmtCreate", json!(created));
            add("gmtModified", json!(words::time(now)));
            add("latelyHeartbeatTimeSec", json!(now));
        }
        Task::Apply => {
            add("identity", json!(format!("{step}-{}", part.number + 1)));
            add("subtopics", json!([format!("{}_{serial:03}", project.summary.id)]));
            add("checkpoint", json!(part.position.and_then(|position| words::time(position.reached))));
            add("checkpointSampleTimestamp", json!(sampled));
            add("delay", json!(delay));
            add("tps", json!(part.rate));
            add("gmtCreate", json!(created));
            add("gmtModify", json!(words::time(now)));
        }
        Task::Load => {
            add("identity", json!(format!("{step}-{}", part.number + 1)));
            add("progress", json!(part.percent));
            add("gmtCreate", json!(created));
            add("gmtModify", json!(words::time(now)));
        }
        Task::Compare => {
            let tables = project.comparison().unwrap_or_default();
            let over = tables.iter().filter(|table| table.done == table.total).count();
            let different = tables.iter().filter(|table| table.differs()).count();
            add("taskId", json!(serial));
            add("progress", json!(part.percent.to_string()));
            add("recordProgress", json!(part.percent));
            add("consistentQuantity", json!(over - different));
            add("inconsistentQuantity", json!(different));
        }
    }
    Value::Object(members)
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
