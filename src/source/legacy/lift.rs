//! From the wire of OMS 3.3 to the domain, in the vocabulary of the newer editions.

use super::wire;
use crate::config::ProjectKind;
use crate::domain::{Importance, Project, ProjectStatus, Ratio, Step, Time};
use crate::source::lenient::{Gaps, Leaf};
use crate::source::oms::{delay, step_name};

/// A project; `answered` stands in for the sample time that the API does not give.
pub(super) fn project(
    id: &str,
    kind: ProjectKind,
    wire: &wire::Progress<'_>,
    answered: Option<Time>,
    gaps: &mut Gaps,
) -> Project {
    let status = gaps.text("status", wire.status).map(|word| ProjectStatus::from(word.as_str()));
    let moving = status.as_ref().is_none_or(ProjectStatus::is_live);
    let structure = part(
        "STRUCT_TRANSFER",
        [("enableStructMigration", wire.enable_struct_migration), ("enableStructSync", wire.enable_struct_sync)],
        [
            ("structMigrationProgress", wire.struct_migration_progress),
            ("structSyncProgress", wire.struct_sync_progress),
        ],
        gaps,
    );
    let full = part(
        "FULL_TRANSFER",
        [("enableFullMigration", wire.enable_full_migration), ("enableFullSync", wire.enable_full_sync)],
        [("fullMigrationProgress", wire.full_migration_progress), ("fullSyncProgress", wire.full_sync_progress)],
        gaps,
    );
    let checkpoint = checkpoint(wire.incr_sync_checkpoint, gaps);
    let incremental = gaps.flag("enableIncrSync", wire.enable_incr_sync);
    let incremental = (incremental != Some(false) && (incremental.is_some() || checkpoint.is_some())).then(|| Step {
        name: "INCR_TRANSFER".to_owned(),
        checkpoint,
        checkpoint_sampled: answered.filter(|_| moving && checkpoint.is_some()),
        ..Step::default()
    });
    let steps: Vec<Step> = [structure, full, incremental].into_iter().flatten().collect();
    Project {
        id: id.to_owned(),
        kind: Some(if kind == ProjectKind::Sync { "SYNC" } else { "MIGRATION" }.to_owned()),
        importance: gaps.text("importance", wire.importance).map(|word| Importance::from(word.as_str())),
        running_step: gaps.text("currentStep", wire.current_step).map(|name| step_name(&name)),
        forward: delay::from_steps(&steps, gaps),
        status,
        steps,
        ..Project::default()
    }
}

/// A step that has nothing but a percentage; none where it is switched off or not told of.
fn part(
    name: &str,
    enabled: [(&'static str, Leaf<'_>); 2],
    progress: [(&'static str, Leaf<'_>); 2],
    gaps: &mut Gaps,
) -> Option<Step> {
    let enabled = enabled.into_iter().find_map(|(field, leaf)| gaps.flag(field, leaf));
    let progress: Option<Ratio> = progress.into_iter().find_map(|(field, leaf)| gaps.percent(field, leaf));
    let exists = enabled != Some(false) && (enabled.is_some() || progress.is_some());
    exists.then(|| Step { name: name.to_owned(), progress, ..Step::default() })
}

/// Unix seconds as a number or as text. Of a Sybase source it is a file and an offset (`100,30`),
/// which is no time and no fault.
fn checkpoint(leaf: Leaf<'_>, gaps: &mut Gaps) -> Option<Time> {
    let text = Gaps::default().text("incrSyncCheckpoint", leaf);
    let is_number = |part: &str| !part.trim().is_empty() && part.trim().bytes().all(|byte| byte.is_ascii_digit());
    if text.and_then(|text| text.split_once(',').map(|(a, b)| is_number(a) && is_number(b))) == Some(true) {
        return None;
    }
    gaps.epoch("incrSyncCheckpoint", leaf)
}
