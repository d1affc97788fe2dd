//! Where facts come from. A source is one configured service; its kind decides the room that
//! speaks with it. Adding a kind is a room, a variant and an arm.
//!
//! A room may not know the store, the metrics or the pages: it tells a [`Witness`] what it learns,
//! in the words of the domain, and nothing of its wire shapes leaves it.

mod alibaba;
mod caller;
mod error;
mod examine;
mod huawei;
mod legacy;
mod lenient;
mod oms;
mod signature;
mod transport;

pub use error::SourceError;
pub use examine::{Outcome, Tried};
pub use transport::{Download, Knock, OpenError, Route, knock};

use std::sync::Arc;

use crate::config::{Backend, SourceConfig};
use crate::domain::{ConflictFile, Project, Watched, Witness};

/// A service that can be polled.
#[derive(Debug)]
pub struct Source(Room);

#[derive(Debug)]
enum Room {
    Oms(Box<oms::Oms>),
    Legacy(Box<legacy::Legacy>),
}

impl Source {
    /// Prepares a client from its configuration. Nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used, or no room speaks with a service of this kind yet.
    pub fn open(config: &SourceConfig) -> Result<Self, OpenError> {
        Ok(Self(match &config.backend {
            Backend::Oms(oms) => Room::Oms(Box::new(oms::Oms::open(config, oms)?)),
            Backend::OmsV3(oms) => Room::Legacy(Box::new(legacy::Legacy::open(config, oms)?)),
            Backend::AlibabaCloud(_) | Backend::HuaweiDrs(_) | Backend::Replay(_) => {
                return Err(OpenError::Unsupported { kind: config.backend.kind() });
            }
        }))
    }

    /// Reads every watched project once. It does not fail as a whole: each project's outcome is
    /// told to `witness` as soon as it is known, so dropping this future loses only what was still
    /// under way.
    pub async fn poll(&self, witness: &dyn Witness) -> Watched {
        match &self.0 {
            Room::Oms(oms) => oms.poll(witness).await,
            Room::Legacy(legacy) => legacy.poll(witness).await,
        }
    }

    /// The actions that a poll of this source uses, in the order in which [`Source::examine`] tries
    /// them.
    pub fn actions(&self) -> Vec<&'static str> {
        match &self.0 {
            Room::Oms(oms) => oms.actions(),
            Room::Legacy(legacy) => legacy.actions(),
        }
    }

    /// Tries each action that a poll uses, once and on one project, and tells of each as soon as it
    /// is known. It ends at the first that fails, so that refused credentials are sent once only.
    /// The project is the first configured one, else the first that discovery finds.
    pub async fn examine(&self, tell: &mut (dyn FnMut(Tried) + Send)) -> Option<Box<Project>> {
        let mut trial = examine::Trial::new(tell);
        match &self.0 {
            Room::Oms(oms) => oms.examine(&mut trial).await,
            Room::Legacy(legacy) => legacy.examine(&mut trial).await,
        }
        .unwrap_or_default()
        .map(Box::new)
    }

    /// Whether there is anything to ask beyond the projects' descriptions.
    pub fn has_extras(&self) -> bool {
        match &self.0 {
            Room::Oms(oms) => !oms.extras().wanted().is_empty(),
            Room::Legacy(_) => false,
        }
    }

    /// Lists the conflict logs of a project's step.
    ///
    /// # Errors
    /// When the service cannot be read or has no such logs at all.
    pub async fn conflict_files(
        &self,
        project: &str,
        step: &str,
        witness: &dyn Witness,
    ) -> Result<Vec<ConflictFile>, SourceError> {
        match &self.0 {
            Room::Oms(oms) => oms.conflict_files(project, step, &caller::Poll::new(witness)).await,
            Room::Legacy(_) => Err(SourceError::UnknownAction { operation: "ListConflictData" }),
        }
    }

    /// Begins to download conflict logs of a project's step, as a ZIP.
    ///
    /// # Errors
    /// When the service does not give a file.
    pub async fn download_conflicts(
        &self,
        project: &str,
        step: &str,
        files: &[String],
    ) -> Result<Download, SourceError> {
        match &self.0 {
            Room::Oms(oms) => oms.download_conflicts(project, step, files).await,
            Room::Legacy(_) => Err(SourceError::UnknownAction { operation: "DownloadConflictData" }),
        }
    }

    /// Asks the optional extras about these projects, each outcome told to `witness`. It is slower
    /// than a poll and meant for a slower cycle; its failures do not make a project unreadable.
    pub async fn poll_extras(&self, projects: &[Arc<Project>], witness: &dyn Witness) {
        match &self.0 {
            Room::Oms(oms) => oms.poll_extras(projects, witness).await,
            // It has no such calls.
            Room::Legacy(_) => {}
        }
    }
}
