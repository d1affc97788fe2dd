//! What a simulator can be told before it starts. Nothing here knows what becomes of it.

use std::{fmt, time::Duration};

use super::Clock;

/// What the simulator starts with.
#[derive(Clone)]
pub struct Options {
    /// Decides ids, addresses and the phase of everything that swings.
    pub seed: u64,
    /// The one user that may call the API of OMS, the old and the new. The credentials of the clouds
    /// are constants, such as [`ALIBABA_KEY`](super::ALIBABA_KEY).
    pub username: String,
    /// That user's password; it protects nothing.
    pub password: String,
    /// The time. The world begins at what it shows when the simulator starts.
    pub clock: Clock,
    /// So many further running projects, for load.
    pub extra_projects: usize,
    /// How long temporary keys are good from the start, and a token from when it is given out.
    pub tokens_last: Duration,
    /// Whether Huawei's region has the API about objects.
    pub drs_v5: DrsV5,
}

/// Whether a region of Huawei Cloud has version 5 of DRS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DrsV5 {
    /// It has.
    #[default]
    Present,
    /// Its gateway does not know the paths.
    Absent,
}

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 7,
            username: "exporter".to_owned(),
            password: "demo-password".to_owned(),
            clock: Clock::real(),
            extra_projects: 0,
            tokens_last: Duration::from_hours(24),
            drs_v5: DrsV5::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("seed", &self.seed)
            .field("username", &self.username)
            .field("clock", &self.clock)
            .field("extra_projects", &self.extra_projects)
            .field("tokens_last", &self.tokens_last)
            .field("drs_v5", &self.drs_v5)
            .finish_non_exhaustive()
    }
}
