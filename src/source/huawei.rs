//! Huawei Cloud DRS. The v3 calls give state, percentage, delay and rates of many jobs at once; the
//! v5 call gives the progress of single objects, where a region has it.
//!
//! A job is a project here. Jobs of the configuration and of the job list are read ten at a time; a
//! batch that is refused because of one job is read job by job, so that one does not hide the
//! others.

mod door;
mod examine;
mod jobs;
mod lift;
mod objects;
mod pages;
mod refusal;
mod sign;
mod token;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::json;

use super::caller::{Caller, Poll};
use super::error::SourceError;
use super::lenient::{Gaps, Many, Obj};
use super::transport::{Answer, OpenError, Route};
use crate::config::{Discover, HuaweiConfig, ProjectKind, SourceConfig};
use crate::domain::{Project, ProjectStatus, Reading, Time, Watched, Witness};
use door::Door;
use lift::Listed;

/// Jobs asked about at once: the documents advise ten at most.
const BATCH: usize = 10;

/// A source of this kind.
#[derive(Debug)]
pub(super) struct Huawei {
    caller: Caller,
    door: Door,
    zone: jiff::tz::TimeZone,
    configured: Vec<Listed>,
    discover: Option<Discover>,
    object_types: Vec<String>,
    per_object_series: usize,
    /// The region does not have the v5 API; it is asked again then.
    objects_unknown_until: Mutex<Option<Instant>>,
}

impl Huawei {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(source: &SourceConfig, huawei: &HuaweiConfig) -> Result<Self, OpenError> {
        let route = Route { endpoint: &huawei.endpoint, tls: &huawei.tls, proxy: huawei.proxy_url.as_ref() };
        let configured = source.projects.iter().map(|project| Listed {
            id: project.id.clone(),
            use_type: project.kind.map(|kind| match kind {
                ProjectKind::Migration => "migration".to_owned(),
                ProjectKind::Sync => "sync".to_owned(),
            }),
            ..Listed::default()
        });
        Ok(Self {
            caller: Caller::open(&route, &source.limits)?,
            door: Door::open(source, huawei)?,
            zone: huawei.time_zone.clone(),
            configured: configured.collect(),
            discover: source.discover.clone(),
            object_types: huawei.object_types.clone(),
            per_object_series: huawei.per_object_series,
            objects_unknown_until: Mutex::new(None),
        })
    }

    /// Makes the calls, but for tokens.
    pub(super) fn caller(&mut self) -> &mut Caller {
        &mut self.caller
    }

    /// Reads every watched job once and tells the witness of each.
    pub(super) async fn poll(&self, witness: &dyn Witness) -> Watched {
        let poll = Poll::new(witness);
        let mut found: BTreeMap<String, Listed> = BTreeMap::new();
        let mut failure = None;
        if let Some(discover) = &self.discover
            && let Err(error) = self.list(discover, &poll, &mut found).await
        {
            failure = Some(error.into());
        }
        let unlisted = self.configured.iter().filter(|job| !found.contains_key(&job.id)).cloned().collect::<Vec<_>>();
        let ids: BTreeSet<String> = found.keys().chain(unlisted.iter().map(|job| &job.id)).cloned().collect();
        let jobs: Vec<Listed> = unlisted.into_iter().chain(found.into_values()).collect();
        let batches: Vec<&[Listed]> = jobs.chunks(BATCH).collect();
        self.caller.each(batches, |batch| self.read_batch(batch, &poll)).await;
        Watched { ids, failure }
    }

    /// Reads the jobs of a batch and tells the witness of each; if the batch is refused for what is
    /// in it, each job by itself.
    async fn read_batch(&self, batch: &[Listed], poll: &Poll<'_>) {
        let outcome = self.read_jobs(batch, poll).await;
        let about_a_job = matches!(outcome, Err(SourceError::Api { .. } | SourceError::NotFound));
        match outcome {
            Ok(read) => self.tell(batch, read, poll),
            Err(_) if about_a_job && batch.len() > 1 => {
                for job in batch {
                    let one = std::slice::from_ref(job);
                    match self.read_jobs(one, poll).await {
                        Ok(read) => self.tell(one, read, poll),
                        Err(error) => fail(one, &error, poll),
                    }
                }
            }
            Err(error) => fail(batch, &error, poll),
        }
    }

