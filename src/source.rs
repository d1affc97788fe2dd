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
mod quote;
mod record;
mod replay;
mod signature;
mod transport;

pub use error::SourceError;
pub use examine::{Outcome, Tried};
pub use record::{Kept, RecordError, Recorder};
pub use replay::CaptureError;
pub use transport::{Download, Knock, OpenError, Route, knock};

use std::sync::Arc;

use crate::config::{Backend, DelayThresholds, ProjectRef, SourceConfig};
use crate::domain::{ConflictFile, Project, Watched, Witness};
use transport::Line;

/// A service that can be polled.
#[derive(Debug)]
pub struct Source {
    room: Room,
    projects: Vec<ProjectRef>,
    delay_thresholds: DelayThresholds,
}

/// How often extras are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// They move as fast as the projects themselves.
    EveryPoll,
    /// They change slowly and cost a call each.
    Slow,
}

#[derive(Debug)]
enum Room {
    Oms(Box<oms::Oms>),
    Legacy(Box<legacy::Legacy>),
    Huawei(Box<huawei::Huawei>),
}

impl Source {
    /// Prepares a client from its configuration, or reads the capture that a replay is to play.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file or a capture cannot be used, or no room speaks with a service of this kind
    /// yet.
    pub fn open(config: &SourceConfig) -> Result<Self, OpenError> {
        let Backend::Replay(replay) = &config.backend else {
            return Self::on(Line::Network, config);
        };
        let replay::Capture { config, tape } = replay::open(config, replay)?;
        Self::on(Line::Tape(Arc::new(tape)), &config)
    }

    /// The same, with every answer kept by `recorder`.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_recording(config: &SourceConfig, recorder: Arc<Recorder>) -> Result<Self, OpenError> {
        Self::on(Line::Recorded(recorder), config)
    }

    fn on(line: Line, config: &SourceConfig) -> Result<Self, OpenError> {
        let mut room = match &config.backend {
            Backend::Oms(oms) => Room::Oms(Box::new(oms::Oms::open(config, oms)?)),
            Backend::OmsV3(oms) => Room::Legacy(Box::new(legacy::Legacy::open(config, oms)?)),
            Backend::AlibabaCloud(cloud) => Room::Oms(Box::new(oms::Oms::open_at_alibaba(config, cloud)?)),
            Backend::HuaweiDrs(huawei) => Room::Huawei(Box::new(huawei::Huawei::open(config, huawei)?)),
            Backend::Replay(_) => {
                return Err(OpenError::Unsupported { kind: config.backend.kind() });
            }
        };
        let caller = match &mut room {
            Room::Oms(oms) => oms.caller(),
            Room::Legacy(legacy) => legacy.caller(),
            Room::Huawei(huawei) => huawei.caller(),
        };
        caller.attach(line);
        caller.hide(record::Planted::of(config));
        Ok(Self { room, projects: config.projects.clone(), delay_thresholds: config.delay_thresholds.clone() })
    }

    /// The projects that are named rather than found: the configured ones, or those that were when
    /// a capture was recorded.
    pub fn projects(&self) -> &[ProjectRef] {
        &self.projects
    }

    /// The delay that is too much, by importance, from the same place.
    pub fn delay_thresholds(&self) -> &DelayThresholds {
        &self.delay_thresholds
    }

    /// Reads every watched project once. It does not fail as a whole: each project's outcome is
    /// told to `witness` as soon as it is known, so dropping this future loses only what was still
    /// under way.
    pub async fn poll(&self, witness: &dyn Witness) -> Watched {
        match &self.room {
            Room::Oms(oms) => oms.poll(witness).await,
            Room::Legacy(legacy) => legacy.poll(witness).await,
            Room::Huawei(huawei) => huawei.poll(witness).await,
        }
    }

    /// The actions that a poll of this source uses, in the order in which [`Source::examine`] tries
    /// them.
    pub fn actions(&self) -> Vec<&'static str> {
        match &self.room {
            Room::Oms(oms) => oms.actions(),
            Room::Legacy(legacy) => legacy.actions(),
            Room::Huawei(huawei) => huawei.actions(),
        }
    }

    /// Tries each action that a poll uses, once and on one project, and tells of each as soon as it
    /// is known. It ends at the first that fails, so that refused credentials are sent once only.
    /// The project is the first configured one, else one that discovery finds.
    /// A source that plays a capture is polled instead: a capture holds only what a poll asks for.
    pub async fn examine(&self, tell: &mut (dyn FnMut(Tried) + Send)) -> Option<Box<Project>> {
        let mut trial = examine::Trial::new(tell);
        let project = match &self.room {
            Room::Oms(oms) => oms.examine(&mut trial).await,
            Room::Legacy(legacy) => legacy.examine(&mut trial).await,
            Room::Huawei(huawei) => huawei.examine(&mut trial).await,
        };
        project.unwrap_or_default().map(Box::new)
    }

    /// How often there is something to ask beyond the projects' descriptions; none if never.
    pub fn extras_cycle(&self) -> Option<Cycle> {
        match &self.room {
            Room::Oms(oms) => (!oms.extras().wanted().is_empty()).then_some(Cycle::Slow),
            Room::Legacy(_) => None,
            Room::Huawei(huawei) => huawei.has_extras().then_some(Cycle::EveryPoll),
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
        match &self.room {
            Room::Oms(oms) => oms.conflict_files(project, step, &caller::Poll::new(witness)).await,
            Room::Legacy(_) | Room::Huawei(_) => Err(SourceError::UnknownAction { operation: "ListConflictData" }),
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
        match &self.room {
            Room::Oms(oms) => oms.download_conflicts(project, step, files).await,
            Room::Legacy(_) | Room::Huawei(_) => Err(SourceError::UnknownAction { operation: "DownloadConflictData" }),
        }
    }

    /// Asks the optional extras about these projects, each outcome told to `witness`. It is slower
    /// than a poll and meant for a slower cycle; its failures do not make a project unreadable.
    pub async fn poll_extras(&self, projects: &[Arc<Project>], witness: &dyn Witness) {
        match &self.room {
            Room::Oms(oms) => oms.poll_extras(projects, witness).await,
            // It has no such calls.
            Room::Legacy(_) => {}
            Room::Huawei(huawei) => huawei.poll_extras(projects, witness).await,
        }
    }
}
