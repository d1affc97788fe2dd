//! Plays a fault: turns the right answer into the spoilt response. Everything that takes time
//! ends when the server stops.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{Response, StatusCode, header},
};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Fault, FaultKind, body};
use crate::sim::answer::{Answer, HTML, JSON, page, set};

/// How long a connection that is to be reset stays open after half of its body, so that the half
/// really leaves.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// Where slow bodies are played: their tasks, and the word to stop.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Stage {
    pub(in crate::sim) tasks: TaskTracker,
    pub(in crate::sim) stop: CancellationToken,
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
        let body = answer.body.clone();
        match fault.kind {
            FaultKind::Status { code, retry_after } => refused(code, retry_after.as_deref()),
            FaultKind::Page => page(StatusCode::OK, HTML, login_page()),
            FaultKind::Truncated => answer.carrying(answer.content_type, half(&body)),
            FaultKind::Hang => {
                self.stop.cancelled().await;
                page(StatusCode::SERVICE_UNAVAILABLE, HTML, String::new())
            }
            FaultKind::Drip { milliseconds } => {
                let length = body.len().to_string();
                let dripping = body::drip(self, body, Duration::from_millis(milliseconds));
                let mut response = answer.carrying(answer.content_type, dripping);
                set(&mut response, header::CONTENT_LENGTH, &length);
                response
            }
            FaultKind::Reset => {
                let length = (body.len() + 1000).to_string();
                let ending = body::cut_off(self, half(&body), BEFORE_RESET);
                let mut response = answer.carrying(answer.content_type, ending);
                set(&mut response, header::CONTENT_LENGTH, &length);
                response
            }
            FaultKind::Garbage => page(StatusCode::OK, JSON, body::GARBAGE.to_vec()),
            FaultKind::Huge { bytes } => page(StatusCode::OK, JSON, body::huge(self, bytes)),
            FaultKind::WrongType => answer.carrying("text/plain", body),
            FaultKind::GzipBomb { bytes } => {
                let mut response = page(StatusCode::OK, JSON, body::gzip_bomb(self, bytes));
                set(&mut response, header::CONTENT_ENCODING, "gzip");
                response
            }
            FaultKind::Redirect { location } => {
                let mut response = page(StatusCode::FOUND, HTML, String::new());
                set(&mut response, header::LOCATION, &location);
                response
            }
            FaultKind::Empty => page(StatusCode::OK, JSON, String::new()),
            FaultKind::WithoutSteps => {
                answer.carrying(answer.content_type, without_steps(&body, fault.project.as_deref()))
            }
            // A refusal is put into the service's own words before the answer gets here, and a
            // delay is over by now.
            FaultKind::Envelope { .. }
            | FaultKind::Gateway { .. }
            | FaultKind::Throttled { .. }
            | FaultKind::UnknownAction
            | FaultKind::Delay { .. } => answer.response(),
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

fn refused(code: u16, retry_after: Option<&str>) -> Response<Body> {
    let mut response = Answer::nginx(status(code)).response();
    if let Some(retry_after) = retry_after {
        set(&mut response, header::RETRY_AFTER, retry_after);
    }
    response
}

/// The status of this number; 500 if it cannot end a response.
pub(in crate::sim) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code)
        .ok()
        .filter(|status| !status.is_informational())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The first half, cut between two characters if it is text.
fn half(body: &Bytes) -> Bytes {
    let middle = body.len() / 2;
    body.slice(..std::str::from_utf8(body).map_or(middle, |text| text.floor_char_boundary(middle)))
}

fn login_page() -> String {
    "<!DOCTYPE html>\n<html><head><title>Log on</title></head>\
     <body><form action=\"/login\"></form></body></html>\n"
        .to_owned()
}

/// The list with `null` for the steps of this project, or of all, in either way to spell its keys.
fn without_steps(body: &[u8], project: Option<&str>) -> Bytes {
    let Ok(mut list) = serde_json::from_slice::<Value>(body) else {
        return Bytes::copy_from_slice(body);
    };
    for [data, id, steps] in [["data", "id", "steps"], ["Data", "Id", "Steps"]] {
        let items = list.get_mut(data).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten() {
            let meant = project.is_none() || project == item.get(id).and_then(Value::as_str);
            if let Some(steps) = item.get_mut(steps).filter(|_| meant) {
                *steps = Value::Null;
            }
        }
    }
    list.to_string().into()
}
