//! What the landing page says, in plain words, before it is HTML: per source and project how it
//! is, how old that is, and what went wrong last. What needs a person comes first.

use std::time::{Duration, Instant};

use crate::domain::{Project, ProjectStatus, Replication, StepStatus};
use crate::store::{Moment, ProjectState, Snapshot, SourceState};

/// How a thing is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// Somebody should act.
    Bad,
    /// Somebody should look.
    Warn,
    /// As it should be.
    Good,
    /// Neither: not started, finished, paused.
    Quiet,
}

/// The whole page.
#[derive(Debug)]
pub(super) struct View {
    pub(super) telemetry_path: String,
    pub(super) summary: Vec<(Tone, String)>,
    pub(super) sources: Vec<SourceView>,
}

/// One source.
#[derive(Debug)]
pub(super) struct SourceView {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) health: (Tone, String),
    pub(super) last_poll: String,
    pub(super) failure: Option<String>,
    pub(super) projects: Vec<Row>,
}

/// One project.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: (Tone, String),
    pub(super) step: String,
    pub(super) delay: (Tone, String),
    pub(super) alarm: Option<String>,
    pub(super) read: (Tone, String),
    pub(super) failure: Option<String>,
}

impl View {
    /// The page for what is known at `now`.
    pub(super) fn of(snapshot: &Snapshot, now: Moment, telemetry_path: &str) -> Self {
        let mut sources: Vec<SourceView> =
            snapshot.sources.iter().map(|source| source_view(source, now.mono)).collect();
        sources.sort_by_key(|source| source.health.0 != Tone::Bad);
        Self { telemetry_path: telemetry_path.to_owned(), summary: summary(&sources), sources }
    }
}

/// The counts that decide whether to read on.
fn summary(sources: &[SourceView]) -> Vec<(Tone, String)> {
    let rows = || sources.iter().flat_map(|source| &source.projects);
    let total = rows().count();
    let mut said =
        vec![(Tone::Quiet, format!("{} in {}", counted(total, "project"), counted(sources.len(), "source")))];
    let mut say = |tone, count: usize, words: &str| {
        if count > 0 {
            said.push((tone, format!("{count} {words}")));
        }
    };
    let down = sources.iter().filter(|source| source.health.0 == Tone::Bad).count();
    say(Tone::Bad, down, if down == 1 { "source down" } else { "sources down" });
    say(Tone::Bad, rows().filter(|row| row.failure.is_some()).count(), "unreadable");
    say(Tone::Bad, rows().filter(|row| row.status.0 == Tone::Bad).count(), "failed");
    say(Tone::Bad, rows().filter(|row| row.alarm.is_some()).count(), "alarming");
    say(Tone::Warn, rows().filter(|row| row.delay.0 >= Tone::Bad && row.delay.0 <= Tone::Warn).count(), "late");
    if said.len() == 1 && total > 0 {
        said.push((Tone::Good, "nothing needs attention".to_owned()));
    }
    said
}

fn source_view(source: &SourceState, now: Instant) -> SourceView {
    let mut projects: Vec<Row> = source.projects.values().map(|state| row(state, source, now)).collect();
    projects.sort_by(|a, b| a.urgency().cmp(&b.urgency()).then_with(|| a.name.cmp(&b.name)));
    let (health, last_poll, failure) = match &source.last {
        None => ((Tone::Quiet, "not polled yet".to_owned()), "the first poll is under way".to_owned(), None),
        Some(last) => {
            let health = if last.up { (Tone::Good, "up".to_owned()) } else { (Tone::Bad, "down".to_owned()) };
            let next = last.next.saturating_duration_since(now);
            let next = if next.is_zero() { "next one under way".to_owned() } else { format!("next in {}", span(next)) };
            let polled = format!("last poll {} ago, took {}, {next}", age(now, last.at.mono), span(last.took));
            (health, polled, last.watched.failure.as_ref().map(|failure| failure.message.clone()))
        }
    };
    SourceView { name: source.setup.name.clone(), kind: source.setup.kind, health, last_poll, failure, projects }
}

fn row(state: &ProjectState, source: &SourceState, now: Instant) -> Row {
    let stale_after = source.setup.stale_after;
    let fresh = state.fresh(now, stale_after);
    let limit = fresh.and_then(|project| source.setup.thresholds.of(project.importance.as_ref()));
    let read = match state.last_success {
        None => (Tone::Warn, "never read".to_owned()),
        Some(at) if fresh.is_some() => (Tone::Quiet, format!("read {} ago", age(now, at.mono))),
        Some(at) => (Tone::Warn, format!("last read {} ago, too old to show", age(now, at.mono))),
    };
    Row {
        id: state.id.clone(),
        name: state.title().to_owned(),
        status: fresh.and_then(|project| project.status.as_ref()).map_or((Tone::Quiet, "unknown".to_owned()), status),
        step: fresh.map(step).unwrap_or_default(),
        delay: fresh.map_or((Tone::Quiet, String::new()), |project| delay(project, limit)),
        alarm: fresh.and_then(alarm),
        read,
        failure: state.failure.as_ref().map(|failure| failure.message.clone()),
    }
}

impl Row {
    /// Lower comes first.
    fn urgency(&self) -> Tone {
        if self.failure.is_some() || self.alarm.is_some() {
            return Tone::Bad;
        }
        self.status.0.min(self.delay.0)
    }
}

