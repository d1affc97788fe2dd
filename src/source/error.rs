//! Why a call failed, as a closed set, each with a sentence that says what happened and what to do.
//! Answers are never quoted at length and credentials never: the sentences go into logs and pages.

use std::time::Duration;

use crate::domain::{Failure, Reason};

/// A call that did not give what was asked for.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    /// The request could not even be written.
    #[error("the request cannot be made: {cause}; check `endpoint` and the project id")]
    Unsent {
        /// The client library's words.
        cause: String,
    },
    /// The host name has no address.
    #[error("the host name {host} cannot be resolved; check `endpoint` and this machine's DNS")]
    Dns {
        /// The host that was looked up.
        host: String,
    },
    /// No connection was made.
    #[error("cannot connect to {host}: {cause}; check that the service runs and that no firewall is in between")]
    Connect {
        /// Host and port.
        host: String,
        /// The system's words.
        cause: String,
    },
    /// No agreement on TLS.
    #[error("no TLS connection with {host}: {cause}; {cure}")]
    Tls {
        /// Host and port.
        host: String,
        /// The TLS library's words.
        cause: String,
        /// The setting to look at.
        cure: &'static str,
    },
    /// No whole answer in time.
    #[error("no whole answer within {}; the service is slow or hangs (`timeout` sets the limit)", humantime::format_duration(*.after))]
    Timeout {
        /// The limit that passed.
        after: Duration,
    },
    /// The connection ended early.
    #[error("the connection ended before the answer was complete")]
    Interrupted,
    /// The answer is too large.
    #[error("the answer is larger than {limit} bytes; raise `max_response_bytes` if that is expected")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// The server points elsewhere.
    #[error(
        "the server redirects (HTTP {status}), which is not followed because it would hand the credentials on; set `endpoint` to the real address"
    )]
    Redirect {
        /// The HTTP status.
        status: u16,
    },
    /// Wrong credentials.
    #[error(
        "the service refuses the credentials (HTTP 401); correct them and restart: the next attempts wait for minutes, because repeated failures lock accounts"
    )]
    Unauthorized,
    /// Not allowed.
    #[error("the service does not allow this (HTTP 403); give the user access to the project and the API")]
    Forbidden,
    /// A key pair is refused.
    #[error(
        "the service refuses the access key {key} ({code}): {advice}; the next attempts wait for minutes, because a wrong key stays wrong"
    )]
    KeyRefused {
        /// The beginning and the end of its public part.
        key: String,
        /// The service's code.
        code: String,
        /// What to do.
        advice: &'static str,
    },
    /// The key is good, but may not do this.
    #[error("the service does not allow {permission} ({code}); add this action to a policy of the key's user or role")]
    NotPermitted {
        /// What a policy calls the action.
        permission: String,
        /// The service's code.
        code: String,
    },
    /// There is nothing to sign with.
    #[error("{cause}")]
    NoCredentials {
        /// Where they were looked for, and why they are not there.
        cause: String,
    },
    /// A request that was made anew counts as sent before.
    #[error(
        "the service says that it has seen this request before ({code}), again and again; look for a proxy that sends requests twice"
    )]
    Repeated {
        /// The service's code.
        code: String,
    },
    /// Asked too often.
    #[error(
        "the service asks to slow down (HTTP {status}); lower `requests_per_second` or lengthen `interval` if this goes on"
    )]
    Throttled {
        /// The HTTP status.
        status: u16,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// The service is broken, or what stands before it.
    #[error("the service answers with HTTP {status}; look at its own logs, or at the status page of the cloud")]
    Server {
        /// The HTTP status.
        status: u16,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// Another status that is no success.
    #[error("the server answers with HTTP {status}; check that `endpoint` is the API of the service")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// Not JSON.
    #[error(
        "the answer is not JSON ({hint}); check that `endpoint` is the API of the service and not a login page or proxy"
    )]
    NotJson {
        /// Where reading ended, or what it looks like.
        hint: String,
    },
    /// JSON of somebody else.
    #[error("the answer is JSON but not the service's ({hint}); check `endpoint`")]
    Foreign {
        /// What is missing.
        hint: &'static str,
    },
    /// The service says that the call failed.
    #[error("the service reports a failure, {code}: {message}")]
    Api {
        /// The service's code.
        code: String,
        /// The service's message, cut.
        message: String,
    },
    /// The clocks differ too much.
    #[error(
        "the service refuses the signature's time ({cause}); correct this machine's clock (NTP): 15 minutes are allowed"
    )]
    ClockSkew {
        /// The service's words.
        cause: String,
    },
    /// A temporary credential has ended.
    #[error("the service says that the token has expired or is not valid ({cause}); renew the temporary credentials")]
    TokenExpired {
        /// The service's words.
        cause: String,
    },
    /// The service does not know the action.
    #[error(
        "this service does not know {operation}: its edition, version or region does not have it (an extra is asked for again in an hour)"
    )]
    UnknownAction {
        /// The action's name.
        operation: &'static str,
    },
    /// The service answers without the project.
    #[error("the service answers without this project; check its id")]
    NotFound,
    /// A replay is asked for something else than what was recorded.
    #[error("the capture has no answer to {operation} here; record again, with this project and these settings")]
    NotRecorded {
        /// The action's name.
        operation: &'static str,
    },
    /// A replay of a request that got no answer.
    #[error("this request had no answer when it was recorded ({})", .reason.as_str())]
    FailedThen {
        /// Why it had none.
        reason: Reason,
    },
    /// A label that the service does not have.
    #[error("the service has no label named {wanted:?}; it has: {known}")]
    UnknownLabel {
        /// The configured name.
        wanted: String,
        /// Some that exist.
        known: String,
    },
}

