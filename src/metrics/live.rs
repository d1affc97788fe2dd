//! The exporter's own counters and histograms: few, live, and kept by the client library. Their
//! names, help and labels come from the table like those of all families.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family as Series;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use super::exporter::{
    DROPPED, IGNORED, LIVE, POLL_DURATION, POLL_FAILURES, POLLS, REQUEST_DURATION, REQUESTS, THROTTLED,
};
use super::family::{Family, Format, Kind};
use crate::domain::{Call, Ignored, Reason};

/// From a quick answer on the same network to a poll of thousands of projects.
const POLL_BUCKETS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// From loopback to the default deadline and beyond.
const REQUEST_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Label names and values of one series.
type Labels = Vec<(&'static str, String)>;
type Histograms = Series<Labels, Histogram, fn() -> Histogram>;

/// Counts what the exporter does.
pub struct Live {
    registry: Registry,
    polls: Series<Labels, Counter>,
    poll_failures: Series<Labels, Counter>,
    poll_duration: Histograms,
    requests: Series<Labels, Counter>,
    request_duration: Histograms,
    throttled: Series<Labels, Counter<f64, std::sync::atomic::AtomicU64>>,
    ignored: Series<Labels, Counter>,
    dropped: Series<Labels, Counter>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Default for Live {
    fn default() -> Self {
        let mut registry = Registry::default();
        Self {
            polls: kept(&mut registry, &POLLS, Series::default()),
            poll_failures: kept(&mut registry, &POLL_FAILURES, Series::default()),
            poll_duration: kept(
                &mut registry,
                &POLL_DURATION,
                Histograms::new_with_constructor(|| Histogram::new(POLL_BUCKETS)),
            ),
            requests: kept(&mut registry, &REQUESTS, Series::default()),
            request_duration: kept(
                &mut registry,
                &REQUEST_DURATION,
                Histograms::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            ),
            throttled: kept(&mut registry, &THROTTLED, Series::default()),
            ignored: kept(&mut registry, &IGNORED, Series::default()),
            dropped: kept(&mut registry, &DROPPED, Series::default()),
            registry,
        }
    }
}

impl Live {
    /// Begins the series of a source that have known labels, so that their first increase is seen.
    pub fn source_added(&self, source: &str) {
        drop(self.polls.get_or_create(&labels(&POLLS, source, &[])));
        drop(self.poll_duration.get_or_create(&labels(&POLL_DURATION, source, &[])));
        drop(self.throttled.get_or_create(&labels(&THROTTLED, source, &[])));
        for reason in Reason::ALL {
            drop(self.poll_failures.get_or_create(&labels(&POLL_FAILURES, source, &[reason.as_str()])));
        }
    }

    /// A poll has ended; `reasons` are the ways in which parts of it failed, each once.
    pub fn poll_ended(&self, source: &str, took: Duration, reasons: impl IntoIterator<Item = Reason>) {
        self.polls.get_or_create(&labels(&POLLS, source, &[])).inc();
        self.poll_duration.get_or_create(&labels(&POLL_DURATION, source, &[])).observe(took.as_secs_f64());
        self.failed(source, reasons);
    }

    /// Something could not be read, for these reasons.
    pub fn failed(&self, source: &str, reasons: impl IntoIterator<Item = Reason>) {
        for reason in reasons {
            self.poll_failures.get_or_create(&labels(&POLL_FAILURES, source, &[reason.as_str()])).inc();
        }
    }

    /// A request has ended.
    pub fn called(&self, source: &str, call: &Call) {
        let outcome = call.failed.map_or("success", Reason::as_str);
        self.requests.get_or_create(&labels(&REQUESTS, source, &[call.operation, outcome])).inc();
        self.request_duration
            .get_or_create(&labels(&REQUEST_DURATION, source, &[call.operation]))
            .observe(call.took.as_secs_f64());
    }

    /// Time was spent waiting to send.
    pub fn throttled(&self, source: &str, waited: Duration) {
        self.throttled.get_or_create(&labels(&THROTTLED, source, &[])).inc_by(waited.as_secs_f64());
    }

    /// Values were left out.
    pub fn ignored(&self, source: &str, ignored: Ignored) {
        self.ignored.get_or_create(&labels(&IGNORED, source, &[ignored.field])).inc_by(ignored.count);
    }

    /// Series were left out by a cap.
    pub fn dropped(&self, source: &str, limit: &'static str, count: u64) {
        self.dropped.get_or_create(&labels(&DROPPED, source, &[limit])).inc_by(count);
    }

    /// Writes all series. The sample lines are the library's, the headers the table's: so the two
    /// formats differ in nothing else.
    pub(super) fn render(&self, format: Format, text: &mut String) {
        let mut lines = String::new();
        if encode_registry(&mut lines, &self.registry).is_err() {
            return;
        }
        for line in lines.lines() {
            if let Some(header) = line.strip_prefix("# HELP ") {
                let name = header.split(' ').next().unwrap_or_default();
                if let Some(family) = LIVE.iter().find(|family| family.base_name() == name) {
                    family.header(format, text);
                }
            } else if !line.starts_with('#') {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
}

/// Registers a series under the name of its family. The library puts `_total` behind counters.
fn kept<M: Metric + Clone>(registry: &mut Registry, family: &Family, series: M) -> M {
    debug_assert!(matches!(family.kind, Kind::Counter | Kind::Histogram));
    registry.register(family.base_name(), family.help, series.clone());
    series
}

/// The labels of a live series: those of the scope and the family's own, in the table's order.
fn labels(family: &'static Family, source: &str, own: &[&str]) -> Labels {
    debug_assert_eq!(own.len(), family.labels.len(), "{}", family.name);
    let values = std::iter::once(source).chain(own.iter().copied());
    family.label_names().zip(values).map(|(name, value)| (name, value.to_owned())).collect()
}

const _: () = assert!(LIVE.len() == 8, "every live family has its series here");
