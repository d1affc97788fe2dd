//! A configuration from text, a poll of it, and the series that come out.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use migration_exporter::app::App;
use migration_exporter::config::{self, Config, Surroundings};
use migration_exporter::metrics::{Exposition, Format, Live};
use migration_exporter::poll::{Desk, Poller};
use migration_exporter::store::Store;

/// One source named `oms` at `url`; `rest` are further keys of it, one a line.
pub(crate) fn config(url: &str, rest: &str) -> Config {
    let rest = rest.trim().replace('\n', "\n    ");
    let text = format!(
        "sources:\n  - name: oms\n    oms: {{ endpoint: \"{url}\", username: exporter, password: s3cret }}\n    \
         requests_per_second: 1000\n    {rest}\n"
    );
    parsed(&text)
}

/// A whole configuration file.
pub(crate) fn parsed(text: &str) -> Config {
    let surroundings = Surroundings { directory: Path::new("."), environment: &|_| None };
    config::parse("test.yml", text, &surroundings).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The first source of a configuration, to be polled more than once.
pub(crate) struct Bench {
    poller: Poller,
    desk: Desk,
}

impl Bench {
    /// Sets the source up; nothing is sent yet.
    pub(crate) fn new(config: &Config) -> Self {
        let (store, live) = (Arc::new(Store::default()), Arc::new(Live::default()));
        let exposition = Arc::new(Exposition::new(Arc::clone(&store), Arc::clone(&live)));
        let desk = Desk { store, live, exposition };
        let source = migration_exporter::source::Source::open(&config.sources[0]).unwrap();
        Self { poller: Poller::new(source, &config.sources[0], desk.clone()), desk }
    }

    /// Polls once more, extras included.
    pub(crate) async fn poll(&self) -> Page {
        let good = !self.poller.poll().await.incomplete;
        let text = String::from_utf8(self.desk.exposition.plain(Format::Text, Instant::now())).unwrap();
        Page { text, good, store: Arc::clone(&self.desk.store) }
    }

    /// Everything that the source would show of itself to a developer.
    pub(crate) fn debug(&self) -> String {
        format!("{:?} {:?}", self.poller, self.desk)
    }
}

/// What one poll of a source left.
pub(crate) struct Page {
    text: String,
    /// Whether everything could be read.
    pub(crate) good: bool,
    /// What is known.
    pub(crate) store: Arc<Store>,
}

/// Polls once.
pub(crate) async fn polled(url: &str, rest: &str) -> Page {
    Page::polled(&config(url, rest)).await
}

impl Page {
    /// Polls whatever the configuration says once.
    pub(crate) async fn polled(config: &Config) -> Self {
        let app = App::new(config).unwrap();
        let (store, exposition) = (app.store(), app.exposition());
        let good = app.poll_once().await;
        let text = String::from_utf8(exposition.plain(Format::Text, Instant::now())).unwrap();
        Self { text, good, store }
    }

    /// The whole page, to look for what must not be there.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Why a project or the list could not be read, in plain words.
    pub(crate) fn messages(&self) -> Vec<String> {
        let sources = self.store.snapshot().sources;
        let projects = sources.iter().flat_map(|source| source.projects.values());
        let extras = projects.clone().flat_map(|project| project.extras.values());
        let failures = projects.filter_map(|project| project.failure.clone());
        failures.chain(extras.filter_map(|extra| extra.failure.clone())).map(|failure| failure.message).collect()
    }

    /// The values of all samples that a selector such as `name{label="value"}` fits.
    pub(crate) fn all(&self, selector: &str) -> Vec<f64> {
        let (name, labels) = selector.split_once('{').unwrap_or((selector, ""));
        let wanted: Vec<&str> = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()).collect();
        let fits = |series: &str| {
            let (found, labels) = series.split_once('{').unwrap_or((series, ""));
            let labels = format!(",{}", labels.trim_end_matches('}'));
            found == name && wanted.iter().all(|label| labels.contains(&format!(",{label}")))
        };
        let samples = self.text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.filter_map(|line| line.rsplit_once(' '));
        samples.filter(|(series, _)| fits(series)).map(|(_, value)| value.parse().unwrap()).collect()
    }

    /// The one sample that fits, or none.
    pub(crate) fn get(&self, selector: &str) -> Option<f64> {
        let found = self.all(selector);
        assert!(found.len() <= 1, "{selector} fits {} series in\n{}", found.len(), self.text);
        found.first().copied()
    }

    /// Holds each selector's one sample against a value.
    #[track_caller]
    pub(crate) fn holds(&self, expected: &[(&str, f64)]) {
        for (selector, value) in expected {
            assert_eq!(self.get(selector), Some(*value), "{selector} in\n{}", self.text);
        }
    }

    /// Holds that no sample fits.
    #[track_caller]
    pub(crate) fn lacks(&self, selectors: &[&str]) {
        for selector in selectors {
            assert_eq!(self.all(selector), Vec::<f64>::new(), "{selector}");
        }
    }

    /// The reasons why the poll failed.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let lines = self.text.lines().filter(|line| line.starts_with("migration_exporter_poll_failures_total{"));
        let failed = lines.filter(|line| line.ends_with(" 1"));
        failed.map(|line| line.split("reason=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
    }
}
