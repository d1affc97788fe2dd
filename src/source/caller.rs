//! Calls of one source, and what they teach about its credentials.
//!
//! Services lock accounts and keys after a handful of refusals, and passwords are changed at any
//! time. So the first request of a poll goes ahead of the others, and after a refusal nothing more
//! is sent in that poll.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::Notify;

use super::error::SourceError;
use super::lenient::Gaps;
use super::record::{Planted, Reach};
use super::transport::{Answer, Ask, Download, Line, OpenError, Route, Transport};
use crate::config::Limits;
use crate::domain::Witness;

/// The first request of a poll goes alone for so long at most: one that hangs must not hold up the
/// others.
const HEAD_START: Duration = Duration::from_secs(1);

/// Makes the calls of one source.
#[derive(Debug)]
pub(super) struct Caller {
    transport: Transport,
    concurrency: usize,
    /// What must not be shown, should a service repeat it.
    secrets: Planted,
}

/// What one poll shares among its calls.
pub(in crate::source) struct Poll<'a> {
    pub(super) witness: &'a dyn Witness,
    /// The service refused the credentials.
    refused: Mutex<Option<SourceError>>,
}

impl<'a> Poll<'a> {
    pub(super) fn new(witness: &'a dyn Witness) -> Self {
        Self { witness, refused: Mutex::new(None) }
    }

    /// Why nothing more is to be sent in this poll.
    pub(super) fn refusal(&self) -> Option<SourceError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets nothing more be sent in this poll, if the error refuses the credentials.
    pub(super) fn refuse(&self, error: &SourceError) {
        if error.refuses_credentials() {
            self.halt(error);
        }
    }

    /// Lets nothing more be sent in this poll.
    pub(super) fn halt(&self, error: &SourceError) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }
}

impl Caller {
    /// Prepares the transport; nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub(super) fn open(route: &Route<'_>, limits: &Limits) -> Result<Self, OpenError> {
        Ok(Self {
            transport: Transport::open(route, limits)?,
            concurrency: limits.concurrency,
            secrets: Planted::default(),
        })
    }

    /// Hides these from now on in what the service says.
    pub(super) fn hide(&mut self, secrets: Planted) {
        self.secrets = secrets;
    }

    /// The error without the secrets of the configuration, should the service have repeated one.
    pub(super) fn masked(&self, error: SourceError) -> SourceError {
        error.masked(|text| self.secrets.replaced(text, Reach::Secrets))
    }

    /// Answers from now on come over this line. What gives the credentials has a caller of its own,
    /// which stays on the network, so that tokens and keys are never recorded.
    pub(super) fn attach(&mut self, line: Line) {
        self.transport.attach(line);
    }

    /// Calls `operation` and tells the witness of the values that the reading left out.
    pub(super) async fn call<T, M, R>(
        &self,
        poll: &Poll<'_>,
        operation: &'static str,
        make: M,
        read: R,
    ) -> Result<T, SourceError>
    where
        M: Fn(&Transport) -> Result<reqwest::Request, SourceError>,
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        let outcome = self.try_call(poll, operation, make, read).await;
        outcome.inspect_err(|error| poll.refuse(error))
    }

    /// The same, but a refusal of the credentials does not end the poll: there may be others.
    pub(super) async fn try_call<T, M, R>(
        &self,
        poll: &Poll<'_>,
        operation: &'static str,
        make: M,
        read: R,
    ) -> Result<T, SourceError>
    where
        M: Fn(&Transport) -> Result<reqwest::Request, SourceError>,
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        // Asked again for every attempt: another call may have been refused while this one waited.
        let make = |transport: &Transport| match poll.refusal() {
            Some(refusal) => Err(refusal),
            None => make(transport),
        };
        let outcome = self.transport.call(Ask { operation, make, read, witness: poll.witness }).await;
        let (value, gaps) = outcome.map_err(|error| self.masked(error))?;
        gaps.counts().for_each(|ignored| poll.witness.ignored(ignored));
        Ok(value)
    }

    /// Makes a request whose answer is a file, once.
    pub(super) async fn download<M>(&self, make: M) -> Result<Download, SourceError>
    where
        M: FnOnce(&Transport) -> Result<reqwest::Request, SourceError>,
    {
        self.transport.download(make).await.map_err(|error| self.masked(error))
    }

    /// Does something for each of `things` beside the polls: the first one alone, then several at
    /// once, but so few that polls find a free place where the source has more than one.
    pub(super) async fn each_aside<I, F, W>(&self, things: I, act: F)
    where
        I: IntoIterator,
        F: Fn(I::Item) -> W,
        W: Future<Output = ()>,
    {
        let mut things = things.into_iter();
        let Some(first) = things.next() else { return };
        act(first).await;
        let share = (self.concurrency / 2).max(1);
        futures_util::stream::iter(things).for_each_concurrent(share, &act).await;
    }

    /// Does something for each of `things`, several at once, the first one with a head start.
    pub(super) async fn each<I, F, W>(&self, things: I, act: F)
    where
        I: IntoIterator,
        F: Fn(I::Item) -> W,
        W: Future<Output = ()>,
    {
        let mut things = things.into_iter();
        let Some(first) = things.next() else { return };
        let go = Notify::new();
        let first = async {
            act(first).await;
            go.notify_one();
        };
        let others = async {
            // Whether the first one was in time makes no difference.
            drop(tokio::time::timeout(HEAD_START, go.notified()).await);
            futures_util::stream::iter(things).for_each_concurrent(self.concurrency, &act).await;
        };
        tokio::join!(first, others);
    }
}
