//! The arithmetic of the world: a moment, and the smooth, seeded and monotonic curves that the
//! stories are made of. Knows nothing of the stories.

use std::{f64::consts::TAU, time::Duration};

use super::{Copying, Position};

/// Added before a number is rounded down and taken off afterwards, since only positive numbers
/// can be rounded through a duration. Far more seconds than any delay here.
const ERA: f64 = 1e9;
const ERA_SECONDS: i64 = 1_000_000_000;

/// How far rates swing around their mean, as a part of it. Below 1, so counts never go back.
const SWING: f64 = 0.2;

/// Seconds in which a rate swings once.
const PERIOD: f64 = 97.0;

/// One moment of one world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    seed: u64,
    /// Unix seconds.
    start: i64,
    /// Seconds since then, never negative.
    elapsed: f64,
}

/// Rows copied between two moments, in seconds since the world began (earlier ones are negative).
#[derive(Clone, Copy, Debug)]
pub(super) struct Haul {
    pub(super) name: &'static str,
    pub(super) from: f64,
    pub(super) to: f64,
    /// Mean rows per second.
    pub(super) rows: f64,
    pub(super) row_bytes: f64,
}

// === impl Scene ===

impl Scene {
    pub(super) fn new(seed: u64, start: Duration, now: Duration) -> Self {
        Self {
            seed,
            start: i64::try_from(start.as_secs()).unwrap_or(0),
            elapsed: now.saturating_sub(start).as_secs_f64(),
        }
    }

    /// Seconds since the world began.
    pub(super) fn elapsed(&self) -> f64 {
        self.elapsed
    }

    /// The Unix second that lies so many seconds after the world's beginning.
    pub(super) fn at(&self, seconds: f64) -> i64 {
        self.start.saturating_add(whole(seconds + ERA)).saturating_sub(ERA_SECONDS)
    }

    /// The Unix second it is.
    pub(super) fn now(&self) -> i64 {
        self.at(self.elapsed)
    }

    /// A smooth wave between −1 and 1 with this period in seconds, its phase seeded by the name.
    pub(super) fn wave(&self, name: &str, period: f64) -> f64 {
        (TAU * self.elapsed / period + self.phase(name)).sin()
    }

    /// A position that is late by so many seconds. Monotonic as long as the delay grows by less
    /// than a second per second.
    pub(super) fn late_by(&self, delay: f64) -> Position {
        Position { reached: self.at(self.elapsed - delay), sampled: self.now() }
    }

    /// What a haul has done by now.
    pub(super) fn haul(&self, haul: &Haul) -> Copying {
        self.haul_until(haul, haul.to)
    }

    /// What a haul has done by now, if it stops for good at the given second.
    pub(super) fn haul_until(&self, haul: &Haul, stop: f64) -> Copying {
        let total = whole(self.hauled(haul, haul.to - haul.from));
        let until = self.elapsed.min(stop).min(haul.to);
        let done = whole(self.hauled(haul, (until - haul.from).max(0.0))).min(total);
        if self.elapsed < haul.from || self.elapsed >= stop || done == total {
            return Copying { done, total, ..Copying::default() };
        }
        let angle = TAU * (until - haul.from) / PERIOD + self.phase(haul.name);
        let rows = haul.rows * (1.0 + SWING * angle.sin());
        Copying {
            done,
            total,
            rows: whole(rows),
            read_milliseconds: whole(2.5 + self.wave("read", 70.0)),
            write_milliseconds: whole(4.5 + self.wave("write", 90.0)),
            bytes: whole(rows * haul.row_bytes),
        }
    }

    /// A number that depends on the seed and the text alone.
    pub(super) fn hash(&self, text: &str) -> u64 {
        hash(self.seed, text)
    }

    /// An id in this world: the prefix and twelve letters or digits.
    pub(super) fn id(&self, prefix: &str, name: &str) -> String {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut rest = hash(self.seed, name);
        let mut id = format!("{prefix}4w");
        for _ in 0..10 {
            let digit = usize::try_from(rest % 36).unwrap_or(0);
            id.push(ALPHABET.get(digit).copied().map_or('0', char::from));
            rest /= 36;
        }
        id
    }

    /// An address out of a private range.
    pub(super) fn host(&self, name: &str) -> String {
        let rest = hash(self.seed, name);
        format!("10.20.{}.{}", rest % 250 + 1, (rest >> 16) % 250 + 1)
    }

    /// Rows hauled after so many seconds: the integral of the swinging rate, so that the rate and
    /// the count agree.
    fn hauled(&self, haul: &Haul, seconds: f64) -> f64 {
        let speed = TAU / PERIOD;
        let phase = self.phase(haul.name);
        let swung = (phase.cos() - (speed * seconds + phase).cos()) / speed;
        haul.rows * (seconds + SWING * swung)
    }

    fn phase(&self, name: &str) -> f64 {
        let step = u16::try_from(hash(self.seed, name) & 0x3ff).unwrap_or(0);
        TAU * f64::from(step) / 1024.0
    }
}

/// Rounds down; a negative number, or one that is none, becomes 0.
pub(in crate::sim) fn whole(number: f64) -> i64 {
    // The one conversion from a float that the standard library does without a cast.
    Duration::try_from_secs_f64(number).map_or(0, |whole| i64::try_from(whole.as_secs()).unwrap_or(i64::MAX))
}

/// FNV-1a over the seed and the text, stirred: short texts must differ in all bits.
pub(super) fn hash(seed: u64, text: &str) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in seed.to_le_bytes().into_iter().chain(text.bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
