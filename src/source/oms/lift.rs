//! From the wire to the domain, one function per noun. Each unusable field is left out and counted;
//! nothing here fails.

use jiff::tz::TimeZone;

use super::{delay, wire};
use crate::domain::{Alarms, Importance, Project, ProjectStatus, Ratio, Speed, Step, StepStatus, Time, settle_steps};
use crate::source::lenient::Gaps;

/// An error code longer than this, or with other characters than codes have, is a message in
/// disguise and shows as `other`.
const MAX_CODE_LENGTH: usize = 64;

/// What the answer itself does not say.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct Context<'a> {
    /// When the answer came; stands in for a checkpoint's missing sample time.
    pub(in crate::source) answered: Option<Time>,
    /// The zone of the project-level times, which carry none.
    pub(in crate::source) zone: &'a TimeZone,
}

/// A project with what it says of itself; `id` is the one it is known under here.
pub(in crate::source) fn project(
    id: String,
    wire: wire::Project<'_>,
    context: Context<'_>,
    gaps: &mut Gaps,
) -> Project {
    let status = gaps.text("status", wire.status).map(|word| ProjectStatus::from(word.as_str()));
    let live = status.as_ref().is_none_or(ProjectStatus::is_live);
    let steps = settle_steps(
        gaps.list("steps", wire.steps).into_iter().filter_map(|one| step(one, live, context, gaps)).collect(),
    );
    let extra = gaps.object("extraInfo", wire.extra_info).unwrap_or_default();
    let running_step = gaps.text("runningStep", extra.running_step).map(|name| step_name(&name));
    let forward = delay::forward(&extra, &steps, gaps);
    let reverse = delay::reverse(&steps, gaps);
    let mut labels: Vec<String> =
        gaps.list("labels", wire.labels).into_iter().filter_map(|label| gaps.text("labels", label.name)).collect();
    labels.sort();
    labels.dedup();
    Project {
        id,
        name: gaps.text("name", wire.name),
        kind: gaps.text("type", wire.kind),
        importance: gaps.text("importance", wire.importance).map(|word| Importance::from(word.as_str())),
        owner: gaps.text("owner", wire.owner),
        source_type: gaps.text("sourceEndpointType", wire.source_endpoint_type),
        sink_type: gaps.text("sinkEndpointType", wire.sink_endpoint_type),
        labels,
        status,
        native_status: None,
        created: gaps.time("gmtCreate", wire.gmt_create, context.zone),
        started: gaps.time("gmtStart", wire.gmt_start, context.zone),
        finished: gaps.time("gmtFinish", wire.gmt_finish, context.zone),
        running_step,
        progress: None,
        remaining: None,
        steps,
        forward,
        reverse,
        alarms: alarms(wire.alarm_stats, gaps),
    }
}

/// A step, or none for one without a name: nothing could tell it from its neighbours.
fn step(wire: wire::Step<'_>, project_is_live: bool, context: Context<'_>, gaps: &mut Gaps) -> Option<Step> {
    let name = gaps.required("name", wire.name)?;
    let status = gaps.text("status", wire.status).map(|word| StepStatus::from(word.as_str()));
    let extra = gaps.object("extraInfo", wire.extra_info).unwrap_or_default();
    let info = gaps.object("stepInfo", wire.info).unwrap_or_default();
    let progress: Option<Ratio> = gaps.percent("progress", wire.progress);
    let checkpoint = gaps.epoch("incrTimestampCheckpoint", info.incr_timestamp_checkpoint);
    let moving = project_is_live && !matches!(status, Some(StepStatus::Init | StepStatus::Finished));
    let sampled = gaps
        .epoch("checkpointSampleTimestamp", info.checkpoint_sample_timestamp)
        .or_else(|| context.answered.filter(|_| moving && checkpoint.is_some()));
    let error_code = (status == Some(StepStatus::Failed)).then(|| error_code(extra, gaps));
    Some(Step {
        name: step_name(&name),
        order: gaps.number("order", wire.order),
        progress,
        started: gaps.time("startTime", wire.start_time, &TimeZone::UTC),
        finished: gaps.time("finishTime", wire.finish_time, &TimeZone::UTC),
        processed_records: gaps.amount("processedRecords", info.processed_records),
        estimated_records: gaps.amount("capacity", info.capacity),
        source: Speed {
            records: gaps.amount("srcRps", info.src_rps),
            response_time: gaps.milliseconds("srcRt", info.src_rt),
            bytes: gaps.amount("srcIops", info.src_iops),
        },
        sink: Speed {
            records: gaps.amount("dstRps", info.dst_rps),
            response_time: gaps.milliseconds("dstRt", info.dst_rt),
            bytes: gaps.amount("dstIops", info.dst_iops),
        },
        source_reference: Speed {
            records: gaps.amount("srcRpsRef", info.src_rps_ref),
            response_time: gaps.milliseconds("srcRtRef", info.src_rt_ref),
            bytes: gaps.amount("srcIopsRef", info.src_iops_ref),
        },
        sink_reference: Speed {
            records: gaps.amount("dstRpsRef", info.dst_rps_ref),
            response_time: gaps.milliseconds("dstRtRef", info.dst_rt_ref),
            bytes: None,
        },
        checkpoint,
        checkpoint_sampled: sampled,
        error_code,
        status,
    })
}

fn alarms(found: crate::source::lenient::Obj<wire::AlarmStats<'_>>, gaps: &mut Gaps) -> Alarms {
    let stats = gaps.object("alarmStats", found).unwrap_or_default();
    Alarms {
        active: gaps.flag("alarming", stats.alarming),
        recent: gaps.amount("recentlyTriggerCount", stats.recently_trigger_count),
        recent_by_rule: gaps.amounts("ruleToRecentlyTriggerCount", stats.rule_to_recently_trigger_count),
        monitored: gaps.flag("openMonitor", stats.open_monitor),
    }
}

/// `PRE-CHECK` and `PRE_CHECK` are one step: Alibaba Cloud spells it both ways in one answer.
pub(in crate::source) fn step_name(name: &str) -> String {
    name.trim().to_uppercase().replace('-', "_")
}

/// A code that is fit for a label: short and without blanks.
fn error_code(extra: wire::StepExtra<'_>, gaps: &mut Gaps) -> String {
    let details = gaps.list("errorDetails", extra.error_details);
    let code = gaps
        .text("errorCode", extra.error_code)
        .or_else(|| details.into_iter().find_map(|detail| gaps.text("errorDetails", detail.code)));
    let is_code = |code: &String| {
        code.len() <= MAX_CODE_LENGTH
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
    };
    match code {
        Some(code) if is_code(&code) => code,
        Some(_) => "other".to_owned(),
        None => "unknown".to_owned(),
    }
}
