//! The simulator's time. Everything that moves in the world is computed from it, so a test that
//! freezes the clock and advances it by hand sees exactly the states it asks for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A clock that is real or frozen, and that can be moved forward. Clones share their time.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Base,
    /// Milliseconds by which the clock was moved. Shared, since a test holds one clone and the
    /// server another.
    advanced: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    Real,
    Frozen(Duration),
}

impl Clock {
    /// The machine's own clock.
    pub fn real() -> Self {
        Self::on(Base::Real)
    }

    /// A clock that stands at this Unix time, in seconds, until it is moved.
    pub fn frozen_at(unix_seconds: u64) -> Self {
        Self::on(Base::Frozen(Duration::from_secs(unix_seconds)))
    }

    /// Moves the clock forward; a real one then runs ahead by that much. Time never goes back.
    pub fn advance(&self, by: Duration) {
        let milliseconds = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.advanced.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Time since the Unix epoch.
    pub fn now(&self) -> Duration {
        let base = match self.base {
            Base::Real => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Base::Frozen(at) => at,
        };
        base.saturating_add(Duration::from_millis(self.advanced.load(Ordering::Relaxed)))
    }

    fn on(base: Base) -> Self {
        Self { base, advanced: Arc::default() }
    }
}
