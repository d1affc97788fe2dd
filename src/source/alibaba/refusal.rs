//! What the gateway's own errors mean. They come with an HTTP status of 400 and above and a code,
//! as JSON (capitalised or not) or XML; errors of the service behind the gateway come with 200 and
//! are not read here.
//!
//! The codes are those of the vendor's table of common errors and of its clients. The same code
//! comes with different statuses from one region or year to the next, so the code counts more.

use std::time::Duration;

use jiff::Timestamp;

use super::credentials::Credentials;
use crate::source::error::SourceError;
use crate::source::lenient::{self, Gaps, Leaf, Obj, wire};
use crate::source::quote::quote;
use crate::source::transport::Answer;

/// Where the gateway says how many milliseconds to wait.
const RETRY_AFTER: &str = "x-acs-retry-after";
/// What the names of actions begin with in a policy.
const POLICY_PREFIX: &str = "oceanbase";
/// Clocks that are closer than that agree; the gateway allows 15 minutes.
const CLOSE: Duration = Duration::from_mins(1);

/// What was asked, and when the answer came.
pub(super) struct Asked<'a> {
    pub(super) action: &'static str,
    pub(super) key: &'a Credentials,
    pub(super) now: Timestamp,
}

wire! {
    /// An error of the gateway.
    Fault<'a> {
        code: Leaf<'a>,
        message: Leaf<'a>,
    }
}

#[derive(Clone, Copy, Debug)]
enum Meaning {
    Throttled,
    Repeated,
    Clock,
    Token,
    /// With what to do.
    Key(&'static str),
    NotPermitted,
    Unsupported,
    Trouble,
}

/// How codes begin, in lower case, and what they mean; the first that fits counts.
const MEANINGS: [(&str, Meaning); 20] = [
    ("throttling", Meaning::Throttled),
    ("signaturenonceused", Meaning::Repeated),
    ("invalidtimestamp", Meaning::Clock),
    ("illegaltimestamp", Meaning::Clock),
    ("invalidsecuritytoken", Meaning::Token),
    ("securitytoken", Meaning::Token),
    ("missingsecuritytoken", Meaning::Key("it is a temporary one: give its security token too")),
    ("invalidaccesskeyid.inactive", Meaning::Key("it is disabled: enable it in RAM or use another one")),
    ("invalidaccesskeyid", Meaning::Key("there is no such key: check `access_key_id`, or where the key comes from")),
    ("invalidaccesskey", Meaning::Key("check the key and its secret")),
    (
        "signaturedoesnotmatch",
        Meaning::Key("the secret does not belong to it: check `access_key_secret`, or where the key comes from"),
    ),
    ("incompletesignature", Meaning::Key("the signature did not arrive whole: look for a proxy that changes headers")),
    ("forbidden", Meaning::NotPermitted),
    ("nopermission", Meaning::NotPermitted),
    ("invalidaction", Meaning::Unsupported),
    ("invalidapi", Meaning::Unsupported),
    ("invalidproduct", Meaning::Unsupported),
    ("invalidversion", Meaning::Unsupported),
    ("serviceunavailable", Meaning::Trouble),
    ("internalerror", Meaning::Trouble),
];

/// What the gateway says against a request. None for an answer of the service behind it, and for
/// one of somebody else: that is told by its status alone.
pub(super) fn read(asked: &Asked<'_>, answer: &Answer) -> Option<SourceError> {
    if answer.status() < 400 {
        return None;
    }
    let (code, message) = fault(&answer.text())?;
    let meaning = meaning(&code, &message, answer.status());
    let code = quote(&code);
    let status = answer.status();
    let retry_after = milliseconds(answer).or_else(|| answer.retry_after());
    Some(match meaning {
        Some(Meaning::Throttled) => SourceError::Throttled { status, retry_after },
        Some(Meaning::Repeated) => SourceError::Repeated { code },
        Some(Meaning::Clock) => SourceError::ClockSkew { cause: format!("{code}; {}", off(answer, asked.now)) },
        Some(Meaning::Token) => SourceError::TokenExpired { cause: format!("{code}, key {}", masked(asked.key)) },
        Some(Meaning::Key(advice)) => SourceError::KeyRefused { key: masked(asked.key), code, advice },
        Some(Meaning::NotPermitted) => {
            SourceError::NotPermitted { permission: format!("{POLICY_PREFIX}:{}", asked.action), code }
        }
        Some(Meaning::Unsupported) => SourceError::UnknownAction { operation: asked.action },
        Some(Meaning::Trouble) => SourceError::Server { status, retry_after },
        None => SourceError::Api { code, message: quote(&message) },
    })
}

fn meaning(code: &str, message: &str, status: u16) -> Option<Meaning> {
    let lower = code.to_ascii_lowercase();
    if let Some((_, meaning)) = MEANINGS.iter().find(|(start, _)| lower.starts_with(start)) {
        return Some(*meaning);
    }
    // Some regions call it an invalid parameter, and name that in the message alone.
    if message.contains("SecurityToken.Expired") {
        return Some(Meaning::Token);
    }
    match status {
        401 => Some(Meaning::Key("check the key and its secret")),
        403 => Some(Meaning::NotPermitted),
        429 => Some(Meaning::Throttled),
        500.. => Some(Meaning::Trouble),
        _ => None,
    }
}

/// Code and message, if there is a code.
fn fault(text: &str) -> Option<(String, String)> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return Some((element(text, "Code")?, element(text, "Message").unwrap_or_default()));
    }
    let Ok(Obj::Given(fault)) = lenient::read::<Obj<Fault<'_>>>(text) else { return None };
    let mut gaps = Gaps::default();
    let message = gaps.text("message", fault.message).unwrap_or_default();
    gaps.text("code", fault.code).map(|code| (code, message))
}

/// The text of the first element of this name: the gateway's XML is flat.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inside.trim().to_owned()).filter(|inside| !inside.is_empty())
}

fn milliseconds(answer: &Answer) -> Option<Duration> {
    let wait: u32 = answer.header(RETRY_AFTER)?.trim().parse().ok()?;
    (wait > 0).then(|| Duration::from_millis(wait.into()))
}

/// Enough of the key to know it again in the console, and not the whole.
fn masked(key: &Credentials) -> String {
    const ENDS: usize = 4;
    let letters: Vec<char> = key.access_key_id.chars().collect();
    if letters.len() < 3 * ENDS {
        return "…".to_owned();
    }
    let begin: String = letters.iter().take(ENDS).collect();
    let end: String = letters.iter().skip(letters.len() - ENDS).collect();
    quote(&format!("{begin}…{end}"))
}

/// How far this machine's clock is from the one of the answer.
fn off(answer: &Answer, now: Timestamp) -> String {
    let date = answer.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date.trim()).ok());
    let Some(date) = date else { return "its answer has no date to compare with".to_owned() };
    let ahead = date.timestamp().duration_until(now);
    let apart = ahead.unsigned_abs();
    if apart < CLOSE {
        return "the clocks agree by now, so the request was on its way for too long".to_owned();
    }
    let minutes = Duration::from_mins((apart.as_secs() + 30) / 60);
    let side = if ahead.is_positive() { "ahead of" } else { "behind" };
    format!("this machine's clock is {} {side} the service's", humantime::format_duration(minutes))
}

#[cfg(test)]
mod tests;
