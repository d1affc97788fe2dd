//! Tries the actions of this API once each: the list, one description, the wanted extras. Only one
//! page and one step of each, for this is not a poll.

use super::extras::Asking;
use super::{Oms, list};
use crate::domain::{Deaf, ExtraKind, Project};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::examine::{Outcome, Stopped, Trial};

impl Oms {
    /// The actions that a poll uses, in the order in which they are tried.
    pub(in crate::source) fn actions(&self) -> Vec<&'static str> {
        let mut actions = Vec::new();
        if let Some(discovery) = &self.discovery {
            if discovery.has_labels() {
                actions.push("ListAllLabels");
            }
            actions.push("ListProjects");
        }
        actions.push("DescribeProject");
        actions.extend(self.extras.wanted().iter().map(|kind| extra_action(*kind)));
        actions
    }

    /// Tries them; gives the project that they were tried on.
    pub(in crate::source) async fn examine(&self, trial: &mut Trial<'_>) -> Result<Option<Project>, Stopped> {
        let poll = Poll::new(&Deaf);
        let listed = match &self.discovery {
            Some(discovery) => self.try_list(discovery, &poll, trial).await?,
            None => None,
        };
        let Some(project) = self.try_describe(listed, &poll, trial).await? else { return Ok(None) };
        trial.about(&project.id);
        for kind in self.extras.wanted() {
            let outcome = self.try_extra(*kind, &project, &poll).await;
            let fails = matches!(outcome, Outcome::Fails(_));
            trial.note(extra_action(*kind), outcome);
            if fails {
                return Err(Stopped);
            }
        }
        Ok(Some(project))
    }

    async fn try_list(
        &self,
        discovery: &list::Discovery,
        poll: &Poll<'_>,
        trial: &mut Trial<'_>,
    ) -> Result<Option<Project>, Stopped> {
        let labels = discovery.labels(self, poll).await;
        let labels = if discovery.has_labels() {
            trial.of("ListAllLabels", labels, |_| Outcome::Works(format!("has {}", discovery.label_names())))?
        } else {
            Vec::new()
        };
        let sample = discovery.sample(self, poll, &labels).await;
        let sample = trial.of("ListProjects", sample, |sample| match (&sample.wanted, self.configured.is_empty()) {
            (None, true) => Outcome::Doubtful {
                found: format!("{}; nothing is watched", sample.words),
                cure: "widen `discover`, wait for a project that fits it, or name projects under `projects`".to_owned(),
            },
            _ => Outcome::Works(sample.words.clone()),
        })?;
        Ok(sample.wanted)
    }

    /// A listed project that came with its steps is not described in a poll either.
    async fn try_describe(
        &self,
        listed: Option<Project>,
        poll: &Poll<'_>,
        trial: &mut Trial<'_>,
    ) -> Result<Option<Project>, Stopped> {
        const ACTION: &str = "DescribeProject";
        let id = match (self.configured.first(), &listed) {
            (Some(id), _) => id.clone(),
            (None, Some(project)) if project.steps.is_empty() => project.id.clone(),
            (None, Some(_)) => {
                trial.note(ACTION, Outcome::Unneeded("not needed: the list tells all about its projects".to_owned()));
                return Ok(listed);
            }
            (None, None) => {
                trial.note(ACTION, Outcome::Unneeded("there is no project to try it on".to_owned()));
                return Ok(None);
            }
        };
        let others = match self.configured.len() {
            0 | 1 => String::new(),
            all => format!(", the first of {all} in `projects`; the command `poll` reads them all"),
        };
        trial.about(&id);
        let outcome = self.describe(&id, poll).await;
        trial.of(ACTION, outcome, |_| Outcome::Works(format!("read {id}{others}"))).map(Some)
    }

    async fn try_extra(&self, kind: ExtraKind, project: &Project, poll: &Poll<'_>) -> Outcome {
        match self.ask_once(kind, project, poll).await {
            Asking::Nothing => Outcome::Unneeded(format!("not asked: {} has none now", project.id)),
            Asking::Asked(Ok(words)) => Outcome::Works(words),
            Asking::Asked(Err(SourceError::UnknownAction { .. })) => {
                let extra = kind.as_str();
                Outcome::Doubtful {
                    found: "not known by this edition of the service".to_owned(),
                    cure: format!(
                        "take `{extra}` out of `collect`, or leave it there: it gives nothing and does no harm"
                    ),
                }
            }
            Asking::Asked(Err(error)) => Outcome::Fails(error),
        }
    }
}

fn extra_action(kind: ExtraKind) -> &'static str {
    match kind {
        ExtraKind::Components => "DescribeProjectComponents",
        ExtraKind::Verification => "ListProjectFullVerifyResult",
        ExtraKind::Conflicts => "ListConflictData",
        // No edition of OMS has it, and the configuration does not allow it.
        ExtraKind::Objects => "-",
    }
}
