//! What is true in the simulated world: which migrations there are, how far each has come and how
//! late it is, at any moment. No vendor's word, no JSON and no HTTP in here, so that every dialect
//! tells of one and the same world.
//!
//! The world is a pure function of the seed, the moment it began and the moment of asking. Nothing
//! ticks: two servers with the same seed and clock give the same answers.

mod cast;
mod comparison;
mod conflict;
mod crowd;
mod part;
mod scene;
mod transfer;

use std::time::Duration;

pub(super) use comparison::{Compared, Finding};
pub(super) use conflict::ConflictLog;
pub(super) use crowd::{Crowd, Member};
pub(super) use part::{Direction, Health, Part, Task};
use scene::Scene;
pub(super) use scene::whole;
pub(super) use transfer::{Object, ObjectKind, Plan, Purpose, Transfer, TransferState};

/// One migration or synchronisation at one moment.
#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) summary: Summary,
    pub(super) owner: &'static str,
    pub(super) importance: Importance,
    /// Unix seconds, like every time here.
    pub(super) started: Option<i64>,
    pub(super) finished: Option<i64>,
    pub(super) source: Endpoint,
    pub(super) sink: Endpoint,
    pub(super) stages: Vec<Stage>,
    pub(super) report: Report,
    pub(super) alarm: Option<Alarm>,
    /// How many tables are migrated.
    pub(super) tables: u32,
}

/// What a list can be searched and sorted by.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    pub(super) labels: &'static [&'static str],
    pub(super) from: Engine,
    pub(super) to: Engine,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) alarming: bool,
}

/// Whether data moves once, or is fed to somebody for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Migration,
    Synchronisation,
}

/// Where a project is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Created,
    Running,
    Modifying,
    Paused,
    Failed,
    Finished,
    Releasing,
    Released,
    Deleted,
}

/// How much its owner wants to hear about trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Importance {
    High,
    Medium,
    Low,
    Ignored,
}

/// A database product, or a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    MySql,
    Oracle,
    Db2,
    TiDb,
    OceanBaseMySql,
    OceanBaseOracle,
    Kafka,
    Sybase,
    GaussDb,
}

/// One end of a migration.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) engine: Engine,
    pub(super) host: String,
    pub(super) port: u16,
}

/// One step of a project's plan.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) act: Act,
    pub(super) state: StageState,
    pub(super) started: Option<i64>,
    /// When it ended; for a stage that follows changes, when it had first caught up.
    pub(super) ended: Option<i64>,
    /// Whole percent, rounded down.
    pub(super) percent: i64,
    pub(super) failure: Option<Failure>,
    pub(super) work: Work,
}

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Check,
    Structure,
    PullLog,
    Load,
    Follow,
    Verify,
    Switch,
    FollowBack,
}

/// How a stage fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StageState {
    Waiting,
    Running,
    Failed,
    Done,
    Paused,
    /// Steady state of a stage that follows changes.
    Following,
}

/// Why a stage failed, and when. One that is done may have failed once before.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) at: i64,
    /// None where the failure is over.
    pub(super) cause: Option<Cause>,
}

/// What a stage could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A row did not fit the column that it goes to.
    ValueTooLong,
}

/// What can be measured about a stage.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Unmeasured,
    Copying(Copying),
    Following(Option<Position>),
    Switching { sampled: Option<i64> },
}

/// Rows being read on one side and written or compared on the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Copying {
    pub(super) done: i64,
    pub(super) total: i64,
    /// Rows per second; 0 when not running.
    pub(super) rows: i64,
    /// Milliseconds per row.
    pub(super) read_milliseconds: i64,
    pub(super) write_milliseconds: i64,
    pub(super) bytes: i64,
}

/// How far a stage that follows changes has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The moment in the source's own history up to which everything has been applied.
    pub(super) reached: i64,
    /// When that was observed.
    pub(super) sampled: i64,
}

/// What the service itself says about the delay, besides what the stages show.
#[derive(Clone, Copy, Debug)]
pub(super) enum Report {
    /// It says nothing at all about the project.
    Silent,
    /// It says what runs, and the position where there is one.
    Told(Option<Position>),
}

