//! The request budget of one source: a token bucket with one second's worth of burst, and the
//! pause that a service asked for. Who waits here sends nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::source::error::SourceError;

/// Between two requests at the slowest: longer than any poll, and within what a clock can count.
const LONGEST_COST: Duration = Duration::from_hours(24);

/// The longest silence for a service that does not say how long it wants it.
const LONGEST_VAGUE_PAUSE: Duration = Duration::from_mins(1);

/// Spaces requests.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time that one request costs.
    cost: Duration,
    /// How far the clock below may lag: one second's worth of requests may go at once.
    burst: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the bucket would be full again; requests push it forward by their cost.
    spent_until: Instant,
    /// The service asked for silence until then.
    held_until: Option<Instant>,
    /// How often in a row it asked without saying for how long.
    vague: u32,
}

impl Pace {
    /// A budget of so many requests a second.
    pub(super) fn new(requests_per_second: f64) -> Self {
        let cost = Duration::try_from_secs_f64(1.0 / requests_per_second).unwrap_or(LONGEST_COST).min(LONGEST_COST);
        let burst = Duration::from_secs(1).saturating_sub(cost);
        let state = State { spent_until: Instant::now(), held_until: None, vague: 0 };
        Self { cost, burst, state: Mutex::new(state) }
    }

    /// Sends nothing for so long, because the service asked for it; says how much of that is new.
    pub(super) fn hold(&self, pause: Duration) -> Duration {
        let now = Instant::now();
        let mut state = self.lock();
        let held = state.held_until.map_or(now, |held| held.max(now));
        let until = held.max(now + pause);
        state.held_until = Some(until);
        until - held
    }

    /// How long to be silent for a service that asks to slow down without saying for how long: a
    /// second, and twice as long each time until a call succeeds.
    pub(super) fn vague_pause(&self) -> Duration {
        let mut state = self.lock();
        state.vague = state.vague.saturating_add(1);
        Duration::from_secs(1 << state.vague.saturating_sub(1).min(6)).min(LONGEST_VAGUE_PAUSE)
    }

    /// A call has succeeded.
    pub(super) fn calm(&self) {
        self.lock().vague = 0;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a token, and says how long that took beside a hold; refuses at once where the service's own pause
    /// lasts beyond `give_up`, so that a poll does not sit idle for it.
    pub(super) async fn wait(&self, give_up: Instant) -> Result<Duration, SourceError> {
        let (wait, due) = self.reserve(give_up)?;
        tokio::time::sleep_until(due).await;
        Ok(wait)
    }

    /// Takes a token and says how long the bucket makes it wait and from when on it may be used.
    fn reserve(&self, give_up: Instant) -> Result<(Duration, Instant), SourceError> {
        let now = Instant::now();
        let mut state = self.lock();
        let held = state.held_until.filter(|until| *until > now);
        if let Some(until) = held.filter(|until| *until > give_up) {
            return Err(SourceError::Throttled { status: 429, retry_after: Some(until - now) });
        }
        let start = state.spent_until.max(now);
        state.spent_until = start + self.cost;
        let due = start.checked_sub(self.burst).unwrap_or(now);
        Ok((due.saturating_duration_since(now), due.max(held.unwrap_or(now))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_of_budget_goes_at_once_and_the_rest_is_spaced() {
        let pace = Pace::new(10.0);
        let begin = Instant::now();
        let far = begin + Duration::from_mins(1);
        for _ in 0..10 {
            assert!(pace.wait(far).await.is_ok_and(|waited| waited.is_zero()));
        }
        for _ in 0..20 {
            assert!(pace.wait(far).await.is_ok_and(|waited| !waited.is_zero()));
        }
        assert_eq!(begin.elapsed().as_millis() / 100, 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_tiny_rate_lets_the_first_request_go() {
        for rate in [1e-3, 1e-9, 1e-30, f64::MIN_POSITIVE] {
            let pace = Pace::new(rate);
            let far = Instant::now() + Duration::from_mins(1);
            assert!(pace.wait(far).await.is_ok_and(|waited| waited.is_zero()), "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_the_service_asked_for_is_kept() {
        let pace = Pace::new(100.0);
        assert_eq!(pace.hold(Duration::from_secs(20)).as_secs(), 20);
        assert_eq!(pace.hold(Duration::from_secs(5)).as_secs(), 0, "held longer already");
        let soon = Instant::now() + Duration::from_secs(5);
        assert!(matches!(pace.wait(soon).await, Err(SourceError::Throttled { .. })), "no use to wait that long");
        let late = Instant::now() + Duration::from_secs(30);
        let begin = Instant::now();
        assert_eq!(pace.wait(late).await, Ok(Duration::ZERO));
        assert_eq!(begin.elapsed().as_secs(), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_does_not_say_how_long_is_given_more_and_more_time() {
        let pace = Pace::new(100.0);
        let pauses: Vec<u64> = (0..8).map(|_| pace.vague_pause().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        pace.calm();
        assert_eq!(pace.vague_pause().as_secs(), 1);
    }
}
