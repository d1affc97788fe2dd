//! Listens to one poll: passes readings on to the store and calls to the counters, and remembers
//! what the poll as a whole came to. Logs a failure when it begins, changes or ends, not at every
//! poll.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Verdict;
use crate::domain::{Call, ExtraReading, Failure, Ignored, Reading, Reason, Watched, Witness};
use crate::metrics::Live;
use crate::store::{Moment, Store};

/// Projects named in one log line; the pages show the rest.
const NAMED_PROJECTS: usize = 3;

/// Hears one poll of one source.
#[derive(Debug)]
pub(super) struct Ear<'a> {
    source: &'a str,
    store: &'a Store,
    live: &'a Live,
    /// The service answered in its own envelope.
    answered: AtomicBool,
    /// Something could not be read because the service refused the credentials. A refusal that was
    /// overcome, by fetching new ones, is none.
    refused: AtomicBool,
    /// The service refused something (403), be it one project.
    forbidden: AtomicBool,
    failures: Mutex<Failures>,
    /// Of the extras, which do not make a project unreadable.
    extra_failures: Mutex<Failures>,
}

/// What failed and why, with the projects that it happened to.
pub(super) type Failures = BTreeMap<(Reason, String), Vec<String>>;

impl<'a> Ear<'a> {
    pub(super) fn new(source: &'a str, store: &'a Store, live: &'a Live) -> Self {
        Self {
            source,
            store,
            live,
            answered: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            forbidden: AtomicBool::new(false),
            failures: Mutex::default(),
            extra_failures: Mutex::default(),
        }
    }

    /// The service answered and did not refuse the credentials. A 403 beside good answers is about
    /// one project or action, not about the credentials.
    pub(super) fn up(&self, watched: &Watched) -> bool {
        self.answered.load(Ordering::Relaxed) && !self.refused(watched)
    }

    fn refused(&self, watched: &Watched) -> bool {
        let list = watched.failure.as_ref().is_some_and(|failure| failure.reason.refuses_credentials());
        list || self.refused.load(Ordering::Relaxed)
    }

    /// What the poll came to; logs it where it differs from the one before.
    pub(super) fn conclude(self, watched: &Watched, before: &Verdict) -> Verdict {
        let up = self.up(watched);
        let refused = self.refused(watched) || (self.forbidden.load(Ordering::Relaxed) && !up);
        let mut failures = self.failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        let unread = failures.values().map(Vec::len).sum();
        if let Some(Failure { reason, message }) = watched.failure.clone() {
            failures.entry((reason, message)).or_default();
        }
        let incomplete = !failures.is_empty();
        let reasons: BTreeSet<Reason> = failures.keys().map(|(reason, _)| *reason).collect();
        let verdict = Verdict { reasons, refused, unread, incomplete };
        log(self.source, &failures, &verdict, before);
        verdict
    }
}

impl Ear<'_> {
    /// What asking the extras came to; each failure is counted, and logged when it is new.
    pub(super) fn conclude_extras(self, before: &Failures) -> Failures {
        let failures = self.extra_failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        let reasons: BTreeSet<Reason> = failures.keys().map(|(reason, _)| *reason).collect();
        self.live.failed(self.source, reasons);
        for (failure @ (reason, message), projects) in &failures {
            if !before.contains_key(failure) {
                let source = self.source;
                tracing::warn!(source, reason = reason.as_str(), projects = projects.len(), "cannot read {message}");
            }
        }
        failures
    }
}

fn log(source: &str, failures: &Failures, verdict: &Verdict, before: &Verdict) {
    if verdict == before {
        return;
    }
    for ((reason, message), projects) in failures {
        let named = projects.iter().take(NAMED_PROJECTS).map(String::as_str).collect::<Vec<_>>().join(",");
        tracing::warn!(
            source,
            reason = reason.as_str(),
            projects = projects.len(),
            first = named,
            "{}: {message}",
            if projects.is_empty() { "cannot list projects" } else { "cannot read" }
        );
    }
    if failures.is_empty() {
        tracing::info!(source, "all projects can be read again");
    }
}

impl Witness for Ear<'_> {
    fn call(&self, call: Call) {
        self.live.called(self.source, &call);
        if call.answered {
            self.answered.store(true, Ordering::Relaxed);
        }
        if call.failed == Some(Reason::Forbidden) {
            self.forbidden.store(true, Ordering::Relaxed);
        }
    }

    fn project(&self, mut reading: Reading) {
        if let Ok(project) = &mut reading.outcome {
            project.bound().for_each(|(limit, count)| self.dropped(limit, count));
        }
        if let Err(Failure { reason, message }) = &reading.outcome {
            if reason.refuses_credentials() {
                self.refused.store(true, Ordering::Relaxed);
            }
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.entry((*reason, message.clone())).or_default().push(reading.id.clone());
        }
        self.store.record(self.source, reading, Moment::now());
    }

    fn extra(&self, reading: ExtraReading) {
        if let Err(Failure { reason, message }) = &reading.outcome {
            let mut failures = self.extra_failures.lock().unwrap_or_else(PoisonError::into_inner);
            let what = format!("{}: {message}", reading.kind.as_str());
            failures.entry((*reason, what)).or_default().push(reading.id.clone());
        }
        self.store.record_extra(self.source, reading, Moment::now());
    }

    fn ignored(&self, ignored: Ignored) {
        self.live.ignored(self.source, ignored);
    }

    fn dropped(&self, limit: &'static str, count: u64) {
        self.live.dropped(self.source, limit, count);
    }

    fn throttled(&self, waited: Duration) {
        self.live.throttled(self.source, waited);
    }
}
