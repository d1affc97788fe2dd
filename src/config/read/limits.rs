//! The settings that `defaults` and every source have in common, and how they lie over each
//! other: a source's own value, else the one of `defaults`, else the built-in one.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::super::values;
use super::super::{DelayThresholds, Fault, Limits};
use super::Reader;
use super::fields::{Fields, Given, Shape};

/// The keys read here; [`super::source`] lists them among its own.
pub(super) const KEYS: &[&str] = &[
    "interval",
    "timeout",
    "stale_after",
    "concurrency",
    "requests_per_second",
    "max_response_bytes",
    "delay_thresholds",
];

pub(super) const THRESHOLDS: Shape = Shape { what: "`delay_thresholds`", keys: &["HIGH", "MEDIUM", "LOW"] };

const DAY: Duration = Duration::from_hours(24);
const INTERVALS: RangeInclusive<Duration> = Duration::from_secs(1)..=DAY;
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(10);
const STALE_AFTERS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(30 * 24);
const DELAYS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(365 * 24);
const CONCURRENCIES: RangeInclusive<usize> = 1..=256;
const MAX_RATE: f64 = 10_000.0;

/// What one map says; nothing where it is silent.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    interval: Given<Duration>,
    timeout: Given<Duration>,
    stale_after: Given<Duration>,
    concurrency: Given<usize>,
    requests_per_second: Given<f64>,
    max_response_bytes: Given<usize>,
    high: Given<Duration>,
    medium: Given<Duration>,
    low: Given<Duration>,
}

impl Overlay {
    pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Self {
        let mut overlay = Self {
            interval: duration(reader, fields, "interval", &INTERVALS),
            timeout: duration(reader, fields, "timeout", &TIMEOUTS),
            stale_after: duration(reader, fields, "stale_after", &STALE_AFTERS),
            concurrency: fields
                .optional(reader, "concurrency", |value| values::count(value.unquoted()?, &CONCURRENCIES)),
            requests_per_second: fields
                .optional(reader, "requests_per_second", |value| values::rate(value.unquoted()?, MAX_RATE)),
            max_response_bytes: fields.optional(reader, "max_response_bytes", |value| values::bytes(value.text)),
            ..Self::default()
        };
        if let Some(entry) = fields.get("delay_thresholds")
            && let Some(map) = Fields::read(reader, &entry.value, &THRESHOLDS, entry.key_span)
        {
            overlay.high = duration(reader, &map, "HIGH", &DELAYS);
            overlay.medium = duration(reader, &map, "MEDIUM", &DELAYS);
            overlay.low = duration(reader, &map, "LOW", &DELAYS);
        }
        overlay
    }

    /// The limits of a source that says `self`, and `defaults` otherwise.
    pub(super) fn limits(&self, reader: &mut Reader<'_>, defaults: &Self) -> Limits {
        let built_in = Limits::default();
        let limits = Limits {
            interval: pick(&self.interval, &defaults.interval, built_in.interval),
            timeout: pick(&self.timeout, &defaults.timeout, built_in.timeout),
            stale_after: pick(&self.stale_after, &defaults.stale_after, built_in.stale_after),
            concurrency: pick(&self.concurrency, &defaults.concurrency, built_in.concurrency),
            requests_per_second: pick(
                &self.requests_per_second,
                &defaults.requests_per_second,
                built_in.requests_per_second,
            ),
            max_response_bytes: pick(
                &self.max_response_bytes,
                &defaults.max_response_bytes,
                built_in.max_response_bytes,
            ),
        };
        self.check_staleness(reader, defaults, &limits);
        limits
    }

    pub(super) fn delay_thresholds(&self, defaults: &Self) -> DelayThresholds {
        let built_in = DelayThresholds::default();
        let pick = |own: &Given<Duration>, default: &Given<Duration>, built_in: Option<Duration>| {
            own.good().or(default.good()).or(built_in)
        };
        DelayThresholds {
            high: pick(&self.high, &defaults.high, built_in.high),
            medium: pick(&self.medium, &defaults.medium, built_in.medium),
            low: pick(&self.low, &defaults.low, built_in.low),
        }
    }

    /// Series that expire between two polls would come and go.
    fn check_staleness(&self, reader: &mut Reader<'_>, defaults: &Self, limits: &Limits) {
        let involved = [&self.stale_after, &self.interval, &defaults.stale_after, &defaults.interval];
        if limits.stale_after >= limits.interval || involved.iter().any(|given| given.is_faulty()) {
            return;
        }
        // The nearest to the source is the one to mend; sources that share a default share its
        // fault as well.
        let Some(at) = involved.iter().find_map(|given| given.at()) else {
            return;
        };
        let interval = humantime::format_duration(limits.interval);
        let stale_after = humantime::format_duration(limits.stale_after);
        reader.report(
            Fault::at(
                at,
                format!(
                    "`stale_after` ({stale_after}) is shorter than `interval` ({interval}), \
                     so series would vanish between two polls"
                ),
            )
            .help(format!("set `stale_after` to {interval} at least; some intervals are better")),
        );
    }
}

fn duration(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    range: &RangeInclusive<Duration>,
) -> Given<Duration> {
    fields.optional(reader, key, |value| values::duration(value.text, range))
}

fn pick<T: Copy>(own: &Given<T>, default: &Given<T>, built_in: T) -> T {
    own.good().or(default.good()).unwrap_or(built_in)
}
