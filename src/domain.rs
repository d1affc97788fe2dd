//! What a migration *is*, in the words of the people who run one.
//!
//! A [`Project`] moves a database through [`Step`]s and keeps it in [`Replication`]. Everything that a
//! service may leave out is an `Option`: absent stays absent all the way to the exposition, it is
//! never turned into a zero. This room knows no vendor, no wire format and no metric; the rooms
//! under `source` translate into it, the store and the metrics read from it.

use std::collections::BTreeSet;

mod bounds;
mod extra;
mod number;
mod reading;
mod state;

pub use extra::{Component, ConflictFile, ConflictLogs, Extra, ExtraKind, Object, Objects, Verification};
pub use number::{MAX_DELAY, Ratio, Time, float};
pub use reading::{Call, Deaf, ExtraReading, Failure, Ignored, Reading, Reason, Watched, Witness};
pub use state::{Importance, ProjectStatus, StepStatus};

/// One migration or synchronisation project as a service describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// The id as the user configured it or, from discovery, as the service lists it.
    pub id: String,
    /// The name that people gave the project.
    pub name: Option<String>,
    /// `MIGRATION`, `SYNC`, or what else the service calls it.
    pub kind: Option<String>,
    /// How much the project matters, which decides its alarm thresholds.
    pub importance: Option<Importance>,
    /// Who owns the project in the service.
    pub owner: Option<String>,
    /// The kind of database that is read.
    pub source_type: Option<String>,
    /// The kind of database that is written.
    pub sink_type: Option<String>,
    /// Tags, by name.
    pub labels: Vec<String>,
    /// The state of the whole project.
    pub status: Option<ProjectStatus>,
    /// The status in the service's own spelling, where it had to be mapped.
    pub native_status: Option<String>,
    /// When the project was created.
    pub created: Option<Time>,
    /// When the project was started.
    pub started: Option<Time>,
    /// When the project was finished.
    pub finished: Option<Time>,
    /// The step that the service calls the running one.
    pub running_step: Option<String>,
    /// Overall progress, where the service reports one.
    pub progress: Option<Ratio>,
    /// How long it will take, in seconds, where the service says so.
    pub remaining: Option<f64>,
    /// The steps in their order, each name once.
    pub steps: Vec<Step>,
    /// How far the target is behind the source.
    pub forward: Replication,
    /// How far the source is behind the target, once roles are switched.
    pub reverse: Replication,
    /// What the service's own alarms say.
    pub alarms: Alarms,
}

/// One step of a project: a precheck, the full load, the incremental synchronisation, …
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The name in upper case with underscores.
    pub name: String,
    /// The position among the steps; there may be gaps.
    pub order: Option<f64>,
    /// The state of the step.
    pub status: Option<StepStatus>,
    /// How much of the step is done.
    pub progress: Option<Ratio>,
    /// When the step started.
    pub started: Option<Time>,
    /// When the step last finished; an incremental step may have one and go on.
    pub finished: Option<Time>,
    /// Rows done.
    pub processed_records: Option<f64>,
    /// Rows expected in all; an estimate.
    pub estimated_records: Option<f64>,
    /// How fast the source is read.
    pub source: Speed,
    /// How fast the target is written (or read, in a verification).
    pub sink: Speed,
    /// What the service regards as normal for the source.
    pub source_reference: Speed,
    /// What the service regards as normal for the target.
    pub sink_reference: Speed,
    /// Up to which source time changes have been applied.
    pub checkpoint: Option<Time>,
    /// When that checkpoint was observed.
    pub checkpoint_sampled: Option<Time>,
    /// A bounded error code, only while the step is failed.
    pub error_code: Option<String>,
}

/// Throughput and response time of one side of a step, in base units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Records per second.
    pub records: Option<f64>,
    /// Seconds per record.
    pub response_time: Option<f64>,
    /// Bytes per second.
    pub bytes: Option<f64>,
}

/// How current one direction of the replication is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Replication {
    /// Seconds behind.
    pub delay: Option<f64>,
    /// When that delay was observed.
    pub sampled: Option<Time>,
    /// How far the replication has come, in source time.
    pub checkpoint: Option<Time>,
}

/// The service's own alarms about a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alarms {
    /// Whether an alarm is active now.
    pub active: Option<bool>,
    /// How many alarms the service sent recently; the length of "recently" is not documented.
    pub recent: Option<f64>,
    /// The same by rule.
    pub recent_by_rule: Vec<(String, f64)>,
    /// Whether the service watches the project at all.
    pub monitored: Option<bool>,
}

impl Project {
    /// The name that people know, or the id where there is none.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// The delay that is too much, by importance, in seconds; none where no limit applies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// For projects of high importance.
    pub high: Option<f64>,
    /// For projects of medium importance.
    pub medium: Option<f64>,
    /// For projects of low importance.
    pub low: Option<f64>,
}

impl Thresholds {
    /// The limit for a project of this importance. Ignored projects and unknown levels have none.
    pub fn of(&self, importance: Option<&Importance>) -> Option<f64> {
        match importance? {
            Importance::High => self.high,
            Importance::Medium => self.medium,
            Importance::Low => self.low,
            Importance::Ignore | Importance::Other(_) => None,
        }
    }
}

/// Orders the steps and keeps one of each name: of two with the same name, the one with the higher
/// order is the later attempt and counts.
pub fn settle_steps(mut steps: Vec<Step>) -> Vec<Step> {
    let rank = |step: &Step| step.order.unwrap_or(f64::NEG_INFINITY);
    steps.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    let mut names = BTreeSet::new();
    steps.reverse();
    steps.retain(|step| names.insert(step.name.clone()));
    steps.reverse();
    steps
}
