//! The wrapping of every OMS answer. A failure comes with HTTP 200 and `success: false`; a success
//! has `code` null, `"success"` or `"200"`, so only `success` counts.

use super::wire::Envelope;
use crate::source::error::SourceError;
use crate::source::lenient::{self, Gaps, Obj, Shape};
use crate::source::quote::quote;
use crate::source::transport::Answer;

/// Opens an answer whose text is `text`.
///
/// # Errors
/// When it is not JSON, not the service's, or tells of a failure.
pub(in crate::source) fn open<'a, T: Shape<'a>>(
    answer: &Answer,
    text: &'a str,
) -> Result<Envelope<'a, T>, SourceError> {
    match answer.refusal() {
        None => judge(text),
        // A 4xx may still carry the envelope, and then it says more than the status.
        Some(refusal @ SourceError::Status { .. }) => match judge::<T>(text) {
            Err(error @ SourceError::Api { .. }) => Err(error),
            _ => Err(refusal),
        },
        Some(refusal) => Err(refusal),
    }
}

fn judge<'a, T: Shape<'a>>(text: &'a str) -> Result<Envelope<'a, T>, SourceError> {
    let found: Obj<Envelope<'a, T>> = lenient::read(text).map_err(|error| not_json(text, &error))?;
    let Obj::Given(envelope) = found else {
        return Err(SourceError::Foreign { hint: "it is no object" });
    };
    match Gaps::default().flag("success", envelope.success) {
        Some(true) => Ok(envelope),
        Some(false) => Err(failure(envelope)),
        None => Err(SourceError::Foreign { hint: "`success` is missing" }),
    }
}

/// The newer `errorDetail` says more than the older `code` and `message`.
fn failure<T>(envelope: Envelope<'_, T>) -> SourceError {
    let mut gaps = Gaps::default();
    let detail = gaps.object("errorDetail", envelope.error_detail).unwrap_or_default();
    let code = gaps.text("code", detail.code).or_else(|| gaps.text("code", envelope.code));
    let message = gaps.text("message", detail.message).or_else(|| gaps.text("message", envelope.message));
    SourceError::Api {
        code: quote(&code.unwrap_or_else(|| "without a code".to_owned())),
        message: quote(&message.unwrap_or_else(|| "without a message".to_owned())),
    }
}

/// Says what the answer looks like without quoting it.
pub(in crate::source) fn not_json(text: &str, error: &serde_json::Error) -> SourceError {
    let hint = match text.trim_start_matches('\u{feff}').trim_start().as_bytes().first() {
        None => "it is empty".to_owned(),
        Some(b'<') => "it looks like HTML or XML".to_owned(),
        Some(_) if error.is_eof() => "it breaks off".to_owned(),
        Some(_) => format!("malformed at line {} column {}", error.line(), error.column()),
    };
    SourceError::NotJson { hint }
}
