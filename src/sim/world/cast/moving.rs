//! Cast: the projects that move.

use super::{ALARM_SECONDS, DAY, HOUR, Sketch, WORST_DELAY, hauled, loaded, opening, past_load, verified};
use crate::sim::world::{
    Act, AlarmReason, Engine, Importance, Kind, Phase, Position, Project, Report, Stage, StageState, Work,
    scene::{Haul, Scene, whole},
};

/// Late, and later every second: crosses a limit of one minute after 40 s, then raises alarms.
pub(super) fn orders(scene: &Scene) -> Project {
    let delay = (40.0 + 0.5 * scene.elapsed()).min(WORST_DELAY);
    let position = scene.late_by(delay);
    let begin = -3.0 * DAY;
    let mut project = Sketch {
        name: "orders-mysql-to-ob",
        owner: "shop-dba",
        importance: Importance::High,
        labels: &["core", "wave-1"],
        phase: Phase::Running,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: begin,
        tables: 14,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("orders", begin));
    let mut follow = Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), position);
    follow.ended = Some(scene.at(begin + 3.0 * HOUR));
    project.stages.push(follow);
    project.stages.push(verified(scene, begin + 4.0 * HOUR));
    project.stages.push(Stage::waiting(Act::Switch));
    project.report = Report::Told(Some(position));
    if delay > ALARM_SECONDS {
        let over = scene.elapsed() - 2.0 * (ALARM_SECONDS - 40.0);
        project.raise(AlarmReason::Late(whole(delay)), 1 + whole(over / 60.0));
    }
    project
}

/// Nothing is written at the source: the position keeps up with the samples, all rates are 0.
pub(super) fn sessions(scene: &Scene) -> Project {
    let position = scene.late_by(0.0);
    let begin = -9.0 * DAY;
    let mut project = Sketch {
        name: "sessions-mysql-to-ob",
        owner: "web-dba",
        importance: Importance::Low,
        labels: &[],
        phase: Phase::Running,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: begin,
        tables: 3,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("sessions", begin));
    project.stages.push(Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), position));
    project.stages.push(Stage::waiting(Act::Switch));
    project.report = Report::Told(Some(position));
    project
}

/// A full load that ends three minutes after the world began, and then catches up.
pub(super) fn billing(scene: &Scene) -> Project {
    let haul = Haul { name: "billing", from: -660.0, to: 180.0, rows: 4200.0, row_bytes: 310.0 };
    let begin = -800.0;
    let mut project = Sketch {
        name: "billing-oracle-to-ob",
        owner: "finance-dba",
        importance: Importance::High,
        labels: &["core", "wave-2"],
        phase: Phase::Running,
        from: Engine::Oracle,
        to: Engine::OceanBaseOracle,
        created: begin,
        tables: 22,
    }
    .project(scene);
    project.stages = opening(scene, begin);
    if scene.elapsed() < haul.to {
        let copying = scene.haul(&haul);
        let load = Stage::copying(Act::Load, StageState::Running, scene.at(haul.from), copying);
        project.stages.push(load);
        project.stages.push(Stage::waiting(Act::Follow));
    } else {
        project.stages.push(hauled(scene, Act::Load, &haul));
        let after = scene.elapsed() - haul.to;
        let backlog = (haul.to - haul.from) * (-after / 45.0).exp();
        let position = scene.late_by(2.0 + 0.4 * scene.wave("billing", 61.0) + backlog);
        let mut follow = Stage::following(Act::Follow, scene.at(haul.to), position);
        follow.percent = if backlog < 10.0 { 100 } else { 99 };
        project.stages.push(follow);
        project.report = Report::Told(Some(position));
    }
    project.stages.push(Stage::waiting(Act::Verify));
    project.stages.push(Stage::waiting(Act::Switch));
    project
}

/// The application has been switched over; changes flow back to the old database.
pub(super) fn ledger(scene: &Scene) -> Project {
    let begin = -21.0 * DAY;
    let switched = -5.0 * HOUR;
    let mut project = Sketch {
        name: "ledger-oracle-to-ob",
        owner: "finance-dba",
        importance: Importance::Medium,
        labels: &["core", "wave-1"],
        phase: Phase::Running,
        from: Engine::Oracle,
        to: Engine::OceanBaseOracle,
        created: begin,
        tables: 31,
    }
    .project(scene);
    let last = Position { reached: scene.at(switched - 2.0), sampled: scene.at(switched) };
    project.stages = loaded(scene, &past_load("ledger", begin));
    let mut follow = Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), last);
    follow.state = StageState::Done;
    follow.ended = Some(scene.at(switched));
    project.stages.push(follow);
    project.stages.push(verified(scene, begin + 5.0 * HOUR));
    let mut switch = Stage::done(Act::Switch, scene.at(switched), scene.at(switched + 0.1 * HOUR));
    switch.work = Work::Switching { sampled: Some(last.sampled) };
    project.stages.push(switch);
    let delay = 3.0 + 1.5 * scene.wave("ledger", 120.0);
    project.stages.push(Stage::following(Act::FollowBack, scene.at(switched + 0.1 * HOUR), scene.late_by(delay)));
    project
}

/// Rows are compared; the service tells nothing but what the stages show. Once all rows are
/// compared the stage stays as it is.
pub(super) fn catalog(scene: &Scene) -> Project {
    let begin = -2.0 * DAY;
    let haul = Haul { name: "catalog-verify", from: -900.0, to: 1700.0, rows: 2600.0, row_bytes: 190.0 };
    let mut project = Sketch {
        name: "catalog-tidb-to-ob",
        owner: "shop-dba",
        importance: Importance::Medium,
        labels: &["wave-2"],
        phase: Phase::Running,
        from: Engine::TiDb,
        to: Engine::OceanBaseMySql,
        created: begin,
        tables: 9,
    }
    .project(scene);
    project.stages = loaded(scene, &past_load("catalog", begin));
    let delay = 4.0 + 1.5 * scene.wave("catalog", 150.0);
    project.stages.push(Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), scene.late_by(delay)));
    let copying = scene.haul(&haul);
    let mut verify = Stage::copying(Act::Verify, StageState::Running, scene.at(haul.from), copying);
    verify.ended = (copying.done == copying.total).then(|| scene.at(haul.to));
    project.stages.push(verify);
    project.stages.push(Stage::waiting(Act::Switch));
    project.report = Report::Silent;
    project
}

/// Feeds a queue for ever, and its object list is being changed right now.
pub(super) fn pricing(scene: &Scene) -> Project {
    let begin = -1.5 * DAY;
    let position = scene.late_by(1.0 + 0.6 * scene.wave("pricing", 80.0));
    let mut project = Sketch {
        name: "pricing-mysql-to-kafka",
        owner: "data-platform",
        importance: Importance::Low,
        labels: &["wave-1"],
        phase: Phase::Modifying,
        from: Engine::MySql,
        to: Engine::Kafka,
        created: begin,
        tables: 6,
    }
    .project(scene);
    project.summary.kind = Kind::Synchronisation;
    project.stages = vec![
        Stage::done(Act::Check, scene.at(begin + 3.0), scene.at(begin + 9.0)),
        Stage::done(Act::PullLog, scene.at(begin + 12.0), scene.at(begin + 60.0)),
        Stage::following(Act::Follow, scene.at(begin + 70.0), position),
    ];
    project.report = Report::Told(Some(position));
    project
}
