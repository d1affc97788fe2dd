//! Plays a fault: turns the right answer into the spoilt response. Everything that takes time
//! ends when the server stops.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Fault, FaultKind, body};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// How long a connection that is to be reset stays open after half of its body, so that the half
/// really leaves.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// The right answer.
#[derive(Debug)]
pub(in crate::sim) struct Answer {
    pub(in crate::sim) status: StatusCode,
    pub(in crate::sim) body: String,
}

/// Where slow bodies are played: their tasks, and the word to stop.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Stage {
    pub(in crate::sim) tasks: TaskTracker,
    pub(in crate::sim) stop: CancellationToken,
}

// === impl Answer ===

impl Answer {
    /// The answer as it is.
    pub(in crate::sim) fn response(self) -> Response<Body> {
        let mut response = page(self.status, JSON, self.body);
        if self.status == StatusCode::UNAUTHORIZED {
            with(&mut response, header::WWW_AUTHENTICATE, "Basic realm=\"OMS\"");
        }
        response
    }
}

// === impl Stage ===

impl Stage {
    /// The response that the faults make of the answer.
    pub(in crate::sim) async fn play(&self, faults: Vec<Fault>, answer: Answer) -> Response<Body> {
        let mut spoiling = None;
        for fault in faults {
            match fault.kind {
                FaultKind::Delay { milliseconds } => {
                    self.pause(Duration::from_millis(milliseconds)).await;
                }
                _ => spoiling = Some(fault),
            }
        }
        match spoiling {
            None => answer.response(),
            Some(fault) => self.spoil(fault, answer).await,
        }
    }

    async fn spoil(&self, fault: Fault, answer: Answer) -> Response<Body> {
        let Answer { status, body } = answer;
        match fault.kind {
            FaultKind::Status { code, retry_after } => refused(code, retry_after.as_deref()),
            FaultKind::Page => page(StatusCode::OK, HTML, login_page()),
            FaultKind::Truncated => {
                let half = body.chars().count() / 2;
                page(status, JSON, body.chars().take(half).collect::<String>())
            }
            FaultKind::Hang => {
                self.stop.cancelled().await;
                page(StatusCode::SERVICE_UNAVAILABLE, HTML, String::new())
            }
            FaultKind::Drip { milliseconds } => {
                let pause = Duration::from_millis(milliseconds);
                let length = body.len().to_string();
                let mut response = page(status, JSON, body::drip(self, body, pause));
                with(&mut response, header::CONTENT_LENGTH, &length);
                response
            }
            FaultKind::Reset => {
                let length = body.len();
                let half: String = body.chars().take(length / 2).collect();
                let mut response = page(status, JSON, body::cut_off(self, half, BEFORE_RESET));
                with(&mut response, header::CONTENT_LENGTH, &(length + 1000).to_string());
                response
            }
            FaultKind::Garbage => page(StatusCode::OK, JSON, body::GARBAGE.to_vec()),
            FaultKind::Huge { bytes } => page(StatusCode::OK, JSON, body::huge(self, bytes)),
            FaultKind::WrongType => page(status, "text/plain", body),
            FaultKind::GzipBomb { bytes } => {
                let mut response = page(StatusCode::OK, JSON, body::gzip_bomb(self, bytes));
                with(&mut response, header::CONTENT_ENCODING, "gzip");
                response
            }
            FaultKind::Redirect { location } => {
                let mut response = page(StatusCode::FOUND, HTML, String::new());
                with(&mut response, header::LOCATION, &location);
                response
            }
            FaultKind::Empty => page(StatusCode::OK, JSON, String::new()),
            FaultKind::WithoutSteps => {
                let body = without_steps(&body, fault.project.as_deref());
                page(status, JSON, body)
            }
            // A refusal is put into the service's own words before the answer gets here, and a
            // delay is over by now.
            FaultKind::Envelope { .. } | FaultKind::Delay { .. } => Answer { status, body }.response(),
        }
    }

    /// Waits, unless the server stops.
    pub(super) async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// A page as nginx sends it on an error of its own.
pub(in crate::sim) fn nginx_page(status: StatusCode) -> String {
    format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n\
         <center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

/// A page with this content type.
pub(in crate::sim) fn page(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    with(&mut response, header::CONTENT_TYPE, content_type);
    response
}

fn refused(code: u16, retry_after: Option<&str>) -> Response<Body> {
    // An informational status cannot end a response.
    let status = StatusCode::from_u16(code)
        .ok()
        .filter(|status| !status.is_informational())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = page(status, HTML, nginx_page(status));
    if let Some(retry_after) = retry_after {
        with(&mut response, header::RETRY_AFTER, retry_after);
    }
    response
}

/// Sets a header; a value that cannot be one is left out.
fn with(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn login_page() -> String {
    "<!DOCTYPE html>\n<html><head><title>Log on</title></head>\
     <body><form action=\"/login\"></form></body></html>\n"
        .to_owned()
}

/// The list with `null` for the steps of this project, or of all.
fn without_steps(body: &str, project: Option<&str>) -> String {
    let Ok(mut list) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    let items = list.get_mut("data").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        let id = item.get("id").and_then(Value::as_str);
        let meant = project.is_none() || project == id;
        if let Some(steps) = item.get_mut("steps").filter(|_| meant) {
            *steps = Value::Null;
        }
    }
    list.to_string()
}
