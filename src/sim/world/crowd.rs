//! Any number of further projects that all run alike: load for a benchmark, not stories. What is
//! constant about them is worked out once.

use std::collections::BTreeMap;

use super::{
    Act, Endpoint, Engine, Importance, Kind, Phase, Position, Project, Report, Scene, Stage, Summary,
    cast::{loaded, past_load},
};

/// When the crowd was set up, in seconds since the world began: before everybody in the cast.
const BEGIN: f64 = -90.0 * 24.0 * 3600.0;

/// Enough tables for an answer of some seven kilobytes.
const TABLES: u32 = 9;

const LABELS: &[&str] = &["wave-2"];

/// The crowd, in a fixed order.
#[derive(Debug)]
pub(in crate::sim) struct Crowd {
    members: Vec<Member>,
    by_id: BTreeMap<String, usize>,
    scene: Scene,
}

/// One of the crowd.
#[derive(Debug)]
pub(in crate::sim) struct Member {
    pub(in crate::sim) summary: Summary,
}

// === impl Crowd ===

impl Crowd {
    pub(super) fn new(scene: Scene, count: usize) -> Self {
        let members: Vec<_> = (0..count)
            .map(|index| {
                let name = format!("tenant-{index:05}-mysql-to-ob");
                Member { summary: summary(&scene, scene.id("np_", &name), name) }
            })
            .collect();
        let by_id = members.iter().enumerate().map(|(index, member)| (member.summary.id.clone(), index)).collect();
        Self { members, by_id, scene }
    }

    pub(in crate::sim) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(in crate::sim) fn find(&self, id: &str) -> Option<&Member> {
        self.by_id.get(id).and_then(|at| self.members.get(*at))
    }

    /// What any of them looks like, with this id, name and position.
    pub(in crate::sim) fn pattern(&self, id: &str, name: &str, position: Position) -> Project {
        let scene = &self.scene;
        let mut stages = loaded(scene, &past_load("tenant", BEGIN));
        stages.push(Stage::following(Act::Follow, scene.at(BEGIN + 7200.0), position));
        stages.push(Stage::waiting(Act::Switch));
        Project {
            summary: summary(scene, id.to_owned(), name.to_owned()),
            owner: "tenants",
            importance: Importance::Medium,
            started: Some(scene.at(BEGIN + 1.0)),
            finished: None,
            source: Endpoint::of(scene, Engine::MySql, "tenant"),
            sink: Endpoint::of(scene, Engine::OceanBaseMySql, "target"),
            stages,
            report: Report::Told(Some(position)),
            alarm: None,
            tables: TABLES,
        }
    }
}

/// A few seconds late, each of them in its own rhythm.
pub(super) fn position(scene: &Scene, member: &Member) -> Position {
    scene.late_by(2.5 + 1.5 * scene.wave(&member.summary.id, 180.0))
}

fn summary(scene: &Scene, id: String, name: String) -> Summary {
    Summary {
        id,
        name,
        kind: Kind::Migration,
        phase: Phase::Running,
        labels: LABELS,
        from: Engine::MySql,
        to: Engine::OceanBaseMySql,
        created: scene.at(BEGIN),
        modified: scene.at(BEGIN + 7200.0),
        alarming: false,
    }
}
