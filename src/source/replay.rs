//! Plays a capture: reads the folder that a recording left, whole, before anything is asked, and
//! says what is wrong with it. The room of the recorded kind does the rest and notices nothing.

use std::io;
use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::record::{FORMAT, SHEET, Sheet, Written};
use super::transport::{Tape, Track};
use crate::config::{ReplayConfig, SourceConfig};
use crate::domain::Time;

/// A capture that is larger is not one: nothing of one poll is so large.
const MAX_BYTES: u64 = 1 << 30;

/// A capture cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// A file or folder cannot be read.
    #[error("{}: {cause}; name the folder of one source, as `migration-exporter record` wrote it", .path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        cause: String,
    },
    /// There is no capture.
    #[error(
        "{}: no {SHEET} in it or in a folder below it; name a folder that `migration-exporter record` wrote", .path.display()
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// There are several.
    #[error("{}: the captures of several sources lie here; name the folder of one: {names}", .path.display())]
    Several {
        /// The folder.
        path: PathBuf,
        /// The folders below it.
        names: String,
    },
    /// A file is not what was recorded.
    #[error("{}: {cause}; the file was changed or cut off, so take it from the original capture again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        cause: String,
    },
    /// Another version of the files.
    #[error(
        "{}: this capture has format {found} and this version plays format {FORMAT}; record again, or play it with the version that recorded it", .path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// Files are missing, or some are there that do not belong to it.
    #[error("{}: {wanted} answers were recorded and {found} are there; take the folder from the original capture again", .path.display())]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// Recorded.
        wanted: u32,
        /// Found.
        found: u32,
    },
    /// All together are too large.
    #[error("{}: the files are larger than {} MiB together, which no capture is", .path.display(), MAX_BYTES >> 20)]
    TooLarge {
        /// The folder.
        path: PathBuf,
    },
}

/// What a replay is played from.
#[derive(Debug)]
pub(super) struct Capture {
    /// The recorded source under the name and with the limits of the replay.
    pub(super) config: SourceConfig,
    /// Its answers.
    pub(super) tape: Tape,
}

/// What all files of a capture begin with.
#[derive(Deserialize)]
struct Stamped {
    format: u64,
}

/// Reads a capture.
///
/// # Errors
/// When it is not there, not whole, damaged, or of another format.
pub(super) fn open(source: &SourceConfig, replay: &ReplayConfig) -> Result<Capture, CaptureError> {
    let folder = folder(&replay.directory)?;
    let path = folder.join(SHEET);
    let mut budget = MAX_BYTES;
    let sheet: Sheet = read(&path, &mut budget)?;
    let wanted = sheet.answers;
    let config = sheet.config(source).ok_or_else(|| CaptureError::Damaged {
        path: path.clone(),
        cause: "the kind of service, its settings or the time zone are none that this version knows".to_owned(),
    })?;
    let mut tape = Tape::default();
    let pages = pages(&folder)?;
    let found = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if found != wanted {
        return Err(CaptureError::Incomplete { path: folder, wanted, found });
    }
    for (_, path) in pages {
        let written: Written = read(&path, &mut budget)?;
        let track = track(&written).ok_or_else(|| CaptureError::Damaged {
            path,
            cause: "it holds neither an answer nor why there was none".to_owned(),
        })?;
        tape.put(&written.operation, &written.request, track);
    }
    Ok(Capture { config, tape })
}

/// The folder itself, or the only one below it that holds a capture.
fn folder(given: &Path) -> Result<PathBuf, CaptureError> {
    if given.join(SHEET).is_file() {
        return Ok(given.to_owned());
    }
    let mut found: Vec<PathBuf> = entries(given)?.into_iter().filter(|path| path.join(SHEET).is_file()).collect();
    found.sort_unstable();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
        return Err(CaptureError::Several { path: given.to_owned(), names: names.join(", ") });
    }
    found.pop().ok_or_else(|| CaptureError::Nothing { path: given.to_owned() })
}

/// The answers in the order in which they came: `0001-ListProjects.json` and so on.
fn pages(folder: &Path) -> Result<Vec<(u32, PathBuf)>, CaptureError> {
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
        name.split_once('-')?.0.parse::<u32>().ok()
    };
    let mut pages: Vec<(u32, PathBuf)> =
        entries(folder)?.into_iter().filter_map(|path| Some((number(&path)?, path))).collect();
    pages.sort_unstable();
    Ok(pages)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CaptureError> {
    let read = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    read.map_err(|error| unreadable(folder, &error))
}

/// Reads a file of the right format, within what is left of the budget.
fn read<T: for<'de> Deserialize<'de>>(path: &Path, budget: &mut u64) -> Result<T, CaptureError> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    *budget = budget.checked_sub(size).ok_or_else(|| CaptureError::TooLarge { path: path.to_owned() })?;
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let damaged = |error: serde_json::Error| CaptureError::Damaged { path: path.to_owned(), cause: error.to_string() };
    let Stamped { format } = serde_json::from_str(&text).map_err(damaged)?;
    if format != u64::from(FORMAT) {
        return Err(CaptureError::Format { path: path.to_owned(), found: format });
    }
    serde_json::from_str(&text).map_err(damaged)
}

/// What became of a request, or none where the file does not say.
fn track(written: &Written) -> Option<Track> {
    if written.failed.is_some() {
        return written.reason().map(Track::Failed);
    }
    let status = StatusCode::from_u16(written.status?).ok()?;
    let body = match (&written.body, &written.not_json) {
        (Some(body), None) => body.get().as_bytes().to_vec(),
        (None, Some(text)) => text.as_bytes().to_vec(),
        (None, None) => b"null".to_vec(),
        (Some(_), Some(_)) => return None,
    };
    let header = |(name, value): (&String, &String)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
    };
    let headers: HeaderMap = written.headers.iter().filter_map(header).collect();
    let answered = written.answered.as_ref().and_then(|time| time.get().parse().ok()).and_then(Time::from_unix);
    Some(Track::Answered { status, headers, body, answered })
}

fn unreadable(path: &Path, error: &io::Error) -> CaptureError {
    CaptureError::Unreadable { path: path.to_owned(), cause: error.to_string() }
}
