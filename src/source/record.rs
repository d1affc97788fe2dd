//! Keeps the answers of one source as files, each as it came but for what nobody outside should
//! see: for a bug report, or to look at a service's answers again tomorrow.
//!
//! A [`Recorder`] sits where answers arrive, below the rooms, so that none of them knows of it. What
//! asks for tokens and keys has a transport of its own, to which no recorder is attached.

mod asked;
mod page;
mod redact;
mod sheet;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

pub(super) use asked::Asked;
pub(super) use page::Written;
pub(super) use redact::{Planted, Reach};
pub(super) use sheet::Sheet;

use super::error::SourceError;
use super::transport::Answer;
use crate::config::{Backend, SourceConfig};
use page::{Head, Page};
use redact::Mask;

/// The version of the files. It grows when an older reader would misread a newer file.
pub(super) const FORMAT: u32 = 1;
/// The file that says what was recorded; the others are answers.
pub(super) const SHEET: &str = "source.json";

/// Keeps the answers of one source.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    /// The source's name, as it may be shown.
    source: String,
    config: SourceConfig,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mask: Mask,
    answers: u32,
    bytes: u64,
    /// The first file that could not be written; nothing is written after it.
    failure: Option<RecordError>,
}

/// A capture could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file or folder could not be written.
    #[error("cannot write {}: {cause}", .path.display())]
    Unwritten {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        cause: String,
    },
    /// The source plays a capture already.
    #[error("the source {name} is a replay: copy its folder instead of recording it")]
    Replay {
        /// The source.
        name: String,
    },
}

/// What was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Answers, and requests without one.
    pub answers: u32,
    /// The size of all files.
    pub bytes: u64,
}

impl Recorder {
    /// Makes the folder for the answers of a source.
    ///
    /// # Errors
    /// When the folder cannot be made, or the source is a replay.
    pub fn begin(config: &SourceConfig, folder: &Path) -> Result<Self, RecordError> {
        if let Backend::Replay(_) = config.backend {
            return Err(RecordError::Replay { name: config.name.clone() });
        }
        std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
        let mask = Mask::of(config);
        Ok(Self {
            folder: folder.to_owned(),
            source: mask.plain(&config.name),
            config: config.clone(),
            state: Mutex::new(State { mask, answers: 0, bytes: 0, failure: None }),
        })
    }

    /// The name of the source as a name of a folder: without what the configuration keeps to itself,
    /// and without characters that lead elsewhere.
    pub fn folder_name(config: &SourceConfig) -> String {
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        let name: String = Mask::of(config).plain(&config.name).chars().map(plain).collect();
        let name = name.trim_start_matches('.');
        if name.is_empty() { "source".to_owned() } else { name.to_owned() }
    }

    /// Whether the names of tables stay in a capture of this source, because its metrics show them.
    pub fn keeps_names(config: &SourceConfig) -> bool {
        matches!(&config.backend, Backend::HuaweiDrs(drs) if drs.per_object_series > 0)
    }

    /// Keeps an answer, or that there was none. That a file cannot be written is told at the end: it
    /// must not disturb the poll.
    pub(super) fn note(
        &self,
        operation: &'static str,
        asked: &Asked,
        answer: &Result<Answer, SourceError>,
        took: Duration,
    ) {
        let mut state = self.lock();
        if state.failure.is_some() {
            return;
        }
        let head = Head { source: &self.source, kind: self.config.backend.kind(), operation, took };
        let page = Page::of(&head, asked, answer, &mut state.mask);
        state.answers += 1;
        let name = format!("{:04}-{operation}.json", state.answers);
        match self.write(&name, &page) {
            Ok(bytes) => state.bytes += bytes,
            Err(failure) => state.failure = Some(failure),
        }
    }

    /// Completes the capture.
    ///
    /// # Errors
    /// When a file could not be written, now or before.
    pub fn end(&self) -> Result<Kept, RecordError> {
        let mut state = self.lock();
        if let Some(failure) = state.failure.take() {
            return Err(failure);
        }
        let bytes = self.write(SHEET, &Sheet::of(&self.config, state.answers, &state.mask))?;
        Ok(Kept { answers: state.answers, bytes: state.bytes + bytes })
    }

    fn write(&self, name: &str, contents: &impl Serialize) -> Result<u64, RecordError> {
        let path = self.folder.join(name);
        let written = serde_json::to_vec_pretty(contents).map_err(io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            std::fs::write(&path, &text)?;
            Ok(u64::try_from(text.len()).unwrap_or(u64::MAX))
        });
        written.map_err(|error| unwritten(&path, &error))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwritten(path: &Path, error: &io::Error) -> RecordError {
    RecordError::Unwritten { path: path.to_owned(), cause: error.to_string() }
}
