//! What the server was asked, kept for tests: a bounded list of the last requests, and totals that
//! outlive it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// Requests kept. Enough for any test; a benchmark that sends more reads the totals.
const KEPT: usize = 1000;

/// Action names counted. A client that makes names up must not grow the simulator.
const COUNTED: usize = 64;

/// One request as it arrived, before any fault was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The name given as `Action`, empty where none was.
    pub action: String,
    /// The project that the request is about, if it is about one.
    pub project: Option<String>,
    /// `pageNumber` as asked for, if it was.
    pub page: Option<u64>,
    /// Whether the credentials were the right ones.
    pub authorised: bool,
}

/// The list and its totals.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    last: VecDeque<Seen>,
    totals: BTreeMap<String, u64>,
    refused: u64,
}

impl Log {
    pub(super) fn note(&self, seen: Seen) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.authorised {
            entries.refused += 1;
        }
        if entries.totals.len() < COUNTED || entries.totals.contains_key(&seen.action) {
            *entries.totals.entry(seen.action.clone()).or_default() += 1;
        }
        if entries.last.len() == KEPT {
            entries.last.pop_front();
        }
        entries.last.push_back(seen);
    }

    pub(super) fn last(&self) -> Vec<Seen> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.last.iter().cloned().collect()
    }

    pub(super) fn count(&self, action: &str) -> u64 {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.totals.get(action).copied().unwrap_or_default()
    }

    pub(super) fn refused(&self) -> u64 {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.refused
    }
}
