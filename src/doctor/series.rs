//! How many series a project makes, counted on the exposition itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::SourceConfig;
use crate::domain::{Project, Reading, Watched};
use crate::metrics::{Exposition, Format, Live};
use crate::poll;
use crate::source::Source;
use crate::store::{Moment, PollEnd, Store};

/// The series of one project, extras aside.
pub(super) fn count(project: &Project, source: &Source, config: &SourceConfig) -> usize {
    let store = Arc::new(Store::default());
    let at = Moment::now();
    store.add(crate::store::Setup { projects: Vec::new(), ..poll::setup(source, config) });
    store.begin(&config.name);
    let reading = Reading { id: project.id.clone(), outcome: Ok(Box::new(project.clone())) };
    store.record(&config.name, reading, at);
    let watched = Watched { ids: [project.id.clone()].into(), failure: None };
    let took = Duration::ZERO;
    store.finish(&config.name, PollEnd { watched, up: true, took, at, held: false, next: at.mono });
    let page = Exposition::new(store, Arc::new(Live::default())).plain(Format::Text, Instant::now());
    let page = String::from_utf8_lossy(&page);
    page.lines().filter(|line| !line.starts_with('#') && line.contains("project_id=\"")).count()
}
