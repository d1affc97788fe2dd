//! One project over time: its last good reading, whether the newest one succeeded, and when each
//! step was last seen to move.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Moment;
use crate::domain::{Extra, ExtraKind, Failure, Project, Ratio, Step, Time};

/// Numbers the states of all projects: two states with one number are the same state, also when a
/// project vanished in between and came back.
static REVISIONS: AtomicU64 = AtomicU64::new(1);

/// What is known of one project.
#[derive(Clone, Debug)]
pub struct ProjectState {
    /// The id, as configured or listed.
    pub id: String,
    /// The name given in the configuration.
    configured_name: Option<String>,
    /// The last good reading.
    pub project: Option<Arc<Project>>,
    /// When that was.
    pub last_success: Option<Moment>,
    /// When the project was last read or tried to.
    pub last_attempt: Option<Moment>,
    /// Why the newest reading failed; none if it succeeded or there was none yet.
    pub failure: Option<Failure>,
    /// By step: when it last moved.
    pub advances: BTreeMap<String, Advance>,
    /// By kind: what else was asked about the project.
    pub extras: BTreeMap<ExtraKind, Aged>,
    /// Changes whenever anything above does.
    pub revision: u64,
    /// The poll that read it last.
    seen_in: u64,
}

/// An extra with its age and its last failure.
#[derive(Clone, Debug, Default)]
pub struct Aged {
    /// What was read last and when.
    pub last: Option<(Arc<Extra>, Moment)>,
    /// Why the newest attempt failed; none if it succeeded.
    pub failure: Option<Failure>,
}

/// When a step was last seen to move.
#[derive(Clone, Debug, PartialEq)]
pub struct Advance {
    /// Progress, processed records and checkpoint as they were then.
    mark: [Option<f64>; 3],
    /// When they were first seen to be so.
    pub at: Option<Time>,
}

impl ProjectState {
    /// A project that nothing is known of yet.
    pub(super) fn unread(id: String, configured_name: Option<String>) -> Self {
        Self {
            id,
            configured_name,
            project: None,
            last_success: None,
            last_attempt: None,
            failure: None,
            advances: BTreeMap::new(),
            extras: BTreeMap::new(),
            revision: REVISIONS.fetch_add(1, Ordering::Relaxed),
            seen_in: 0,
        }
    }

    /// The name that people know: the service's, else the configured one, else the id.
    pub fn title(&self) -> &str {
        let read = self.project.as_ref().and_then(|project| project.name.as_deref());
        read.or(self.configured_name.as_deref()).unwrap_or(&self.id)
    }

    /// Whether the newest reading succeeded; none before the first.
    pub fn is_up(&self) -> Option<bool> {
        self.last_attempt.map(|_| self.failure.is_none())
    }

    /// The last good reading, unless it is older than `stale_after`.
    pub fn fresh(&self, now: Instant, stale_after: Duration) -> Option<&Project> {
        self.project.as_deref().filter(|_| self.is_fresh(now, stale_after))
    }

    /// Whether the last good reading is young enough to be shown as the present.
    pub fn is_fresh(&self, now: Instant, stale_after: Duration) -> bool {
        self.last_success.is_some_and(|read| now.saturating_duration_since(read.mono) <= stale_after)
    }

    /// The extras that are young enough to be shown as the present.
    pub fn fresh_extras(&self, now: Instant, stale_after: Duration) -> impl Iterator<Item = &Extra> {
        let young = move |at: &Moment| now.saturating_duration_since(at.mono) <= stale_after;
        let read = self.extras.values().filter_map(|aged| aged.last.as_ref());
        read.filter(move |(_, at)| young(at)).map(|(extra, _)| extra.as_ref())
    }

    /// When the next part of what is shown becomes stale.
    pub fn next_expiry(&self, now: Instant, stale_after: Duration) -> Option<Instant> {
        let extras = self.extras.values().filter_map(|aged| aged.last.as_ref().map(|(_, at)| at.mono));
        let ends = self.last_success.map(|at| at.mono).into_iter().chain(extras).map(|at| at + stale_after);
        ends.filter(|end| *end >= now).min()
    }

    /// Takes the outcome of asking an extra; a failure keeps what was read before.
    pub(super) fn take_extra(&mut self, kind: ExtraKind, outcome: Result<Extra, Failure>, at: Moment) {
        self.revision = REVISIONS.fetch_add(1, Ordering::Relaxed);
        let aged = self.extras.entry(kind).or_default();
        match outcome {
            Ok(extra) => *aged = Aged { last: Some((Arc::new(extra), at)), failure: None },
            Err(failure) => aged.failure = Some(failure),
        }
    }

    pub(super) fn seen_in(&self) -> u64 {
        self.seen_in
    }

    /// Takes the outcome of a reading in poll number `poll`.
    pub(super) fn take(&mut self, outcome: Result<Box<Project>, Failure>, at: Moment, poll: u64) {
        self.revision = REVISIONS.fetch_add(1, Ordering::Relaxed);
        self.seen_in = poll;
        self.last_attempt = Some(at);
        match outcome {
            Ok(project) => {
                self.advances = project.steps.iter().map(|step| (step.name.clone(), self.advance(step, at))).collect();
                self.last_success = Some(at);
                self.failure = None;
                self.project = Some(Arc::from(project));
            }
            Err(failure) => self.failure = Some(failure),
        }
    }

    /// The step's old mark if it did not move, else a new one of now. A step that is seen for the
    /// first time counts as moving: from then on its standing still can be told.
    fn advance(&self, step: &Step, at: Moment) -> Advance {
        let mark = [step.progress.map(Ratio::value), step.processed_records, step.checkpoint.map(Time::unix)];
        let Some(before) = self.advances.get(&step.name) else { return Advance { mark, at: at.wall } };
        // A value that is left out is no movement, nor is the same one when it is back.
        let pairs = || before.mark.into_iter().zip(mark);
        let moved = pairs().any(|(old, new)| new.is_some() && new != old);
        let mut kept = pairs().map(|(old, new)| new.or(old));
        let mark = [kept.next().flatten(), kept.next().flatten(), kept.next().flatten()];
        Advance { mark, at: if moved { at.wall } else { before.at } }
    }
}
