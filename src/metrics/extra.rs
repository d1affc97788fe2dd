//! The families about what is asked beyond a project's own description: components, verification,
//! conflict logs and single objects.

use super::family::{Family, Kind, Samples};
use crate::domain::{Component, ConflictLogs, Extra, Objects, Ratio, Time, Verification, float};

/// About components, verification, conflict logs and objects.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "migration_component_status",
        help: "How many components of a kind are in a state, as the service spells it",
        kind: Kind::Gauge,
        labels: &["component", "direction", "status"],
        samples: Samples::Extra(|extra, out| {
            for Component { name, direction, by_status, .. } in components(extra) {
                for (status, count) in by_status {
                    out.put_with(&[name, direction, status], float(*count));
                }
            }
        }),
    },
    Family {
        name: "migration_component_delay_seconds",
        help: "The worst delay among the components of a kind",
        kind: Kind::Gauge,
        labels: &["component", "direction"],
        samples: Samples::Extra(|extra, out| {
            for Component { name, direction, delay, .. } in components(extra) {
                if let Some(delay) = delay {
                    out.put_with(&[name, direction], *delay);
                }
            }
        }),
    },
    Family {
        name: "migration_component_transactions_per_second",
        help: "Transactions per second of all components of a kind",
        kind: Kind::Gauge,
        labels: &["component", "direction"],
        samples: Samples::Extra(|extra, out| {
            for Component { name, direction, transactions, .. } in components(extra) {
                if let Some(transactions) = transactions {
                    out.put_with(&[name, direction], *transactions);
                }
            }
        }),
    },
    Family {
        name: "migration_verification_tables",
        help: "Tables by the result of their verification, as the service spells it",
        kind: Kind::Gauge,
        labels: &["result"],
        samples: Samples::Extra(|extra, out| {
            if let Extra::Verification(Verification { tables, .. }) = extra {
                for (result, count) in tables {
                    out.put_with(&[result], float(*count));
                }
            }
        }),
    },
    Family {
        name: "migration_verification_inconsistent_tables",
        help: "Tables that differ between source and target",
        kind: Kind::Gauge,
        labels: &[],
        samples: Samples::Extra(|extra, out| {
            if let Extra::Verification(Verification { inconsistent, .. }) = extra {
                out.put_some(*inconsistent);
            }
        }),
    },
    Family {
        name: "migration_conflict_log_files",
        help: "Files that log rows which were already in the target",
        kind: Kind::Gauge,
        labels: &["step"],
        samples: Samples::Extra(|extra, out| {
            for ConflictLogs { step, files, .. } in conflicts(extra) {
                out.put_with(&[step], float(*files));
            }
        }),
    },
    Family {
        name: "migration_conflict_log_size",
        help: "Size of these files in all, in the unit of the service, which it does not document",
        kind: Kind::Gauge,
        labels: &["step"],
        samples: Samples::Extra(|extra, out| {
            for ConflictLogs { step, size, .. } in conflicts(extra) {
                if let Some(size) = size {
                    out.put_with(&[step], *size);
                }
            }
        }),
    },
    Family {
        name: "migration_conflict_log_newest_timestamp_seconds",
        help: "When the newest of these files was written",
        kind: Kind::Gauge,
        labels: &["step"],
        samples: Samples::Extra(|extra, out| {
            for ConflictLogs { step, newest, .. } in conflicts(extra) {
                if let Some(newest) = newest.map(Time::unix) {
                    out.put_with(&[step], newest);
                }
            }
        }),
    },
    Family {
        name: "migration_objects",
        help: "Objects of a type by how far they are: pending, running or completed",
        kind: Kind::Gauge,
        labels: &["object_type", "state"],
        samples: Samples::Extra(|extra, out| {
            for Objects { object_type, pending, running, completed, .. } in objects(extra) {
                for (state, count) in [("pending", pending), ("running", running), ("completed", completed)] {
                    out.put_with(&[object_type, state], float(*count));
                }
            }
        }),
    },
    Family {
        name: "migration_objects_progress_ratio",
        help: "The mean progress of the objects of a type",
        kind: Kind::Gauge,
        labels: &["object_type"],
        samples: Samples::Extra(|extra, out| {
            for Objects { object_type, progress, .. } in objects(extra) {
                if let Some(progress) = progress {
                    out.put_with(&[object_type], *progress);
                }
            }
        }),
    },
    Family {
        name: "migration_object_progress_ratio",
        help: "The progress of single objects, the least finished ones, as many as per_object_series allows",
        kind: Kind::Gauge,
        labels: &["object_type", "source_object", "sink_object"],
        samples: Samples::Extra(|extra, out| {
            for Objects { object_type, single, .. } in objects(extra) {
                for object in single {
                    out.put_with(&[object_type, &object.source, &object.sink], Ratio::value(object.progress));
                }
            }
        }),
    },
];

fn components(extra: &Extra) -> &[Component] {
    if let Extra::Components(components) = extra { components } else { &[] }
}

fn conflicts(extra: &Extra) -> &[ConflictLogs] {
    if let Extra::Conflicts(logs) = extra { logs } else { &[] }
}

fn objects(extra: &Extra) -> &[Objects] {
    if let Extra::Objects(objects) = extra { objects } else { &[] }
}
