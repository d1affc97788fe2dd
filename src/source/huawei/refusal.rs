//! What an answer of the DRS API says when it is no success. The status alone does not tell: a
//! deleted job is a 400, throttling may be a 400 too, an expired token 401 or 403.

use super::wire::Refusal;
use crate::source::error::SourceError;
use crate::source::lenient::{self, Gaps, Obj};
use crate::source::quote::quote;
use crate::source::transport::Answer;

/// The codes of a job that does not exist (any more).
const GONE: [&str; 3] = ["DRS.M05003", "DRS.M05004", "DRS.10000010"];
/// The code of a token that is not valid (any more); it comes with 403.
const BAD_TOKEN: &str = "DRS.M00100";
/// The code of a call that came too often; it comes with 400.
const TOO_OFTEN: &str = "DRS.M01503";
/// The code of a missing permission that comes with 401.
const NOT_ALLOWED: &str = "DRS.M00103";
/// How old a signature may be, in minutes.
const ALLOWED_SKEW: f64 = 15.0;

/// The error that an answer stands for; none for a success.
pub(super) fn of(answer: &Answer, text: &str) -> Option<SourceError> {
    let refusal = answer.refusal()?;
    let (code, message) = told(text);
    let said = message.to_lowercase();
    let gateway = |number: &str| code.starts_with("APIG") && code.ends_with(number);
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let expired = || has(&["token"]) && has(&["expire", "decrypt"]);
    let clock = || {
        // The gateway has one code for unknown keys and for a wrong time.
        (gateway(".0303") && !has(&["not found", "verify"]))
            || has(&["clock", "x-sdk-date", "timestamp", "skew"])
            || (has(&["expired"]) && has(&["signature", "date"]))
    };
    Some(match refusal {
        SourceError::Unauthorized if code == NOT_ALLOWED => SourceError::Forbidden,
        SourceError::Unauthorized if expired() => SourceError::TokenExpired { cause: quote(&message) },
        SourceError::Unauthorized if clock() => SourceError::ClockSkew { cause: quote(&message) },
        SourceError::Forbidden if code == BAD_TOKEN => SourceError::TokenExpired { cause: quote(&message) },
        SourceError::Status { status } if code == TOO_OFTEN || gateway(".0308") => {
            SourceError::Throttled { status, retry_after: answer.retry_after() }
        }
        SourceError::Status { status: 404 } if gateway(".0101") => SourceError::Status { status: 404 },
        SourceError::Status { .. } if is_gone(&code) => SourceError::NotFound,
        SourceError::Status { .. } if !code.is_empty() => SourceError::Api { code, message: quote(&message) },
        other => other,
    })
}

/// What a refused signature may really be: the service's clock, as its answer shows it, is further
/// from this machine's than a signature may be.
pub(super) fn skew(answer: &Answer) -> Option<SourceError> {
    let theirs = jiff::fmt::rfc2822::parse(answer.header("date")?).ok()?.timestamp();
    let apart = (theirs.as_duration().as_secs_f64() - answer.answered()?.unix()).abs() / 60.0;
    (apart > ALLOWED_SKEW).then(|| SourceError::ClockSkew { cause: format!("the clocks are {apart:.0} minutes apart") })
}

/// The error of one job among the results of a batch; none for a success.
pub(super) fn of_item(code: Option<String>, message: Option<String>) -> Option<SourceError> {
    let code = code?;
    if is_gone(&code) {
        return Some(SourceError::NotFound);
    }
    Some(SourceError::Api { code, message: quote(&message.unwrap_or_else(|| "without a message".to_owned())) })
}

/// There is no such job, or no longer.
pub(super) fn is_gone(code: &str) -> bool {
    GONE.contains(&code)
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
