//! Why there are no credentials. Every provider says in a few words why it gave none; paths, names
//! of variables, hosts and codes are told, answers, files and keys never.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A miss is told in that many characters at most: a path or a name may be of any length.
const MAX_MISS_CHARS: usize = 200;

/// No provider gave credentials. Said in one line, with what to do.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "no credentials for Alibaba Cloud: {}; give `access_key_id` and `access_key_secret` in the configuration, or set up one of these",
    Told(.tried)
)]
pub(in crate::source::alibaba) struct CredentialsError {
    /// Every provider that was asked, in the order of the chain.
    tried: Vec<Tried>,
}

impl CredentialsError {
    pub(super) fn new(tried: Vec<Tried>) -> Self {
        Self { tried }
    }
}

/// A provider that was asked, and why it gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    /// The provider's name.
    pub(super) provider: &'static str,
    /// Why it gave nothing.
    pub(super) miss: Miss,
}

/// Why a provider gave nothing.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Miss {
    /// It is not set up.
    #[error("{0} is not set")]
    Unset(&'static str),
    /// It is half set up.
    #[error("{set} is set but {unset} is not")]
    Half {
        /// The variable that is there.
        set: &'static str,
        /// The variable that is not.
        unset: &'static str,
    },
    /// The user does not want it.
    #[error("switched off by {0}")]
    Off(&'static str),
    /// A variable holds what it cannot hold.
    #[error("{variable} is no {wanted}")]
    Misset {
        /// The variable.
        variable: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// The user has no home directory.
    #[error("no home directory is known")]
    NoHome,
    /// A file cannot be used.
    #[error("{} {cause}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in own words or the system's.
        cause: String,
    },
    /// A profile cannot be used.
    #[error("profile {profile:?} in {} {cause}", .path.display())]
    Profile {
        /// The profile's name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// No answer in time.
    #[error("no answer from {host} within {}", humantime::format_duration(*.after))]
    Timeout {
        /// The service's host.
        host: String,
        /// The limit that passed.
        after: Duration,
    },
    /// No answer at all.
    #[error("no answer from {host}: {cause}")]
    Unreachable {
        /// The service's host.
        host: String,
        /// The system's words.
        cause: String,
    },
    /// The service answered, but not with credentials.
    #[error("{host} answers with HTTP {status}{}", .code.as_deref().map(|code| format!(" {code}")).unwrap_or_default())]
    Refused {
        /// The service's host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The service's code, if it gave one.
        code: Option<String>,
    },
    /// The answer makes no sense.
    #[error("the answer of {host} {cause}")]
    Garbled {
        /// The service's host.
        host: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The credentials are of no use any more.
    #[error("it gave credentials that expired at {0}")]
    Expired(jiff::Timestamp),
}

/// The misses one after the other, without line breaks.
struct Told<'a>(&'a [Tried]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, Tried { provider, miss }) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            let why: String = miss.to_string().chars().map(printable).take(MAX_MISS_CHARS).collect();
            write!(f, "{separator}{provider} ({why})")?;
        }
        Ok(())
    }
}

/// Control characters, and what else would break a line or turn its direction, become a blank.
fn printable(letter: char) -> char {
    let breaks = letter.is_control() || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if breaks { ' ' } else { letter }
}
