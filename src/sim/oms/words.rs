//! The words and number formats of this dialect: enums, localised descriptions, times, ids.

use crate::sim::world::{Act, AlarmReason, Cause, Engine, Importance, Kind, Phase, StageState, World};

/// All project states that a list can be filtered by. The last is a filter only, never a state.
pub(super) const STATUSES: [&str; 11] = [
    "INIT",
    "RUNNING",
    "SUSPEND",
    "FAILED",
    "FINISHED",
    "RELEASING",
    "RELEASED",
    "DELETED",
    "RUNNING_MODIFYING",
    "RUNNING_MERGING",
    ALARMING,
];

/// Running projects about which there is an alarm.
pub(super) const ALARMING: &str = "RUNNING_ALARMING";

/// Project types; `VERIFY` exists in the enterprise edition.
pub(super) const TYPES: [&str; 3] = ["MIGRATION", "SYNC", "VERIFY"];

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Migration => "MIGRATION",
        Kind::Synchronisation => "SYNC",
    }
}

pub(in crate::sim) fn status(phase: Phase) -> &'static str {
    match phase {
        Phase::Created => "INIT",
        Phase::Running => "RUNNING",
        Phase::Modifying => "RUNNING_MODIFYING",
        Phase::Paused => "SUSPEND",
        Phase::Failed => "FAILED",
        Phase::Finished => "FINISHED",
        Phase::Releasing => "RELEASING",
        Phase::Released => "RELEASED",
        Phase::Deleted => "DELETED",
    }
}

pub(in crate::sim) fn importance(importance: Importance) -> &'static str {
    match importance {
        Importance::High => "HIGH",
        Importance::Medium => "MEDIUM",
        Importance::Low => "LOW",
        Importance::Ignored => "IGNORE",
    }
}

pub(super) fn endpoint_type(engine: Engine) -> &'static str {
    match engine {
        Engine::MySql => "MYSQL",
        Engine::Oracle => "ORACLE",
        Engine::Db2 => "DB2_LUW",
        Engine::TiDb => "TIDB",
        Engine::OceanBaseMySql => "OB_MYSQL",
        Engine::OceanBaseOracle => "OB_ORACLE",
        Engine::Kafka => "KAFKA",
        Engine::Sybase => "SYBASE",
        Engine::GaussDb => "GAUSSDB",
    }
}

pub(super) fn version(engine: Engine) -> &'static str {
    match engine {
        Engine::MySql => "5.7.27-log",
        Engine::Oracle => "19.3.0.0",
        Engine::Db2 => "11.5.0.0",
        Engine::TiDb => "v6.5.3",
        Engine::OceanBaseMySql | Engine::OceanBaseOracle => "4.2.1.8",
        Engine::Kafka => "3.4.0",
        Engine::Sybase => "16.0",
        Engine::GaussDb => "505.1",
    }
}

pub(super) fn step_name(act: Act) -> &'static str {
    match act {
        Act::Check => "TRANSFER_PRECHECK",
        Act::Structure => "STRUCT_TRANSFER",
        Act::PullLog => "TRANSFER_INCR_LOG_PULL",
        Act::Load => "FULL_TRANSFER",
        Act::Follow => "INCR_TRANSFER",
        Act::Verify => "FULL_VERIFIER",
        Act::Switch => "TRANSFER_APP_SWITCH",
        Act::FollowBack => "REVERSE_INCR_TRANSFER",
    }
}

/// The place of a step. It is fixed, so steps that a project does not have leave gaps.
pub(super) fn step_order(act: Act) -> u8 {
    match act {
        Act::Check => 1,
        Act::Structure => 2,
        Act::PullLog => 3,
        Act::Load => 4,
        Act::Follow => 6,
        Act::Verify => 7,
        Act::Switch => 8,
        Act::FollowBack => 9,
    }
}

/// What a step is called for people. Servers say it in the language of their installation; here
/// some projects show one and some the other.
pub(super) fn step_description(act: Act, language: Language) -> &'static str {
    let (chinese, english) = match act {
        Act::Check => ("预检查", "Precheck"),
        Act::Structure => ("结构迁移", "Schema migration"),
        Act::PullLog => ("同步增量日志拉取", "Incremental log pull"),
        Act::Load => ("全量迁移", "Full migration"),
        Act::Follow => ("增量同步", "Incremental synchronization"),
        Act::Verify => ("全量校验", "Full verification"),
        Act::Switch => ("正向切换", "Forward switchover"),
        Act::FollowBack => ("反向增量", "Reverse increment"),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

/// The language of a server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Language {
    Chinese,
    English,
}

pub(super) fn step_status(state: StageState) -> &'static str {
    match state {
        StageState::Waiting => "INIT",
        StageState::Running => "RUNNING",
        StageState::Failed => "FAILED",
        StageState::Done => "FINISHED",
        StageState::Paused => "SUSPEND",
        StageState::Following => "MONITORING",
    }
}

/// Code and message of a step's failure. The code's form is that of the captured failures.
pub(super) fn cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::ValueTooLong => ("GHANA-OPERIE000012", "Data too long for column 'REMARK' at row 1"),
    }
}

pub(super) fn alarm_rule(reason: AlarmReason) -> &'static str {
    match reason {
        AlarmReason::Late(_) => "oms_migration_delay",
        AlarmReason::Failed => "oms_migration_failed",
    }
}

/// A time as this service writes it: UTC without saying so, in whole seconds.
pub(super) fn time(unix: i64) -> Option<String> {
    let text = jiff::Timestamp::from_second(unix).ok()?.to_string();
    Some(text.trim_end_matches('Z').to_owned())
}

/// The id of a label.
pub(super) fn label_id(world: &World, name: &str) -> String {
    format!("lb_{:012x}", world.hash(&format!("label {name}")) & 0xffff_ffff_ffff)
}
