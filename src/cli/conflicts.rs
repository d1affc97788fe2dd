//! `conflicts list` and `conflicts download`: the logs of rows that were already in the target.
//!
//! A download goes to a temporary file beside its target and is renamed when it has proved to be a
//! whole ZIP; whatever happens before leaves nothing behind.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use tempfile::NamedTempFile;

use super::flags::{ConflictsTarget, DownloadFlags, Flags, Output};
use super::show::narrowed;
use super::{Failure, UNREAD, say};
use crate::config;
use crate::domain::{ConflictFile, Deaf};
use crate::shutdown::Signals;
use crate::source::{Download, Source, SourceError};

/// The width of the progress bar.
const CELLS: u64 = 30;
/// Progress is drawn again after so many further bytes.
const DRAW_EVERY: u64 = 1 << 20;

/// Prints names, dates and sizes.
pub(super) async fn list(flags: &Flags, target: &ConflictsTarget, output: Output) -> Result<ExitCode, Failure> {
    let source = open(flags, target)?;
    match source.conflict_files(&target.project, target.step.as_str(), &Deaf).await {
        Ok(files) => say(&match output {
            Output::Json => as_json(&files),
            Output::Table => as_table(&files, target),
        }),
        Err(error) => return Ok(unread(&error)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Fetches the ZIP, unless a signal comes first.
pub(super) async fn download(flags: &Flags, wanted: &DownloadFlags) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen().context("cannot handle signals")?;
    tokio::select! {
        fetched = fetch(flags, wanted) => fetched,
        name = signals.next() => Err(Failure::Unread(anyhow!("interrupted ({name}); nothing was kept"))),
    }
}

async fn fetch(flags: &Flags, wanted: &DownloadFlags) -> Result<ExitCode, Failure> {
    let target = &wanted.target;
    let source = open(flags, target)?;
    if let Some(path) = wanted.path.as_deref().filter(|path| !path.is_dir()) {
        refuse_existing(path, wanted)?;
    }
    let mut files = wanted.files.clone();
    if files.is_empty() {
        match source.conflict_files(&target.project, target.step.as_str(), &Deaf).await {
            Ok(listed) => files = listed.into_iter().map(|file| file.name).collect(),
            Err(error) => return Ok(unread(&error)),
        }
    }
    if files.is_empty() {
        say(&format!(
            "{} has no conflict logs in {}; there is nothing to download.\n",
            target.project,
            target.step.as_str()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let download = match source.download_conflicts(&target.project, target.step.as_str(), &files).await {
        Ok(download) => download,
        Err(error) => return Ok(unread(&error)),
    };
    let path = destination(wanted, &download);
    refuse_existing(&path, wanted)?;
    save(download, &path, wanted).await
}

/// Writes the download to its place once it has proved to be whole.
async fn save(mut download: Download, path: &Path, wanted: &DownloadFlags) -> Result<ExitCode, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritable = |error: std::io::Error| {
        Failure::Unread(anyhow!(error).context(format!("cannot write into {}", folder.display())))
    };
    let mut file = NamedTempFile::with_prefix_in(".conflicts-", folder).map_err(unwritable)?;
    let mut progress = Progress::new(download.length());
    while let Some(chunk) = download.chunk().await.map_err(|error| Failure::Unread(error.into()))? {
        let chunk = chunk.as_ref();
        file.write_all(chunk).map_err(unwritable)?;
        progress.add(chunk.len());
    }
    progress.end();
    let written = file.reopen().map_err(unwritable)?;
    // It may take a while, and a signal must be heard meanwhile.
    let checked = tokio::task::spawn_blocking(move || check_zip(written)).await.map_err(anyhow::Error::from)?;
    let entries = checked.map_err(|cause| {
        Failure::Unread(anyhow!("what the service sent is no whole ZIP ({cause}); nothing was kept"))
    })?;
    let size = progress.done;
    let kept = if wanted.force { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|error| Failure::Unread(anyhow!(error.error).context(format!("cannot write {}", path.display()))))?;
    say(&format!("{} ({}, {entries} files)\n", path.display(), bytes(size)));
    Ok(ExitCode::SUCCESS)
}

/// Reads every entry to its end, which checks its length and checksum.
fn check_zip(file: std::fs::File) -> Result<usize, String> {
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|error| error.to_string())?;
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place).map_err(|error| error.to_string())?;
        std::io::copy(&mut entry, &mut std::io::sink()).map_err(|error| error.to_string())?;
    }
    Ok(archive.len())
}

/// Where the file goes: the given path, or the server's name in the given folder or this one.
fn destination(wanted: &DownloadFlags, download: &Download) -> PathBuf {
    let name =
        || download.file_name().unwrap_or_else(|| format!("{}_conflict.zip", wanted.target.project.replace('/', "_")));
    match &wanted.path {
        None => PathBuf::from(name()),
        Some(folder) if folder.is_dir() => folder.join(name()),
        Some(path) => path.clone(),
    }
}

fn refuse_existing(path: &Path, wanted: &DownloadFlags) -> Result<(), Failure> {
    if !wanted.force && path.exists() {
        return Err(Failure::Unread(anyhow!(
            "{} exists; choose another place with -o, or --force to replace it",
            path.display()
        )));
    }
    Ok(())
}

/// The source that the command is about.
fn open(flags: &Flags, target: &ConflictsTarget) -> Result<Source, Failure> {
    let config = config::load(&flags.config_file)?;
    let source = narrowed(config, Some(&target.source), None)?.sources.into_iter().next();
    let source = source.context("there is no such source")?;
    Source::open(&source).map_err(|error| Failure::Fatal(error.into()))
}

fn unread(error: &SourceError) -> ExitCode {
    let told = match error {
        SourceError::UnknownAction { operation } => format!(
            "this service does not know {operation}; conflict logs can be read from OMS Enterprise Edition 4.3.0 and later"
        ),
        error => error.to_string(),
    };
    writeln!(std::io::stderr(), "{told}").ok();
    ExitCode::from(UNREAD)
}

fn as_json(files: &[ConflictFile]) -> String {
    let row = |file: &ConflictFile| {
        // `4` and not `4.0`, as the service writes it.
        let size = file.size.and_then(|size| size.to_string().parse::<serde_json::Number>().ok());
        serde_json::json!({ "file_name": file.name, "date": file.date, "size": size })
    };
    format!("{:#}\n", serde_json::Value::Array(files.iter().map(row).collect()))
}

fn as_table(files: &[ConflictFile], target: &ConflictsTarget) -> String {
    if files.is_empty() {
        return format!("{} has no conflict logs in {}.\n", target.project, target.step.as_str());
    }
    let width = files.iter().map(|file| file.name.chars().count()).max().unwrap_or_default().max(4);
    let mut text = format!("{:width$}  {:23}  {:>8}\n", "FILE", "DATE", "SIZE");
    for file in files {
        let size = file.size.map(|size| size.to_string()).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {:23}  {size:>8}", file.name, file.date.as_deref().unwrap_or(""));
    }
    text.push_str("The unit of the size is the service's own and not documented.\n");
    text
}

/// A line on a terminal that says how far a download is.
struct Progress {
    total: Option<u64>,
    done: u64,
    drawn: Option<u64>,
    visible: bool,
}

impl Progress {
    fn new(total: Option<u64>) -> Self {
        Self { total, done: 0, drawn: None, visible: std::io::stderr().is_terminal() }
    }

    fn add(&mut self, length: usize) {
        self.done += u64::try_from(length).unwrap_or_default();
        if self.drawn.is_none_or(|drawn| self.done >= drawn + DRAW_EVERY) {
            self.draw();
        }
    }

    fn end(&mut self) {
        self.draw();
        if self.visible {
            writeln!(std::io::stderr()).ok();
        }
    }

    fn draw(&mut self) {
        self.drawn = Some(self.done);
        if !self.visible {
            return;
        }
        let line = match self.total {
            Some(total) if total > 0 => {
                let full = usize::try_from((self.done * CELLS / total).min(CELLS)).unwrap_or_default();
                let bar = format!("{:-<30}", "#".repeat(full));
                format!("[{bar}] {} of {}", bytes(self.done), bytes(total))
            }
            _ => bytes(self.done),
        };
        let mut terminal = std::io::stderr();
        write!(terminal, "\r{line}  ").and_then(|()| terminal.flush()).ok();
    }
}

/// A size for people.
fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", count / size, count % size * 10 / size),
        None => format!("{count} bytes"),
    }
}
