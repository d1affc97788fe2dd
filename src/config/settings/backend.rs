//! How to reach each kind of service, once it is checked: addresses that can be called and
//! secrets that were found. No `Debug` here shows a secret, and equality sees every one of them,
//! so that a reload notices a changed key. What the services answer is unknown here.

use std::fmt;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::ChainEnvironment;

/// The service behind a source: one variant per kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Backend {
    /// OceanBase Migration Service 4.x, its own HTTP API.
    Oms(OmsConfig),
    /// OceanBase Migration Service 3.x, which has one API per kind of project and lists none.
    OmsV3(OmsConfig),
    /// The data transmission of `ApsaraDB` for OceanBase at Alibaba Cloud.
    AlibabaCloud(AlibabaConfig),
    /// Data Replication Service of Huawei Cloud.
    HuaweiDrs(HuaweiConfig),
    /// Answers that were recorded before.
    Replay(ReplayConfig),
}

impl Backend {
    /// The key of the kind in the configuration file, which is the label `kind` as well.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Oms(_) => "oms",
            Self::OmsV3(_) => "oms_v3",
            Self::AlibabaCloud(_) => "alibaba_cloud",
            Self::HuaweiDrs(_) => "huawei_drs",
            Self::Replay(_) => "replay",
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
            && same(password, &other.password)
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

/// How to reach the data transmission of `ApsaraDB` for OceanBase (product `OceanBasePro`, version
/// 2019-09-01).
#[derive(Clone, PartialEq)]
pub struct AlibabaConfig {
    /// As `cn-shanghai`; lower-case letters, digits and `-`.
    pub region: String,
    /// Given, or derived from `region` (and the key `network`); as [`OmsConfig::endpoint`].
    pub endpoint: Url,
    /// None where the standard credential chain is to be asked.
    pub credentials: Option<AccessKey>,
    /// What that chain is built from; empty where it is not asked.
    pub environment: ChainEnvironment,
    /// Only other than the default where `endpoint` is `https`.
    pub tls: TlsConfig,
    /// An HTTP proxy, which may carry its own credentials.
    pub proxy_url: Option<Url>,
    /// The zone of the times that the API gives without one.
    pub time_zone: TimeZone,
}

impl fmt::Debug for AlibabaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, endpoint, credentials, environment, tls, proxy_url, time_zone } = self;
        f.debug_struct("AlibabaConfig")
            .field("region", region)
            .field("endpoint", &endpoint.as_str())
            .field("credentials", credentials)
            .field("environment", environment)
            .field("tls", tls)
            .field("proxy_url", &proxy_url.as_ref().map(without_credentials))
            .field("time_zone", &time_zone.iana_name())
            .finish()
    }
}

/// A key pair that requests are signed with.
#[derive(Clone)]
pub struct AccessKey {
    /// The public half, which requests carry; not empty, printable ASCII without blanks. Kept
    /// out of logs all the same.
    pub id: String,
    /// The half that signs; not empty.
    pub secret: SecretString,
    /// What comes with a temporary pair; printable ASCII without blanks.
    pub security_token: Option<SecretString>,
}

impl PartialEq for AccessKey {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, secret, security_token } = self;
        let same_token = match (security_token, &other.security_token) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        };
        *id == other.id && same(secret, &other.secret) && same_token
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").finish_non_exhaustive()
    }
}

/// How to reach the Data Replication Service of one region and IAM project.
#[derive(Clone, PartialEq)]
pub struct HuaweiConfig {
    /// As `cn-north-4`; lower-case letters, digits and `-`.
    pub region: String,
    /// The IAM project, no migration: letters, digits, `-` and `_`.
    pub project_id: String,
    /// Given, or derived from `region`; as [`OmsConfig::endpoint`].
    pub endpoint: Url,
    /// Where tokens are asked for: given, or derived from `region`.
    pub iam_endpoint: Url,
    /// Signs requests, or gets a token to send along.
    pub credentials: HuaweiCredentials,
    /// Which objects' progress is read, as the progress-data API calls their types; they differ.
    /// Empty means none; `table` alone unless the file says otherwise.
    pub object_types: Vec<String>,
    /// How many series of single objects a job may have; 0 to 10 000, 0 means totals only.
    pub per_object_series: usize,
    /// Of both endpoints, but `server_name` of `endpoint` alone; only other than the default
    /// where one of those that are called is `https`.
    pub tls: TlsConfig,
    /// An HTTP proxy for both, which may carry its own credentials.
    pub proxy_url: Option<Url>,
    /// The zone of the times that the API gives without one.
    pub time_zone: TimeZone,
}

impl fmt::Debug for HuaweiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, project_id, endpoint, iam_endpoint, credentials, .. } = self;
        let Self { object_types, per_object_series, tls, proxy_url, time_zone, .. } = self;
        f.debug_struct("HuaweiConfig")
            .field("region", region)
            .field("project_id", project_id)
            .field("endpoint", &endpoint.as_str())
            .field("iam_endpoint", &iam_endpoint.as_str())
            .field("credentials", credentials)
            .field("object_types", object_types)
            .field("per_object_series", per_object_series)
            .field("tls", tls)
            .field("proxy_url", &proxy_url.as_ref().map(without_credentials))
            .field("time_zone", &time_zone.iana_name())
            .finish()
    }
}

/// Who asks the Data Replication Service.
#[derive(Clone, Debug)]
pub enum HuaweiCredentials {
    /// A key pair (AK/SK) signs every request.
    AccessKey(AccessKey),
    /// An IAM user gets a token for the project of the region.
    User {
        /// The account that the user belongs to.
        domain: String,
        /// The IAM user's name.
        user: String,
        /// Not empty.
        password: SecretString,
    },
}

impl PartialEq for HuaweiCredentials {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AccessKey(one), Self::AccessKey(other)) => one == other,
            (
                Self::User { domain, user, password },
                Self::User { domain: other_domain, user: other_user, password: other_password },
            ) => domain == other_domain && user == other_user && same(password, other_password),
            (Self::AccessKey(_), Self::User { .. }) | (Self::User { .. }, Self::AccessKey(_)) => false,
        }
    }
}

/// Where recorded answers lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayConfig {
    /// A folder that exists.
    pub directory: PathBuf,
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

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// A URL as it may be shown: scheme, host and port.
fn without_credentials(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}
