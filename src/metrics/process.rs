//! The standard `process_*` families, read from the system at every scrape.

use procfs::process::{LimitValue, Process};

use super::family::{Family, Format, Kind, Out, Samples, Scope};
use crate::domain::float;

/// Declares a standard family about the process.
const fn standard(name: &'static str, kind: Kind, help: &'static str) -> Family {
    Family { name, help, kind, labels: &[], samples: Samples::Live(Scope::Exporter) }
}

const CPU: Family =
    standard("process_cpu_seconds_total", Kind::Counter, "Total user and system CPU time that the process has spent");
const OPEN_FDS: Family = standard("process_open_fds", Kind::Gauge, "Open file descriptors");
const MAX_FDS: Family = standard("process_max_fds", Kind::Gauge, "The most file descriptors that the process may open");
const VIRTUAL: Family = standard("process_virtual_memory_bytes", Kind::Gauge, "Virtual memory");
const RESIDENT: Family = standard("process_resident_memory_bytes", Kind::Gauge, "Resident memory");
const START: Family = standard("process_start_time_seconds", Kind::Gauge, "When the process started, in Unix time");
const THREADS: Family = standard("process_threads", Kind::Gauge, "Operating system threads of the process");

/// All of them.
pub(super) const FAMILIES: &[Family] = &[CPU, OPEN_FDS, MAX_FDS, VIRTUAL, RESIDENT, START, THREADS];

/// Writes what the system tells; what it does not tell is left out.
pub(super) fn render(format: Format, text: &mut String) {
    let Ok(process) = Process::myself() else { return };
    let mut write = |family: &Family, value: Option<f64>| {
        if let Some(value) = value {
            family.header(format, text);
            Out { text, family, prefix: "" }.put(value);
        }
    };
    let ticks = float(procfs::ticks_per_second());
    let stat = process.stat().ok();
    let stat = stat.as_ref();
    let limit = process.limits().ok().and_then(|limits| match limits.max_open_files.soft_limit {
        LimitValue::Value(value) => Some(float(value)),
        LimitValue::Unlimited => None,
    });
    let booted = procfs::boot_time_secs().ok().map(float);
    write(&CPU, stat.map(|stat| float(stat.utime + stat.stime) / ticks));
    write(&OPEN_FDS, process.fd_count().ok().and_then(|count| u64::try_from(count).ok()).map(float));
    write(&MAX_FDS, limit);
    write(&VIRTUAL, stat.map(|stat| float(stat.vsize)));
    write(&RESIDENT, stat.map(|stat| float(stat.rss * procfs::page_size())));
    write(&START, stat.zip(booted).map(|(stat, booted)| booted + float(stat.starttime) / ticks));
    write(&THREADS, stat.and_then(|stat| u64::try_from(stat.num_threads).ok()).map(float));
}
