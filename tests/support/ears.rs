//! Hears a poll of a source by itself, for tests that poll the same source twice or look on.

use std::sync::Mutex;
use std::time::Duration;

use migration_exporter::domain::{Call, ExtraReading, Ignored, Reading, Witness};
use tokio::sync::Notify;

/// Remembers which projects were told of, in their order.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    ids: Mutex<Vec<String>>,
    /// Told of a project.
    pub(crate) first: Notify,
}

impl Ears {
    /// The ids so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.ids.lock().unwrap().clone()
    }
}

impl Witness for Ears {
    fn call(&self, _: Call) {}

    fn project(&self, reading: Reading) {
        self.ids.lock().unwrap().push(reading.id);
        self.first.notify_one();
    }

    fn extra(&self, _: ExtraReading) {}
    fn ignored(&self, _: Ignored) {}

    fn dropped(&self, _: &'static str, _: u64) {}

    fn throttled(&self, _: Duration) {}
}
