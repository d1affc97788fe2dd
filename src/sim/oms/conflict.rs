//! `ListConflictData` and `DownloadConflictData`: logs of rows whose key was there already. The list is
//! JSON like everything here; the download is a ZIP, and JSON again when it fails.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Call, Refusal, Told, View, words};
use crate::sim::{
    answer::Answer,
    world::{Act, ConflictLog, Kind},
    zip,
};

/// The steps that write such logs.
const STEPS: [Act; 3] = [Act::Load, Act::Follow, Act::FollowBack];

/// Names, times and sizes of the logs of a step.
pub(super) fn list(call: &Call, view: &View<'_>) -> Result<Told, Refusal> {
    let logs = logs(call, view)?;
    let entries: Value = logs
        .iter()
        .map(|log| {
            json!({
                "fileName": name(log),
                "date": words::time(log.written).map(|time| format!("{time}.376")),
                "size": log.text.len().div_ceil(1024),
            })
        })
        .collect();
    Ok(Told::whole(&entries))
}

/// The logs asked for, in a ZIP.
pub(super) fn download(call: &Call, view: &View<'_>) -> Result<Answer, Refusal> {
    let logs = logs(call, view)?;
    let wanted = call.body.as_ref().and_then(|body| body.get("fileNames")).and_then(Value::as_array);
    let wanted = wanted.filter(|names| !names.is_empty());
    let wanted = wanted.ok_or_else(|| Refusal::parameter("fileNames must not be empty"))?;
    let mut entries = Vec::new();
    for file in wanted {
        let log = logs.iter().find(|log| file.as_str() == Some(name(log).as_str()));
        let log = log.ok_or_else(|| Refusal::parameter(&format!("file {file} does not exist")))?;
        entries.push(zip::Entry { name: name(log), bytes: log.text.as_bytes() });
    }
    let archive = zip::stored(&entries);
    let id = call.project().unwrap_or_default();
    let disposition = format!("attachment; filename={id}_conflict_{}.zip", view.now.as_secs());
    Ok(Answer { status: StatusCode::OK, content_type: "application/zip", headers: Vec::new(), body: archive.into() }
        .with(header::CONTENT_DISPOSITION, disposition))
}

fn logs(call: &Call, view: &View<'_>) -> Result<Vec<ConflictLog>, Refusal> {
    let project = view.project(call)?;
    if project.summary.kind != Kind::Migration {
        return Err(Refusal::parameter("only data migration tasks have conflict logs"));
    }
    let step = call.text("omsStepName");
    let act = STEPS.into_iter().find(|act| words::step_name(*act) == step);
    let act = act.ok_or_else(|| Refusal::parameter(&format!("omsStepName {step} is not supported")))?;
    Ok(view.world.conflicts(&project, act, view.now))
}

fn name(log: &ConflictLog) -> String {
    log.number.map_or_else(|| "conflict_sql_msg.log".to_owned(), |number| format!("conflict_sql_{number}.log"))
}
