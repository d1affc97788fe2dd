//! How the process ends: the first SIGTERM or SIGINT asks everything to finish, a second one does
//! not wait.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Requests that are being answered have this long to finish; orchestrators kill after 10 s or more.
pub const DRAIN: Duration = Duration::from_secs(4);

/// Cancels `stop` at the first signal and fails at the second one.
///
/// # Errors
/// At the second signal, and when the system does not let signals be handled.
pub async fn signals(stop: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async || {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    };
    let name = next().await;
    tracing::info!(signal = name, "stopping; a second signal ends at once");
    stop.cancel();
    let name = next().await;
    Err(std::io::Error::other(format!("ended at once by a second signal ({name})")))
}
