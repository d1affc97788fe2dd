//! From the wire of DRS to the domain, in the vocabulary that all services share here.

use jiff::tz::TimeZone;

use super::wire;
use crate::domain::{MAX_DELAY, Project, ProjectStatus, Ratio, Replication, Speed, Step, StepStatus, Time};
use crate::source::lenient::{Gaps, Leaf, Obj};

/// What the job list says of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    pub(super) engine: Option<String>,
    pub(super) use_type: Option<String>,
    pub(super) created: Option<Time>,
}

/// A job of the list; none without an id.
pub(super) fn listed(wire: &wire::Job<'_>, zone: &TimeZone, gaps: &mut Gaps) -> Option<Listed> {
    Some(Listed {
        id: gaps.required("id", wire.id)?,
        name: gaps.text("name", wire.name),
        status: gaps.text("status", wire.status),
        engine: gaps.text("engine_type", wire.engine_type),
        use_type: gaps.text("db_use_type", wire.db_use_type),
        created: moment("create_time", wire.create_time, zone, gaps),
    })
}

/// A job as a project: what the list or batch-status says, and what batch-progress adds.
pub(super) fn project(
    job: &Listed,
    mut progress: wire::Progress<'_>,
    answered: Option<Time>,
    gaps: &mut Gaps,
) -> Project {
    let native = job.status.clone().or_else(|| gaps.text("transfer_status", progress.transfer_status));
    let status = native.as_deref().map(status);
    let code = gaps.text("error_code", progress.error_code);
    let (source_type, sink_type) = engines(job.engine.as_deref());
    let sampled = gaps.amount("process_time", progress.process_time).and_then(|ms| Time::from_unix(ms / 1_000.0));
    let delay = delay(&progress, gaps);
    let maps = gaps.list("progress_map", std::mem::take(&mut progress.progress_map));
    let mut steps: Vec<Step> = maps.into_iter().flat_map(|map| parts(map, gaps)).collect();
    steps.extend(incremental(native.as_deref(), &progress, delay.is_some(), code, gaps));
    Project {
        id: job.id.clone(),
        name: job.name.clone(),
        kind: job.use_type.as_deref().map(kind),
        source_type,
        sink_type,
        native_status: native.filter(|_| !matches!(status, None | Some(ProjectStatus::Other(_)))),
        created: job.created,
        progress: percent("progress", progress.progress, gaps),
        remaining: gaps.amount("remaining_time", progress.remaining_time),
        forward: Replication { delay, sampled: sampled.or(answered).filter(|_| delay.is_some()), checkpoint: None },
        status,
        steps,
        ..Project::default()
    }
}

/// The job status in the common vocabulary; an unknown one passes through.
pub(super) fn status(native: &str) -> ProjectStatus {
    match native {
        "CREATING" | "CONFIGURATION" | "WAITING_FOR_START" => ProjectStatus::Init,
        "PAUSING" | "PAUSEING" => ProjectStatus::Suspend,
        "DELETED" => ProjectStatus::Deleted,
        "STARTJOBING"
        | "FULL_TRANSFER_COMPLETE"
        | "CHILD_TRANSFER_COMPLETE"
        | "NODE_UPGRADE_START"
        | "NODE_UPGRADE_COMPLETE" => ProjectStatus::Running,
        _ if native.ends_with("_FAILED") => ProjectStatus::Failed,
        _ if native.starts_with("RELEASE_") && native.ends_with("_STARTED") => ProjectStatus::Releasing,
        _ if native.starts_with("RELEASE_") && native.ends_with("_COMPLETE") => ProjectStatus::Released,
        _ if native.ends_with("_STARTED") || native.ends_with("_STARTING") => ProjectStatus::Running,
        other => ProjectStatus::Other(other.to_owned()),
    }
}

/// The use of a job in the common vocabulary.
pub(super) fn kind(use_type: &str) -> String {
    match use_type {
        "migration" => "MIGRATION",
        "sync" => "SYNC",
        "cloudDataGuard" => "DISASTER_RECOVERY",
        other => other,
    }
    .to_owned()
}

