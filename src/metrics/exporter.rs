//! The families about the exporter itself. Those in [`FAMILIES`] follow from what is known; those
//! in [`LIVE`] are counted as things happen ([`super::Live`]).

use super::family::{Family, Kind, Samples, Scope};
use crate::domain::{Time, float};

/// What the exporter knows of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct About {
    /// Whether the configuration was good when it was last loaded; none where there is no file.
    pub reload_successful: Option<bool>,
    /// When it was last loaded and good.
    pub reloaded: Option<Time>,
}

impl About {
    /// The version of this program.
    pub const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    /// The git revision it was built from, or `unknown`.
    pub const REVISION: &'static str = env!("BUILD_REVISION");
    /// The compiler it was built with.
    pub const RUSTC: &'static str = env!("BUILD_RUSTC");
}

/// About the exporter, as it follows from what is known.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "migration_exporter_build_info",
        help: "What this exporter was built from",
        kind: Kind::Info,
        labels: &["version", "revision", "rustc"],
        samples: Samples::Exporter(|_, out| out.put_with(&[About::VERSION, About::REVISION, About::RUSTC], 1.0)),
    },
    Family {
        name: "migration_exporter_projects",
        help: "Projects that are watched now",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Source(|source, out| {
            out.put(u64::try_from(source.projects.len()).map_or(f64::MAX, float));
        }),
    },
    Family {
        name: "migration_exporter_circuit_open",
        help: "1 while requests to the source are held back, because it refused the credentials",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Source(|source, out| out.put_flag(Some(source.last.as_ref().is_some_and(|last| last.held)))),
    },
    Family {
        name: "migration_exporter_config_last_reload_successful",
        help: "1 if the configuration was good when it was last loaded, 0 if not and the one before is in force",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Exporter(|about, out| out.put_flag(about.reload_successful)),
    },
    Family {
        name: "migration_exporter_config_last_reload_success_timestamp_seconds",
        help: "When the configuration was last loaded and good",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Exporter(|about, out| out.put_time(about.reloaded)),
    },
];

/// Declares a family that is counted live for each source.
const fn live(name: &'static str, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Family {
    Family { name, help, kind, labels, samples: Samples::Live(Scope::Source) }
}

pub(super) const POLLS: Family = live(
    "migration_exporter_polls_total",
    Kind::Counter,
    &[],
    "Polls of the source that have ended, one way or another",
);
pub(super) const POLL_FAILURES: Family = live(
    "migration_exporter_poll_failures_total",
    Kind::Counter,
    &["reason"],
    "Polls in which a project, the list of projects or an extra could not be read, by reason; a poll counts once for each reason",
);
pub(super) const POLL_DURATION: Family =
    live("migration_exporter_poll_duration_seconds", Kind::Histogram, &[], "How long polls of the source took");
pub(super) const REQUESTS: Family = live(
    "migration_exporter_api_requests_total",
    Kind::Counter,
    &["operation", "outcome"],
    "Requests to the service's API by its outcome: success or a reason, as in migration_exporter_poll_failures_total",
);
pub(super) const REQUEST_DURATION: Family = live(
    "migration_exporter_api_request_duration_seconds",
    Kind::Histogram,
    &["operation"],
    "How long requests to the service's API took, with the whole answer",
);
pub(super) const THROTTLED: Family = live(
    "migration_exporter_api_throttled_seconds_total",
    Kind::Counter,
    &[],
    "Time that requests waited for the budget of requests_per_second, or because the service asked to",
);
pub(super) const IGNORED: Family = live(
    "migration_exporter_ignored_values_total",
    Kind::Counter,
    &["field"],
    "Values of the API that were left out because they cannot be true or cannot be read, by the API's field",
);
pub(super) const DROPPED: Family = live(
    "migration_exporter_dropped_series_total",
    Kind::Counter,
    &["limit"],
    "Samples that were left out by a cap, added up over polls",
);

/// About the exporter, counted as it happens.
pub(super) const LIVE: &[Family] =
    &[POLLS, POLL_FAILURES, POLL_DURATION, REQUESTS, REQUEST_DURATION, THROTTLED, IGNORED, DROPPED];
