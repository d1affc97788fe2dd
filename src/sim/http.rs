//! The simulator's door: paths, credentials, and the way of a request from the socket through the
//! dialect and the faults. What is said in an answer is decided elsewhere.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode, header},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Seen, Shared,
    fault::{self, Answer, Asked, Fault, FaultKind, Shape},
    oms::{self, Call, View},
};

const JSON: &str = "application/json";
const HTML: &str = "text/html";

/// All paths of the simulator.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v2", post(oms_call))
        .route("/sim/faults", get(list_faults).post(set_fault).delete(clear_faults))
        .fallback(unknown_path)
        .with_state(shared)
}

async fn oms_call(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let action = query.get("Action").map(String::as_str).unwrap_or_default();
    let call = Call::read(action, &body);
    let authorised = shared.knows(&headers);
    shared.log.note(Seen {
        action: call.action.clone(),
        project: call.project().map(str::to_owned),
        page: call.page(),
        authorised,
    });
    let faults = shared.faults.take(&Asked {
        action,
        project: call.project(),
        shape: match action {
            oms::LIST => Shape::List,
            _ => Shape::Other,
        },
    });
    let answer = if authorised { shared.oms_answer(&call, &faults) } else { shared.unauthorised() };
    shared.stage.play(faults, answer).await
}

async fn list_faults(State(shared): State<Arc<Shared>>) -> Response<Body> {
    fault::page(StatusCode::OK, JSON, json!(shared.faults.list()).to_string())
}

async fn set_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    match read_fault(&body) {
        Ok(fault) => {
            shared.faults.set(fault);
            fault::page(StatusCode::NO_CONTENT, JSON, Body::empty())
        }
        Err(reason) => {
            let text = json!({ "error": reason }).to_string();
            fault::page(StatusCode::BAD_REQUEST, JSON, text)
        }
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.faults.clear();
    fault::page(StatusCode::NO_CONTENT, JSON, Body::empty())
}

async fn unknown_path() -> Response<Body> {
    let status = StatusCode::NOT_FOUND;
    fault::page(status, HTML, fault::nginx_page(status))
}

/// Reads a fault. A misspelt key would widen it to all requests, so unknown ones are refused; they
/// show as those that the fault does not print again.
fn read_fault(body: &[u8]) -> Result<Fault, String> {
    let given: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let fault: Fault = serde_json::from_value(given.clone()).map_err(|error| error.to_string())?;
    let known = json!(fault);
    let mut keys = given.as_object().into_iter().flat_map(|given| given.keys());
    match keys.find(|key| known.get(key.as_str()).is_none()) {
        Some(unknown) => Err(format!("unknown key `{unknown}`")),
        None => Ok(fault),
    }
}

// === impl Shared ===

impl Shared {
    /// Whether the request carries the right credentials.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, token)| STANDARD.decode(token.trim()).ok());
        let right = format!("{}:{}", self.username, self.password);
        given.is_some_and(|given| given == right.as_bytes())
    }

    fn unauthorised(&self) -> Answer {
        Answer {
            status: StatusCode::UNAUTHORIZED,
            body: json!({
                "timestamp": self.clock.now().as_secs(),
                "status": 401,
                "error": "Unauthorized",
                "path": "/api/v2",
            })
            .to_string(),
        }
    }

    /// The answer in the words of the service, a requested refusal included.
    fn oms_answer(&self, call: &Call, faults: &[Fault]) -> Answer {
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        let view = View { world: &self.world, crowd: &self.crowd, hidden: &hidden, now: self.clock.now() };
        let refusal = faults.iter().find_map(|fault| match &fault.kind {
            FaultKind::Envelope { code, message } => Some((code, message)),
            _ => None,
        });
        Answer {
            status: StatusCode::OK,
            body: match refusal {
                Some((code, message)) => oms::failure(call, &view, code, message),
                None => self.oms.answer(call, &view),
            },
        }
    }
}