    /// Tells the witness of each job of a batch; one that the answer leaves out was not found.
    fn tell(&self, batch: &[Listed], mut read: BTreeMap<String, Result<Project, SourceError>>, poll: &Poll<'_>) {
        for job in batch {
            let outcome = read.remove(&job.id).unwrap_or(Err(SourceError::NotFound));
            let outcome = outcome.map(Box::new).map_err(|error| self.caller.masked(error).into());
            poll.witness.project(Reading { id: job.id.clone(), outcome });
        }
    }

    /// Status (where the list did not give it) and progress of these jobs, by id.
    async fn read_jobs(
        &self,
        jobs: &[Listed],
        poll: &Poll<'_>,
    ) -> Result<BTreeMap<String, Result<Project, SourceError>>, SourceError> {
        let mut outcomes = BTreeMap::new();
        let unknown: Vec<&str> = jobs.iter().filter(|job| job.status.is_none()).map(|job| job.id.as_str()).collect();
        let statuses = if unknown.is_empty() { BTreeMap::new() } else { self.statuses(&unknown, poll).await? };
        let mut readable = Vec::new();
        for job in jobs {
            let job = match statuses.get(&job.id) {
                Some(Err(error)) => {
                    outcomes.insert(job.id.clone(), Err(error.clone()));
                    continue;
                }
                Some(Ok(status)) => Listed { status: Some(status.clone()), ..job.clone() },
                None => job.clone(),
            };
            // A job that is gone has no progress; asking for it could spoil the whole batch.
            if job.status.as_deref().is_some_and(|native| is_gone(&lift::status(native))) {
                let nothing = wire::Progress::default();
                outcomes.insert(job.id.clone(), Ok(lift::project(&job, nothing, None, &mut Gaps::default())));
            } else {
                readable.push(job);
            }
        }
        if !readable.is_empty() {
            outcomes.extend(self.progresses(&readable, poll).await?);
        }
        Ok(outcomes)
    }

    /// batch-status: the state of each job, or why there is none.
    async fn statuses(
        &self,
        ids: &[&str],
        poll: &Poll<'_>,
    ) -> Result<BTreeMap<String, Result<String, SourceError>>, SourceError> {
        // Without a page size only five jobs come back.
        let body = json!({ "jobs": ids, "page_req": { "cur_page": 1, "per_page": ids.len() } });
        let path = self.door.path("v3", "jobs/batch-status");
        let call = door::Call { operation: "batch-status", path, query: Vec::new(), body: Some(body) };
        self.call(poll, &call, |_, text| {
            let mut gaps = Gaps::default();
            let mut outcomes = BTreeMap::new();
            for item in results::<wire::Status<'_>>(text, &mut gaps)? {
                let Some(id) = gaps.required("id", item.id) else { continue };
                let code = gaps.text("error_code", item.error_code);
                let message =
                    [item.error_message, item.error_msg].into_iter().find_map(|leaf| gaps.text("error_message", leaf));
                let outcome = match (gaps.text("status", item.status), refusal::of_item(code, message)) {
                    (Some(status), _) => Ok(status),
                    (None, Some(error)) => Err(error),
                    (None, None) => Err(SourceError::NotFound),
                };
                outcomes.insert(id, outcome);
            }
            Ok((outcomes, gaps))
        })
        .await
    }

    /// batch-progress: the rest of what is known of each job.
    async fn progresses(
        &self,
        jobs: &[Listed],
        poll: &Poll<'_>,
    ) -> Result<BTreeMap<String, Result<Project, SourceError>>, SourceError> {
        let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
        let path = self.door.path("v3", "jobs/batch-progress");
        let body = Some(json!({ "jobs": ids }));
        let call = door::Call { operation: "batch-progress", path, query: Vec::new(), body };
        self.call(poll, &call, |answer, text| {
            let mut gaps = Gaps::default();
            let answered = answer.answered();
            let mut outcomes = BTreeMap::new();
            for item in results::<wire::Progress<'_>>(text, &mut gaps)? {
                let id = [item.job_id, item.id].into_iter().find_map(|leaf| gaps.text("job_id", leaf));
                let Some(job) = jobs.iter().find(|job| Some(&job.id) == id.as_ref()) else { continue };
                outcomes.insert(job.id.clone(), progress(job, item, answered, &mut gaps));
            }
            Ok((outcomes, gaps))
        })
        .await
    }

    /// Makes a call and reads its answer if it is a success. A token may end before its time; then
    /// another one is asked for, once.
    async fn call<T, R>(&self, poll: &Poll<'_>, call: &door::Call, read: R) -> Result<T, SourceError>
    where
        R: Fn(&Answer, &str) -> Result<(T, Gaps), SourceError>,
    {
        let pass = self.pass(poll).await?;
        let outcome = match self.try_with(&pass, poll, call, &read).await {
            Err(SourceError::TokenExpired { .. } | SourceError::Unauthorized)
                if pass.is_token() && poll.refusal().is_none() =>
            {
                self.door.forget(&pass);
                let pass = self.pass(poll).await?;
                self.try_with(&pass, poll, call, read).await
            }
            outcome => outcome,
        };
        outcome.inspect_err(|error| poll.refuse(error))
    }

    /// What the next call is made with. The identity service may repeat what it was sent.
    async fn pass(&self, poll: &Poll<'_>) -> Result<door::Pass, SourceError> {
        self.door.pass(poll).await.map_err(|error| self.caller.masked(error))
    }

    /// Makes a call with what opens the API.
    async fn try_with<T, R>(
        &self,
        pass: &door::Pass,
        poll: &Poll<'_>,
        call: &door::Call,
        read: R,
    ) -> Result<T, SourceError>
    where
        R: Fn(&Answer, &str) -> Result<(T, Gaps), SourceError>,
    {
        let make = |transport: &super::transport::Transport| self.door.request(transport, call, pass);
        let judge = |answer: &Answer| {
            let text = answer.text();
            match refusal::of(answer, &text) {
                None => read(answer, &text),
                // Only a signature depends on the time.
                Some(SourceError::Unauthorized) if !pass.is_token() => {
                    Err(refusal::skew(answer).unwrap_or(SourceError::Unauthorized))
                }
                Some(error) => Err(error),
            }
        };
        self.caller.try_call(poll, call.operation, make, judge).await
    }
}

