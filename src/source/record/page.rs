//! How one answer is written down: a file for people first, and for a replay second.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Asked;
use super::redact::{Body, Clean, Mask};
use crate::domain::Reason;
use crate::source::error::SourceError;
use crate::source::transport::Answer;

/// The headers that a room looks at. No other is kept: cookies and traces travel in the rest.
pub(in crate::source) const HEADERS: [&str; 2] = ["content-type", "retry-after"];

/// One answer as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    pub(super) format: u32,
    pub(super) source: &'a str,
    pub(super) kind: &'static str,
    pub(super) operation: &'static str,
    pub(super) request: Asked,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<f64>,
    took_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'static str>,
}

/// What a page says beside its answer.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// The source's name, as it may be shown.
    pub(super) source: &'a str,
    /// Its kind.
    pub(super) kind: &'static str,
    /// The action.
    pub(super) operation: &'static str,
    /// How long the answer took.
    pub(super) took: Duration,
}

impl<'a> Page<'a> {
    /// Redacts an answer.
    pub(super) fn of(head: &Head<'a>, asked: &Asked, answer: &Result<Answer, SourceError>, mask: &mut Mask) -> Self {
        let request = asked.cleaned(mask);
        let took_ms = u64::try_from(head.took.as_millis()).unwrap_or(u64::MAX);
        let blank = Page {
            format: super::FORMAT,
            source: head.source,
            kind: head.kind,
            operation: head.operation,
            request,
            status: None,
            headers: BTreeMap::new(),
            answered: None,
            took_ms,
            body: None,
            not_json: None,
            failed: None,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Page { failed: Some(error.reason().as_str()), ..blank },
        };
        let kept = |name| Some((name, mask.plain(answer.header(name)?)));
        let headers = HEADERS.into_iter().filter_map(kept).collect();
        let (body, not_json) = match mask.body(&answer.text()) {
            Body::Json(body) => (Some(body), None),
            Body::Text(text) => (None, Some(text)),
        };
        Page {
            status: Some(answer.status()),
            headers,
            answered: answer.answered().map(crate::domain::Time::unix),
            body,
            not_json,
            ..blank
        }
    }
}

/// One answer as it is read again. Numbers keep their digits: a moment must not move by a rounding.
#[derive(Debug, Deserialize)]
pub(in crate::source) struct Written {
    /// The action.
    pub(in crate::source) operation: String,
    /// What was asked.
    pub(in crate::source) request: Asked,
    /// The HTTP status; none where there was no answer.
    pub(in crate::source) status: Option<u16>,
    /// The headers that were kept.
    #[serde(default)]
    pub(in crate::source) headers: BTreeMap<String, String>,
    /// When the answer came.
    pub(in crate::source) answered: Option<Box<RawValue>>,
    /// The body, where it was JSON and not `null`.
    pub(in crate::source) body: Option<Box<RawValue>>,
    /// How the body began, where it was not.
    pub(in crate::source) not_json: Option<String>,
    /// Why there was no answer.
    pub(in crate::source) failed: Option<String>,
}

impl Written {
    /// Why there was no answer, if that was so.
    pub(in crate::source) fn reason(&self) -> Option<Reason> {
        let word = self.failed.as_deref()?;
        Reason::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}
