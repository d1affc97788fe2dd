//! The cast: one short story per project, each showing one thing that an operator must be able to
//! tell apart. Times are in seconds since the world began; what happened before is negative.

mod moving;
mod older;
mod still;

use super::{
    Act, Alarm, AlarmReason, Endpoint, Engine, Importance, Kind, Phase, Project, Report, Scene, Stage, StageState,
    Summary, scene::Haul,
};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// The delay above which the service itself complains about a project of high importance.
const ALARM_SECONDS: f64 = 60.0;

/// Delay at which the growing one stops growing, so that a demo left running stays believable.
const WORST_DELAY: f64 = 2.0 * HOUR;

/// What is fixed about a project, whatever the time.
struct Sketch {
    name: &'static str,
    owner: &'static str,
    importance: Importance,
    labels: &'static [&'static str],
    phase: Phase,
    from: Engine,
    to: Engine,
    /// When it was set up, in seconds since the world began.
    created: f64,
    tables: u32,
}

pub(super) use older::projects as older;

/// Everybody, in the order in which they were set up.
pub(super) fn projects(scene: &Scene) -> Vec<Project> {
    vec![
        still::scratch(scene),
        still::legacy(scene),
        still::archive(scene),
        still::loyalty(scene),
        moving::ledger(scene),
        moving::sessions(scene),
        still::crm(scene),
        moving::orders(scene),
        moving::catalog(scene),
        moving::pricing(scene),
        still::invoices(scene),
        moving::billing(scene),
        still::staff(scene),
    ]
}

/// Check, schema and log pull, all long done.
pub(super) fn opening(scene: &Scene, begin: f64) -> Vec<Stage> {
    let done = |act, from: f64, to: f64| Stage::done(act, scene.at(begin + from), scene.at(begin + to));
    vec![done(Act::Check, 3.0, 9.0), done(Act::Structure, 12.0, 52.0), done(Act::PullLog, 55.0, 105.0)]
}

/// The opening and a full load that is over.
pub(super) fn loaded(scene: &Scene, haul: &Haul) -> Vec<Stage> {
    let mut stages = opening(scene, haul.from - 120.0);
    stages.push(hauled(scene, Act::Load, haul));
    stages
}

/// A load of an hour and a half, right after the opening.
pub(super) fn past_load(name: &'static str, begin: f64) -> Haul {
    Haul { name, from: begin + 120.0, to: begin + 1.5 * HOUR, rows: 2400.0, row_bytes: 240.0 }
}

/// A comparison that has long ended.
fn verified(scene: &Scene, from: f64) -> Stage {
    let haul = Haul { name: "verify", from, to: from + 0.5 * HOUR, rows: 3000.0, row_bytes: 240.0 };
    hauled(scene, Act::Verify, &haul)
}

/// The stage of a haul that is over.
fn hauled(scene: &Scene, act: Act, haul: &Haul) -> Stage {
    Stage {
        ended: Some(scene.at(haul.to)),
        ..Stage::copying(act, StageState::Done, scene.at(haul.from), scene.haul(haul))
    }
}

// === impl Sketch ===

impl Sketch {
    fn project(self, scene: &Scene) -> Project {
        let Self { name, owner, importance, labels, phase, from, to, created, tables } = self;
        Project {
            summary: Summary {
                id: scene.id("np_", name),
                name: name.to_owned(),
                kind: Kind::Migration,
                phase,
                labels,
                from,
                to,
                created: scene.at(created),
                modified: scene.now(),
                alarming: false,
            },
            owner,
            importance,
            started: Some(scene.at(created + 1.0)),
            finished: None,
            source: Endpoint::of(scene, from, name),
            sink: Endpoint::of(scene, to, "target"),
            stages: Vec::new(),
            report: Report::Told(None),
            alarm: None,
            tables,
        }
    }
}

// === impl Project ===

impl Project {
    fn raise(&mut self, reason: AlarmReason, count: i64) {
        self.summary.alarming = true;
        self.alarm = Some(Alarm { reason, count });
    }

    fn end(&mut self, at: i64) {
        self.finished = Some(at);
        self.summary.modified = at;
        self.report = Report::Silent;
    }
}

// === impl Endpoint ===

impl Endpoint {
    pub(super) fn of(scene: &Scene, engine: Engine, name: &str) -> Self {
        Self {
            engine,
            host: scene.host(name),
            port: match engine {
                Engine::MySql => 3306,
                Engine::Oracle => 1521,
                Engine::Db2 => 50000,
                Engine::TiDb => 4000,
                Engine::OceanBaseMySql | Engine::OceanBaseOracle => 2883,
                Engine::Kafka => 9092,
                Engine::Sybase => 5000,
                Engine::GaussDb => 8000,
            },
        }
    }
}
