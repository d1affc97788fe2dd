//! How far behind a project is. The service may report it; where it does not, or reports nonsense,
//! it is the distance between the incremental step's checkpoint and the time that was sampled.

use super::wire;
use crate::domain::{MAX_DELAY, Replication, Step, Time};
use crate::source::lenient::Gaps;

/// A checkpoint this far in the future is clock skew and means "no delay".
const MAX_SKEW: f64 = 60.0;
/// The names of the step that carries changes from source to target, newest naming first.
const FORWARD: [&str; 3] = ["INCR_TRANSFER", "INCR_SYNC", "CONNECTOR_INCR_SYNC"];
/// The names of the step that carries changes back after a switch-over.
const REVERSE: [&str; 2] = ["REVERSE_INCR_TRANSFER", "REVERSE_INCR_SYNC"];

/// From source to target.
pub(super) fn forward(extra: &wire::ExtraInfo<'_>, steps: &[Step], gaps: &mut Gaps) -> Replication {
    let derived = derived(&FORWARD, steps);
    let applied = gaps.epoch("incrSyncTimestamp", extra.incr_sync_timestamp);
    let sampled = gaps.epoch("syncDelaySampleTimestamp", extra.sync_delay_sample_timestamp);
    let checkpoint = applied.or(derived.checkpoint);
    match gaps.number("syncDelay", extra.sync_delay) {
        Some(delay) if delay > MAX_DELAY => gaps.ignore("syncDelay"),
        Some(delay) => {
            let delay = plausible("syncDelay", delay, gaps);
            return Replication { delay, sampled: sampled.filter(|_| delay.is_some()), checkpoint };
        }
        None => {}
    }
    Replication { checkpoint, ..settled(derived, gaps) }
}

/// From source to target where nothing is reported but checkpoints.
pub(in crate::source) fn from_steps(steps: &[Step], gaps: &mut Gaps) -> Replication {
    settled(derived(&FORWARD, steps), gaps)
}

/// From target to source, once the roles are switched. No document has a reported delay for it.
pub(super) fn reverse(steps: &[Step], gaps: &mut Gaps) -> Replication {
    settled(derived(&REVERSE, steps), gaps)
}

/// The delay as it follows from the incremental step's checkpoint, not yet judged.
fn derived(names: &[&str], steps: &[Step]) -> Replication {
    let found = names.iter().find_map(|name| steps.iter().find(|step| step.name == **name));
    let (checkpoint, sampled) = found.map_or((None, None), |step| (step.checkpoint, step.checkpoint_sampled));
    let delay = sampled.zip(checkpoint).map(|(sampled, checkpoint): (Time, Time)| sampled.since(checkpoint));
    Replication { delay, sampled, checkpoint }
}

/// Judges a derived delay.
fn settled(derived: Replication, gaps: &mut Gaps) -> Replication {
    let delay = derived.delay.and_then(|delay| plausible("incrTimestampCheckpoint", delay, gaps));
    Replication { delay, sampled: derived.sampled.filter(|_| delay.is_some()), ..derived }
}

/// A delay that can be true: a little below zero is skew, far below or above is nothing.
fn plausible(field: &'static str, delay: f64, gaps: &mut Gaps) -> Option<f64> {
    if (-MAX_SKEW..=MAX_DELAY).contains(&delay) {
        return Some(delay.max(0.0));
    }
    gaps.ignore(field);
    None
}
