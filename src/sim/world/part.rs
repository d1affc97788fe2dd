//! The processes that do the work of a project, one machine's worth each. What they show follows
//! from the stages, except for one thing worth finding: behind the delay that grows there is a
//! broken process, while the project itself still runs.

use super::{Act, AlarmReason, Phase, Position, Project, Scene, Stage, StageState, Work, scene::whole};

/// Projects of more tables than this have their changes written by two processes.
const MANY_TABLES: u32 = 12;

/// Changes per second that one process writes, on average.
const RATE: f64 = 120.0;

/// One process at one moment.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Part {
    pub(in crate::sim) task: Task,
    pub(in crate::sim) direction: Direction,
    /// Which of several that do the same, from 0.
    pub(in crate::sim) number: u32,
    pub(in crate::sim) host: String,
    pub(in crate::sim) health: Health,
    /// Unix seconds.
    pub(in crate::sim) since: i64,
    /// How far it has come, for one that follows changes.
    pub(in crate::sim) position: Option<Position>,
    /// Changes per second.
    pub(in crate::sim) rate: i64,
    /// Whole percent, for one that copies or compares.
    pub(in crate::sim) percent: i64,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Task {
    PullLog,
    Apply,
    Load,
    Compare,
}

/// Which way the data flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Direction {
    Forward,
    Backward,
}

/// How a process fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Health {
    Working,
    Stopped,
    Broken,
    Done,
}

/// All processes of a project, none once its resources have been given back.
pub(super) fn parts(scene: &Scene, project: &Project) -> Vec<Part> {
    if matches!(project.summary.phase, Phase::Created | Phase::Releasing | Phase::Released | Phase::Deleted) {
        return Vec::new();
    }
    project.stages.iter().flat_map(|stage| of_stage(scene, project, stage)).collect()
}

fn of_stage(scene: &Scene, project: &Project, stage: &Stage) -> Vec<Part> {
    let (Some(since), true) = (stage.started, stage.state != StageState::Waiting) else {
        return Vec::new();
    };
    let part = |task, direction, number: u32| Part {
        task,
        direction,
        number,
        host: scene.host(&format!("worker {}", (number + 1) % 3)),
        health: health(project, stage),
        since,
        position: None,
        rate: 0,
        percent: stage.percent,
    };
    match (stage.act, &stage.work) {
        (Act::PullLog, _) => {
            let mut puller = part(Task::PullLog, Direction::Forward, 0);
            pull(scene, project, &mut puller);
            vec![puller]
        }
        (Act::Load, _) => vec![part(Task::Load, Direction::Forward, 0)],
        (Act::Verify, _) => vec![part(Task::Compare, Direction::Forward, 0)],
        (Act::Follow, Work::Following(Some(position))) => {
            let workers = if project.tables > MANY_TABLES { 2 } else { 1 };
            (0..workers)
                .map(|number| applying(scene, project, *position, part(Task::Apply, Direction::Forward, number)))
                .collect()
        }
        (Act::FollowBack, Work::Following(Some(position))) => {
            let mut puller = part(Task::PullLog, Direction::Backward, 0);
            pull(scene, project, &mut puller);
            vec![puller, applying(scene, project, *position, part(Task::Apply, Direction::Backward, 0))]
        }
        _ => Vec::new(),
    }
}

fn health(project: &Project, stage: &Stage) -> Health {
    match (stage.state, project.summary.phase) {
        (_, Phase::Paused) | (StageState::Paused, _) => Health::Stopped,
        (StageState::Failed, _) => Health::Broken,
        // Pulling the log ends as a step when it has begun; the process goes on.
        (StageState::Done, Phase::Running | Phase::Modifying | Phase::Failed) if stage.act == Act::PullLog => {
            Health::Working
        }
        (StageState::Done, _) => Health::Done,
        _ => Health::Working,
    }
}

/// The log is read within a second or two, however late the writing is.
fn pull(scene: &Scene, project: &Project, part: &mut Part) {
    if part.health == Health::Working {
        part.position = Some(scene.late_by(1.5 + scene.wave(&project.summary.name, 47.0)));
        part.rate = rate(scene, project);
    }
}

fn applying(scene: &Scene, project: &Project, position: Position, mut part: Part) -> Part {
    let late = matches!(project.alarm.as_ref().map(|alarm| alarm.reason), Some(AlarmReason::Late(_)));
    part.position = Some(position);
    if part.number > 0 {
        if late {
            part.health = Health::Broken;
        } else {
            part.position = Some(scene.late_by(2.0));
        }
    }
    if part.health == Health::Working {
        part.rate = rate(scene, project);
    }
    part
}

/// None at all where nothing is written at the source.
fn rate(scene: &Scene, project: &Project) -> i64 {
    let idle = project
        .stages
        .iter()
        .any(|stage| matches!(stage.work, Work::Following(Some(position)) if position.reached == position.sampled));
    if idle { 0 } else { whole(RATE + 30.0 * scene.wave(&project.summary.name, 40.0)) }
}
