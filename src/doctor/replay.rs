//! A capture: nothing goes over a network, so it is played once as a poll plays it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::api;
use super::chart::{Chart, Failed};
use crate::config::SourceConfig;
use crate::domain::{Call, ExtraReading, Ignored, Reading, Witness};
use crate::source::Source;

/// The step.
pub(super) const STEP: &str = "poll";
/// What to do where a capture holds a failure.
const CURE: &str = "this is how it was when it was recorded: see the source itself, or record again";

/// Keeps what is told of projects.
#[derive(Debug, Default)]
struct Ear(Mutex<Vec<Reading>>);

impl Witness for Ear {
    fn project(&self, reading: Reading) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(reading);
    }

    fn call(&self, _: Call) {}
    fn extra(&self, _: ExtraReading) {}
    fn ignored(&self, _: Ignored) {}
    fn dropped(&self, _: &'static str, _: u64) {}
    fn throttled(&self, _: Duration) {}
}

/// Plays the capture and tells of it and of one project.
pub(super) async fn examine(source: &Source, config: &SourceConfig, chart: &mut Chart<'_>) -> Result<(), Failed> {
    let ear = Ear::default();
    let watched = source.poll(&ear).await;
    let readings = ear.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = watched.failure {
        return Err(chart.fail(STEP, failure.message, CURE));
    }
    let all = readings.len();
    let mut project = None;
    let mut failures = Vec::new();
    for reading in readings {
        match reading.outcome {
            Ok(read) => project = project.or(Some(read)),
            Err(failure) => failures.push((reading.id, failure)),
        }
    }
    if let Some((id, failure)) = failures.first() {
        let found = format!("{} of {all} projects could not be read, first {id}: {}", failures.len(), failure.message);
        return Err(chart.fail(STEP, found, CURE));
    }
    chart.ok(STEP, format!("{all} projects read from the capture"));
    api::project(project.as_deref(), source, config, chart);
    Ok(())
}
