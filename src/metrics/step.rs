//! The families about the steps of a project.

use super::family::{Family, Kind, Samples};
use crate::domain::{Ratio, StepStatus};

/// About steps, in the order of their life.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "migration_step_info",
        help: "The step and its place in the order; there may be gaps",
        kind: Kind::Info,
        labels: &["order"],
        samples: Samples::Step(|view, out| {
            let order = view.step.order.map(|order| order.to_string()).unwrap_or_default();
            out.put_with(&[&order], 1.0);
        }),
    },
    Family {
        name: "migration_step_status",
        help: "1 for the state the step is in, 0 for the other documented states; MONITORING is the steady state of incremental steps",
        kind: Kind::StateSet,
        labels: &["status"],
        samples: Samples::Step(|view, out| {
            out.put_states(StepStatus::DOCUMENTED, view.step.status.as_ref().map(StepStatus::as_str));
        }),
    },
    Family {
        name: "migration_step_progress_ratio",
        help: "How much of the step is done, in whole percent as the service gives it",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.progress.map(Ratio::value))),
    },
    Family {
        name: "migration_step_start_timestamp_seconds",
        help: "When the step started",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_time(view.step.started)),
    },
    Family {
        name: "migration_step_finish_timestamp_seconds",
        help: "When the step last finished; an incremental step may have one and go on",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_time(view.step.finished)),
    },
    Family {
        name: "migration_step_processed_records",
        help: "Records that the step has done",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.processed_records)),
    },
    Family {
        name: "migration_step_estimated_records",
        help: "Records that the step is expected to do in all, an estimate of the service",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.estimated_records)),
    },
    Family {
        name: "migration_step_source_records_per_second",
        help: "Records read from the source per second",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source.records)),
    },
    Family {
        name: "migration_step_sink_records_per_second",
        help: "Records written to the target per second, or read from it by a verification",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.sink.records)),
    },
    Family {
        name: "migration_step_source_response_time_seconds",
        help: "Time to read one record from the source",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source.response_time)),
    },
    Family {
        name: "migration_step_sink_response_time_seconds",
        help: "Time to write one record to the target, or to read it in a verification",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.sink.response_time)),
    },
    Family {
        name: "migration_step_source_bytes_per_second",
        help: "Bytes read from the source per second",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source.bytes)),
    },
    Family {
        name: "migration_step_sink_bytes_per_second",
        help: "Bytes written to the target per second, or read from it by a verification",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.sink.bytes)),
    },
    Family {
        name: "migration_step_source_reference_records_per_second",
        help: "What the service regards as normal for the records read from the source per second",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source_reference.records)),
    },
    Family {
        name: "migration_step_sink_reference_records_per_second",
        help: "What the service regards as normal for the records of the target per second",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.sink_reference.records)),
    },
    Family {
        name: "migration_step_source_reference_response_time_seconds",
        help: "What the service regards as normal for the time to read one record from the source",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source_reference.response_time)),
    },
    Family {
        name: "migration_step_sink_reference_response_time_seconds",
        help: "What the service regards as normal for the time that one record takes at the target",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.sink_reference.response_time)),
    },
    Family {
        name: "migration_step_source_reference_bytes_per_second",
        help: "What the service regards as normal for the bytes read from the source per second",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_some(view.step.source_reference.bytes)),
    },
    Family {
        name: "migration_step_checkpoint_timestamp_seconds",
        help: "Up to which source time changes have been applied",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_time(view.step.checkpoint)),
    },
    Family {
        name: "migration_step_checkpoint_sample_timestamp_seconds",
        help: "When that checkpoint was observed",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_time(view.step.checkpoint_sampled)),
    },
    Family {
        name: "migration_step_last_advance_timestamp_seconds",
        help: "When this process last saw the step's progress, processed records or checkpoint move, or saw the step for the first time",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Step(|view, out| out.put_time(view.advanced)),
    },
    Family {
        name: "migration_step_error_info",
        help: "The error code of a failed step; other stands for one that is no code, unknown for none",
        kind: Kind::Info,
        labels: &["code"],
        samples: Samples::Step(|view, out| {
            if let Some(code) = &view.step.error_code {
                out.put_with(&[code], 1.0);
            }
        }),
    },
];
