//! What a chain remembers: the credentials it holds, who gave them, and its last failure. Decides
//! when they are asked for anew; it asks nobody.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Credentials, CredentialsError};

/// New credentials are asked for when the old ones are good for no longer than that; the vendor's
/// clients do the same.
const REFRESH_BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// Providers are not asked again for so long after they failed, or gave credentials that are to be
/// refreshed already: a poll of many projects would keep a metadata service busy.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// What a chain remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    held: Option<Held>,
    failed: Option<Failed>,
    last_good: Option<usize>,
}

#[derive(Debug)]
struct Held {
    credentials: Arc<Credentials>,
    since: Timestamp,
}

#[derive(Debug)]
struct Failed {
    error: CredentialsError,
    at: Timestamp,
}

impl Memory {
    /// The answer that needs no provider, if there is one.
    pub(super) fn answer(&self, now: Timestamp) -> Option<Result<Arc<Credentials>, CredentialsError>> {
        if let Some(held) = self.held.as_ref().filter(|held| held.fresh(now)) {
            return Some(Ok(Arc::clone(&held.credentials)));
        }
        let failed = self.failed.as_ref().filter(|failed| recent(failed.at, now))?;
        Some(self.good(now).ok_or_else(|| failed.error.clone()))
    }

    /// Takes in what the providers said, and answers with the best there is now.
    pub(super) fn learn(
        &mut self,
        found: Result<(usize, Credentials), CredentialsError>,
        now: Timestamp,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        match found {
            Ok((provider, credentials)) => {
                let credentials = Arc::new(credentials);
                *self = Self {
                    held: Some(Held { credentials: Arc::clone(&credentials), since: now }),
                    failed: None,
                    last_good: Some(provider),
                };
                Ok(credentials)
            }
            Err(error) => {
                self.failed = Some(Failed { error: error.clone(), at: now });
                let good = self.good(now).ok_or(error);
                if let (Ok(_), Some(failed)) = (&good, &self.failed) {
                    tracing::warn!(error = %failed.error, "the old credentials serve on until they expire");
                }
                good
            }
        }
    }

    /// Drops what is held, if it is `refused`, and the last failure; who gave it is still asked
    /// first.
    pub(super) fn forget(&mut self, refused: &Credentials) {
        let holds = |held: &Held| held.credentials.access_key_id == refused.access_key_id;
        if self.held.as_ref().is_some_and(holds) {
            *self = Self { last_good: self.last_good, ..Self::default() };
        }
    }

    /// Who gave credentials last.
    pub(super) fn last_good(&self) -> Option<usize> {
        self.last_good
    }

    /// Whether what is held has not expired.
    pub(super) fn still_good(&self, now: Timestamp) -> bool {
        self.good(now).is_some()
    }

    fn good(&self, now: Timestamp) -> Option<Arc<Credentials>> {
        let held = self.held.as_ref().filter(|held| held.left(now) > SignedDuration::ZERO)?;
        Some(Arc::clone(&held.credentials))
    }
}

impl Held {
    /// It is not time to ask for new ones.
    fn fresh(&self, now: Timestamp) -> bool {
        let left = self.left(now);
        left > REFRESH_BEFORE || (left > SignedDuration::ZERO && recent(self.since, now))
    }

    fn left(&self, now: Timestamp) -> SignedDuration {
        self.credentials.expires.map_or(SignedDuration::MAX, |expires| now.duration_until(expires))
    }
}

/// Within the pause, on either side: callers that waited for their turn may come with a slightly
/// older `now`, while a clock that was set back by more makes nothing recent.
fn recent(moment: Timestamp, now: Timestamp) -> bool {
    moment.duration_until(now).unsigned_abs() < PAUSE.unsigned_abs()
}
