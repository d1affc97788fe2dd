//! OceanBase Migration Service, `POST /api/v2?Action=…`: Community Edition since 4.1.1, Enterprise
//! Edition since 4.1.0. One call a project (DescribeProject), or one call for 150 projects where
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
use std::time::SystemTime;

pub(super) use door::basic;
use door::{Door, Params};
use extras::Extras;
pub(super) use lift::step_name;

use super::caller::{Caller, Poll};
use super::error::SourceError;
use super::lenient::Gaps;
use super::transport::{Answer, OpenError, Route, Transport};
use crate::config::{Collect, OmsConfig, SourceConfig};
use crate::domain::{ExtraKind, Project, Reading, Time, Watched, Witness};

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
        Ok(Self {
            caller: Caller::open(&route, &source.limits)?,
            door: Door::basic(&oms.username, &oms.password),
            zone: oms.time_zone.clone(),
            configured: source.projects.iter().map(|project| project.id.clone()).collect(),
            discovery: source.discover.clone().map(list::Discovery::new),
            extras: Extras::new(wanted(source.collect)),
        })
    }

    /// Reads every watched project once and tells the witness of each.
    pub(super) async fn poll(&self, witness: &dyn Witness) -> Watched {
        let poll = Poll::new(witness);
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
            Ok((lift::project(id.to_owned(), wire, self.context(), &mut gaps), gaps))
        })
        .await
    }

    /// Calls an action through the door of this source.
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
        let make = |transport: &Transport| self.door.request(transport, operation, params);
        let outcome = self.caller.call(poll, operation, make, read).await;
        outcome.map_err(|error| door::unknown_action(operation, error))
    }

    /// What an answer that came just now does not say itself.
    fn context(&self) -> lift::Context<'_> {
        lift::Context { answered: Time::from_system(SystemTime::now()), zone: &self.zone }
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
