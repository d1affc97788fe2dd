//! `DescribeProjectProgress`: a project in a dozen numbers. It gives positions without the times at
//! which they were observed.

use serde_json::{Value, json};

use super::words;
use crate::sim::world::{Act, Project, Stage, StageState, Work};

/// The data of the action.
pub(super) fn progress(project: &Project) -> Value {
    let stage = |act| project.stages.iter().find(|stage| stage.act == act);
    let percent = |act| stage(act).map(|stage: &Stage| stage.percent);
    json!({
        "projectId": project.summary.id,
        "status": words::status(project.summary.phase),
        "alarmLevel": words::importance(project.importance),
        "enableIncrSync": stage(Act::Follow).is_some(),
        "currentStep": current(project).map(|stage| words::step_name(stage.act)),
        "incrSyncCheckpoint": stage(Act::Follow).and_then(reached),
        "enableStructTransfer": stage(Act::Structure).is_some(),
        "enableFullTransfer": stage(Act::Load).is_some(),
        "structTransferProgress": percent(Act::Structure),
        "fullTransferProgress": percent(Act::Load),
        "enableReverseIncrTransfer": stage(Act::FollowBack).is_some(),
        "reverseIncrTransferCheckpoint": stage(Act::FollowBack).and_then(reached),
    })
}

/// The last step that has begun and is not over, else the last that has begun.
pub(in crate::sim) fn current(project: &Project) -> Option<&Stage> {
    let begun = || project.stages.iter().rev().filter(|stage| stage.state != StageState::Waiting);
    begun().find(|stage| stage.state != StageState::Done).or_else(|| begun().next()).or(project.stages.first())
}

/// Up to which moment of the source a stage has come.
pub(in crate::sim) fn reached(stage: &Stage) -> Option<i64> {
    match stage.work {
        Work::Following(position) => position.map(|position| position.reached),
        _ => None,
    }
}