fn status(status: &ProjectStatus) -> (Tone, String) {
    let tone = match status {
        ProjectStatus::Failed => Tone::Bad,
        ProjectStatus::Running | ProjectStatus::RunningMerging | ProjectStatus::RunningModifying => Tone::Good,
        ProjectStatus::Other(_) => Tone::Warn,
        _ => Tone::Quiet,
    };
    (tone, words(status.as_str()))
}

/// The step at work with its progress: a failed one, the one that the service names, or the last
/// that has begun and not ended.
fn step(project: &Project) -> String {
    let failed = project.steps.iter().find(|step| step.status == Some(StepStatus::Failed));
    let named = project.steps.iter().find(|step| Some(&step.name) == project.running_step.as_ref());
    let at_work = |status: &Option<StepStatus>| {
        matches!(status, Some(StepStatus::Running | StepStatus::Monitoring | StepStatus::Suspend))
    };
    let moving = project
        .steps
        .iter()
        .rev()
        .find(|step| at_work(&step.status) && step.progress.is_none_or(|done| done.value() > 0.0));
    // Not every service tells the state of its steps, but some how much of them is done.
    let partly =
        project.steps.iter().find(|step| step.progress.is_some_and(|done| (0.001..1.0).contains(&done.value())));
    let Some(step) = failed.or(named).or(moving).or(partly) else { return String::new() };
    let name = words(&step.name);
    let failed = if step.status == Some(StepStatus::Failed) { " failed" } else { "" };
    match step.progress.map(|done| (done.value() * 100.0).floor()) {
        Some(percent) if percent >= 100.0 && step.status == Some(StepStatus::Monitoring) => name,
        Some(percent) => format!("{name}{failed} at {percent} %"),
        None => format!("{name}{failed}"),
    }
}

fn delay(project: &Project, limit: Option<f64>) -> (Tone, String) {
    let switched = project.reverse.delay.is_some();
    let Some(seconds) = project.reverse.delay.or(project.forward.delay) else {
        return (Tone::Quiet, none_because(&project.forward));
    };
    let said = match (seconds, switched) {
        (0.0, false) => "no delay".to_owned(),
        (0.0, true) => "no delay, in reverse".to_owned(),
        (_, false) => format!("{} behind", seconds_span(seconds)),
        (_, true) => format!("{} behind, in reverse", seconds_span(seconds)),
    };
    match limit {
        Some(limit) if seconds > limit => (Tone::Bad, format!("{said}, over its limit of {}", seconds_span(limit))),
        Some(_) => (Tone::Good, said),
        None => (Tone::Quiet, said),
    }
}

fn none_because(replication: &Replication) -> String {
    if replication.checkpoint.is_some() { "unknown".to_owned() } else { String::new() }
}

fn alarm(project: &Project) -> Option<String> {
    project.alarms.active.filter(|active| *active)?;
    Some(match project.alarms.recent {
        Some(recent) if recent > 1.0 => format!("alarm, {recent} recently"),
        _ => "alarm".to_owned(),
    })
}

/// What people call it; a term without such a name reads as it is spelled, in small letters.
fn words(term: &str) -> String {
    let known = match term {
        "INIT" => "not started",
        "SUSPEND" => "paused",
        "RUNNING_MODIFYING" => "running, being modified",
        "RUNNING_MERGING" => "running, merging",
        "TRANSFER_PRECHECK" | "PRE_CHECK" => "precheck",
        "STRUCT_TRANSFER" | "STRUCT_MIGRATION" | "STRUCT_SYNC" => "schema",
        "INDEX_TRANSFER" => "indexes",
        "FULL_TRANSFER" | "FULL_MIGRATION" | "CONNECTOR_FULL_SYNC" => "full load",
        "INCR_TRANSFER" | "INCR_SYNC" | "CONNECTOR_INCR_SYNC" => "incremental sync",
        "FULL_VERIFIER" => "verification",
        "INCR_VERIFIER" => "incremental verification",
        "TRANSFER_APP_SWITCH" => "switch-over",
        "REVERSE_INCR_TRANSFER" => "reverse sync",
        other => return other.to_lowercase().replace('_', " "),
    };
    known.to_owned()
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn age(now: Instant, then: Instant) -> String {
    span(now.saturating_duration_since(then))
}

fn seconds_span(seconds: f64) -> String {
    span(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// Two units at the most: `412 ms`, `4 s`, `6 min 52 s`, `3 h 10 min`, `12 d 4 h`.
fn span(duration: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = duration.as_secs();
    if seconds == 0 {
        return format!("{} ms", duration.as_millis());
    }
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 || !parts.is_empty() {
            parts.push((count, unit));
        }
    }
    let shown: Vec<String> = parts
        .into_iter()
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        let said = |millis: u64| span(Duration::from_millis(millis));
        assert_eq!(said(0), "0 ms");
        assert_eq!(said(412), "412 ms");
        assert_eq!(said(4_900), "4 s");
        assert_eq!(said(412_000), "6 min 52 s");
        assert_eq!(said(3_600_000), "1 h");
        assert_eq!(said(11_400_000), "3 h 10 min");
        assert_eq!(said(1_051_200_000), "12 d 4 h");
    }
}
