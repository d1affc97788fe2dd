//! How the process ends: the first SIGTERM or SIGINT asks everything to finish, a second one does
//! not wait.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Requests that are being answered have this long to finish; orchestrators kill after 10 s or more.
pub const DRAIN: Duration = Duration::from_secs(4);

/// Cancels `stop` at the first signal and fails at the second one.
///
/// # Errors
/// At the second signal, and when the system does not let signals be handled.
pub async fn signals(stop: CancellationToken) -> std::io::Result<()> {
    let mut signals = Signals::listen()?;
    let name = signals.next().await;
    tracing::info!(signal = name, "stopping; a second signal ends at once");
    stop.cancel();
    let name = signals.next().await;
    Err(std::io::Error::other(format!("ended at once by a second signal ({name})")))
}

/// Hears the signals that ask for the end.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on the signals no longer end the process by themselves.
    ///
    /// # Errors
    /// When the system does not let signals be handled.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one and gives its name.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
