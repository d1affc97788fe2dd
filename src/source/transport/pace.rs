//! The request budget of one source: a token bucket with one second's worth of burst, and the
//! pause that a service asked for. Who waits here sends nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::source::error::SourceError;

/// Between two requests at the slowest: longer than any poll, and within what a clock can count.
const LONGEST_COST: Duration = Duration::from_hours(24);

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
}

impl Pace {
    /// A budget of so many requests a second.
    pub(super) fn new(requests_per_second: f64) -> Self {
        let cost = Duration::try_from_secs_f64(1.0 / requests_per_second).unwrap_or(LONGEST_COST).min(LONGEST_COST);
        let burst = Duration::from_secs(1).saturating_sub(cost);
        let state = State { spent_until: Instant::now(), held_until: None };
        Self { cost, burst, state: Mutex::new(state) }
    }

    /// Sends nothing for so long, because the service asked for it.
    pub(super) fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held_until = Some(state.held_until.map_or(until, |held| held.max(until)));
    }

    /// Waits for a token and says for how long; refuses at once where the service's own pause
    /// lasts beyond `give_up`, so that a poll does not sit idle for it.
    pub(super) async fn wait(&self, give_up: Instant) -> Result<Duration, SourceError> {
        let (now, due) = self.reserve(give_up)?;
        if due > now {
            tokio::time::sleep_until(due).await;
        }
        Ok(due.saturating_duration_since(now))
    }

    /// Takes a token and says from when on it may be used.
    fn reserve(&self, give_up: Instant) -> Result<(Instant, Instant), SourceError> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let held = state.held_until.filter(|until| *until > now);
        if let Some(until) = held.filter(|until| *until > give_up) {
            return Err(SourceError::Throttled { status: 429, retry_after: Some(until - now) });
        }
        let start = state.spent_until.max(now);
        state.spent_until = start + self.cost;
        let due = start.checked_sub(self.burst).unwrap_or(now);
        Ok((now, due.max(held.unwrap_or(now))))
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
        pace.hold(Duration::from_secs(20));
        let soon = Instant::now() + Duration::from_secs(5);
        assert!(matches!(pace.wait(soon).await, Err(SourceError::Throttled { .. })), "no use to wait that long");
        let late = Instant::now() + Duration::from_secs(30);
        assert_eq!(pace.wait(late).await.map(|waited| waited.as_secs()), Ok(20));
    }
}
