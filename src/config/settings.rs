//! What a configuration file means, once it is checked: the types the rest of the program works
//! with. Nothing here knows how the file spells them, nor where a secret came from.

use std::time::Duration;

mod backend;
mod chain;

pub use backend::{
    AccessKey, AlibabaConfig, Backend, HuaweiConfig, HuaweiCredentials, OmsConfig, ReplayConfig, TlsConfig,
};
pub use chain::ChainEnvironment;

/// A whole, valid configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The sources in the order of the file; one at least, their names differ.
    pub sources: Vec<SourceConfig>,
}

/// One service to poll, with the defaults of the file already applied.
///
/// Equality covers everything, secrets included: a reload restarts a source when it differs.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceConfig {
    /// Unique in the file; the label `source`.
    pub name: String,
    /// Which service it is and how to reach it.
    pub backend: Backend,
    /// How often, how fast and how much.
    pub limits: Limits,
    /// The delay a project may have before an alert, by its importance.
    pub delay_thresholds: DelayThresholds,
    /// Projects named in the file; their ids differ. Every one has its `kind` where the service
    /// is an OMS 3.
    pub projects: Vec<ProjectRef>,
    /// How to find further projects; none means only `projects` are watched.
    pub discover: Option<Discover>,
    /// The optional extras; only those that the kind of service has an API for.
    pub collect: Collect,
}

/// What to ask for beyond the state of the projects; each costs requests of its own, on a slower
/// cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collect {
    /// The components that do the work of a project.
    pub components: bool,
    /// What the full verification found.
    pub verification: bool,
    /// The logs of rows in conflict.
    pub conflicts: bool,
}

/// How often and how hard a source is polled.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// From the start of one poll to the next; 1 s to 24 h.
    pub interval: Duration,
    /// For one API request, its body included; 100 ms to 10 min.
    pub timeout: Duration,
    /// Series of a project that could not be read for so long are dropped; `interval` at least,
    /// 30 days at most.
    pub stale_after: Duration,
    /// Requests in flight; 1 to 256.
    pub concurrency: usize,
    /// The rate of the token bucket; above 0, 10 000 at most.
    pub requests_per_second: f64,
    /// A larger answer is refused; 1 KiB to 4 GiB.
    pub max_response_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
            stale_after: Duration::from_mins(5),
            concurrency: 8,
            requests_per_second: 10.0,
            max_response_bytes: 64 * 1024 * 1024,
        }
    }
}

/// The delay a project may have, by its importance; none where there is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelayThresholds {
    /// Projects of importance `HIGH`.
    pub high: Option<Duration>,
    /// Projects of importance `MEDIUM`.
    pub medium: Option<Duration>,
    /// Projects of importance `LOW`.
    pub low: Option<Duration>,
}

impl Default for DelayThresholds {
    fn default() -> Self {
        Self {
            high: Some(Duration::from_mins(1)),
            medium: Some(Duration::from_mins(5)),
            low: Some(Duration::from_mins(15)),
        }
    }
}

/// A project named in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRef {
    /// As the service spells it; 1 to 128 characters, none of them blank.
    pub id: String,
    /// A name to show where the service gives none.
    pub name: Option<String>,
    /// Needed where the service has one API per kind of project.
    pub kind: Option<ProjectKind>,
}

/// What a project does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectKind {
    /// Moves a database once.
    Migration,
    /// Keeps two systems alike.
    Sync,
}

/// Which projects to take from the service's own list. Empty lists do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discover {
    /// Types of project in the words of all services: `MIGRATION`, `SYNC`, `VERIFY` or
    /// `DISASTER_RECOVERY`, each only where the service has it.
    pub types: Vec<String>,
    /// States of project, as `RUNNING`.
    pub statuses: Vec<String>,
    /// Names of labels; 5 at most.
    pub labels: Vec<String>,
    /// Words to search for; never empty.
    pub search: Option<String>,
    /// Ids that are not watched.
    pub exclude: Vec<String>,
}
