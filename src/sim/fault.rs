//! Faults on request: what can go wrong between a client and a server, as data. A test sets them
//! through [`Faults`], a person through `POST /sim/faults`. Which answer they spoil is not known
//! here: a fault names an action and a project, and that is compared with what was asked.

mod body;
mod play;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Service;
pub(super) use play::{Stage, status};

/// Most faults that can be set at once, since setting them needs no credentials.
const MOST: usize = 100;

/// A fault, and which requests it meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Only requests to this API; to all of them if none.
    #[serde(default)]
    pub service: Option<Service>,
    /// Only requests of this action; all of them if none.
    #[serde(default)]
    pub action: Option<String>,
    /// Only requests about this project; all of them if none. With
    /// [`FaultKind::WithoutSteps`] the item of the list that is meant.
    #[serde(default)]
    pub project: Option<String>,
    /// How many requests are still to be met; any number if none.
    #[serde(default)]
    pub times: Option<u64>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// This HTTP status with an HTML page, as a proxy in front sends it.
    Status {
        /// The status; one that cannot be sent becomes 500.
        code: u16,
        /// Sent as `Retry-After`: seconds or an HTTP date.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// The service refuses in its own words: OMS and Alibaba Cloud with HTTP 200 and an envelope
    /// that says `success: false`, Huawei with HTTP 400, or in the one item of a batch that the
    /// fault is about.
    Envelope {
        /// The service's code.
        code: String,
        /// Its message.
        #[serde(default)]
        message: String,
    },
    /// The gateway in front of the service refuses in its own words, such as `Forbidden.RAM`.
    Gateway {
        /// The status; one that cannot be sent becomes 500.
        status: u16,
        /// The gateway's code.
        code: String,
        /// Its message.
        #[serde(default)]
        message: String,
    },
    /// Too many calls, in the words of each service.
    Throttled {
        /// The status if not 429; Alibaba Cloud sends 400 as well.
        #[serde(default)]
        status: Option<u16>,
        /// How long to wait, said in the header that the service has for it, if at all.
        #[serde(default)]
        milliseconds: Option<u64>,
    },
    /// The service does not know the action, as an older edition of it would not.
    UnknownAction,
    /// HTTP 200 with an HTML page, such as a login page.
    Page,
    /// The right answer, but its second half is missing.
    Truncated,
    /// No answer until the client gives up or the server stops.
    Hang,
    /// The right answer, one byte at a time.
    Drip {
        /// Time between two bytes.
        #[serde(default = "one_second")]
        milliseconds: u64,
    },
    /// The connection is closed in the middle of the body.
    Reset,
    /// JSON with bytes that are not UTF-8.
    Garbage,
    /// Valid JSON with so many bytes of padding, sent in chunks without a length.
    Huge {
        /// Padding in bytes.
        bytes: u64,
    },
    /// The right answer, said to be plain text.
    WrongType,
    /// Valid JSON with so many bytes of blanks, compressed about a thousandfold.
    GzipBomb {
        /// Blanks in bytes, rounded up to whole mebibytes.
        bytes: u64,
    },
    /// A redirect with status 302.
    Redirect {
        /// Where to.
        #[serde(default = "login")]
        location: String,
    },
    /// HTTP 200 without a body.
    Empty,
    /// Lists whose items have `null` for steps.
    WithoutSteps,
    /// The right answer, late. Further faults apply to it as well.
    Delay {
        /// How late.
        milliseconds: u64,
    },
}

/// What a request is about, as far as faults care.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) service: Service,
    pub(super) action: &'a str,
    /// Several for a batch.
    pub(super) projects: &'a [String],
    pub(super) shape: Shape,
}

/// A fault that the dialect itself has to put into words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refused<'a> {
    /// By the service; about one project of several if one is named.
    Service {
        code: &'a str,
        message: &'a str,
        project: Option<&'a str>,
    },
    /// By its gateway.
    Gateway {
        status: u16,
        code: &'a str,
        message: &'a str,
    },
    Throttled {
        status: u16,
        milliseconds: Option<u64>,
    },
    UnknownAction,
}

/// Whether an answer lists projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Other,
}

/// The faults that are set. The first that meets a request is played.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

// === impl Fault ===

impl Fault {
    /// A fault that meets every request.
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, service: None, action: None, project: None, times: None }
    }

    /// Only requests to this API.
    #[must_use]
    pub fn at(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Only requests of this action.
    #[must_use]
    pub fn on(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    /// Only requests about this project.
    #[must_use]
    pub fn about(mut self, project: &str) -> Self {
        self.project = Some(project.to_owned());
        self
    }

    /// Only so many requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn meets(&self, asked: &Asked<'_>) -> bool {
        let service = self.service.is_none_or(|service| service == asked.service);
        let action = self.action.as_deref().is_none_or(|action| action == asked.action);
        let about = match self.kind {
            FaultKind::WithoutSteps => asked.shape == Shape::List,
            _ => self.project.as_ref().is_none_or(|project| asked.projects.contains(project)),
        };
        service && action && about && self.times != Some(0)
    }
}

/// The first of the faults that is a refusal.
pub(super) fn refused(faults: &[Fault]) -> Option<Refused<'_>> {
    faults.iter().find_map(|fault| match &fault.kind {
        FaultKind::Envelope { code, message } => {
            Some(Refused::Service { code, message, project: fault.project.as_deref() })
        }
        FaultKind::Gateway { status, code, message } => Some(Refused::Gateway { status: *status, code, message }),
        FaultKind::Throttled { status, milliseconds } => {
            Some(Refused::Throttled { status: status.unwrap_or(429), milliseconds: *milliseconds })
        }
        FaultKind::UnknownAction => Some(Refused::UnknownAction),
        _ => None,
    })
}

// === impl Faults ===

impl Faults {
    /// Adds a fault. Beyond a hundred the oldest one goes.
    pub fn set(&self, fault: Fault) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.len() == MOST {
            faults.remove(0);
        }
        faults.push(fault);
    }

    /// Removes all faults. Those being played go on.
    pub fn clear(&self) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.clear();
    }

    /// The faults that are set, with what is left of their times.
    pub fn list(&self) -> Vec<Fault> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.clone()
    }

    /// The faults to play for a request: all delays that meet it, and the first other one.
    pub(super) fn take(&self, asked: &Asked<'_>) -> Vec<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        let mut spoilt = false;
        for fault in faults.iter_mut().filter(|fault| fault.meets(asked)) {
            let delay = matches!(fault.kind, FaultKind::Delay { .. });
            if spoilt && !delay {
                continue;
            }
            spoilt = spoilt || !delay;
            fault.times = fault.times.map(|times| times.saturating_sub(1));
            taken.push(fault.clone());
        }
        faults.retain(|fault| fault.times != Some(0));
        taken
    }
}

fn one_second() -> u64 {
    1000
}

fn login() -> String {
    "/login".to_owned()
}
