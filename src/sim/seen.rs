//! What the server was asked, kept for tests: a bounded list of the last requests, and totals that
//! outlive it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// Requests kept. Enough for any test; a benchmark that sends more reads the totals.
const KEPT: usize = 1000;

/// Action names counted. A client that makes names up must not grow the simulator.
const COUNTED: usize = 64;

/// One of the APIs that the simulator speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// OceanBase Migration Service, `/api/v2`.
    #[default]
    Oms,
    /// The REST paths of OceanBase Migration Service 3.3.
    OmsV3,
    /// The same service behind the gateway of Alibaba Cloud.
    AlibabaCloud,
    /// Huawei's Data Replication Service.
    HuaweiDrs,
    /// Huawei's identity service.
    HuaweiIam,
}

/// One request as it arrived, before any fault was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Which API was asked.
    pub service: Service,
    /// The operation: the name given as action, empty where none was; where the API has paths, the
    /// name that the vendor's own client gives the call.
    pub action: String,
    /// The project that the request is about, if it is about one; several are joined by commas.
    pub project: Option<String>,
    /// The page asked for, or how many items were to be skipped, if it was said.
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
    totals: BTreeMap<(String, Service), u64>,
    refused: u64,
}

impl Log {
    pub(super) fn note(&self, seen: Seen) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.authorised {
            entries.refused += 1;
        }
        let key = (seen.action.clone(), seen.service);
        if entries.totals.len() < COUNTED || entries.totals.contains_key(&key) {
            *entries.totals.entry(key).or_default() += 1;
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

    /// Requests of this action, of one service or of all.
    pub(super) fn count(&self, action: &str, service: Option<Service>) -> u64 {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let meant = |(name, of): &(String, Service)| name == action && service.is_none_or(|wanted| wanted == *of);
        entries.totals.iter().filter(|(key, _)| meant(key)).map(|(_, count)| count).sum()
    }

    pub(super) fn refused(&self) -> u64 {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.refused
    }
}