/// The service's own alarms about a project.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alarm {
    pub(super) reason: AlarmReason,
    pub(super) count: i64,
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AlarmReason {
    /// Seconds of delay.
    Late(i64),
    Failed,
}

/// The world: its seed and the moment it began.
#[derive(Debug)]
pub(super) struct World {
    seed: u64,
    start: Duration,
}

impl World {
    /// A world that begins at this time since the Unix epoch. Parts of a second are dropped.
    pub(super) fn new(seed: u64, start: Duration) -> Self {
        Self { seed, start: Duration::from_secs(start.as_secs()) }
    }

    /// Everybody in the cast, as they are at this time since the Unix epoch.
    pub(super) fn projects(&self, now: Duration) -> Vec<Project> {
        cast::projects(&self.scene(now))
    }

    /// Everybody of an older installation.
    pub(super) fn older(&self, now: Duration) -> Vec<Project> {
        cast::older(&self.scene(now))
    }

    /// The jobs that a cloud runs.
    pub(super) fn transfers(&self, now: Duration) -> Vec<Transfer> {
        transfer::jobs(&self.scene(now))
    }

    /// The processes that work for a project.
    pub(super) fn parts(&self, project: &Project, now: Duration) -> Vec<Part> {
        part::parts(&self.scene(now), project)
    }

    /// The logs of conflicts in one stage of a project.
    pub(super) fn conflicts(&self, project: &Project, act: Act, now: Duration) -> Vec<ConflictLog> {
        conflict::conflicts(&self.scene(now), project, act)
    }

    /// A further `count` projects that all run alike.
    pub(super) fn crowd(&self, count: usize) -> Crowd {
        Crowd::new(self.scene(self.start), count)
    }

    /// How far a member of the crowd has come.
    pub(super) fn position(&self, member: &Member, now: Duration) -> Position {
        crowd::position(&self.scene(now), member)
    }

    /// A number that depends on the seed and the text alone, for what is arbitrary but must not
    /// change: ids, addresses.
    pub(super) fn hash(&self, text: &str) -> u64 {
        scene::hash(self.seed, text)
    }

    fn scene(&self, now: Duration) -> Scene {
        Scene::new(self.seed, self.start, now)
    }
}

impl Project {
    /// The name of its one schema.
    pub(super) fn schema(&self) -> &str {
        self.summary.name.split('-').next().unwrap_or("app")
    }

    /// The name of a table, counted from 0.
    pub(super) fn table(&self, index: u32) -> String {
        format!("{}_table_{:02}", self.schema(), index.saturating_add(1))
    }

    /// What comparing the tables has found, if that has begun.
    pub(super) fn comparison(&self) -> Option<Vec<Compared>> {
        comparison::comparison(self)
    }
}

impl Stage {
    /// A stage that is still to come.
    fn waiting(act: Act) -> Self {
        let work = match act {
            Act::Follow | Act::FollowBack => Work::Following(None),
            Act::Switch => Work::Switching { sampled: None },
            _ => Work::Unmeasured,
        };
        Self { act, state: StageState::Waiting, started: None, ended: None, percent: 0, failure: None, work }
    }

    /// A stage that is over.
    fn done(act: Act, started: i64, ended: i64) -> Self {
        Self { state: StageState::Done, started: Some(started), ended: Some(ended), percent: 100, ..Self::waiting(act) }
    }

    /// A stage that follows changes and has come so far.
    fn following(act: Act, started: i64, position: Position) -> Self {
        Self {
            state: StageState::Following,
            started: Some(started),
            percent: 100,
            work: Work::Following(Some(position)),
            ..Self::waiting(act)
        }
    }

    /// A stage that copies or compares rows, in this state.
    fn copying(act: Act, state: StageState, started: i64, copying: Copying) -> Self {
        Self {
            state,
            started: Some(started),
            percent: copying.done.saturating_mul(100).checked_div(copying.total).unwrap_or(0),
            work: Work::Copying(copying),
            ..Self::waiting(act)
        }
    }
}