impl SourceError {
    /// The same with `clean` applied to what the service itself said.
    pub(super) fn masked(self, clean: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Api { code, message } => Self::Api { code: clean(&code), message: clean(&message) },
            Self::ClockSkew { cause } => Self::ClockSkew { cause: clean(&cause) },
            Self::TokenExpired { cause } => Self::TokenExpired { cause: clean(&cause) },
            other => other,
        }
    }

    /// The label value.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Dns { .. } => Reason::Dns,
            Self::Connect { .. } | Self::Unsent { .. } => Reason::Connect,
            Self::Tls { .. } => Reason::Tls,
            Self::Timeout { .. } => Reason::Timeout,
            Self::Interrupted => Reason::Interrupted,
            Self::TooLarge { .. } => Reason::TooLarge,
            Self::Redirect { .. } => Reason::Redirect,
            Self::Unauthorized | Self::KeyRefused { .. } => Reason::Unauthorized,
            Self::Forbidden | Self::NotPermitted { .. } => Reason::Forbidden,
            Self::NoCredentials { .. } => Reason::NoCredentials,
            Self::Throttled { .. } => Reason::Throttled,
            Self::Server { .. } => Reason::ServerError,
            Self::Status { .. } => Reason::HttpStatus,
            Self::NotJson { .. } => Reason::NotJson,
            Self::Foreign { .. } => Reason::Foreign,
            Self::Api { .. } | Self::Repeated { .. } => Reason::ApiError,
            Self::UnknownAction { .. } => Reason::Unsupported,
            Self::ClockSkew { .. } => Reason::ClockSkew,
            Self::TokenExpired { .. } => Reason::TokenExpired,
            Self::NotFound | Self::NotRecorded { .. } => Reason::NotFound,
            Self::FailedThen { reason } => *reason,
            Self::UnknownLabel { .. } => Reason::UnknownLabel,
        }
    }

    /// The service itself spoke, in its own envelope.
    pub(super) fn answered(&self) -> bool {
        matches!(self, Self::Api { .. } | Self::UnknownAction { .. } | Self::NotFound | Self::UnknownLabel { .. })
    }

    /// The credentials are not accepted: sending them again soon does harm.
    pub(super) fn refuses_credentials(&self) -> bool {
        self.reason().refuses_credentials()
    }

    /// The same call may succeed a moment later.
    pub(super) fn transient(&self) -> bool {
        matches!(
            self,
            Self::Dns { .. }
                | Self::Connect { .. }
                | Self::Timeout { .. }
                | Self::Interrupted
                | Self::Repeated { .. }
                | Self::Throttled { .. }
                | Self::Server { .. }
        )
    }

    /// How long the service asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after, .. } | Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self { reason: error.reason(), message: error.to_string() }
    }
}
