//! What can be asked about a project beyond its own description: its components, the result of its
//! verification, its conflict logs, the progress of single objects. Each is read by a call of its
//! own that may fail by itself, so each has an age of its own.

use std::collections::BTreeMap;

use super::{Ratio, Time};

/// One of the things to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExtraKind {
    /// Processes that do the work.
    Components,
    /// The result of the verification.
    Verification,
    /// Rows that were already in the target.
    Conflicts,
    /// Progress of single objects.
    Objects,
}

impl ExtraKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Components, Self::Verification, Self::Conflicts, Self::Objects];

    /// What it is called in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::Verification => "verification",
            Self::Conflicts => "conflicts",
            Self::Objects => "objects",
        }
    }
}

/// The answer to one of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Extra {
    /// By component and direction.
    Components(Vec<Component>),
    /// Of all tables.
    Verification(Verification),
    /// By step.
    Conflicts(Vec<ConflictLogs>),
    /// By type of object.
    Objects(Vec<Objects>),
}

impl Extra {
    /// What it answers.
    pub fn kind(&self) -> ExtraKind {
        match self {
            Self::Components(_) => ExtraKind::Components,
            Self::Verification(_) => ExtraKind::Verification,
            Self::Conflicts(_) => ExtraKind::Conflicts,
            Self::Objects(_) => ExtraKind::Objects,
        }
    }
}

/// All components of one kind and direction: their own names change at every restart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Component {
    /// `store`, `incr_sync`, `full_import` or `full_verify`.
    pub name: &'static str,
    /// `forward` or `reverse`.
    pub direction: &'static str,
    /// How many are in each state.
    pub by_status: BTreeMap<String, u64>,
    /// The worst delay, in seconds.
    pub delay: Option<f64>,
    /// Transactions per second, summed.
    pub transactions: Option<f64>,
}

/// The result of comparing source and target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verification {
    /// How many tables have each result.
    pub tables: BTreeMap<String, u64>,
    /// Tables that differ.
    pub inconsistent: Option<f64>,
}

/// The conflict logs of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConflictLogs {
    /// The step, in upper case with underscores.
    pub step: String,
    /// How many files.
    pub files: u64,
    /// Their size in all; the unit is not documented.
    pub size: Option<f64>,
    /// When the newest was written.
    pub newest: Option<Time>,
}

/// One conflict log as the service lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictFile {
    /// The name, by which it is downloaded.
    pub name: String,
    /// When it was last written, in the service's own text.
    pub date: Option<String>,
    /// The same as a moment.
    pub written: Option<Time>,
    /// Its size; the unit is not documented.
    pub size: Option<f64>,
}

/// The progress of all objects of one type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objects {
    /// The type, such as `table`.
    pub object_type: String,
    /// Not begun.
    pub pending: u64,
    /// Begun and not done.
    pub running: u64,
    /// Done.
    pub completed: u64,
    /// The mean of their progress, between 0 and 1.
    pub progress: Option<f64>,
    /// Single ones, as many as are wanted, the least finished first.
    pub single: Vec<Object>,
}

/// The progress of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// `database.name` in the source.
    pub source: String,
    /// `database.name` in the target.
    pub sink: String,
    /// How much of it is done.
    pub progress: Ratio,
}
