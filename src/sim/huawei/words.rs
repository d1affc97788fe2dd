//! The words and number formats of this cloud.

use crate::sim::world::{Engine, ObjectKind, Plan, Purpose, Transfer, TransferState};

/// What a job is for. The lists want one of them.
pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Migration => "migration",
        Purpose::Synchronisation => "sync",
        Purpose::Recovery => "cloudDataGuard",
    }
}

/// The state of a job, in the spelling of lists.
pub(super) fn status(state: TransferState) -> &'static str {
    match state {
        TransferState::Configuring => "CONFIGURATION",
        TransferState::Copying => "FULL_TRANSFER_STARTED",
        TransferState::CopyingFailed => "FULL_TRANSFER_FAILED",
        TransferState::Following => "INCRE_TRANSFER_STARTED",
        TransferState::Paused => "PAUSING",
        TransferState::Released => "RELEASE_RESOURCE_COMPLETE",
        TransferState::Deleted => "DELETED",
    }
}

/// The same in the spelling of batches, which has one letter more.
pub(super) fn batch_status(state: TransferState) -> &'static str {
    match state {
        TransferState::Paused => "PAUSEING",
        other => status(other),
    }
}

pub(super) fn plan(plan: Plan) -> &'static str {
    match plan {
        Plan::CopyAndFollow => "FULL_INCR_TRANS",
        Plan::Follow => "INCR_TRANS",
    }
}

/// The link of a job. Between two of a kind it is the name of that.
pub(super) fn engine(job: &Transfer) -> String {
    let name = |engine| match engine {
        Engine::Oracle => "oracle",
        Engine::GaussDb => "gaussdbv5",
        _ => "mysql",
    };
    let link =
        if job.from == job.to { name(job.from).to_owned() } else { format!("{}-to-{}", name(job.from), name(job.to)) };
    if job.purpose == Purpose::Recovery { format!("cloudDataGuard-{link}") } else { link }
}

/// A kind of objects by its name in paths; the last is spelt as it is.
pub(super) fn object_kind(name: &str) -> Option<ObjectKind> {
    Some(match name {
        "table" => ObjectKind::Table,
        "event" => ObjectKind::Event,
        "table_structure" => ObjectKind::TableStructure,
        "procedure" => ObjectKind::Procedure,
        "view" => ObjectKind::View,
        "function" => ObjectKind::Function,
        "database" => ObjectKind::Database,
        "trigger" => ObjectKind::Trigger,
        "table_indexs" => ObjectKind::TableIndexes,
        _ => return None,
    })
}

/// Code and message of the one way in which a job fails here.
pub(super) const FAILURE: (&str, &str) =
    ("DRS.M00004", "Full migration failed: ORA-01555: snapshot too old (table INVOICES.LINES).");

/// A time without a zone, `2020-12-21 10:57:49`.
pub(super) fn plain_time(unix: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(unix).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A time with milliseconds and a zone, `2020-09-01T18:50:20.200Z`.
pub(super) fn iso_time(unix: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(unix).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S.200Z").to_string())
}
