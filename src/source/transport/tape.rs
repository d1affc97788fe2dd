//! Where answers come from: the network, the network with a recorder listening, or a tape with the
//! answers of another day. A room notices no difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Answer;
use crate::domain::{Reason, Time};
use crate::source::error::SourceError;
use crate::source::record::{Asked, Recorder};

/// The way that requests of a transport take.
#[derive(Clone, Debug)]
pub(in crate::source) enum Line {
    /// To the service.
    Network,
    /// To the service, each answer being kept.
    Recorded(Arc<Recorder>),
    /// Nowhere: what was recorded is the answer.
    Tape(Arc<Tape>),
}

/// Recorded answers by what was asked. Of several answers to one request, which are the attempts
/// at it, the last one counts: it decided what the poll came to.
#[derive(Debug, Default)]
pub(in crate::source) struct Tape(BTreeMap<String, Track>);

/// What became of one request.
#[derive(Debug)]
pub(in crate::source) enum Track {
    /// It was answered.
    Answered {
        /// The HTTP status.
        status: reqwest::StatusCode,
        /// The headers that were kept.
        headers: reqwest::header::HeaderMap,
        /// The redacted body.
        body: Vec<u8>,
        /// When the answer came.
        answered: Option<Time>,
    },
    /// There was no answer, for this reason.
    Failed(Reason),
}

impl Line {
    /// Whether nothing is sent, so that no budget is needed.
    pub(super) fn is_tape(&self) -> bool {
        matches!(self, Self::Tape(_))
    }
}

impl Tape {
    /// Adds what became of a request; it replaces what was there.
    pub(in crate::source) fn put(&mut self, operation: &str, asked: &Asked, track: Track) {
        self.0.insert(asked.key(operation), track);
    }

    /// What became of this request when it was recorded.
    ///
    /// # Errors
    /// When it had no answer, or was not asked at all.
    pub(super) fn answer(&self, operation: &'static str, asked: &Asked) -> Result<Answer, SourceError> {
        match self.0.get(&asked.key(operation)) {
            Some(Track::Answered { status, headers, body, answered }) => {
                Ok(Answer::recorded(*status, headers.clone(), body.clone(), *answered))
            }
            Some(Track::Failed(reason)) => Err(SourceError::FailedThen { reason: *reason }),
            None => Err(SourceError::NotRecorded { operation }),
        }
    }
}
