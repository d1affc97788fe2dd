//! Cast: the projects that stand still, each in a state of its own.

use super::{DAY, HOUR, Sketch, loaded, opening, past_load, verified};
use crate::sim::world::{
    Act, AlarmReason, Cause, Engine, Failure, Importance, Phase, Position, Project, Report, Stage, StageState,
    scene::{Haul, Scene},
};

/// Stopped in the middle of its load by a row that does not fit.
pub(super) fn invoices(scene: &Scene) -> Project {
    let begin = -6.0 * HOUR;
    let stopped = -4.0 * HOUR;
    let haul = Haul { name: "invoices", from: begin + 120.0, to: -HOUR, rows: 1800.0, row_bytes: 420.0 };
    let mut project = Sketch {
        name: "invoices-db2-to-ob",
        owner: "finance-dba",
        importance: Importance::Medium,
        labels: &["wave-2"],
        phase: Phase::Failed,
        from: Engine::Db2,
        to: Engine::OceanBaseOracle,
        created: begin,
        tables: 11,
    }
    .project(scene);
    project.summary.modified = scene.at(stopped);
    project.stages = opening(scene, begin);
    let mut load = Stage::copying(Act::Load, StageState::Failed, scene.at(haul.from), scene.haul_until(&haul, stopped));
    load.failure = Some(Failure { at: scene.at(stopped), cause: Some(Cause::ValueTooLong) });
    project.stages.push(load);
    project.stages.extend([Act::Follow, Act::Verify, Act::Switch].map(Stage::waiting));
    project.raise(AlarmReason::Failed, 3);
    project
}

/// Paused two hours ago by its owner, who wants no alarms about it.
pub(super) fn crm(scene: &Scene) -> Project {
    let begin = -6.0 * DAY;
    let paused = -2.0 * HOUR;
    let mut project = Sketch {
        name: "crm-mysql-to-ob",
        owner: "crm-team",
        importance: Importance::Ignored,
        labels: &["wave-2"],
        phase: Phase::Paused,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: begin,
        tables: 8,
    }
    .project(scene);
    project.summary.modified = scene.at(paused);
    project.stages = loaded(scene, &past_load("crm", begin));
    let last = Position { reached: scene.at(paused - 8.0), sampled: scene.at(paused) };
    let mut follow = Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), last);
    follow.state = StageState::Paused;
    project.stages.push(follow);
    project.stages.push(Stage::waiting(Act::Switch));
    project.report = Report::Silent;
    project
}

/// Set up and never started.
pub(super) fn staff(scene: &Scene) -> Project {
    let mut project = Sketch {
        name: "staff-mysql-to-ob",
        owner: "hr-dba",
        importance: Importance::Medium,
        labels: &["wave-2"],
        phase: Phase::Created,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: -600.0,
        tables: 4,
    }
    .project(scene);
    project.started = None;
    project.summary.modified = scene.at(-590.0);
    project.stages = [Act::Check, Act::Structure, Act::Load, Act::Follow].map(Stage::waiting).into();
    project.report = Report::Silent;
    project
}

/// Over. Its schema step had failed once and was repeated.
pub(super) fn archive(scene: &Scene) -> Project {
    let begin = -30.0 * DAY;
    let mut project = Sketch {
        name: "archive-mysql-to-ob",
        owner: "shop-dba",
        importance: Importance::Low,
        labels: &["wave-1"],
        phase: Phase::Finished,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: begin,
        tables: 5,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("archive", begin));
    for stage in &mut project.stages {
        if stage.act == Act::Structure {
            stage.failure = Some(Failure { at: scene.at(begin + 24.0), cause: None });
        }
    }
    project.stages.push(verified(scene, begin + 3.0 * HOUR));
    project.end(scene.at(begin + 4.0 * HOUR));
    project
}

/// Its resources are being given back.
pub(super) fn loyalty(scene: &Scene) -> Project {
    let mut project = Sketch {
        name: "loyalty-mysql-to-ob",
        owner: "crm-team",
        importance: Importance::Low,
        labels: &[],
        phase: Phase::Releasing,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: -25.0 * DAY,
        tables: 7,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("loyalty", -25.0 * DAY));
    project.end(scene.at(-60.0));
    project
}

/// Its resources have been given back.
pub(super) fn legacy(scene: &Scene) -> Project {
    let mut project = Sketch {
        name: "legacy-db2-to-ob",
        owner: "mainframe-team",
        importance: Importance::Medium,
        labels: &["wave-1"],
        phase: Phase::Released,
        from: Engine::Db2,
        to: Engine::OceanBaseOracle,
        created: -60.0 * DAY,
        tables: 19,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("legacy", -60.0 * DAY));
    project.end(scene.at(-40.0 * DAY));
    project
}

/// Deleted: still known to the service, but not listed unless asked for.
pub(super) fn scratch(scene: &Scene) -> Project {
    let mut project = Sketch {
        name: "scratch-mysql-to-ob",
        owner: "web-dba",
        importance: Importance::Ignored,
        labels: &[],
        phase: Phase::Deleted,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: -80.0 * DAY,
        tables: 1,
    }
    .project(scene);
    project.stages = opening(scene, -80.0 * DAY);
    project.end(scene.at(-79.0 * DAY));
    project
}
