//! What is known now: the newest reading of every project, how old it is, and what went wrong last.
//!
//! The store keeps the last good values when a reading fails and says how old they are; who shows
//! them decides whether that is too old ([`ProjectState::is_fresh`]). A project that discovery no
//! longer lists is forgotten at the end of the next good poll. Ages come from the monotonic clock,
//! so that a clock set back makes nothing young and nothing negative.
//!
//! This room knows the domain and no metric; readers take a [`Snapshot`] and hold no lock.

mod project;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

pub use project::{Advance, Aged, ProjectState};

use crate::domain::{ExtraReading, Failure, Project, Reading, Reason, Thresholds, Time, Watched};

/// One moment on both clocks: the wall's for people, the monotonic one for ages.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock, none when it is set to an impossible date.
    pub wall: Option<Time>,
    /// The monotonic clock.
    pub mono: Instant,
}

impl Moment {
    /// This moment.
    pub fn now() -> Self {
        Self { wall: Time::from_system(SystemTime::now()), mono: Instant::now() }
    }
}

/// What a source is, before anything was read from it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The source's name.
    pub name: String,
    /// Its kind, as in the configuration.
    pub kind: &'static str,
    /// How old a reading may be and still count.
    pub stale_after: Duration,
    /// The delay that is too much, by importance.
    pub thresholds: Thresholds,
    /// The configured projects and the names given to them.
    pub projects: Vec<(String, Option<String>)>,
}

/// How a poll ended.
#[derive(Clone, Debug)]
pub struct PollEnd {
    /// Which projects there are.
    pub watched: Watched,
    /// The service answered in its own envelope and did not refuse the credentials.
    pub up: bool,
    /// How long the poll took.
    pub took: Duration,
    /// When it ended.
    pub at: Moment,
    /// Requests are held back until the next poll, because the credentials were refused.
    pub held: bool,
    /// When the next poll is due.
    pub next: Instant,
}

/// One source as it is known now.
#[derive(Clone, Debug)]
pub struct SourceState {
    /// What it is.
    pub setup: Arc<Setup>,
    /// Its projects in the order of their ids.
    pub projects: BTreeMap<String, Arc<ProjectState>>,
    /// How the last poll ended; none before the first one has.
    pub last: Option<PollEnd>,
    /// The poll under way or the last one, counted from 1.
    poll: u64,
}

/// Everything that is known at one version of the store.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every change.
    pub version: u64,
    /// The sources in the order of their names.
    pub sources: Vec<SourceState>,
}

/// The newest readings of all sources.
#[derive(Debug, Default)]
pub struct Store {
    sources: Mutex<BTreeMap<String, SourceState>>,
    version: AtomicU64,
}

impl Store {
    /// Begins to keep a source. Its configured projects are there from now on, unread.
    pub fn add(&self, setup: Setup) {
        let projects = setup
            .projects
            .iter()
            .map(|(id, name)| (id.clone(), Arc::new(ProjectState::unread(id.clone(), name.clone()))))
            .collect();
        let name = setup.name.clone();
        let state = SourceState { setup: Arc::new(setup), projects, last: None, poll: 0 };
        self.change(|sources| drop(sources.insert(name, state)));
    }

    /// A poll of the source begins.
    pub fn begin(&self, source: &str) {
        self.change_source(source, |state| state.poll += 1);
    }

    /// Takes the outcome of reading one project.
    pub fn record(&self, source: &str, reading: Reading, at: Moment) {
        self.change_source(source, |state| {
            let poll = state.poll;
            state.project(reading.id).take(reading.outcome, at, poll);
        });
    }

    /// Takes the outcome of asking an extra about a project that is known.
    pub fn record_extra(&self, source: &str, reading: ExtraReading, at: Moment) {
        self.change_source(source, |state| {
            if state.projects.contains_key(&reading.id) {
                state.project(reading.id).take_extra(reading.kind, reading.outcome, at);
            }
        });
    }

    /// A poll of the source has ended: projects that no longer exist are forgotten, and those that
    /// it did not get to have failed.
    pub fn finish(&self, source: &str, end: PollEnd) {
        self.change_source(source, |state| {
            let Watched { ids, failure } = &end.watched;
            if failure.is_none() {
                state.projects.retain(|id, _| ids.contains(id));
            }
            let missed = failure.clone().unwrap_or_else(|| Failure {
                reason: Reason::Deadline,
                message: "the poll ended before this project's turn".to_owned(),
            });
            for id in ids {
                state.project(id.clone());
            }
            let poll = state.poll;
            for project in state.projects.values_mut().filter(|project| project.seen_in() < poll) {
                Arc::make_mut(project).take(Err(missed.clone()), end.at, poll);
            }
            state.last = Some(end);
        });
    }

    /// The projects of a source whose last reading succeeded and is fresh.
    pub fn readable(&self, source: &str, now: Instant) -> Vec<Arc<Project>> {
        let sources = self.lock();
        let Some(state) = sources.get(source) else { return Vec::new() };
        let fresh = |project: &&Arc<ProjectState>| {
            project.is_up() == Some(true) && project.is_fresh(now, state.setup.stale_after)
        };
        state.projects.values().filter(fresh).filter_map(|project| project.project.clone()).collect()
    }

    /// Every source has been polled once, successfully or not.
    pub fn is_ready(&self) -> bool {
        self.lock().values().all(|state| state.last.is_some())
    }

    /// Grows with every change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Everything that is known now; cheap, as the projects are shared.
    pub fn snapshot(&self) -> Snapshot {
        let sources = self.lock();
        Snapshot { version: self.version(), sources: sources.values().cloned().collect() }
    }

    fn change_source(&self, source: &str, act: impl FnOnce(&mut SourceState)) {
        self.change(|sources| {
            if let Some(state) = sources.get_mut(source) {
                act(state);
            }
        });
    }

    /// The version grows while the lock is held, so that a snapshot never carries a newer version
    /// than its contents.
    fn change(&self, act: impl FnOnce(&mut BTreeMap<String, SourceState>)) {
        let mut sources = self.lock();
        act(&mut sources);
        self.version.fetch_add(1, Ordering::Release);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, SourceState>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SourceState {
    /// The project's state, made if it is new.
    fn project(&mut self, id: String) -> &mut ProjectState {
        let state = self.projects.entry(id).or_insert_with_key(|id| Arc::new(ProjectState::unread(id.clone(), None)));
        Arc::make_mut(state)
    }
}

#[cfg(test)]
mod tests;
