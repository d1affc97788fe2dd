//! OceanBase Migration Service, `POST /api/v2?Action=…`: Community Edition since 4.1.1, Enterprise
//! Edition since 4.1.0. The same API stands behind the gateway of Alibaba Cloud, another door. One call a project (DescribeProject), or one call for 150 projects where
//! discovery is on (ListProjects, whose items carry the steps).
//!
//! The room hides the API's envelope, paging and loose types; only domain types leave it.

pub(super) mod delay;
mod door;
pub(super) mod envelope;
mod examine;
mod extras;
mod lift;
mod list;
pub(super) mod wire;

use std::collections::BTreeSet;

pub(super) use door::basic;
use door::{Door, Opened, Params};
use extras::Extras;
pub(super) use lift::step_name;

use super::alibaba::Gateway;
use super::caller::{Caller, Poll};
use super::error::SourceError;
use super::lenient::Gaps;
use super::transport::{Answer, OpenError, Route, Transport};
use crate::config::{AlibabaConfig, Collect, OmsConfig, SourceConfig};
use crate::domain::{ExtraKind, Project, Reading, Watched, Witness};

/// One call of an action.
#[derive(Clone, Copy)]
struct Question<'a> {
    poll: &'a Poll<'a>,
    operation: &'static str,
    params: &'a Params,
}

/// A source of this kind.
#[derive(Debug)]
pub(super) struct Oms {
    caller: Caller,
    door: Door,
    zone: jiff::tz::TimeZone,
    configured: BTreeSet<String>,
    discovery: Option<list::Discovery>,
    extras: Extras,
}

impl Oms {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(source: &SourceConfig, oms: &OmsConfig) -> Result<Self, OpenError> {
        let route = Route { endpoint: &oms.endpoint, tls: &oms.tls, proxy: oms.proxy_url.as_ref() };
        let caller = Caller::open(&route, &source.limits)?;
        Ok(Self::behind(Door::basic(&oms.username, &oms.password), caller, source, &oms.time_zone))
    }

    /// Prepares the client for the same service at Alibaba Cloud; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open_at_alibaba(source: &SourceConfig, cloud: &AlibabaConfig) -> Result<Self, OpenError> {
        let route = Route { endpoint: &cloud.endpoint, tls: &cloud.tls, proxy: cloud.proxy_url.as_ref() };
        let caller = Caller::open(&route, &source.limits)?;
        let door = Door::OpenApi(Gateway::open(cloud, &source.limits)?);
        Ok(Self::behind(door, caller, source, &cloud.time_zone))
    }

    fn behind(door: Door, caller: Caller, source: &SourceConfig, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            caller,
            door,
            zone: zone.clone(),
            configured: source.projects.iter().map(|project| project.id.clone()).collect(),
            discovery: source.discover.clone().map(list::Discovery::new),
            extras: Extras::new(wanted(source.collect)),
        }
    }

    /// Reads every watched project once and tells the witness of each.
    pub(super) async fn poll(&self, witness: &dyn Witness) -> Watched {
        let poll = Poll::new(witness);
        self.fetch_credentials().await;
        let listed = match &self.discovery {
            Some(discovery) => discovery.run(self, &poll).await,
            None => list::Listed::default(),
        };
        let missing: BTreeSet<&String> =
            self.configured.difference(&listed.read).chain(&listed.without_steps).collect();
        self.caller.each(missing, |id| self.read_one(id, &poll)).await;
        let mut ids = self.configured.clone();
        ids.extend(listed.read);
        ids.extend(listed.without_steps);
        Watched { ids, failure: listed.failure.map(Into::into) }
    }

    /// Makes the calls.
    pub(super) fn caller(&mut self) -> &mut Caller {
        &mut self.caller
    }

    /// What is asked beyond the descriptions.
    pub(super) fn extras(&self) -> &Extras {
        &self.extras
    }

    /// Reads one project and tells the witness.
    async fn read_one(&self, id: &str, poll: &Poll<'_>) {
        let outcome = self.describe(id, poll).await.map(Box::new).map_err(Into::into);
        poll.witness.project(Reading { id: id.to_owned(), outcome });
    }

    /// DescribeProject.
    async fn describe(&self, id: &str, poll: &Poll<'_>) -> Result<Project, SourceError> {
        let wanted = Params::from_iter([("id".to_owned(), id.into())]);
        self.call(poll, "DescribeProject", &wanted, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::Project<'_>>(answer, &text)?;
            let found = gaps.list("data", opened.data);
            let wire = chosen(found, id).ok_or(SourceError::NotFound)?;
            Ok((lift::project(id.to_owned(), wire, self.context(answer), &mut gaps), gaps))
        })
        .await
    }

    /// Fetches credentials ahead of the first call, which would lose its head start over them. When
    /// there are none, each call says so.
    async fn fetch_credentials(&self) {
        drop(self.door.open().await);
    }

    /// Calls an action through the door of this source. Credentials that are refused are replaced
    /// once, if there are others.
    async fn call<T, R>(
        &self,
        poll: &Poll<'_>,
        operation: &'static str,
        params: &Params,
        read: R,
    ) -> Result<T, SourceError>
    where
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        if !self.door.has(operation) {
            return Err(SourceError::UnknownAction { operation });
        }
        let question = Question { poll, operation, params };
        let opened = self.door.open().await?;
        let outcome = match self.ask(question, &opened, &read).await {
            Err(error) if error.refuses_credentials() && poll.refusal().is_none() => {
                match self.door.reopen(&opened, &error).await {
                    Some(opened) => self.ask(question, &opened, &read).await,
                    None => Err(error),
                }
            }
            outcome => outcome,
        };
        outcome.map_err(|error| {
            poll.refuse(&error);
            door::unknown_action(operation, error)
        })
    }

    async fn ask<T, R>(&self, question: Question<'_>, opened: &Opened<'_>, read: &R) -> Result<T, SourceError>
    where
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        let Question { poll, operation, params } = question;
        let make = |transport: &Transport| opened.request(transport, operation, params);
        let read = |answer: &Answer| opened.refusal(operation, answer).map_or_else(|| read(answer), Err);
        self.caller.try_call(poll, operation, make, read).await
    }

    /// What an answer does not say itself.
    fn context(&self, answer: &Answer) -> lift::Context<'_> {
        lift::Context { answered: answer.answered(), zone: &self.zone }
    }
}

/// The extras that the configuration asks for.
fn wanted(collect: Collect) -> Vec<ExtraKind> {
    let Collect { components, verification, conflicts } = collect;
    let all = [
        (components, ExtraKind::Components),
        (verification, ExtraKind::Verification),
        (conflicts, ExtraKind::Conflicts),
    ];
    all.into_iter().filter(|(asked, _)| *asked).map(|(_, kind)| kind).collect()
}

/// The answer is documented as one object and sent as a list of one. Of several it is the one with
/// the id; a single one is taken as it is, for ids are masked or rewritten in places. An object
/// that says nothing is no project.
fn chosen<'a>(mut found: Vec<wire::Project<'a>>, id: &str) -> Option<wire::Project<'a>> {
    let mut silent = Gaps::default();
    found.retain(|project| !project.is_empty());
    if found.len() > 1 {
        found.retain(|project| silent.text("id", project.id).as_deref() == Some(id));
    }
    found.into_iter().next()
}

#[cfg(test)]
mod tests;