/// The service only keeps the name of such a job.
fn is_gone(status: &ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Releasing | ProjectStatus::Released | ProjectStatus::Deleted)
}

/// What one result of batch-progress says. An error beside a status is the job's own trouble, which
/// its status shows; without one, or if there is no such job, the job could not be read.
fn progress(
    job: &Listed,
    item: wire::Progress<'_>,
    answered: Option<Time>,
    gaps: &mut Gaps,
) -> Result<Project, SourceError> {
    let mut silent = Gaps::default();
    let code = silent.text("error_code", item.error_code);
    let told = silent.text("", item.transfer_status).is_some() || silent.amount("", item.progress).is_some();
    if !told || code.as_deref().is_some_and(refusal::is_gone) {
        let message = [item.error_msg, item.error_message].into_iter().find_map(|leaf| silent.text("error_msg", leaf));
        if let Some(error) = refusal::of_item(code, message) {
            return Err(error);
        }
    }
    Ok(lift::project(job, item, answered, gaps))
}

/// The items of a batch's answer.
fn results<'a, T: super::lenient::Shape<'a>>(text: &'a str, gaps: &mut Gaps) -> Result<Vec<T>, SourceError> {
    let found = read::<wire::Batch<'a, T>>(text)?;
    if matches!((&found.results, &found.jobs), (Many::Absent, Many::Absent)) {
        let code = gaps.text("error_code", found.error_code);
        let message = gaps.text("error_msg", found.error_msg);
        return Err(refusal::of_item(code, message).unwrap_or(SourceError::Foreign { hint: "`results` is missing" }));
    }
    let mut items = gaps.list("results", found.results);
    items.extend(gaps.list("jobs", found.jobs));
    Ok(items)
}

/// An answer as the object it should be.
fn read<'a, T: super::lenient::Shape<'a>>(text: &'a str) -> Result<T, SourceError> {
    let found: Obj<T> = super::lenient::read(text).map_err(|error| super::oms::envelope::not_json(text, &error))?;
    match found {
        Obj::Given(object) => Ok(object),
        Obj::Absent | Obj::Unreadable => Err(SourceError::Foreign { hint: "it is no object" }),
    }
}

fn fail(batch: &[Listed], error: &SourceError, poll: &Poll<'_>) {
    for job in batch {
        poll.witness.project(Reading { id: job.id.clone(), outcome: Err(error.clone().into()) });
    }
}
