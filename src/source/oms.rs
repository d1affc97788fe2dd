//! OceanBase Migration Service, `POST /api/v2?Action=…`: Community Edition since 4.1.1, Enterprise
//! Edition since 4.1.0. One call a project (DescribeProject), or one call for 150 projects where
//! discovery is on (ListProjects, whose items carry the steps).
//!
//! The room hides the API's envelope, paging and loose types; only domain types leave it.

mod delay;
mod envelope;
mod lift;
mod list;
mod wire;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Notify;

use super::error::SourceError;
use super::lenient::Gaps;
use super::transport::{Answer, Ask, OpenError, Route, Transport};
use crate::config::{OmsConfig, SourceConfig};
use crate::domain::{Project, Reading, Time, Watched, Witness};

/// The first request of a poll goes alone, for so long at most: passwords are changed at any time,
/// and eight wrong logins at once could lock the account. A project that hangs must not hold up
/// the others, though.
const HEAD_START: Duration = Duration::from_secs(1);

/// A source of this kind.
#[derive(Debug)]
pub(super) struct Oms {
    transport: Transport,
    authorization: HeaderValue,
    zone: jiff::tz::TimeZone,
    concurrency: usize,
    configured: BTreeSet<String>,
    discovery: Option<list::Discovery>,
}

/// What one poll shares among its calls.
struct Poll<'a> {
    witness: &'a dyn Witness,
    /// The service refused the credentials: nothing more is sent in this poll.
    refused: Mutex<Option<SourceError>>,
}

impl Oms {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(source: &SourceConfig, oms: &OmsConfig) -> Result<Self, OpenError> {
        let route = Route { endpoint: &oms.endpoint, tls: &oms.tls, proxy: oms.proxy_url.as_ref() };
        Ok(Self {
            transport: Transport::open(&route, &source.limits)?,
            authorization: basic(&oms.username, &oms.password),
            zone: oms.time_zone.clone(),
            concurrency: source.limits.concurrency,
            configured: source.projects.iter().map(|project| project.id.clone()).collect(),
            discovery: source.discover.clone().map(list::Discovery::new),
        })
    }

    /// Reads every watched project once and tells the witness of each.
    pub(super) async fn poll(&self, witness: &dyn Witness) -> Watched {
        let poll = Poll { witness, refused: Mutex::new(None) };
        let listed = match &self.discovery {
            Some(discovery) => discovery.run(self, &poll).await,
            None => list::Listed::default(),
        };
        let missing = self.configured.difference(&listed.read).chain(&listed.without_steps);
        self.read_all(missing.cloned().collect(), &poll).await;
        let mut ids = self.configured.clone();
        ids.extend(listed.read);
        ids.extend(listed.without_steps);
        Watched { ids, failure: listed.failure.map(Into::into) }
    }

    /// Reads these projects, the first of them with a head start.
    async fn read_all(&self, ids: BTreeSet<String>, poll: &Poll<'_>) {
        let mut queue = ids.into_iter();
        let Some(first) = queue.next() else { return };
        let go = Notify::new();
        let first = async {
            self.read_one(&first, poll).await;
            go.notify_one();
        };
        let others = async {
            // Whether the first one was in time makes no difference.
            drop(tokio::time::timeout(HEAD_START, go.notified()).await);
            let read = |id: String| async move { self.read_one(&id, poll).await };
            futures_util::stream::iter(queue).for_each_concurrent(self.concurrency, read).await;
        };
        tokio::join!(first, others);
    }

    /// Reads one project and tells the witness.
    async fn read_one(&self, id: &str, poll: &Poll<'_>) {
        let outcome = self.describe(id, poll).await.map(Box::new).map_err(Into::into);
        poll.witness.project(Reading { id: id.to_owned(), outcome });
    }

    /// DescribeProject.
    async fn describe(&self, id: &str, poll: &Poll<'_>) -> Result<Project, SourceError> {
        let body = serde_json::json!({ "id": id }).to_string();
        self.call(poll, "DescribeProject", &body, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::Project<'_>>(answer, &text)?;
            let found = gaps.list("data", opened.data);
            let wire = chosen(found, id).ok_or(SourceError::NotFound)?;
            Ok((lift::project(id.to_owned(), wire, self.context(), &mut gaps), gaps))
        })
        .await
    }

    /// Calls an action and tells the witness of what the reading left out.
    async fn call<T, R>(&self, poll: &Poll<'_>, operation: &'static str, body: &str, read: R) -> Result<T, SourceError>
    where
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        if let Some(refused) = poll.refused.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(refused);
        }
        let path = format!("/api/v2?Action={operation}");
        let make = |transport: &Transport| {
            transport
                .request(Method::POST, &path)
                .header(AUTHORIZATION, &self.authorization)
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.to_owned())
                .build()
        };
        let outcome = self.transport.call(Ask { operation, make, read, witness: poll.witness }).await;
        match outcome {
            Ok((value, gaps)) => {
                gaps.counts().for_each(|ignored| poll.witness.ignored(ignored));
                Ok(value)
            }
            Err(error) => {
                if error == SourceError::Unauthorized {
                    *poll.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    /// What an answer that came just now does not say itself.
    fn context(&self) -> lift::Context<'_> {
        lift::Context { answered: Time::from_system(SystemTime::now()), zone: &self.zone }
    }
}

/// The answer is documented as one object and sent as a list of one: the one with the id, or else
/// the first, for ids are masked or rewritten in places.
fn chosen<'a>(found: Vec<wire::Project<'a>>, id: &str) -> Option<wire::Project<'a>> {
    let mut silent = Gaps::default();
    let place = found.iter().position(|project| silent.text("id", project.id).as_deref() == Some(id));
    found.into_iter().nth(place.unwrap_or_default())
}

/// The one place where the password is opened. The value is marked so that no log shows it.
fn basic(username: &str, password: &SecretString) -> HeaderValue {
    let pair = STANDARD.encode(format!("{username}:{}", password.expose_secret()));
    let mut value =
        HeaderValue::from_str(&format!("Basic {pair}")).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests;
