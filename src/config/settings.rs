//! What a configuration file means, once it is checked: the types the rest of the program works
//! with. Nothing here knows how the file spells them, nor where a secret came from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

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
    /// Projects named in the file; their ids differ.
    pub projects: Vec<ProjectRef>,
    /// How to find further projects; none means only `projects` are watched.
    pub discover: Option<Discover>,
}

/// The service behind a source: one variant per kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Backend {
    /// OceanBase Migration Service 4.x, its own HTTP API.
    Oms(OmsConfig),
}

impl Backend {
    /// The key of the kind in the configuration file, which is the label `kind` as well.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Oms(_) => "oms",
        }
    }
}

/// How to reach an OceanBase Migration Service.
#[derive(Clone)]
pub struct OmsConfig {
    /// `http` or `https`, host and perhaps port; the path is `/`, without query or credentials.
    pub endpoint: Url,
    /// The user of HTTP basic authentication; not empty, without `:`.
    pub username: String,
    /// The password of HTTP basic authentication; not empty.
    pub password: SecretString,
    /// Only other than the default where `endpoint` is `https`.
    pub tls: TlsConfig,
    /// An HTTP proxy, which may carry its own credentials.
    pub proxy_url: Option<Url>,
    /// The zone of the times that the API gives without one.
    pub time_zone: TimeZone,
}

impl PartialEq for OmsConfig {
    fn eq(&self, other: &Self) -> bool {
        let Self { endpoint, username, password, tls, proxy_url, time_zone } = self;
        *endpoint == other.endpoint
            && *username == other.username
            && password.expose_secret() == other.password.expose_secret()
            && *tls == other.tls
            && *proxy_url == other.proxy_url
            && *time_zone == other.time_zone
    }
}

impl fmt::Debug for OmsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, username, password, tls, proxy_url, time_zone } = self;
        f.debug_struct("OmsConfig")
            .field("endpoint", &endpoint.as_str())
            .field("username", username)
            .field("password", password)
            .field("tls", tls)
            .field("proxy_url", &proxy_url.as_ref().map(without_credentials))
            .field("time_zone", &time_zone.iana_name())
            .finish()
    }
}

/// A URL as it may be shown: scheme, host and port.
fn without_credentials(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// What differs from plain HTTPS with the system's certificates. The files exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificate (PEM); always together with `key_file`.
    pub cert_file: Option<PathBuf>,
    /// The key (PEM) of `cert_file`.
    pub key_file: Option<PathBuf>,
    /// The name to expect in the server's certificate instead of the endpoint's host; never
    /// together with a proxy.
    pub server_name: Option<String>,
    /// Accepts any certificate.
    pub insecure_skip_verify: bool,
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
    /// Types of project, as `MIGRATION`.
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
