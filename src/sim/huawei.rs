//! How Huawei Cloud tells of its jobs: the Data Replication Service (v3, and of v5 the one API about
//! objects) and as much of the identity service as gives out tokens. Written from the document of
//! "progress-data" and the notes on the others: numbers that are text, "-1" for what is not there
//! yet, three forms of time, batches whose items fail one by one, a deleted job that is a 400.
//!
//! Invented: messages of errors, what a failed or released job says, and in which phase objects are
//! still listed.

mod gate;
mod iam;
mod jobs;
mod objects;
mod words;

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, Method, Response, StatusCode, Uri, header},
    routing::any,
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    DrsV5, Service, Shared,
    answer::Answer,
    fault::{self, Fault, Refused, Shape},
    http::Request,
    keys::HUAWEI_PROJECT_ID,
    signature::Signed,
    world::{Transfer, TransferState, World},
};
pub(super) use gate::Gate;

/// A request, taken apart.
#[derive(Debug)]
struct Ask {
    operation: Operation,
    /// The project of the identity service, out of the path.
    owner: String,
    /// The ids of the jobs that it is about.
    jobs: Vec<String>,
    /// The parameters in the path behind the project.
    rest: Vec<String>,
    query: String,
    body: Value,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Token,
    List,
    BatchStatus,
    BatchProgress,
    Objects,
    Unknown,
}

/// An error in the form of all services of this cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Error {
    status: u16,
    code: String,
    message: String,
}

/// What a call may see.
#[derive(Debug)]
struct View<'a> {
    world: &'a World,
    hidden: &'a BTreeSet<String>,
    now: Duration,
}

/// The paths of both services.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/v3/{*path}", any(call)).route("/v5/{*path}", any(call))
}

async fn call(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let query = uri.query().unwrap_or_default();
    let signed = Signed { method: &method, path: uri.path(), query, headers: &headers, body: &body };
    let ask = Ask::read(&signed);
    let now = shared.clock.now();
    let admitted = match ask.operation {
        Operation::Token => iam::admit(&ask.body),
        Operation::Unknown => Ok(()),
        _ => shared.huawei.admit(&signed, now),
    };
    let request = Request {
        service: if ask.operation == Operation::Token { Service::HuaweiIam } else { Service::HuaweiDrs },
        action: ask.operation.name().to_owned(),
        projects: ask.jobs.clone(),
        page: ask.page(),
        shape: Shape::Other,
        authorised: admitted.is_ok(),
    };
    let told = Arc::clone(&shared);
    let tell = move |faults: &[Fault]| match (ask.operation, admitted) {
        (Operation::Token, Err(error)) => iam::error(&error),
        (_, Err(error)) => error.answer(&told),
        (_, Ok(())) => answer(&told, &ask, faults),
    };
    shared.reply(request, tell).await
}

fn answer(shared: &Shared, ask: &Ask, faults: &[Fault]) -> Answer {
    let refused = fault::refused(faults);
    if let Some(answer) = refused.and_then(|refused| refuse(shared, ask, refused)) {
        return answer;
    }
    let hidden = shared.hidden.lock().unwrap_or_else(PoisonError::into_inner);
    let view = View { world: &shared.world, hidden: &hidden, now: shared.clock.now() };
    let item = match refused {
        Some(Refused::Service { code, message, project: Some(job) }) => Some((job, code, message)),
        _ => None,
    };
    let told = match ask.operation {
        Operation::Token => return shared.huawei.token(view.now),
        Operation::Unknown => Err(Error::no_api()),
        Operation::Objects if shared.drs_v5 == DrsV5::Absent => Err(Error::no_api()),
        _ if ask.owner != HUAWEI_PROJECT_ID => Err(Error::new(403, "DRS.M00261", "The project ID is invalid.")),
        Operation::List => jobs::list(&ask.body, &view).map(|body| (StatusCode::OK, body)),
        Operation::BatchStatus => jobs::batch_status(ask, &view).map(|body| (StatusCode::OK, body)),
        Operation::BatchProgress => jobs::batch_progress(ask, &view, item).map(|body| (StatusCode::ACCEPTED, body)),
        Operation::Objects => objects::list(ask, &view).map(|body| (StatusCode::OK, body)),
    };
    match told {
        Ok((status, body)) => Answer::json(status, body.to_string()),
        Err(error) => error.answer(shared),
    }
}

