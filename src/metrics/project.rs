//! The families about sources and projects.

use super::family::{Family, Kind, Out, ProjectView, Samples};
use crate::domain::{Importance, ProjectStatus, Ratio, Replication, Time};

/// About sources and whether projects can be read.
pub(super) const SOURCE: &[Family] = &[
    Family {
        name: "migration_source_up",
        help: "1 if in the last poll the service's API answered and did not refuse the credentials, 0 if not",
        kind: Kind::Gauge,
        labels: &["kind"],
        samples: Samples::Source(|source, out| {
            if let Some(last) = &source.last {
                out.put_with(&[source.setup.kind], if last.up { 1.0 } else { 0.0 });
            }
        }),
    },
    Family {
        name: "migration_project_up",
        help: "1 if the last poll of the project succeeded, 0 if not; the other series of the project keep their last values for a while and then go",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Watch(|state, out| out.put_flag(state.is_up())),
    },
    Family {
        name: "migration_project_last_success_timestamp_seconds",
        help: "When the project was last read successfully",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Watch(|state, out| out.put_time(state.last_success.and_then(|moment| moment.wall))),
    },
];

/// About projects.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "migration_project_info",
        help: "What the project is: its type, importance, owner and kinds of databases; an empty label was not given",
        kind: Kind::Info,
        labels: &["project_type", "importance", "project_owner", "source_type", "sink_type"],
        samples: Samples::Project(info),
    },
    Family {
        name: "migration_project_label",
        help: "1 for each label (tag) of the project",
        kind: Kind::Gauge,
        labels: &["label"],
        samples: Samples::Project(|view, out| view.project.labels.iter().for_each(|label| out.put_with(&[label], 1.0))),
    },
    Family {
        name: "migration_project_status",
        help: "1 for the state the project is in, 0 for the other documented states",
        kind: Kind::StateSet,
        labels: &["status"],
        samples: Samples::Project(|view, out| {
            out.put_states(ProjectStatus::DOCUMENTED, view.project.status.as_ref().map(ProjectStatus::as_str));
        }),
    },
    Family {
        name: "migration_project_native_status_info",
        help: "The state of the project as the service spells it, where it is mapped to another word",
        kind: Kind::Info,
        labels: &["status"],
        samples: Samples::Project(|view, out| {
            if let Some(status) = &view.project.native_status {
                out.put_with(&[status], 1.0);
            }
        }),
    },
    Family {
        name: "migration_project_created_timestamp_seconds",
        help: "When the project was created",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_time(view.project.created)),
    },
    Family {
        name: "migration_project_start_timestamp_seconds",
        help: "When the project was started",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_time(view.project.started)),
    },
    Family {
        name: "migration_project_finish_timestamp_seconds",
        help: "When the project was finished",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_time(view.project.finished)),
    },
    Family {
        name: "migration_project_running_step_info",
        help: "The step that the service calls the running one",
        kind: Kind::Info,
        labels: &["step"],
        samples: Samples::Project(|view, out| {
            if let Some(step) = &view.project.running_step {
                out.put_with(&[step], 1.0);
            }
        }),
    },
    Family {
        name: "migration_project_progress_ratio",
        help: "Overall progress of the project, where the service reports one",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_some(view.project.progress.map(Ratio::value))),
    },
    Family {
        name: "migration_remaining_seconds",
        help: "How long the project will still take, where the service itself says so",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_some(view.project.remaining)),
    },
];

/// About replication and the service's alarms.
pub(super) const SYNC: &[Family] = &[
    Family {
        name: "migration_sync_delay_seconds",
        help: "How far the replication is behind, as the service reports it or else as the distance of its checkpoint from the time it was sampled at",
        kind: Kind::Gauge,
        labels: &["direction"],
        samples: Samples::Project(|view, out| both(view, out, |one| one.delay)),
    },
    Family {
        name: "migration_sync_delay_sample_timestamp_seconds",
        help: "When that delay was observed",
        kind: Kind::Gauge,
        labels: &["direction"],
        samples: Samples::Project(|view, out| both(view, out, |one| one.sampled.map(Time::unix))),
    },
    Family {
        name: "migration_sync_checkpoint_timestamp_seconds",
        help: "How far the replication has come, in the time of its source",
        kind: Kind::Gauge,
        labels: &["direction"],
        samples: Samples::Project(|view, out| both(view, out, |one| one.checkpoint.map(Time::unix))),
    },
    Family {
        name: "migration_sync_delay_threshold_seconds",
        help: "The delay that is too much for the project, configured by its importance",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_some(view.delay_threshold)),
    },
    Family {
        name: "migration_alarm_active",
        help: "1 while an alarm of the service is active for the project",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_flag(view.project.alarms.active)),
    },
    Family {
        name: "migration_recent_alarms",
        help: "Alarms that the service sent recently for the project; how long recently is, is not documented",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_some(view.project.alarms.recent)),
    },
    Family {
        name: "migration_recent_alarms_by_rule",
        help: "Alarms that the service sent recently for the project, by its rule",
        kind: Kind::Gauge,
        labels: &["rule"],
        samples: Samples::Project(|view, out| {
            view.project.alarms.recent_by_rule.iter().for_each(|(rule, count)| out.put_with(&[rule], *count));
        }),
    },
    Family {
        name: "migration_alarm_monitoring_enabled",
        help: "1 if the service watches the project for alarms",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Project(|view, out| out.put_flag(view.project.alarms.monitored)),
    },
];

fn info(view: &ProjectView<'_>, out: &mut Out<'_>) {
    let project = view.project;
    let given = |value: &'_ Option<String>| value.clone().unwrap_or_default();
    let importance = project.importance.as_ref().map_or("", Importance::as_str);
    let values = [
        &given(&project.kind),
        importance,
        &given(&project.owner),
        &given(&project.source_type),
        &given(&project.sink_type),
    ];
    out.put_with(&values, 1.0);
}

/// One sample for each direction that has a value.
fn both(view: &ProjectView<'_>, out: &mut Out<'_>, value: fn(&Replication) -> Option<f64>) {
    for (direction, replication) in [("forward", &view.project.forward), ("reverse", &view.project.reverse)] {
        if let Some(value) = value(replication) {
            out.put_with(&[direction], value);
        }
    }
}
