//! How OceanBase Migration Service 3.3 tells of a project: two REST paths, one for each kind, and
//! no list. Written from its two documents, which call the same numbers by different names: the
//! table of the synchronisation document says `structMigrationProgress`, its sample
//! `structSyncProgress`. Both are in use here, by different projects.
//!
//! Invented: the codes of failures, that they come with HTTP 200 as in the later API, and the
//! members of the migration document's unseen end.

use std::sync::{Arc, PoisonError};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response, StatusCode},
};
use serde_json::{Value, json};

use super::{
    Service, Shared,
    answer::Answer,
    fault::{self, Fault, Refused, Shape},
    http::Request,
    oms::{self, progress, words},
};
use crate::sim::world::{Act, Engine, Kind, Project};

/// What a source has for a position whose log holds no times: a file and an offset in it.
const OFFSET: &str = "100,30";

/// Answers the two paths.
pub(super) async fn progress(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    // The one is plural and the other is not.
    let (kind, action) = match kind.as_str() {
        "sync" => (Kind::Synchronisation, "SyncProgress"),
        "migrations" => (Kind::Migration, "MigrationProgress"),
        _ => return Answer::nginx(StatusCode::NOT_FOUND).response(),
    };
    let authorised = shared.knows(&headers);
    let request = Request {
        service: Service::OmsV3,
        action: action.to_owned(),
        projects: vec![id.clone()],
        page: None,
        shape: Shape::Other,
        authorised,
    };
    let told = Arc::clone(&shared);
    let tell = move |faults: &[Fault]| {
        if authorised { answer(&told, kind, &id, faults) } else { oms::unauthorised(&told, "/api/omsp/v2") }
    };
    shared.reply(request, tell).await
}

fn answer(shared: &Shared, kind: Kind, id: &str, faults: &[Fault]) -> Answer {
    let failure = |status, code: &str, message: &str| Answer::json(status, failure(shared, id, code, message));
    match fault::refused(faults) {
        Some(Refused::Service { code, message, .. }) => return failure(StatusCode::OK, code, message),
        Some(Refused::Gateway { status, code, message }) => return failure(fault::status(status), code, message),
        Some(Refused::Throttled { status, milliseconds }) => return oms::throttled(status, milliseconds),
        Some(Refused::UnknownAction) => return Answer::nginx(StatusCode::NOT_FOUND),
        None => {}
    }
    let hidden = shared.hidden.lock().unwrap_or_else(PoisonError::into_inner);
    let mut projects = shared.world.older(shared.clock.now()).into_iter();
    let found = projects.find(|project| project.summary.id == id && project.summary.kind == kind);
    match found.filter(|_| !hidden.contains(id)) {
        None => failure(StatusCode::OK, "PROJECT_NOT_EXIST", "The project does not exist."),
        Some(project) => {
            let data = match kind {
                Kind::Synchronisation => synchronisation(&project),
                Kind::Migration => migration(&project),
            };
            let body = json!({
                "success": true,
                "code": "success",
                "message": "",
                "advice": null,
                "requestId": request_id(shared, id),
                "pageNumber": null,
                "pageSize": null,
                "totalCount": null,
                "cost": "21 ms",
                "data": data,
            });
            Answer::json(StatusCode::OK, body.to_string())
        }
    }
}

fn synchronisation(project: &Project) -> Value {
    // As the sample spells it for the one, as the table does for the other.
    let [structure, load] = match project.summary.from {
        Engine::Sybase => ["structSyncProgress", "fullSyncProgress"],
        _ => ["structMigrationProgress", "fullMigrationProgress"],
    };
    let checkpoint = match project.summary.from {
        Engine::Sybase => Some(OFFSET.to_owned()),
        _ => reached(project, Act::Follow).map(|reached| reached.to_string()),
    };
    json!({
        "status": words::status(project.summary.phase),
        "importance": words::importance(project.importance),
        "enableStructSync": has(project, Act::Structure),
        "enableFullSync": has(project, Act::Load),
        "enableIncrSync": has(project, Act::Follow),
        "currentStep": current(project),
        structure: percent(project, Act::Structure),
        load: percent(project, Act::Load),
        "incrSyncCheckpoint": checkpoint,
    })
}

fn migration(project: &Project) -> Value {
    json!({
        "status": words::status(project.summary.phase),
        "importance": words::importance(project.importance),
        "enableStructMigration": has(project, Act::Structure),
        "enableFullMigration": has(project, Act::Load),
        "enableIncrSync": has(project, Act::Follow),
        "enableReverseIncrSync": has(project, Act::FollowBack),
        "currentStep": current(project),
        "structMigrationProgress": percent(project, Act::Structure),
        "fullMigrationProgress": percent(project, Act::Load),
        "incrSyncCheckpoint": reached(project, Act::Follow),
        "reverseIncrSyncCheckpoint": reached(project, Act::FollowBack),
    })
}

fn current(project: &Project) -> Option<&'static str> {
    progress::current(project).map(|stage| step_name(stage.act))
}

/// The names that steps had in this edition.
fn step_name(act: Act) -> &'static str {
    match act {
        Act::Check => "PRE_CHECK",
        Act::Structure => "STRUCT_MIGRATION",
        Act::PullLog => "INCR_LOG_PULL",
        Act::Load => "FULL_MIGRATION",
        Act::Follow => "INCR_SYNC",
        Act::Verify => "FULL_VALIDATION",
        Act::Switch => "APP_SWITCH",
        Act::FollowBack => "REVERSE_INCR_SYNC",
    }
}

fn has(project: &Project, act: Act) -> bool {
    project.stages.iter().any(|stage| stage.act == act)
}

fn percent(project: &Project, act: Act) -> Option<i64> {
    project.stages.iter().find(|stage| stage.act == act).map(|stage| stage.percent)
}

fn reached(project: &Project, act: Act) -> Option<i64> {
    project.stages.iter().find(|stage| stage.act == act).and_then(progress::reached)
}

fn failure(shared: &Shared, id: &str, code: &str, message: &str) -> String {
    json!({
        "success": false,
        "code": code,
        "message": message,
        "advice": "",
        "requestId": request_id(shared, id),
        "pageNumber": null,
        "pageSize": null,
        "totalCount": null,
        "cost": "3 ms",
        "data": null,
    })
    .to_string()
}

fn request_id(shared: &Shared, id: &str) -> String {
    format!("{:016x}", shared.world.hash(&format!("{id}/{}", shared.clock.now().as_millis())))
}
