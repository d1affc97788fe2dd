//! The way of a call to `/api/v2` from the socket to the answer: who asks, what about, and which
//! faults are to be put into this service's words.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use serde_json::json;

use super::{Call, LIST, Refusal, View};
use crate::sim::{
    Service, Shared,
    answer::Answer,
    fault::{self, Fault, Refused, Shape},
    http::Request,
};

/// Answers a call.
pub(in crate::sim) async fn call(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let action = query.get("Action").map(String::as_str).unwrap_or_default();
    let call = Call::read(action, &body);
    let authorised = shared.knows(&headers);
    let request = Request {
        service: Service::Oms,
        action: action.to_owned(),
        projects: call.project().map(str::to_owned).into_iter().collect(),
        page: call.page(),
        shape: if action == LIST { Shape::List } else { Shape::Other },
        authorised,
    };
    let told = Arc::clone(&shared);
    shared
        .reply(
            request,
            move |faults| if authorised { answer(&told, &call, faults) } else { unauthorised(&told, "/api/v2") },
        )
        .await
}

/// The answer in the words of the service, a requested refusal included.
fn answer(shared: &Shared, call: &Call, faults: &[Fault]) -> Answer {
    let hidden = shared.hidden.lock().unwrap_or_else(PoisonError::into_inner);
    let view = View { world: &shared.world, crowd: &shared.crowd, hidden: &hidden, now: shared.clock.now() };
    let refusal = |status, refusal: &Refusal| Answer::json(status, refusal.wrap(call, &view));
    match fault::refused(faults) {
        None => shared.oms.answer(call, &view),
        Some(Refused::Service { code, message, .. }) => refusal(StatusCode::OK, &Refusal::new(code, message)),
        Some(Refused::Gateway { status, code, message }) => {
            refusal(fault::status(status), &Refusal::new(code, message))
        }
        Some(Refused::Throttled { status, milliseconds }) => throttled(status, milliseconds),
        Some(Refused::UnknownAction) => refusal(StatusCode::OK, &Refusal::no_action(&call.action)),
    }
}

/// This service knows no throttling of its own, so a proxy in front does it.
pub(in crate::sim) fn throttled(status: u16, milliseconds: Option<u64>) -> Answer {
    let answer = Answer::nginx(fault::status(status));
    match milliseconds {
        Some(wait) => answer.with(header::RETRY_AFTER, wait.div_ceil(1000).to_string()),
        None => answer,
    }
}

/// What somebody gets whose credentials are missing or wrong.
pub(in crate::sim) fn unauthorised(shared: &Shared, path: &str) -> Answer {
    let body = json!({
        "timestamp": shared.clock.now().as_secs(),
        "status": 401,
        "error": "Unauthorized",
        "path": path,
    });
    Answer::json(StatusCode::UNAUTHORIZED, body.to_string()).with(header::WWW_AUTHENTICATE, "Basic realm=\"OMS\"")
}
