//! What a poll tells while it runs: calls made, projects read or not, values that could not be
//! used. A [`Witness`] hears it at once, so that a poll cut off at its deadline leaves everything
//! that it had learned, and one slow project does not hold back its neighbours.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Extra, ExtraKind, Project};

/// Why something could not be read: a closed set, because it becomes a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The host name has no address.
    Dns,
    /// No connection: refused, unreachable.
    Connect,
    /// No agreement on TLS: an unknown CA, another name, an expired certificate.
    Tls,
    /// No whole answer in time.
    Timeout,
    /// The connection ended in the middle of an answer.
    Interrupted,
    /// The answer is larger than `max_response_bytes`.
    TooLarge,
    /// The server points elsewhere; credentials are not sent there.
    Redirect,
    /// Wrong credentials: HTTP 401, or a key or signature that is refused.
    Unauthorized,
    /// HTTP 403: not allowed.
    Forbidden,
    /// Asked too often.
    Throttled,
    /// HTTP 5xx.
    ServerError,
    /// Another HTTP status that is no success.
    HttpStatus,
    /// The answer is not JSON, or breaks off.
    NotJson,
    /// The answer is JSON of somebody else: not the service's envelope.
    Foreign,
    /// The service answered that the call failed.
    ApiError,
    /// The service answered without the project.
    NotFound,
    /// The poll's own deadline passed before this project's turn.
    Deadline,
    /// A label of the configuration that the service does not know.
    UnknownLabel,
    /// The service, its edition or its region does not have this API.
    Unsupported,
    /// The clocks of this machine and the service differ too much for a signature.
    ClockSkew,
    /// A temporary credential has expired.
    TokenExpired,
    /// No credentials were found, or they could not be fetched.
    NoCredentials,
}

impl Reason {
    /// Every reason, for series that exist from the start.
    pub const ALL: [Self; 22] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Interrupted,
        Self::TooLarge,
        Self::Redirect,
        Self::Unauthorized,
        Self::Forbidden,
        Self::Throttled,
        Self::ServerError,
        Self::HttpStatus,
        Self::NotJson,
        Self::Foreign,
        Self::ApiError,
        Self::NotFound,
        Self::Deadline,
        Self::UnknownLabel,
        Self::Unsupported,
        Self::ClockSkew,
        Self::TokenExpired,
        Self::NoCredentials,
    ];

    /// The service does not accept the credentials as they are sent. Sending them again soon does
    /// harm: services lock accounts and keys, and a wrong clock stays wrong.
    pub fn refuses_credentials(self) -> bool {
        matches!(self, Self::Unauthorized | Self::TokenExpired | Self::ClockSkew)
    }

    /// The label value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::TooLarge => "too_large",
            Self::Redirect => "redirect",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::ServerError => "server_error",
            Self::HttpStatus => "http_status",
            Self::NotJson => "not_json",
            Self::Foreign => "foreign_answer",
            Self::ApiError => "api_error",
            Self::NotFound => "not_found",
            Self::Deadline => "deadline",
            Self::UnknownLabel => "unknown_label",
            Self::Unsupported => "unsupported",
            Self::ClockSkew => "clock_skew",
            Self::TokenExpired => "token_expired",
            Self::NoCredentials => "no_credentials",
        }
    }
}

/// A failed reading, ready to be shown: the reason for machines, the message for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The label value.
    pub reason: Reason,
    /// One plain sentence without secrets that says what happened and what to do.
    pub message: String,
}

/// One API request that has ended, one way or another.
#[derive(Clone, Debug)]
pub struct Call {
    /// The action's name in the service's API.
    pub operation: &'static str,
    /// How long it took, body included.
    pub took: Duration,
    /// Why it failed, or none.
    pub failed: Option<Reason>,
    /// The service itself answered, in its own envelope, be it with a failure.
    pub answered: bool,
}

/// Values of one field that were present but could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The field as the API names it.
    pub field: &'static str,
    /// How many.
    pub count: u64,
}

/// The outcome of reading one project.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The project's id, as in [`Project::id`].
    pub id: String,
    /// What was read.
    pub outcome: Result<Box<Project>, Failure>,
}

/// Hears and keeps nothing, for calls outside of a poll.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deaf;

impl Witness for Deaf {
    fn call(&self, _: Call) {}
    fn project(&self, _: Reading) {}
    fn extra(&self, _: ExtraReading) {}
    fn ignored(&self, _: Ignored) {}
    fn dropped(&self, _: &'static str, _: u64) {}
    fn throttled(&self, _: Duration) {}
}

/// What a whole poll found out about which projects there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// The projects that are watched: the configured ones and those that discovery found.
    pub ids: BTreeSet<String>,
    /// Why discovery did not reach its end; then a project that is not in `ids` may still exist.
    pub failure: Option<Failure>,
}

/// The outcome of asking one extra about a project.
#[derive(Clone, Debug)]
pub struct ExtraReading {
    /// The project's id.
    pub id: String,
    /// What was asked.
    pub kind: ExtraKind,
    /// What was read.
    pub outcome: Result<Extra, Failure>,
}

/// Hears what a poll learns, at the moment it learns it.
pub trait Witness: Send + Sync {
    /// An API request has ended.
    fn call(&self, call: Call);
    /// A project was read, or could not be.
    fn project(&self, reading: Reading);
    /// An extra about a project was read, or could not be; the project itself is not affected.
    fn extra(&self, reading: ExtraReading);
    /// Values were left out because they could not be used.
    fn ignored(&self, ignored: Ignored);
    /// Series were left out by a cap.
    fn dropped(&self, limit: &'static str, count: u64);
    /// Time was spent waiting for the request budget or because the service asked for it.
    fn throttled(&self, waited: Duration);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dashboards and alerts are written against these words.
    #[test]
    fn the_reasons_are_a_closed_set_of_distinct_words() {
        let mut words: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Reason::ALL.len());
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }
}
