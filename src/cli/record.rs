//! `record`: one poll whose answers are kept, for a bug report. The capture is made beside its place
//! and takes it when it is whole; whatever happens before leaves nothing behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::flags::Flags;
use super::show::narrowed;
use super::{Failure, UNREAD, say};
use crate::app::App;
use crate::config::{self, Backend, Config};
use crate::shutdown;
use crate::source::{Kept, Recorder, Source};

/// Where a capture goes.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A folder that is to be made.
    New,
    /// A folder that is there and empty; it may be a mount, which nothing can be renamed to.
    Empty,
}

/// What is recorded, by the name of the source.
type Recorders = BTreeMap<String, (String, Arc<Recorder>)>;

/// Polls once and keeps every answer.
pub(super) async fn record(flags: &Flags, out: &Path, source: Option<&str>) -> Result<ExitCode, Failure> {
    let config = recordable(narrowed(config::load(&flags.config_file)?, source, None)?)?;
    let place = Place::of(out)?;
    let stage = place.stage(out)?;
    let recorders = recorders(&config, &stage)?;
    let names_objects = config.sources.iter().any(Recorder::keeps_names);
    let app = App::with(&config, |source| match recorders.get(&source.name) {
        Some((_, recorder)) => Source::open_recording(source, Arc::clone(recorder)),
        None => Source::open(source),
    })
    .map_err(anyhow::Error::from)?;
    let stop = CancellationToken::new();
    let all_read = tokio::select! {
        all_read = app.poll_once() => all_read,
        ended = shutdown::signals(stop.clone()) => return Err(interrupted(ended)),
        () = stop.cancelled() => return Err(interrupted(Ok(()))),
    };
    let mut text = String::new();
    for (folder, recorder) in recorders.values() {
        let Kept { answers, bytes } = recorder.end().map_err(anyhow::Error::from)?;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}: {answers} answers, {} KiB", out.join(folder).display(), bytes.div_ceil(1024));
    }
    place.settle(&stage, out)?;
    let names = if names_objects { "; so are the names of tables, which `per_object_series` exports" } else { "" };
    say(&format!(
        "{text}Passwords, keys, users, addresses, SQL and comments are taken out. Names, ids, owners and labels of \
         projects are still in there{names}.\nLook through the files before they leave your company.\n"
    ));
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::from(UNREAD) })
}

/// The sources without replays, of which there is nothing new to record.
fn recordable(mut config: Config) -> Result<Config, Failure> {
    config.sources.retain(|source| !matches!(source.backend, Backend::Replay(_)));
    if config.sources.is_empty() {
        let message = "there is nothing to record: a replay's answers are files already, so copy its folder";
        return Err(Failure::Usage(message.to_owned()));
    }
    Ok(config)
}

/// A recorder for each source, in a folder of its own.
fn recorders(config: &Config, stage: &TempDir) -> Result<Recorders, Failure> {
    let mut recorders = Recorders::new();
    for source in &config.sources {
        let wanted = Recorder::folder_name(source);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let taken = |name: &String| recorders.values().any(|(folder, _)| folder == name);
        let folder = std::iter::once(wanted.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        let recorder = Recorder::begin(source, &stage.path().join(&folder)).map_err(anyhow::Error::from)?;
        recorders.insert(source.name.clone(), (folder, Arc::new(recorder)));
    }
    Ok(recorders)
}

impl Place {
    /// Refuses a folder in which something is already.
    fn of(out: &Path) -> Result<Self, Failure> {
        let cause = match std::fs::read_dir(out).map(Iterator::count) {
            Ok(0) => return Ok(Self::Empty),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::New),
            Ok(_) => "is not empty".to_owned(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => "is no folder".to_owned(),
            Err(error) => format!("cannot be read ({error})"),
        };
        Err(Failure::Usage(format!("{} {cause}; name a new folder with --out", out.display())))
    }

    /// A folder to work in, on the same disk; it goes away with the value.
    fn stage(self, out: &Path) -> Result<TempDir, Failure> {
        let parent = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = match self {
            Self::New => parent,
            Self::Empty => out,
        };
        let context = || format!("cannot write into {}; choose another place with --out", folder.display());
        Ok(tempfile::Builder::new().prefix(".recording-").tempdir_in(folder).with_context(context)?)
    }

    /// Gives the whole capture its place.
    fn settle(self, stage: &TempDir, out: &Path) -> Result<(), Failure> {
        let context = || format!("cannot write {}; choose another place with --out", out.display());
        match self {
            Self::New => std::fs::rename(stage.path(), out).with_context(context)?,
            Self::Empty => {
                for entry in std::fs::read_dir(stage.path()).with_context(context)? {
                    let entry = entry.with_context(context)?;
                    std::fs::rename(entry.path(), out.join(entry.file_name())).with_context(context)?;
                }
            }
        }
        Ok(())
    }
}

fn interrupted(ended: std::io::Result<()>) -> Failure {
    match ended {
        Ok(()) => Failure::Unread(anyhow!("interrupted; nothing was kept")),
        Err(error) => Failure::Fatal(error.into()),
    }
}
