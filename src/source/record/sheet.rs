//! `source.json`: what a replay has to know of a source to ask the same questions again. Addresses
//! and credentials are no part of it.

use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::redact::Mask;
use crate::config::{
    AccessKey, AlibabaConfig, Backend, ChainEnvironment, Collect, DelayThresholds, Discover, HuaweiConfig,
    HuaweiCredentials, OmsConfig, ProjectKind, ProjectRef, SourceConfig, TlsConfig,
};

/// Nothing is ever sent there; `.invalid` is reserved for names that lead nowhere.
const NOWHERE: &str = "http://replay.invalid/";
/// Stands for users and keys, which nobody checks in a replay.
const NOBODY: &str = "replay";

/// The contents of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::source) struct Sheet {
    format: u32,
    /// The version of the program that recorded, for whoever reads a bug report.
    recorded_by: String,
    source: String,
    kind: String,
    /// How many answers lie beside this file.
    pub(in crate::source) answers: u32,
    projects: Vec<Named>,
    discover: Option<Wanted>,
    collect: Extras,
    time_zone: String,
    delay_thresholds: Thresholds,
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    settings: Settings,
}

#[derive(Debug, Serialize, Deserialize)]
struct Named {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Migration,
    Sync,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    types: Vec<String>,
    statuses: Vec<String>,
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<String>,
    exclude: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Extras {
    components: bool,
    verification: bool,
    conflicts: bool,
}

/// In seconds.
#[derive(Debug, Serialize, Deserialize)]
struct Thresholds {
    high: Option<u64>,
    medium: Option<u64>,
    low: Option<u64>,
}

/// What single kinds of service have beyond that.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The account's project at the service, or what stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_object_series: Option<usize>,
}

impl Settings {
    fn is_empty(&self) -> bool {
        self.region.is_none()
    }
}

impl Sheet {
    /// What is to be kept of a configuration, once `answers` are kept.
    pub(super) fn of(config: &SourceConfig, answers: u32, mask: &Mask) -> Self {
        let zone = |zone: &TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
        let (time_zone, settings) = match &config.backend {
            Backend::Oms(oms) | Backend::OmsV3(oms) => (zone(&oms.time_zone), Settings::default()),
            Backend::AlibabaCloud(alibaba) => {
                (zone(&alibaba.time_zone), Settings { region: Some(alibaba.region.clone()), ..Settings::default() })
            }
            Backend::HuaweiDrs(drs) => {
                let settings = Settings {
                    region: Some(drs.region.clone()),
                    account: Some(mask.plain(&drs.project_id)),
                    object_types: Some(drs.object_types.clone()),
                    per_object_series: Some(drs.per_object_series),
                };
                (zone(&drs.time_zone), settings)
            }
            Backend::Replay(_) => ("UTC".to_owned(), Settings::default()),
        };
        let Collect { components, verification, conflicts } = config.collect;
        let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs());
        let DelayThresholds { high, medium, low } = config.delay_thresholds;
        Self {
            format: super::FORMAT,
            recorded_by: env!("CARGO_PKG_VERSION").to_owned(),
            source: mask.plain(&config.name),
            kind: config.backend.kind().to_owned(),
            answers,
            projects: config.projects.iter().map(|project| Named::of(project, mask)).collect(),
            discover: config.discover.as_ref().map(|discover| Wanted::of(discover, mask)),
            collect: Extras { components, verification, conflicts },
            time_zone,
            delay_thresholds: Thresholds { high: seconds(high), medium: seconds(medium), low: seconds(low) },
            settings,
        }
    }

    /// The configuration that asks the same questions, for the source that plays the capture. None
    /// where the file says something that cannot be: a kind, a zone or a setting that is not there.
    pub(in crate::source) fn config(self, replay: &SourceConfig) -> Option<SourceConfig> {
        let Self { projects, discover, collect, delay_thresholds, .. } = &self;
        let limit = |seconds: Option<u64>| seconds.map(Duration::from_secs);
        let Thresholds { high, medium, low } = *delay_thresholds;
        let Extras { components, verification, conflicts } = *collect;
        Some(SourceConfig {
            name: replay.name.clone(),
            limits: replay.limits.clone(),
            delay_thresholds: DelayThresholds { high: limit(high), medium: limit(medium), low: limit(low) },
            projects: projects.iter().map(Named::meant).collect(),
            discover: discover.as_ref().map(Wanted::meant),
            collect: Collect { components, verification, conflicts },
            backend: self.backend()?,
        })
    }

    fn backend(self) -> Option<Backend> {
        let endpoint: Url = NOWHERE.parse().ok()?;
        let time_zone = TimeZone::get(&self.time_zone).ok()?;
        let nobody = || AccessKey { id: NOBODY.to_owned(), secret: SecretString::from(NOBODY), security_token: None };
        let Settings { region, account, object_types, per_object_series } = self.settings;
        Some(match self.kind.as_str() {
            kind @ ("oms" | "oms_v3") => {
                let oms = OmsConfig {
                    endpoint,
                    username: NOBODY.to_owned(),
                    password: SecretString::from(NOBODY),
                    tls: TlsConfig::default(),
                    proxy_url: None,
                    time_zone,
                };
                if kind == "oms" { Backend::Oms(oms) } else { Backend::OmsV3(oms) }
            }
            "alibaba_cloud" => Backend::AlibabaCloud(AlibabaConfig {
                region: region?,
                endpoint,
                credentials: Some(nobody()),
                environment: ChainEnvironment::default(),
                tls: TlsConfig::default(),
                proxy_url: None,
                time_zone,
            }),
            "huawei_drs" => Backend::HuaweiDrs(HuaweiConfig {
                region: region?,
                project_id: account?,
                iam_endpoint: endpoint.clone(),
                endpoint,
                credentials: HuaweiCredentials::AccessKey(nobody()),
                object_types: object_types?,
                per_object_series: per_object_series?,
                tls: TlsConfig::default(),
                proxy_url: None,
                time_zone,
            }),
            _ => return None,
        })
    }
}

impl Named {
    fn of(project: &ProjectRef, mask: &Mask) -> Self {
        let kind = project.kind.map(|kind| match kind {
            ProjectKind::Migration => Kind::Migration,
            ProjectKind::Sync => Kind::Sync,
        });
        Self { id: mask.plain(&project.id), name: project.name.as_deref().map(|name| mask.plain(name)), kind }
    }

    fn meant(&self) -> ProjectRef {
        let kind = self.kind.map(|kind| match kind {
            Kind::Migration => ProjectKind::Migration,
            Kind::Sync => ProjectKind::Sync,
        });
        ProjectRef { id: self.id.clone(), name: self.name.clone(), kind }
    }
}

impl Wanted {
    fn of(discover: &Discover, mask: &Mask) -> Self {
        let plain = |words: &[String]| words.iter().map(|word| mask.plain(word)).collect();
        let Discover { types, statuses, labels, search, exclude } = discover;
        Self {
            types: types.clone(),
            statuses: statuses.clone(),
            labels: plain(labels),
            search: search.as_deref().map(|search| mask.plain(search)),
            exclude: plain(exclude),
        }
    }

    fn meant(&self) -> Discover {
        let Self { types, statuses, labels, search, exclude } = self;
        Discover {
            types: types.clone(),
            statuses: statuses.clone(),
            labels: labels.clone(),
            search: search.clone(),
            exclude: exclude.clone(),
        }
    }
}