/// The answer that a requested refusal asks for; none if it is about one item of a batch.
fn refuse(shared: &Shared, ask: &Ask, refused: Refused<'_>) -> Option<Answer> {
    let batch = matches!(ask.operation, Operation::BatchProgress);
    let error = match refused {
        Refused::Service { project: Some(_), .. } if batch => return None,
        Refused::Service { code, message, .. } => Error::new(400, code, message),
        Refused::Gateway { status, code, message } => Error::new(status, code, message),
        Refused::UnknownAction => Error::no_api(),
        Refused::Throttled { status, milliseconds } => {
            let message =
                "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute";
            let answer = Error::new(status, "APIGW.0308", message).answer(shared);
            return Some(match milliseconds {
                Some(wait) => answer.with(header::RETRY_AFTER, wait.div_ceil(1000).to_string()),
                None => answer,
            });
        }
    };
    Some(if ask.operation == Operation::Token { iam::error(&error) } else { error.answer(shared) })
}

// === impl Ask ===

impl Ask {
    fn read(request: &Signed<'_>) -> Self {
        let segments = request.path.split('/').skip(1).map(|part| percent_decode_str(part).decode_utf8_lossy());
        let segments: Vec<String> = segments.map(String::from).collect();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
        let listed = body.get("jobs").and_then(Value::as_array).into_iter().flatten();
        let mut jobs: Vec<String> = listed.filter_map(Value::as_str).map(str::to_owned).collect();
        let operation = match (request.method.as_str(), path.as_slice()) {
            ("POST", ["v3", "auth", "tokens"]) => Operation::Token,
            ("POST", ["v3", _, "jobs"]) => Operation::List,
            ("POST", ["v3", _, "jobs", "batch-status"]) => Operation::BatchStatus,
            ("POST", ["v3", _, "jobs", "batch-progress"]) => Operation::BatchProgress,
            ("GET", ["v5", _, "jobs", job, "progress-data", _]) => {
                jobs = vec![(*job).to_owned()];
                Operation::Objects
            }
            _ => Operation::Unknown,
        };
        Self {
            operation,
            owner: segments.get(1).cloned().unwrap_or_default(),
            jobs,
            rest: segments.into_iter().skip(2).collect(),
            query: request.query.to_owned(),
            body,
        }
    }

    /// The page, or how many items are to be skipped.
    fn page(&self) -> Option<u64> {
        match self.operation {
            Operation::List => self.body.get("cur_page")?.as_u64(),
            Operation::BatchStatus => self.body.get("page_req")?.get("cur_page")?.as_u64(),
            Operation::Objects => objects::parameter(&self.query, "offset")?.parse().ok(),
            _ => None,
        }
    }
}

// === impl Operation ===

impl Operation {
    /// What the vendor's own client calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Token => "KeystoneCreateUserTokenByPassword",
            Self::List => "ShowJobList",
            Self::BatchStatus => "BatchListJobStatus",
            Self::BatchProgress => "BatchListProgresses",
            Self::Objects => "ShowProgressData",
            Self::Unknown => "",
        }
    }
}

// === impl Error ===

impl Error {
    fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    fn parameter(message: &str) -> Self {
        Self::new(400, "DRS.M00202", message)
    }

    fn no_api() -> Self {
        Self::new(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
    }

    fn answer(&self, shared: &Shared) -> Answer {
        let request = format!("{:032x}", shared.world.hash(&format!("{}{:?}", self.code, shared.clock.now())));
        let mut body = json!({ "error_code": self.code, "error_msg": self.message });
        // The gateway says which request it was in the body as well.
        if let Some(members) = body.as_object_mut().filter(|_| self.code.starts_with("APIGW.")) {
            members.insert("request_id".to_owned(), json!(request));
        }
        let answer = Answer::json(fault::status(self.status), body.to_string());
        answer.with(HeaderName::from_static("x-request-id"), request)
    }
}

// === impl View ===

impl View<'_> {
    /// All jobs that a list shows.
    fn jobs(&self) -> Vec<Transfer> {
        let mut jobs = self.world.transfers(self.now);
        jobs.retain(|job| job.state != TransferState::Deleted && !self.hidden.contains(&job.id));
        jobs
    }

    /// A job, unless there is none, or no longer.
    fn job(&self, id: &str) -> Result<Transfer, Error> {
        let found = self.jobs().into_iter().find(|job| job.id == id);
        found.ok_or_else(|| Error::new(400, "DRS.M05003", "Task information not found."))
    }
}
