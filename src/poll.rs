//! When to ask: one loop a source, which polls, publishes and sleeps until the next poll is due.
//!
//! Loops know nothing of each other, so a source that hangs delays none of the others. Within one
//! loop the next poll begins only when the last one has ended or was cut off at its deadline.

mod ear;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::config::{DelayThresholds, SourceConfig};
use crate::domain::{Failure, Reason, Watched};
use crate::metrics::{Exposition, Live};
use crate::source::{Cycle, Source};
use crate::store::{Moment, PollEnd, Setup, Store};
use ear::{Ear, Failures};

/// The pause after refused credentials; it doubles with each further refusal. Services lock
/// accounts after a handful of failures.
const FIRST_REFUSAL_PAUSE: Duration = Duration::from_mins(1);
/// The longest such pause.
const LONGEST_REFUSAL_PAUSE: Duration = Duration::from_mins(15);

/// What all pollers share.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Where readings go.
    pub store: Arc<Store>,
    /// Where polls and calls are counted.
    pub live: Arc<Live>,
    /// What is rendered once a poll has ended.
    pub exposition: Arc<Exposition>,
}

/// Polls one source.
#[derive(Debug)]
pub struct Poller {
    name: String,
    source: Source,
    interval: Duration,
    /// No poll lasts longer: its readings would be stale before it ended.
    deadline: Duration,
    /// How often extras are asked.
    extras_interval: Duration,
    /// A poll has ended, so that there are projects to ask extras about.
    polled: Notify,
    desk: Desk,
}

/// What one poll came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Ways in which parts of it failed.
    pub reasons: BTreeSet<Reason>,
    /// The service refused the credentials.
    pub refused: bool,
    /// Projects that could not be read, in all.
    pub unread: usize,
    /// A project or the list of projects could not be read; extras do not count.
    pub incomplete: bool,
}

impl Poller {
    /// Makes a poller of an open source and announces it and its projects to the store.
    pub fn new(source: Source, config: &SourceConfig, desk: Desk) -> Self {
        desk.store.add(setup(&source, config));
        desk.live.source_added(&config.name);
        Self {
            name: config.name.clone(),
            source,
            interval: config.limits.interval,
            deadline: config.limits.stale_after.max(config.limits.timeout),
            extras_interval: extras_interval(config.limits.interval, config.limits.stale_after),
            polled: Notify::new(),
            desk,
        }
    }

    /// Polls until stopped. A poll under way is dropped when the stop comes.
    pub async fn run(self, stop: CancellationToken) {
        // Two large futures, that live as long as the source: they need not be moved about.
        let loops = Box::pin(async { tokio::join!(self.poll_forever(), self.ask_extras_forever()) });
        stop.run_until_cancelled(loops).await;
    }

    async fn poll_forever(&self) {
        let mut before = Verdict::default();
        let mut refusals = 0;
        loop {
            let started = Instant::now();
            refusals += 1;
            let pause = |verdict: &Verdict| {
                if verdict.refused { refusal_pause(refusals).max(self.interval) } else { self.interval }
            };
            let (verdict, next) = self.poll_once(started, &before, pause).await;
            if !verdict.refused {
                refusals = 0;
            }
            before = verdict;
            self.polled.notify_one();
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Asks the extras, on a slower cycle of their own: a slow one does not delay the polls.
    async fn ask_extras_forever(&self) {
        let Some(cycle) = self.source.extras_cycle() else { return };
        let pause = match cycle {
            Cycle::EveryPoll => Duration::ZERO,
            Cycle::Slow => self.extras_interval,
        };
        let mut before = Failures::default();
        loop {
            self.polled.notified().await;
            before = self.ask_extras(&before).await;
            tokio::time::sleep(pause).await;
        }
    }

    /// Asks the extras once about every project that is known and readable.
    async fn ask_extras(&self, before: &Failures) -> Failures {
        let Desk { store, live, exposition } = &self.desk;
        let projects = store.readable(&self.name, Instant::now());
        let ear = Ear::new(&self.name, store, live);
        let asked = self.source.poll_extras(&projects, &ear);
        if tokio::time::timeout(self.deadline, asked).await.is_err() {
            tracing::warn!(source = self.name, after = ?self.deadline, "asking the extras was cut off; what was read stays");
        }
        exposition.refresh(Instant::now());
        ear.conclude_extras(before)
    }

    /// Polls once, extras included; for the `poll` command.
    pub async fn poll(&self) -> Verdict {
        let (verdict, _) = self.poll_once(Instant::now(), &Verdict::default(), |_| self.interval).await;
        if self.source.extras_cycle().is_some() && !verdict.refused {
            drop(self.ask_extras(&Failures::default()).await);
        }
        verdict
    }

    async fn poll_once(
        &self,
        started: Instant,
        before: &Verdict,
        pause: impl Fn(&Verdict) -> Duration,
    ) -> (Verdict, Instant) {
        let Desk { store, live, exposition } = &self.desk;
        let ear = Ear::new(&self.name, store, live);
        store.begin(&self.name);
        let watched =
            tokio::time::timeout(self.deadline, self.source.poll(&ear)).await.unwrap_or_else(|_| self.cut_off());
        let up = ear.up(&watched);
        let verdict = ear.conclude(&watched, before);
        let at = Moment::now();
        let took = at.mono.saturating_duration_since(started);
        let next = (started + pause(&verdict)).max(at.mono);
        live.poll_ended(&self.name, took, verdict.reasons.iter().copied());
        store.finish(&self.name, PollEnd { watched, up, took, at, held: verdict.refused, next });
        exposition.refresh(at.mono);
        tracing::debug!(source = self.name, took = ?took, up, unread = verdict.unread, "poll ended");
        (verdict, next)
    }

    /// What a poll that hit its deadline leaves.
    fn cut_off(&self) -> Watched {
        let message = format!(
            "the poll was cut off after {}; raise `requests_per_second` or `concurrency`, or watch fewer projects",
            humantime::format_duration(self.deadline)
        );
        Watched { ids: BTreeSet::new(), failure: Some(Failure { reason: Reason::Deadline, message }) }
    }
}

/// How long to be silent after so many refusals in a row.
fn refusal_pause(refusals: u32) -> Duration {
    let doubled = FIRST_REFUSAL_PAUSE.saturating_mul(1 << refusals.saturating_sub(1).min(8));
    doubled.min(LONGEST_REFUSAL_PAUSE)
}

/// Extras change slowly and cost calls: every fifth poll, every minute at most, and often enough to
/// stay fresh.
fn extras_interval(interval: Duration, stale_after: Duration) -> Duration {
    (interval * 5).max(Duration::from_mins(1)).min(stale_after / 2).max(interval)
}

/// A source as the store knows it.
pub fn setup(source: &Source, config: &SourceConfig) -> Setup {
    Setup {
        name: config.name.clone(),
        kind: config.backend.kind(),
        stale_after: config.limits.stale_after,
        thresholds: thresholds(source.delay_thresholds()),
        projects: source.projects().iter().map(|project| (project.id.clone(), project.name.clone())).collect(),
    }
}

/// The configured limits in the words of the domain.
fn thresholds(limits: &DelayThresholds) -> crate::domain::Thresholds {
    let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs_f64());
    crate::domain::Thresholds { high: seconds(limits.high), medium: seconds(limits.medium), low: seconds(limits.low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_answered_with_minutes_of_silence() {
        let pauses: Vec<u64> = (1..8).map(|refusals| refusal_pause(refusals).as_secs()).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 900, 900, 900]);
    }
}
