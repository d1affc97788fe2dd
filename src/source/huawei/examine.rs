//! Tries the calls of this API once each: the job list, the state and the progress of one job, its
//! objects. Only one page and one type of object, for this is not a poll.

use super::lift::{self, Listed};
use super::{Huawei, is_gone, objects, wire};
use crate::domain::{Deaf, Project, ProjectStatus};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::examine::{Outcome, Stopped, Trial};
use crate::source::lenient::Gaps;

impl Huawei {
    /// The calls that a poll uses, in the order in which they are tried.
    pub(in crate::source) fn actions(&self) -> Vec<&'static str> {
        let all = [
            ("jobs", self.discover.is_some()),
            ("batch-status", true),
            ("batch-progress", true),
            (objects::OPERATION, self.has_extras()),
        ];
        all.into_iter().filter(|(_, used)| *used).map(|(action, _)| action).collect()
    }

    /// Tries them; gives the job that they were tried on.
    pub(in crate::source) async fn examine(&self, trial: &mut Trial<'_>) -> Result<Option<Project>, Stopped> {
        let poll = Poll::new(&Deaf);
        let listed = self.try_list(&poll, trial).await?;
        let Some(job) = self.configured.first().cloned().or(listed) else {
            for action in ["batch-status", "batch-progress"] {
                trial.note(action, Outcome::Unneeded("there is no job to try it on".to_owned()));
            }
            return Ok(None);
        };
        trial.about(&job.id);
        let job = self.try_status(job, &poll, trial).await?;
        let project = self.try_progress(&job, &poll, trial).await?;
        if self.has_extras() {
            self.try_objects(&project, &poll, trial).await?;
        }
        Ok(Some(project))
    }

    async fn try_list(&self, poll: &Poll<'_>, trial: &mut Trial<'_>) -> Result<Option<Listed>, Stopped> {
        let Some(discover) = &self.discover else { return Ok(None) };
        let sample = self.sample(discover, poll).await;
        let sample = trial.of("jobs", sample, |sample| match (&sample.wanted, self.configured.is_empty()) {
            (None, true) => Outcome::Doubtful {
                found: format!("{} jobs seen, none of them wanted; nothing is watched", sample.seen),
                cure: "widen `discover`, wait for a job that fits it, or name jobs under `projects`; check `region` and `project_id` too".to_owned(),
            },
            _ => Outcome::Works(format!("{} jobs, perhaps more", sample.seen)),
        })?;
        Ok(sample.wanted)
    }

    async fn try_status(&self, job: Listed, poll: &Poll<'_>, trial: &mut Trial<'_>) -> Result<Listed, Stopped> {
        const ACTION: &str = "batch-status";
        if let Some(status) = &job.status {
            trial.note(ACTION, Outcome::Unneeded(format!("not needed: the list tells it ({status})")));
            return Ok(job);
        }
        let found = self.statuses(&[&job.id], poll).await;
        let status = found.and_then(|mut found| found.remove(&job.id).unwrap_or(Err(SourceError::NotFound)));
        let status = trial.of(ACTION, status, |status| Outcome::Works(format!("{} is {status}", job.id)))?;
        Ok(Listed { status: Some(status), ..job })
    }

    async fn try_progress(&self, job: &Listed, poll: &Poll<'_>, trial: &mut Trial<'_>) -> Result<Project, Stopped> {
        const ACTION: &str = "batch-progress";
        if job.status.as_deref().is_some_and(|native| is_gone(&lift::status(native))) {
            trial.note(ACTION, Outcome::Unneeded("not asked: the job is gone and only its name is kept".to_owned()));
            return Ok(lift::project(job, wire::Progress::default(), None, &mut Gaps::default()));
        }
        let found = self.progresses(std::slice::from_ref(job), poll).await;
        let project = found.and_then(|mut found| found.remove(&job.id).unwrap_or(Err(SourceError::NotFound)));
        let others = match self.configured.len() {
            0 | 1 => String::new(),
            all => format!(", the first of {all} in `projects`; the command `poll` reads them all"),
        };
        trial.of(ACTION, project, |_| Outcome::Works(format!("read {}{others}", job.id)))
    }

    async fn try_objects(&self, project: &Project, poll: &Poll<'_>, trial: &mut Trial<'_>) -> Result<(), Stopped> {
        const ACTION: &str = objects::OPERATION;
        if !project.status.as_ref().is_none_or(ProjectStatus::is_live) {
            trial.note(ACTION, Outcome::Unneeded("not asked: the job is at rest".to_owned()));
            return Ok(());
        }
        let outcome = match self.first_objects(&project.id, poll).await {
            Ok(words) => Outcome::Works(words),
            Err(SourceError::UnknownAction { .. }) => Outcome::Doubtful {
                found: "not known in this region".to_owned(),
                cure: "write `object_types: []`, or leave it: it gives nothing and does no harm".to_owned(),
            },
            Err(error) => {
                trial.note(ACTION, Outcome::Fails(error));
                return Err(Stopped);
            }
        };
        trial.note(ACTION, outcome);
        Ok(())
    }
}
