//! What can be asked about a project besides its description: components, verification, conflict
//! logs. Each is a call of its own, and not every edition has it: an action that the service does
//! not know is left alone for a while.

mod components;
mod conflicts;
mod download;
mod verification;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Oms;
use super::door::Params;
use crate::domain::{Extra, ExtraKind, ExtraReading, Project, ProjectStatus, StepStatus, Witness};
use crate::source::caller::Poll;
use crate::source::error::SourceError;

/// An action that the service does not know is asked again after this time: it may be upgraded.
const UNKNOWN_ACTION_PAUSE: Duration = Duration::from_hours(1);

/// What is asked, and what the service turned out not to know.
#[derive(Debug, Default)]
pub(in crate::source) struct Extras {
    wanted: Vec<ExtraKind>,
    unknown_until: Mutex<BTreeMap<ExtraKind, Instant>>,
}

impl Extras {
    /// Will ask these.
    pub(in crate::source) fn new(wanted: Vec<ExtraKind>) -> Self {
        Self { wanted, unknown_until: Mutex::default() }
    }

    /// What is asked at all.
    pub(in crate::source) fn wanted(&self) -> &[ExtraKind] {
        &self.wanted
    }

    fn is_known(&self, kind: ExtraKind) -> bool {
        let unknown = self.unknown_until.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.get(&kind).is_none_or(|until| *until <= Instant::now())
    }

    fn set_unknown(&self, kind: ExtraKind) {
        let mut unknown = self.unknown_until.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.insert(kind, Instant::now() + UNKNOWN_ACTION_PAUSE);
    }
}

/// What came of asking an extra once.
#[derive(Debug)]
pub(super) enum Asking {
    /// The project has nothing of the kind now.
    Nothing,
    /// What was found, in words.
    Asked(Result<String, SourceError>),
}

impl Oms {
    /// Asks an extra about a project with a single request.
    pub(super) async fn ask_once(&self, kind: ExtraKind, project: &Project, poll: &Poll<'_>) -> Asking {
        if !has(project, kind) {
            return Asking::Nothing;
        }
        let id = project.id.as_str();
        Asking::Asked(match kind {
            ExtraKind::Components => {
                let found = self.components(id, poll).await;
                found.map(|found| format!("{} kinds of component", found.len()))
            }
            ExtraKind::Verification => {
                let found = self.verification_page(id, 1, poll).await;
                found.map(|page| format!("{} tables on the first page", page.tables()))
            }
            ExtraKind::Conflicts => {
                let Some(step) = conflicts::steps(project).next() else { return Asking::Nothing };
                let found = self.conflict_files(id, &step.name, poll).await;
                found.map(|files| format!("{} conflict logs in {}", files.len(), step.name))
            }
            ExtraKind::Objects => return Asking::Nothing,
        })
    }

    /// Asks every wanted extra about each project that has it, and tells the witness.
    pub(in crate::source) async fn poll_extras(&self, projects: &[std::sync::Arc<Project>], witness: &dyn Witness) {
        let poll = Poll::new(witness);
        self.fetch_credentials().await;
        for kind in self.extras.wanted() {
            let asked: Vec<&Project> =
                projects.iter().map(AsRef::as_ref).filter(|project| has(project, *kind)).collect();
            self.caller.each_aside(asked, |project| self.ask_extra(*kind, project, &poll)).await;
        }
    }

    async fn ask_extra(&self, kind: ExtraKind, project: &Project, poll: &Poll<'_>) {
        if !self.extras.is_known(kind) {
            return;
        }
        let outcome = match kind {
            ExtraKind::Components => self.components(&project.id, poll).await.map(Extra::Components),
            ExtraKind::Verification => self.verification(&project.id, poll).await.map(Extra::Verification),
            ExtraKind::Conflicts => self.conflicts(project, poll).await.map(Extra::Conflicts),
            // No edition of OMS tells of single objects.
            ExtraKind::Objects => return,
        };
        if matches!(outcome, Err(SourceError::UnknownAction { .. })) {
            self.extras.set_unknown(kind);
        }
        poll.witness.extra(ExtraReading { id: project.id.clone(), kind, outcome: outcome.map_err(Into::into) });
    }
}

/// Whether it makes sense to ask: a project at rest has no components, one that was never verified
/// no result.
fn has(project: &Project, kind: ExtraKind) -> bool {
    let begun = |name: &str| {
        let step = project.steps.iter().find(|step| step.name == name);
        step.is_some_and(|step| !matches!(step.status, None | Some(StepStatus::Init)))
    };
    let at_rest = !project.status.as_ref().is_none_or(ProjectStatus::is_live);
    match kind {
        ExtraKind::Components => !at_rest,
        ExtraKind::Verification => begun("FULL_VERIFIER"),
        ExtraKind::Conflicts => {
            project.kind.as_deref() != Some("SYNC") && !at_rest && conflicts::steps(project).next().is_some()
        }
        ExtraKind::Objects => false,
    }
}

/// The parameters of an action about one project, which most actions call `projectId`.
fn about(id: &str) -> Params {
    Params::from_iter([("projectId".to_owned(), id.into())])
}
