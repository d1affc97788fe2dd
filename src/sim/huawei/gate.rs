//! Who may pass: somebody with a token that is still good, or with a key and a right signature. A
//! key whose signature is wrong too often is locked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderName, StatusCode};

use super::{Error, iam};
use crate::sim::{
    answer::Answer,
    keys::{AccessKey, HUAWEI_KEY, HUAWEI_TEMPORARY_KEY},
    signature::{
        Signed,
        sdk::{Authorization, Fault},
    },
};

/// So many wrong signatures in a row are forgiven.
const FORGIVEN: u32 = 5;

/// How long a key is locked, in seconds.
const LOCKED: u64 = 5 * 60;

/// Most tokens remembered; the oldest goes.
const MOST: usize = 1000;

/// The gate and what it remembers. Times are since the Unix epoch.
#[derive(Debug)]
pub(in crate::sim) struct Gate {
    /// How long a token is good.
    lifetime: Duration,
    /// When the temporary key ends.
    ends: Duration,
    tokens: Mutex<Vec<(String, Duration)>>,
    wrong: Mutex<BTreeMap<&'static str, Wrong>>,
}

/// What a key has been used for without success.
#[derive(Clone, Copy, Debug, Default)]
struct Wrong {
    count: u32,
    locked_until: Option<Duration>,
}

impl Gate {
    pub(in crate::sim) fn new(now: Duration, lifetime: Duration) -> Self {
        let ends = now.saturating_add(lifetime);
        Self { lifetime, ends, tokens: Mutex::default(), wrong: Mutex::default() }
    }

    /// Makes all tokens bad that have been given out.
    pub(in crate::sim) fn forget_tokens(&self) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.clear();
    }

    /// A new token.
    pub(super) fn token(&self, now: Duration) -> Answer {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = now.saturating_add(self.lifetime);
        let token = iam::token(tokens.len(), now);
        if tokens.len() >= MOST {
            tokens.remove(0);
        }
        tokens.push((token.clone(), ends));
        Answer::json(StatusCode::CREATED, iam::granted(now, ends).to_string())
            .with(HeaderName::from_static("x-subject-token"), token)
    }

    /// Lets a request pass or says why not.
    pub(super) fn admit(&self, request: &Signed<'_>, now: Duration) -> Result<(), Error> {
        if let Some(token) = request.header("x-auth-token") {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            return match tokens.iter().find(|(known, _)| *known == token) {
                None => Err(unauthenticated("decrypt token fail")),
                Some((_, ends)) if now >= *ends => Err(unauthenticated("token expires")),
                Some(_) => Ok(()),
            };
        }
        if !request.headers.contains_key("authorization") {
            return Err(unauthenticated("x-auth-token not found"));
        }
        let authorization = Authorization::read(request).map_err(refused)?;
        let key = [HUAWEI_KEY, HUAWEI_TEMPORARY_KEY].into_iter().find(|key| key.id == authorization.key_id);
        let key = key.ok_or_else(|| unauthenticated("verify aksk signature fail"))?;
        self.unlocked(&key, now)?;
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let checked = authorization.check(request, key.secret, seconds);
        self.count(&key, checked, now);
        checked.map_err(refused)?;
        match (request.header("x-security-token").as_deref(), key.token) {
            (given, known) if given != known => Err(unauthenticated("the security token is missing or wrong")),
            (Some(_), _) if now >= self.ends => Err(unauthenticated("the security token has expired")),
            _ => Ok(()),
        }
    }

    fn unlocked(&self, key: &AccessKey, now: Duration) -> Result<(), Error> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        match wrong.get(key.id).and_then(|wrong| wrong.locked_until) {
            Some(until) if now < until => {
                Err(unauthenticated(&format!("AK access failed to reach the limit,forbidden: {}", key.id)))
            }
            Some(_) => {
                wrong.remove(key.id);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn count(&self, key: &AccessKey, checked: Result<(), Fault>, now: Duration) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        match checked {
            Ok(()) => {
                wrong.remove(key.id);
            }
            Err(Fault::Mismatch) => {
                let entry = wrong.entry(key.id).or_default();
                entry.count += 1;
                if entry.count > FORGIVEN {
                    entry.locked_until = Some(now.saturating_add(Duration::from_secs(LOCKED)));
                }
            }
            Err(Fault::Malformed | Fault::Skewed) => {}
        }
    }
}

fn refused(fault: Fault) -> Error {
    match fault {
        Fault::Mismatch => unauthenticated("verify aksk signature fail"),
        Fault::Malformed => unauthenticated("the Authorization header is incomplete"),
        Fault::Skewed => Error::new(401, "APIGW.0303", "Incorrect app authentication information: signature expired"),
    }
}

fn unauthenticated(why: &str) -> Error {
    Error::new(401, "APIGW.0301", &format!("Incorrect IAM authentication information: {why}"))
}
