//! One request and its whole answer: the deadline covers the body, the body is capped while it
//! streams, and whatever goes wrong becomes one of the closed set of errors.

use std::error::Error;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Request, Response, StatusCode};

use super::trust;
use crate::config::Limits;
use crate::domain::Time;
use crate::source::error::SourceError;

/// How much of an announced length is reserved up front: the announcement is not to be trusted.
const MAX_RESERVED_BYTES: usize = 8 << 20;

/// An answer with its whole body, whatever its status: errors explain themselves there.
#[derive(Debug)]
pub(in crate::source) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    answered: Option<Time>,
}

impl Answer {
    /// An answer that did not come over a network just now.
    pub(in crate::source) fn recorded(
        status: StatusCode,
        headers: HeaderMap,
        body: Vec<u8>,
        answered: Option<Time>,
    ) -> Self {
        Self { status, headers, body, answered }
    }

    /// When its last byte came; none while the clock is set to an impossible date.
    pub(in crate::source) fn answered(&self) -> Option<Time> {
        self.answered
    }

    /// The body as text; bytes that are not UTF-8 cost the characters they stand for.
    pub(in crate::source) fn text(&self) -> std::borrow::Cow<'_, str> {
        // The check alone is several times as fast as the repair.
        match std::str::from_utf8(&self.body) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(&self.body),
        }
    }

    /// A header's value, if it is text.
    pub(in crate::source) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The HTTP status.
    pub(in crate::source) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// How long the service asks to wait, in the words of HTTP.
    pub(in crate::source) fn retry_after(&self) -> Option<Duration> {
        self.header(RETRY_AFTER.as_str()).and_then(retry_after)
    }

    /// The error that the status alone stands for; the body may say more.
    pub(in crate::source) fn refusal(&self) -> Option<SourceError> {
        let status = self.status.as_u16();
        Some(match self.status {
            _ if self.status.is_success() => return None,
            StatusCode::UNAUTHORIZED => SourceError::Unauthorized,
            StatusCode::FORBIDDEN => SourceError::Forbidden,
            StatusCode::TOO_MANY_REQUESTS => SourceError::Throttled { status, retry_after: self.retry_after() },
            _ if self.status.is_server_error() => SourceError::Server { status, retry_after: self.retry_after() },
            _ => SourceError::Status { status },
        })
    }

    /// An answer of which nothing but this matters.
    #[cfg(test)]
    pub(in crate::source) fn of(status: u16, body: &[u8]) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        Self::recorded(status, HeaderMap::new(), body.to_vec(), None)
    }

    /// The same with a header.
    #[cfg(test)]
    pub(in crate::source) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }
}

/// Sends `request` and reads the answer within the deadline.
pub(super) async fn exchange(
    client: &reqwest::Client,
    request: Request,
    limits: &Limits,
) -> Result<Answer, SourceError> {
    let host = shown_host(&request);
    let exchange = async {
        let response = client.execute(request).await.map_err(|error| unreachable_because(&error, &host))?;
        if response.status().is_redirection() {
            return Err(SourceError::Redirect { status: response.status().as_u16() });
        }
        read_body(response, limits.max_response_bytes).await
    };
    tokio::time::timeout(limits.timeout, exchange).await.unwrap_or(Err(SourceError::Timeout { after: limits.timeout }))
}

/// Reads at most `cap` bytes, after decompression.
pub(super) async fn read_body(mut response: Response, cap: usize) -> Result<Answer, SourceError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    if announced.is_some_and(|length| length > cap) {
        return Err(SourceError::TooLarge { limit: cap });
    }
    let mut body = Vec::with_capacity(announced.unwrap_or_default().min(MAX_RESERVED_BYTES));
    while let Some(chunk) = response.chunk().await.map_err(|error| broken_off_because(&error))? {
        if body.len() + chunk.len() > cap {
            return Err(SourceError::TooLarge { limit: cap });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body, answered: Time::from_system(SystemTime::now()) })
}

/// `Retry-After` in its two forms: seconds or a date.
fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let now = jiff::Timestamp::now();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// Host and port, which is all of an address that goes into messages.
pub(super) fn shown_host(request: &Request) -> String {
    let url = request.url();
    let host = url.host_str().unwrap_or("?");
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Tells why there was no answer at all.
pub(super) fn unreachable_because(error: &reqwest::Error, host: &str) -> SourceError {
    let host = host.to_owned();
    if error.is_dns() {
        return SourceError::Dns { host };
    }
    if let Some(cause) = tls_error(error) {
        let (cause, cure) = trust::explain(cause);
        return SourceError::Tls { host, cause, cure };
    }
    if error.is_connect() {
        return SourceError::Connect { host, cause: innermost(error) };
    }
    SourceError::Interrupted
}

/// Tells why an answer broke off. The client calls every failure of a body a decoding error; only
/// broken compression has this cause underneath.
pub(super) fn broken_off_because(error: &reqwest::Error) -> SourceError {
    let is_invalid = |cause: &std::io::Error| {
        matches!(cause.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput)
    };
    let mut system = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    if tls_error(error).is_none() && system.any(is_invalid) {
        return SourceError::NotJson { hint: "its compression is broken".to_owned() };
    }
    SourceError::Interrupted
}

/// The TLS library's own error, if it was TLS.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(trust::tls_error)
}

/// The last link of the chain says what the system said.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no connection".to_owned(), ToString::to_string)
}

/// The errors under an error.
fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(retry_after("Wed, 21 Oct 2099 07:28:00 GMT").is_some_and(|wait| wait.as_secs() > 1_000_000));
        assert_eq!(retry_after("soon"), None);
    }
}
