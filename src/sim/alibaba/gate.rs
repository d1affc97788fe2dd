//! Who may pass the gateway: a known key, the token of a temporary one, a signature over all that
//! matters, a time close by, and a nonce that was not used before.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::Rejection;
use crate::sim::{
    keys::{ALIBABA_KEY, ALIBABA_TEMPORARY_KEY, AccessKey},
    signature::{
        Signed,
        acs3::{Authorization, Fault},
    },
};

/// The one version of the API.
const VERSION: &str = "2019-09-01";

/// How long a nonce is remembered, in seconds: as long as its request could still be accepted.
const REMEMBERED: i64 = 2 * 15 * 60;

/// Most nonces remembered, since a benchmark sends many.
const MOST: usize = 100_000;

/// The gate and what it remembers.
#[derive(Debug)]
pub(in crate::sim) struct Gate {
    /// When the temporary key's token ends, in Unix seconds.
    ends: i64,
    nonces: Mutex<Nonces>,
}

/// Nonces in the order of their use, and for looking them up.
#[derive(Debug, Default)]
struct Nonces {
    order: VecDeque<(i64, String)>,
    used: BTreeSet<String>,
}

impl Gate {
    pub(in crate::sim) fn new(ends: i64) -> Self {
        Self { ends, nonces: Mutex::default() }
    }

    /// Lets a request pass or says why not; `now` is in Unix seconds.
    pub(super) fn admit(&self, request: &Signed<'_>, now: i64) -> Result<(), Rejection> {
        let authorization = Authorization::read(request).map_err(rejection)?;
        let mut known = [ALIBABA_KEY, ALIBABA_TEMPORARY_KEY].into_iter();
        let key = known
            .find(|key| key.id == authorization.key_id)
            .ok_or_else(|| Rejection::new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."))?;
        self.token(request, &key, now)?;
        authorization.check(request, key.secret, now).map_err(rejection)?;
        self.nonce(&request.header("x-acs-signature-nonce").unwrap_or_default(), now)?;
        match request.header("x-acs-version").as_deref() {
            Some(VERSION) => Ok(()),
            _ => Err(Rejection::new(400, "InvalidVersion", "Specified parameter Version is not valid.")),
        }
    }

    fn token(&self, request: &Signed<'_>, key: &AccessKey, now: i64) -> Result<(), Rejection> {
        let refused = |code, message| Err(Rejection::new(400, code, message));
        match (request.header("x-acs-security-token").as_deref(), key.token) {
            (None, None) => Ok(()),
            (None, Some(_)) => refused("MissingSecurityToken", "SecurityToken is mandatory for this action."),
            (given, known) if given != known => {
                refused("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken does not fit the key.")
            }
            _ if now >= self.ends => refused("InvalidSecurityToken.Expired", "Specified SecurityToken is expired."),
            _ => Ok(()),
        }
    }

    /// Remembers a nonce that has not been used.
    fn nonce(&self, nonce: &str, now: i64) -> Result<(), Rejection> {
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let Nonces { order, used } = &mut *nonces;
        while order.len() >= MOST || order.front().is_some_and(|(seen, _)| now - seen > REMEMBERED) {
            let Some((_, old)) = order.pop_front() else { break };
            used.remove(&old);
        }
        if !used.insert(nonce.to_owned()) {
            let message = "Specified signature nonce was used already.";
            return Err(Rejection::new(400, "SignatureNonceUsed", message));
        }
        order.push_back((now, nonce.to_owned()));
        Ok(())
    }
}

fn rejection(fault: Fault) -> Rejection {
    match fault {
        Fault::Incomplete(what) => Rejection::new(
            400,
            "IncompleteSignature",
            &format!("The request signature does not conform to Aliyun standards: {what}."),
        ),
        Fault::Missing(name) => Rejection::missing(name),
        Fault::Time => {
            Rejection::new(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
        }
        Fault::Expired => {
            Rejection::new(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        }
        Fault::Mismatch(signed) => Rejection::new(
            400,
            "SignatureDoesNotMatch",
            &format!("Specified signature is not matched with our calculation. server CanonicalRequest is {signed}"),
        ),
    }
}
