//! Records a poll into a temporary folder, plays a folder, and says what the two polls showed.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use migration_exporter::app::App;
use migration_exporter::config::{self, Config, Surroundings};
use migration_exporter::metrics::{Exposition, Format};
use migration_exporter::source::{Recorder, Source};
use tempfile::TempDir;

/// A poll that was recorded.
pub(crate) struct Live {
    /// Whether everything could be read.
    pub(crate) good: bool,
    /// What it showed, as far as a replay shows the same.
    pub(crate) exposition: Vec<String>,
    /// The capture.
    pub(crate) folder: TempDir,
}

/// A configuration from its text.
pub(crate) fn parsed(text: &str) -> Config {
    let surroundings = Surroundings { directory: Path::new("/"), environment: &|_| None };
    config::parse("test.yml", text, &surroundings).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Polls the one source of a configuration and records it.
pub(crate) async fn recorded(config: &Config) -> Live {
    let folder = tempfile::tempdir().unwrap();
    let name = Recorder::folder_name(&config.sources[0]);
    let recorder = Arc::new(Recorder::begin(&config.sources[0], &folder.path().join(name)).unwrap());
    let app = App::with(config, |source| Source::open_recording(source, Arc::clone(&recorder))).unwrap();
    let exposition = app.exposition();
    let good = app.poll_once().await;
    recorder.end().unwrap();
    Live { good, exposition: lasting(&exposition), folder }
}

/// The configuration that plays a folder under the name `oms`.
pub(crate) fn replay(folder: &Path) -> Config {
    parsed(&format!("sources:\n  - name: oms\n    replay: {{ directory: '{}' }}\n", folder.display()))
}

/// Plays a folder: whether everything could be read, and what it shows.
pub(crate) async fn replayed(folder: &Path) -> (bool, Vec<String>) {
    let app = App::new(&replay(folder)).unwrap();
    let exposition = app.exposition();
    let good = app.poll_once().await;
    (good, lasting(&exposition))
}

/// All files of a folder and below, by their paths.
pub(crate) fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The samples about the source and its projects, without the kind of the source and without the
/// times at which this process itself saw something.
fn lasting(exposition: &Exposition) -> Vec<String> {
    let text = String::from_utf8(exposition.plain(Format::Text, Instant::now())).unwrap();
    let own = ["#", "migration_exporter_", "process_", "migration_step_last_advance_timestamp_seconds"];
    let lines = text.lines().filter(|line| !own.iter().any(|own| line.starts_with(own)));
    let lines = lines.filter(|line| !line.starts_with("migration_project_last_success_timestamp_seconds"));
    let kinds = ["oms", "oms_v3", "alibaba_cloud", "huawei_drs", "replay"];
    let without_kind =
        |line: &str| kinds.iter().fold(line.to_owned(), |line, kind| line.replace(&format!(",kind=\"{kind}\""), ""));
    lines.map(without_kind).collect()
}
