//! What is known, as Prometheus reads it.
//!
//! A metric is declared once, as a [`Family`] in one of the tables below: its name, help, type,
//! labels, where its value comes from and how it is taken. The exposition, `docs/metrics.md` and
//! the tests all read these tables.
//!
//! Samples about migrations are a pure function of the store, rendered when something changed and
//! kept until it changes again ([`Exposition`]); the exporter's own counters are live.

mod chunk;
mod document;
mod exporter;
mod exposition;
mod extra;
mod family;
mod gzip;
mod live;
mod process;
mod project;
mod step;

pub use document::markdown;
pub use exporter::About;
pub use exposition::Exposition;
pub use family::{Family, Format, Kind, Scope};
pub use live::Live;

/// All families, in the order they are shown and documented in.
pub fn families() -> impl Iterator<Item = &'static Family> {
    [
        project::SOURCE,
        project::FAMILIES,
        step::FAMILIES,
        project::SYNC,
        extra::FAMILIES,
        exporter::FAMILIES,
        exporter::LIVE,
        process::FAMILIES,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests;
