//! The commands that answer and end: `check-config`, `poll`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use super::flags::Flags;
use super::{Failure, UNREAD, say};
use crate::app::App;
use crate::config::{self, Config, ProjectRef, SourceConfig};
use crate::metrics::Format;

/// Says what the configuration means, or every fault it has.
pub(super) fn check_config(flags: &Flags) -> Result<ExitCode, Failure> {
    let config = config::load(&flags.config_file)?;
    for source in &config.sources {
        let opened = crate::source::Source::open(source);
        opened.map_err(|error| {
            Failure::Usage(format!("{}: source {}: {error}", flags.config_file.display(), source.name))
        })?;
    }
    let mut text = format!("{} is good.\n", flags.config_file.display());
    for source in &config.sources {
        let named = match source.projects.len() {
            0 => String::new(),
            1 => "1 project".to_owned(),
            several => format!("{several} projects"),
        };
        let found = if source.discover.is_some() { "discovery" } else { "" };
        let watched: Vec<&str> = [named.as_str(), found].into_iter().filter(|part| !part.is_empty()).collect();
        let interval = humantime::format_duration(source.limits.interval);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {} ({}): {}, every {interval}",
            source.name,
            source.backend.kind(),
            watched.join(" and ")
        );
    }
    say(&text);
    Ok(ExitCode::SUCCESS)
}

/// Polls once and prints the exposition.
pub(super) async fn poll(flags: &Flags, source: Option<&str>, project: Option<&str>) -> Result<ExitCode, Failure> {
    let config = narrowed(config::load(&flags.config_file)?, source, project)?;
    let app = App::new(&config).map_err(anyhow::Error::from)?;
    let exposition = app.exposition();
    let all_read = app.poll_once().await;
    let body = exposition.plain(Format::Text, Instant::now());
    say(&String::from_utf8_lossy(&body));
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::from(UNREAD) })
}

/// Leaves the named source, and the named project in it.
pub(super) fn narrowed(mut config: Config, source: Option<&str>, project: Option<&str>) -> Result<Config, Failure> {
    if let Some(wanted) = source {
        let known: Vec<String> = config.sources.iter().map(|source| source.name.clone()).collect();
        config.sources.retain(|source| source.name == wanted);
        if config.sources.is_empty() {
            return Err(Failure::Usage(format!(
                "there is no source named {wanted}; the configuration has: {}",
                known.join(", ")
            )));
        }
    }
    if let Some(wanted) = project {
        let watches = |source: &SourceConfig| {
            source.discover.is_some() || source.projects.iter().any(|project| project.id == wanted)
        };
        config.sources.retain(watches);
        if config.sources.is_empty() {
            return Err(Failure::Usage(format!(
                "no source watches a project {wanted}; add it to `projects`, or use `discover` (a replay is polled whole)"
            )));
        }
        for source in &mut config.sources {
            source.projects.retain(|project| project.id == wanted);
            if source.projects.is_empty() {
                source.projects.push(ProjectRef { id: wanted.to_owned(), name: None, kind: None });
            }
            source.discover = None;
        }
    }
    Ok(config)
}
