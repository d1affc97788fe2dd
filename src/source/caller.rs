//! Calls of one source, and what they teach about its credentials.
//!
//! Services lock accounts and keys after a handful of refusals. So until credentials have been
//! accepted once, requests go one at a time, and after a refusal nothing more is sent in that poll.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::StreamExt as _;

use super::error::SourceError;
use super::lenient::Gaps;
use super::transport::{Answer, Ask, Download, OpenError, Route, Transport};
use crate::config::Limits;
use crate::domain::Witness;

/// Makes the calls of one source.
#[derive(Debug)]
pub(super) struct Caller {
    transport: Transport,
    concurrency: usize,
    /// The credentials have been accepted, and not been refused since.
    trusted: AtomicBool,
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

    fn refusal(&self) -> Option<SourceError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn refuse(&self, error: &SourceError) {
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
            trusted: AtomicBool::new(false),
        })
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
        M: Fn(&Transport) -> Result<reqwest::Request, reqwest::Error>,
        R: Fn(&Answer) -> Result<(T, Gaps), SourceError>,
    {
        if let Some(refusal) = poll.refusal() {
            return Err(refusal);
        }
        let outcome = self.transport.call(Ask { operation, make, read, witness: poll.witness }).await;
        match &outcome {
            Ok(_) => self.trusted.store(true, Ordering::Relaxed),
            Err(error) if error.refuses_credentials() => {
                self.trusted.store(false, Ordering::Relaxed);
                poll.refuse(error);
            }
            Err(_) => {}
        }
        let (value, gaps) = outcome?;
        gaps.counts().for_each(|ignored| poll.witness.ignored(ignored));
        Ok(value)
    }

    /// Makes a request whose answer is a file, once.
    pub(super) async fn download<M>(&self, make: M) -> Result<Download, SourceError>
    where
        M: FnOnce(&Transport) -> Result<reqwest::Request, reqwest::Error>,
    {
        self.transport.download(make).await
    }

    /// Does something for each of `things`, several at once; the first one alone while it is not
    /// known whether the credentials are good.
    pub(super) async fn each<I, F, W>(&self, things: I, act: F)
    where
        I: IntoIterator,
        F: Fn(I::Item) -> W,
        W: Future<Output = ()>,
    {
        let mut things = things.into_iter();
        if !self.trusted.load(Ordering::Relaxed)
            && let Some(first) = things.next()
        {
            act(first).await;
        }
        futures_util::stream::iter(things).for_each_concurrent(self.concurrency, act).await;
    }
}
