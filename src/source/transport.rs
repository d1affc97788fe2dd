//! The one way out to a service. Deadlines, the request budget, the number of requests in flight,
//! retries, the size cap and the account of every call live here, so that a room that speaks a
//! service's language can stay naive.
//!
//! It knows HTTP and nothing of any service: what an answer means is told by the `read` function
//! that comes with a call, and a request is made anew for every attempt, because signatures carry
//! a fresh date and nonce.

mod client;
mod download;
mod exchange;
mod knock;
mod pace;
mod tape;
mod trust;

use std::time::Duration;

use reqwest::header::{HOST, HeaderValue};
use reqwest::{Method, Request, RequestBuilder};
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use client::OpenError;
pub use download::Download;
pub(super) use exchange::Answer;
pub use knock::{Knock, knock};
use pace::Pace;
pub(super) use tape::{Line, Tape, Track};

use super::error::SourceError;
use super::record::Asked;
use crate::config::{Limits, TlsConfig};
use crate::domain::{Call, Witness};

/// Attempts at one call, the first included: more would only add load to a service in trouble,
/// the next poll comes anyway.
const MAX_ATTEMPTS: u32 = 3;
/// A service that asks for a longer silence is asked again after this time.
const LONGEST_HOLD: Duration = Duration::from_hours(1);
/// The pause before the second attempt, on average; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Sends requests of one source within its limits.
#[derive(Debug)]
pub(super) struct Transport {
    client: reqwest::Client,
    /// Scheme, host and port that every URL starts with.
    base: url::Url,
    /// The `Host` header where it is not the host of `base`.
    host: Option<HeaderValue>,
    limits: Limits,
    in_flight: Semaphore,
    pace: Pace,
    line: Line,
}

/// One thing to ask a service.
pub(super) struct Ask<'a, M, R> {
    /// The action's name in the service's API.
    pub(super) operation: &'static str,
    /// Makes the request, anew for every attempt.
    pub(super) make: M,
    /// Gives the answer its meaning.
    pub(super) read: R,
    /// Hears of every attempt.
    pub(super) witness: &'a dyn Witness,
}

/// What a connection is made with.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// Scheme, host and port.
    pub endpoint: &'a url::Url,
    /// How to check the server, and who we are.
    pub tls: &'a TlsConfig,
    /// A proxy in between.
    pub proxy: Option<&'a url::Url>,
}

