//! What an answer of the DRS API says when it is no success. The status alone does not tell: a
//! deleted job is a 400, throttling may be a 400 too, an expired token 401 or 403.

use super::wire::Refusal;
use crate::source::error::SourceError;
use crate::source::lenient::{self, Gaps, Obj};
use crate::source::transport::Answer;

/// The codes of a job that does not exist (any more).
const GONE: [&str; 3] = ["DRS.M05003", "DRS.M05004", "DRS.10000010"];
/// The code of a token that is not valid (any more); it comes with 403.
const BAD_TOKEN: &str = "DRS.M00100";
/// The code of a call that came too often; it comes with 400.
const TOO_OFTEN: &str = "DRS.M01503";
/// Messages of a service are shown up to this many characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// The error that an answer stands for; none for a success.
pub(super) fn of(answer: &Answer, text: &str, operation: &'static str) -> Option<SourceError> {
    let refusal = answer.refusal()?;
    let (code, message) = told(text);
    let said = message.to_lowercase();
    let gateway = |number: &str| code.starts_with("APIG") && code.ends_with(number);
    let clock =
        || gateway(".0303") || (said.contains("clock") || said.contains("x-sdk-date") || said.contains("timestamp"));
    let expired = || said.contains("token") && (said.contains("expire") || said.contains("decrypt"));
    Some(match refusal {
        SourceError::Unauthorized if clock() => SourceError::ClockSkew { cause: shown(&message) },
        SourceError::Unauthorized if expired() => SourceError::TokenExpired { cause: shown(&message) },
        SourceError::Forbidden if code == BAD_TOKEN => SourceError::TokenExpired { cause: shown(&message) },
        SourceError::Status { status } if code == TOO_OFTEN || gateway(".0308") => {
            SourceError::Throttled { status, retry_after: None }
        }
        SourceError::Status { status: 404 } if gateway(".0101") || code.is_empty() => {
            SourceError::UnknownAction { operation }
        }
        SourceError::Status { .. } if GONE.contains(&code.as_str()) => SourceError::NotFound,
        SourceError::Status { .. } if !code.is_empty() => SourceError::Api { code, message: shown(&message) },
        other => other,
    })
}

/// The error of one job among the results of a batch; none for a success.
pub(super) fn of_item(code: Option<String>, message: Option<String>) -> Option<SourceError> {
    let code = code?;
    if GONE.contains(&code.as_str()) {
        return Some(SourceError::NotFound);
    }
    Some(SourceError::Api { code, message: shown(&message.unwrap_or_else(|| "without a message".to_owned())) })
}

/// Code and message, wherever they stand.
fn told(text: &str) -> (String, String) {
    let Ok(Obj::Given(refusal)) = lenient::read::<Obj<Refusal<'_>>>(text) else { return Default::default() };
    let mut gaps = Gaps::default();
    let inner = gaps.object("error", refusal.error).unwrap_or_default();
    let code = [refusal.error_code, refusal.code, inner.code].into_iter().find_map(|leaf| gaps.text("code", leaf));
    let messages = [refusal.error_msg, refusal.message, inner.message, inner.title];
    let message = messages.into_iter().find_map(|leaf| gaps.text("message", leaf));
    (code.unwrap_or_default(), message.unwrap_or_default())
}

fn shown(message: &str) -> String {
    message.chars().take(MAX_MESSAGE_CHARS).collect()
}
