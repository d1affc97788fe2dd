//! The simulator's door: paths, and the way of a request through the log and the faults. What is
//! said in an answer, and who may hear it, is decided by each dialect.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Seen, Service, Shared, alibaba,
    answer::{Answer, JSON, page},
    fault::{Asked, Fault, Shape},
    huawei, oms, oms_v3,
};

/// What a dialect has understood of a request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) service: Service,
    pub(super) action: String,
    pub(super) projects: Vec<String>,
    pub(super) page: Option<u64>,
    pub(super) shape: Shape,
    pub(super) authorised: bool,
}

/// All paths of the simulator.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v2", post(oms::call))
        .route("/api/omsp/v2/{kind}/{project}/progress", get(oms_v3::progress))
        .route("/", post(alibaba::call).get(unknown_path))
        .merge(huawei::routes())
        .route("/sim/faults", get(list_faults).post(set_fault).delete(clear_faults))
        .fallback(unknown_path)
        .with_state(shared)
}

async fn list_faults(State(shared): State<Arc<Shared>>) -> Response<Body> {
    page(StatusCode::OK, JSON, json!(shared.faults.list()).to_string())
}

async fn set_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    match read_fault(&body) {
        Ok(fault) => {
            shared.faults.set(fault);
            page(StatusCode::NO_CONTENT, JSON, Body::empty())
        }
        Err(reason) => {
            let text = json!({ "error": reason }).to_string();
            page(StatusCode::BAD_REQUEST, JSON, text)
        }
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.faults.clear();
    page(StatusCode::NO_CONTENT, JSON, Body::empty())
}

async fn unknown_path() -> Response<Body> {
    Answer::nginx(StatusCode::NOT_FOUND).response()
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
    /// Notes the request, lets the dialect answer with the faults in mind that meet it, and plays
    /// them.
    pub(super) async fn reply(&self, request: Request, tell: impl FnOnce(&[Fault]) -> Answer) -> Response<Body> {
        let Request { service, action, projects, page, shape, authorised } = request;
        let faults = self.faults.take(&Asked { service, action: &action, projects: &projects, shape });
        let project = (!projects.is_empty()).then(|| projects.join(","));
        self.log.note(Seen { service, action, project, page, authorised });
        let answer = tell(&faults);
        self.stage.play(faults, answer).await
    }

    /// Whether the request carries the right user and password.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, token)| STANDARD.decode(token.trim()).ok());
        let right = format!("{}:{}", self.username, self.password);
        given.is_some_and(|given| given == right.as_bytes())
    }
}