impl Transport {
    /// Makes a client that keeps connections and opens none yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(route: &Route<'_>, limits: &Limits) -> Result<Self, OpenError> {
        let (base, host) = route.address();
        Ok(Self {
            client: client::build(route, limits)?,
            base,
            host,
            in_flight: Semaphore::new(limits.concurrency),
            pace: Pace::new(limits.requests_per_second),
            limits: limits.clone(),
            line: Line::Network,
        })
    }

    /// Makes a client for a service beside the endpoint, such as one that gives credentials.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn client(route: &Route<'_>, limits: &Limits) -> Result<reqwest::Client, OpenError> {
        client::build(route, limits)
    }

    /// What the `Host` header says, for signatures that cover it.
    pub(super) fn authority(&self) -> String {
        if let Some(host) = self.host.as_ref().and_then(|host| host.to_str().ok()) {
            return host.to_owned();
        }
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Answers from now on come over this line.
    pub(super) fn attach(&mut self, line: Line) {
        self.line = line;
    }

    /// Begins a request to a path (with query) under the endpoint.
    pub(super) fn request(&self, method: Method, path_and_query: &str) -> RequestBuilder {
        let url = self.base.join(path_and_query).unwrap_or_else(|_| self.base.clone());
        let builder = self.client.request(method, url);
        match &self.host {
            Some(host) => builder.header(HOST, host),
            None => builder,
        }
    }

    /// Asks until there is an answer, the failure is final, or `interval` has passed: then the next
    /// poll is due anyway.
    pub(super) async fn call<T, M, R>(&self, ask: Ask<'_, M, R>) -> Result<T, SourceError>
    where
        M: Fn(&Self) -> Result<Request, SourceError>,
        R: Fn(&Answer) -> Result<T, SourceError>,
    {
        let give_up = Instant::now() + self.limits.interval;
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let error = match self.attempt(&ask, give_up).await {
                Ok(value) => {
                    self.pace.calm();
                    return Ok(value);
                }
                Err(error) => error,
            };
            let vague = || matches!(error, SourceError::Throttled { .. }).then(|| self.pace.vague_pause());
            let asked = error.retry_after().map(|asked| asked.min(LONGEST_HOLD)).or_else(vague);
            if let Some(asked) = asked.filter(|_| !self.line.is_tape()) {
                ask.witness.throttled(self.pace.hold(asked));
            }
            let wait = jittered(pause).max(asked.unwrap_or_default());
            // A tape says the same again.
            let is_final = !error.transient() || self.line.is_tape();
            if is_final || attempt >= MAX_ATTEMPTS || Instant::now() + wait >= give_up {
                return Err(error);
            }
            tracing::debug!(operation = ask.operation, attempt, wait = ?wait, %error, "asking again");
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        Err(SourceError::Interrupted)
    }

    /// Makes a request once and hands its answer on as it comes, whatever its size.
    pub(super) async fn download<M>(&self, make: M) -> Result<Download, SourceError>
    where
        M: FnOnce(&Self) -> Result<Request, SourceError>,
    {
        if self.line.is_tape() {
            return Err(SourceError::NotRecorded { operation: "a download" });
        }
        let request = make(self)?;
        Download::begin(&self.client, request, &self.limits).await
    }

    /// One attempt: wait for the budget and a free place, then exchange within the deadline.
    async fn attempt<T, M, R>(&self, ask: &Ask<'_, M, R>, give_up: Instant) -> Result<T, SourceError>
    where
        M: Fn(&Self) -> Result<Request, SourceError>,
        R: Fn(&Answer) -> Result<T, SourceError>,
    {
        let _place = self.in_flight.acquire().await.map_err(|_| SourceError::Interrupted)?;
        let waited = if self.line.is_tape() { Duration::ZERO } else { self.pace.wait(give_up).await? };
        if !waited.is_zero() {
            ask.witness.throttled(waited);
        }
        let request = (ask.make)(self)?;
        let started = Instant::now();
        let answer = self.answer(ask.operation, request).await;
        let outcome = answer.and_then(|answer| (ask.read)(&answer));
        ask.witness.call(Call {
            operation: ask.operation,
            took: started.elapsed(),
            failed: outcome.as_ref().err().map(SourceError::reason),
            answered: outcome.as_ref().err().is_none_or(SourceError::answered),
        });
        outcome
    }

    /// The answer to a request, from wherever the line leads to.
    async fn answer(&self, operation: &'static str, request: Request) -> Result<Answer, SourceError> {
        let recorder = match &self.line {
            Line::Tape(tape) => return tape.answer(operation, &Asked::of(&request)),
            Line::Recorded(recorder) => Some((recorder, Asked::of(&request))),
            Line::Network => None,
        };
        let started = Instant::now();
        let answer = exchange::exchange(&self.client, request, &self.limits).await;
        if let Some((recorder, asked)) = recorder {
            recorder.note(operation, &asked, &answer, started.elapsed());
        }
        answer
    }
}

impl Route<'_> {
    /// What URLs start with and what `Host` says. With `tls.server_name` the URL carries that name
    /// and the connection still goes to the endpoint.
    fn address(&self) -> (url::Url, Option<HeaderValue>) {
        let mut base = self.endpoint.clone();
        let Some(name) = self.tls.server_name.as_deref().filter(|_| base.scheme() == "https") else {
            return (base, None);
        };
        let host = self.endpoint.host_str().unwrap_or_default();
        let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        match (base.set_host(Some(name)), HeaderValue::from_str(&host)) {
            (Ok(()), Ok(host)) => (base, Some(host)),
            _ => (self.endpoint.clone(), None),
        }
    }
}

/// Between half and one and a half times `pause`, so that many callers do not come back at once.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64())
}
