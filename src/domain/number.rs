//! The few numbers of a migration that have a possible range. Building one is the check: a value
//! that exists is possible, so nothing behind this room has to ask again.

use std::time::SystemTime;

/// A share of the whole, between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// From percent; none when outside of 0 to 100.
    pub fn from_percent(percent: f64) -> Option<Self> {
        (0.0..=100.0).contains(&percent).then_some(Self(percent / 100.0))
    }

    /// The share, between 0 and 1.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// A moment in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Time(f64);

impl Time {
    /// 2100-01-01: nothing that a migration reports today lies behind it, while the same moment
    /// given in milliseconds always does.
    const LATEST: f64 = 4_102_444_800.0;

    /// From Unix seconds; none for 0, negative, and values so large that they can't be seconds.
    pub fn from_unix(seconds: f64) -> Option<Self> {
        (seconds > 0.0 && seconds <= Self::LATEST).then_some(Self(seconds))
    }

    /// From the system's clock, to the millisecond; none for a clock before 1970 or after 2100.
    pub fn from_system(now: SystemTime) -> Option<Self> {
        let since = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Self::from_unix((since.as_secs_f64() * 1_000.0).round() / 1_000.0)
    }

    /// Unix seconds.
    pub fn unix(self) -> f64 {
        self.0
    }

    /// Seconds from `earlier` to this moment; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> f64 {
        self.0 - earlier.0
    }
}

/// The longest delay that can be true, in seconds: 10 years. A larger one is a fault of the service,
/// not of the replication.
pub const MAX_DELAY: f64 = 10.0 * 365.25 * 86_400.0;

/// A count as a number; exact up to 2^53, as near as possible beyond.
pub fn float(count: u64) -> f64 {
    const HALF: f64 = 4_294_967_296.0;
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).map_or(0.0, f64::from);
    half(count >> 32) * HALF + half(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_outside_of_its_range_is_no_ratio() {
        assert_eq!(Ratio::from_percent(99.0).map(Ratio::value), Some(0.99));
        for wrong in [-1.0, 100.5, 842.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Ratio::from_percent(wrong), None);
        }
    }

    #[test]
    fn milliseconds_are_not_taken_for_seconds() {
        assert!(Time::from_unix(1_689_213_946.0).is_some());
        for wrong in [1_689_213_946_000.0, 0.0, -5.0, f64::NAN] {
            assert_eq!(Time::from_unix(wrong), None);
        }
    }
}
