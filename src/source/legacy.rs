//! OceanBase Migration Service 3.3: two small REST calls, one for migrations and one for
//! synchronisations, that tell little: a status, two percentages and a checkpoint. There is no list
//! of projects, so all of them are configured.
//!
//! Documents: "Obtain the status of a synchronization project" and its sibling for migrations, of
//! OMS 3.3.0. What they say is put into the words of the newer editions: structure → `STRUCT_TRANSFER`,
//! full → `FULL_TRANSFER`, the checkpoint → `INCR_TRANSFER`.

mod lift;
mod wire;

use reqwest::Method;
use reqwest::header::AUTHORIZATION;

use super::caller::{Caller, Poll};
use super::error::SourceError;
use super::examine::{Outcome, Stopped, Trial};
use super::lenient::Gaps;
use super::oms::{basic, envelope};
use super::transport::{OpenError, Route, Transport};
use crate::config::{OmsConfig, ProjectKind, SourceConfig};
use crate::domain::{Deaf, Project, Reading, Watched, Witness};

/// A source of this kind.
#[derive(Debug)]
pub(super) struct Legacy {
    caller: Caller,
    authorization: reqwest::header::HeaderValue,
    projects: Vec<(String, ProjectKind)>,
}

impl Legacy {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(source: &SourceConfig, oms: &OmsConfig) -> Result<Self, OpenError> {
        let route = Route { endpoint: &oms.endpoint, tls: &oms.tls, proxy: oms.proxy_url.as_ref() };
        let kind = |kind: Option<ProjectKind>| kind.unwrap_or(ProjectKind::Migration);
        Ok(Self {
            caller: Caller::open(&route, &source.limits)?,
            authorization: basic(&oms.username, &oms.password),
            projects: source.projects.iter().map(|project| (project.id.clone(), kind(project.kind))).collect(),
        })
    }

    /// Makes the calls.
    pub(super) fn caller(&mut self) -> &mut Caller {
        &mut self.caller
    }

    /// Reads every configured project once and tells the witness of each.
    pub(super) async fn poll(&self, witness: &dyn Witness) -> Watched {
        let poll = Poll::new(witness);
        self.caller
            .each(&self.projects, async |(id, kind)| {
                let outcome = self.progress(id, *kind, &poll).await.map(Box::new).map_err(Into::into);
                poll.witness.project(Reading { id: id.clone(), outcome });
            })
            .await;
        Watched { ids: self.projects.iter().map(|(id, _)| id.clone()).collect(), failure: None }
    }

    /// The calls that a poll uses: one for each kind of project there is.
    pub(super) fn actions(&self) -> Vec<&'static str> {
        self.one_of_each_kind().map(|(_, kind)| call_about(*kind).0).collect()
    }

    /// Tries each call on the first project of its kind.
    pub(super) async fn examine(&self, trial: &mut Trial<'_>) -> Result<Option<Project>, Stopped> {
        let poll = Poll::new(&Deaf);
        let mut first = None;
        for (id, kind) in self.one_of_each_kind() {
            trial.about(id);
            let outcome = self.progress(id, *kind, &poll).await;
            let all = self.projects.iter().filter(|(_, other)| other == kind).count();
            let others = if all > 1 {
                format!(", the first of {all}; the command `poll` reads them all")
            } else {
                String::new()
            };
            let project = trial.of(call_about(*kind).0, outcome, |_| Outcome::Works(format!("read {id}{others}")))?;
            first = first.or(Some(project));
        }
        Ok(first)
    }

    fn one_of_each_kind(&self) -> impl Iterator<Item = &(String, ProjectKind)> {
        let first = |wanted: ProjectKind| self.projects.iter().find(move |(_, kind)| *kind == wanted);
        [ProjectKind::Migration, ProjectKind::Sync].into_iter().filter_map(first)
    }

    async fn progress(&self, id: &str, kind: ProjectKind, poll: &Poll<'_>) -> Result<Project, SourceError> {
        let (operation, folder) = call_about(kind);
        let path = format!("/api/omsp/v2/{folder}/{}/progress", path_segment(id));
        let make = |transport: &Transport| {
            let request = transport.request(Method::GET, &path).header(AUTHORIZATION, &self.authorization).build();
            request.map_err(|error| SourceError::Unsent { cause: error.to_string() })
        };
        self.caller
            .call(poll, operation, make, |answer| {
                let mut gaps = Gaps::default();
                let text = answer.text();
                let opened = envelope::open::<wire::Progress<'_>>(answer, &text)?;
                let found = gaps.list("data", opened.data).into_iter().next();
                let wire = found.filter(|wire| !wire.is_empty()).ok_or(SourceError::NotFound)?;
                Ok((lift::project(id, kind, &wire, answer.answered(), &mut gaps), gaps))
            })
            .await
    }
}

/// The name of the call and its folder. The two paths differ in more than the word: one is a plural.
fn call_about(kind: ProjectKind) -> (&'static str, &'static str) {
    match kind {
        ProjectKind::Migration => ("migrationProgress", "migrations"),
        ProjectKind::Sync => ("syncProgress", "sync"),
    }
}

/// An id as one segment of a path, whatever it holds.
fn path_segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests;