/// `mysql-to-kafka` names both ends; a single word names the one that is known.
fn engines(engine: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(engine) = engine else { return (None, None) };
    let engine = engine.strip_prefix("cloudDataGuard-").unwrap_or(engine);
    match engine.split_once("-to-") {
        Some((source, sink)) => (Some(source.to_owned()), Some(sink.to_owned())),
        None => (Some(engine.to_owned()), None),
    }
}

/// Structure, data and indexes: a percentage each. They are documented as a list and sent as one
/// object; in a list each part may stand in an object of its own.
fn parts(progress: wire::ProgressMap<'_>, gaps: &mut Gaps) -> Vec<Step> {
    let parts =
        [("STRUCT_TRANSFER", progress.structure), ("FULL_TRANSFER", progress.data), ("INDEX_TRANSFER", progress.index)];
    let step = |(name, part): (&str, Obj<wire::Part<'_>>)| {
        let part = gaps.object("progress_map", part)?;
        Some(Step { name: name.to_owned(), progress: percent("completed", part.completed, gaps), ..Step::default() })
    };
    parts.into_iter().filter_map(step).collect()
}

/// The step that carries changes, once there is a sign of it.
fn incremental(
    native: Option<&str>,
    progress: &wire::Progress<'_>,
    has_delay: bool,
    code: Option<String>,
    gaps: &mut Gaps,
) -> Option<Step> {
    let records = gaps.amount("apply_rows_rate", progress.apply_rows_rate);
    let bytes = gaps.amount("apply_bytes_rate", progress.apply_bytes_rate);
    let status = match native {
        Some("INCRE_TRANSFER_STARTED") => Some(StepStatus::Monitoring),
        Some("INCRE_TRANSFER_FAILED") => Some(StepStatus::Failed),
        _ => None,
    };
    let there = status.is_some() || has_delay || records.is_some() || bytes.is_some();
    let failed = status == Some(StepStatus::Failed);
    there.then(|| Step {
        name: "INCR_TRANSFER".to_owned(),
        sink: Speed { records, bytes, response_time: None },
        error_code: failed.then(|| code.unwrap_or_else(|| "unknown".to_owned())),
        status,
        ..Step::default()
    })
}

/// Seconds behind; -1 before the incremental phase. Milliseconds only where seconds are not given.
fn delay(progress: &wire::Progress<'_>, gaps: &mut Gaps) -> Option<f64> {
    let seconds = gaps.amount("incre_trans_delay", progress.incre_trans_delay);
    let millis = gaps.milliseconds("incre_trans_delay_millis", progress.incre_trans_delay_millis);
    let told = Gaps::default().text("", progress.incre_trans_delay).is_some();
    let delay = if told { seconds } else { millis };
    delay.filter(|delay| {
        *delay <= MAX_DELAY || {
            gaps.ignore("incre_trans_delay");
            false
        }
    })
}

/// `94%`, or a plain number.
fn percent(field: &'static str, leaf: Leaf<'_>, gaps: &mut Gaps) -> Option<Ratio> {
    let text = gaps.text(field, leaf)?;
    let number = text.trim_end_matches('%').trim().parse::<f64>().ok();
    let ratio = number.and_then(Ratio::from_percent);
    if ratio.is_none() && number != Some(-1.0) {
        gaps.ignore(field);
    }
    ratio
}

/// A time in one of its three forms: epoch milliseconds as text, without zone, or with one.
fn moment(field: &'static str, leaf: Leaf<'_>, zone: &TimeZone, gaps: &mut Gaps) -> Option<Time> {
    let text = Gaps::default().text(field, leaf)?;
    match text.parse::<f64>() {
        Ok(millis) => Time::from_unix(millis / 1_000.0).or_else(|| {
            gaps.ignore(field);
            None
        }),
        Err(_) => gaps.time(field, leaf, zone),
    }
}
