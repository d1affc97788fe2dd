//! Migrations as a cloud runs them for its customers: a job, how far its objects have come, and how
//! late it follows. Another thing than a project of many stages, but in the same world.

mod jobs;

use super::{Engine, Scene, scene::whole};
pub(super) use jobs::jobs;

/// Objects that are being copied at the same time.
const AT_ONCE: f64 = 8.0;

/// One job at one moment.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Transfer {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    pub(in crate::sim) purpose: Purpose,
    pub(in crate::sim) state: TransferState,
    pub(in crate::sim) plan: Plan,
    pub(in crate::sim) from: Engine,
    pub(in crate::sim) to: Engine,
    /// Unix seconds.
    pub(in crate::sim) created: i64,
    /// When its progress was last told.
    pub(in crate::sim) told: Option<i64>,
    /// What of the copying is done, 0 to 1.
    pub(in crate::sim) copied: Copied,
    /// Seconds until the copying ends, where it goes on.
    pub(in crate::sim) remaining: Option<i64>,
    pub(in crate::sim) follow: Option<Follow>,
    pub(in crate::sim) failed: bool,
    objects: Counts,
}

/// How far the three kinds of work have come, 0 to 1 each.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Copied {
    pub(in crate::sim) structure: f64,
    pub(in crate::sim) rows: f64,
    pub(in crate::sim) indexes: f64,
}

/// How a job follows the changes of its source.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Follow {
    pub(in crate::sim) delay_milliseconds: i64,
    pub(in crate::sim) rows_per_second: i64,
    pub(in crate::sim) bytes_per_second: i64,
}

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Purpose {
    Migration,
    Synchronisation,
    Recovery,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum TransferState {
    Configuring,
    Copying,
    CopyingFailed,
    Following,
    Paused,
    Released,
    Deleted,
}

/// What a job is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Plan {
    CopyAndFollow,
    Follow,
}

/// Kinds of objects that a job copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum ObjectKind {
    Table,
    TableStructure,
    TableIndexes,
    Database,
    View,
    Procedure,
    Function,
    Trigger,
    Event,
}

/// One object of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Object {
    pub(in crate::sim) database: String,
    /// The same as the database for a database itself.
    pub(in crate::sim) name: String,
    /// Whole percent.
    pub(in crate::sim) percent: i64,
}

/// How many objects of the interesting kinds a job has.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    schema: &'static str,
    tables: usize,
    databases: usize,
    views: usize,
    procedures: usize,
    functions: usize,
}

impl Transfer {
    /// How many objects of this kind there are.
    pub(in crate::sim) fn count(&self, kind: ObjectKind) -> usize {
        match kind {
            ObjectKind::Table | ObjectKind::TableStructure | ObjectKind::TableIndexes => self.objects.tables,
            ObjectKind::Database => self.objects.databases,
            ObjectKind::View => self.objects.views,
            ObjectKind::Procedure => self.objects.procedures,
            ObjectKind::Function => self.objects.functions,
            ObjectKind::Trigger | ObjectKind::Event => 0,
        }
    }

    /// Some objects of this kind, in their fixed order.
    pub(in crate::sim) fn objects(&self, kind: ObjectKind, skipped: usize, taken: usize) -> Vec<Object> {
        let count = self.count(kind);
        (skipped.min(count)..skipped.saturating_add(taken).min(count)).map(|index| self.object(kind, index)).collect()
    }

    fn object(&self, kind: ObjectKind, index: usize) -> Object {
        let Counts { schema, databases, .. } = self.objects;
        let database = format!("{schema}_{}", index % databases.max(1) + 1);
        let name = match kind {
            ObjectKind::Database => database.clone(),
            ObjectKind::View => format!("view_{index:03}"),
            ObjectKind::Procedure => format!("procedure_{index:03}"),
            ObjectKind::Function => format!("function_{index:03}"),
            _ => format!("{schema}_{index:05}"),
        };
        let percent = advance(self.done(kind), self.count(kind), index);
        Object { database, name, percent }
    }

    /// What is done of the work on this kind. What depends on tables comes when they are there.
    fn done(&self, kind: ObjectKind) -> f64 {
        match kind {
            ObjectKind::Table => self.copied.rows,
            ObjectKind::TableStructure | ObjectKind::Database => self.copied.structure,
            _ => self.copied.indexes,
        }
    }
}

/// How far one of many objects has come: they are begun in their order, a few at the same time.
fn advance(done: f64, count: usize, index: usize) -> i64 {
    let place = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
    let front = done * (place(count) + AT_ONCE);
    whole(((front - place(index)) / AT_ONCE).clamp(0.0, 1.0) * 100.0)
}

/// The id of a job: its last letters are not hexadecimal, so it is no UUID.
fn id(scene: &Scene, name: &str) -> String {
    let (left, right) = (scene.hash(name), scene.hash(&format!("job {name}")));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:07x}jb502",
        left >> 32,
        (left >> 16) & 0xffff,
        left & 0xffff,
        right >> 48,
        right & 0x0fff_ffff
    )
}
