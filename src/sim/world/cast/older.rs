//! Cast: the projects of an installation from before the days of lists.

use super::{DAY, HOUR, Sketch, loaded, opening, past_load};
use crate::sim::world::{
    Act, Engine, Importance, Kind, Phase, Project, Report, Stage, StageState,
    scene::{Haul, Scene},
};

/// All of them.
pub(in crate::sim::world) fn projects(scene: &Scene) -> Vec<Project> {
    vec![inventory(scene), audit(scene), warehouse(scene), points(scene), tickets(scene)]
}

/// Feeds a queue, a few seconds late.
fn inventory(scene: &Scene) -> Project {
    feeding(scene, "inventory-mysql-to-kafka", Engine::MySql)
}

/// Feeds a queue from a source whose log has no times in it.
fn audit(scene: &Scene) -> Project {
    feeding(scene, "audit-sybase-to-kafka", Engine::Sybase)
}

fn feeding(scene: &Scene, name: &'static str, from: Engine) -> Project {
    let begin = -40.0 * DAY;
    let mut project = sketch(name, from, Engine::Kafka, begin).project(scene);
    project.summary.kind = Kind::Synchronisation;
    project.stages = loaded(scene, &past_load(name, begin));
    let position = scene.late_by(5.0 + 2.0 * scene.wave(name, 130.0));
    project.stages.push(Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), position));
    project.report = Report::Told(Some(position));
    project
}

/// A full load that takes two days.
fn warehouse(scene: &Scene) -> Project {
    let begin = -12.0 * HOUR;
    let haul = Haul { name: "warehouse", from: begin + 120.0, to: begin + 2.0 * DAY, rows: 1500.0, row_bytes: 300.0 };
    let mut project = sketch("warehouse-oracle-to-ob", Engine::Oracle, Engine::OceanBaseOracle, begin).project(scene);
    project.stages = opening(scene, begin);
    let load = Stage::copying(Act::Load, StageState::Running, scene.at(haul.from), scene.haul(&haul));
    project.stages.push(load);
    project.stages.extend([Act::Follow, Act::Switch].map(Stage::waiting));
    project
}

/// Steadily a minute and a quarter late.
fn points(scene: &Scene) -> Project {
    let begin = -11.0 * DAY;
    let mut project = sketch("points-mysql-to-ob", Engine::MySql, Engine::OceanBaseMySql, begin).project(scene);
    let position = scene.late_by(75.0);
    project.stages = loaded(scene, &past_load("points", begin));
    project.stages.push(Stage::following(Act::Follow, scene.at(begin + 2.0 * HOUR), position));
    project.stages.push(Stage::waiting(Act::Switch));
    project.report = Report::Told(Some(position));
    project
}

/// Never got past its schema.
fn tickets(scene: &Scene) -> Project {
    let begin = -3.0 * DAY;
    let mut project = sketch("tickets-db2-to-ob", Engine::Db2, Engine::OceanBaseMySql, begin).project(scene);
    project.summary.phase = Phase::Failed;
    project.stages = vec![
        Stage::done(Act::Check, scene.at(begin + 3.0), scene.at(begin + 9.0)),
        Stage {
            state: StageState::Failed,
            started: Some(scene.at(begin + 12.0)),
            percent: 40,
            ..Stage::waiting(Act::Structure)
        },
    ];
    project.stages.extend([Act::Load, Act::Follow].map(Stage::waiting));
    project
}

fn sketch(name: &'static str, from: Engine, to: Engine, created: f64) -> Sketch {
    Sketch {
        name,
        owner: "admin",
        importance: Importance::Medium,
        labels: &[],
        phase: Phase::Running,
        from,
        to,
        created,
        tables: 10,
    }
}
