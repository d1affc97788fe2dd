//! Puts the parts together: from a configuration to pollers and a server that share one store. It
//! decides nothing itself.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, SourceConfig};
use crate::domain::Time;
use crate::metrics::{About, Exposition, Live};
use crate::poll::{Desk, Poller};
use crate::shutdown::DRAIN;
use crate::source::{OpenError, Source};
use crate::store::Store;
use crate::{http, shutdown};

/// A source of the configuration could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("source {source_name}: {cause}")]
pub struct SetupError {
    source_name: String,
    cause: OpenError,
}

/// How the exporter is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where metrics are served.
    pub telemetry_path: String,
}

/// The exporter, set up and not yet started.
#[derive(Debug)]
pub struct App {
    desk: Desk,
    pollers: Vec<Poller>,
}

impl App {
    /// Sets up every source; nothing is sent yet.
    ///
    /// # Errors
    /// When a source's TLS files or capture cannot be used.
    pub fn new(config: &Config) -> Result<Self, SetupError> {
        Self::with(config, Source::open)
    }

    /// The same with sources that are opened in another way.
    ///
    /// # Errors
    /// When a source cannot be opened.
    pub fn with(
        config: &Config,
        open: impl Fn(&SourceConfig) -> Result<Source, OpenError>,
    ) -> Result<Self, SetupError> {
        let store = Arc::new(Store::default());
        let live = Arc::new(Live::default());
        let exposition = Arc::new(Exposition::new(Arc::clone(&store), Arc::clone(&live)));
        exposition.set_about(About {
            reload_successful: Some(true),
            reloaded: Time::from_system(std::time::SystemTime::now()),
        });
        let desk = Desk { store, live, exposition };
        let open = |config: &SourceConfig| {
            let source = open(config).map_err(|cause| SetupError { source_name: config.name.clone(), cause })?;
            Ok(Poller::new(source, config, desk.clone()))
        };
        let pollers = config.sources.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { desk, pollers })
    }

    /// What is known, for pages and tests.
    pub fn store(&self) -> Arc<Store> {
        Arc::clone(&self.desk.store)
    }

    /// What is known, as Prometheus reads it.
    pub fn exposition(&self) -> Arc<Exposition> {
        Arc::clone(&self.desk.exposition)
    }

    /// Polls every source once and says whether every project could be read.
    pub async fn poll_once(self) -> bool {
        let verdicts = futures_util::future::join_all(self.pollers.iter().map(Poller::poll)).await;
        !verdicts.iter().any(|verdict| verdict.incomplete)
    }

    /// Polls and serves until `stop`; then answers what is under way, for a few seconds at most.
    ///
    /// # Errors
    /// When a listener breaks.
    pub async fn run(
        self,
        listeners: Vec<TcpListener>,
        options: &ServeOptions,
        stop: CancellationToken,
    ) -> std::io::Result<()> {
        let tasks = TaskTracker::new();
        for poller in self.pollers {
            tasks.spawn(poller.run(stop.clone()));
        }
        let router = http::router(http::Desk {
            store: Arc::clone(&self.desk.store),
            exposition: Arc::clone(&self.desk.exposition),
            telemetry_path: options.telemetry_path.clone(),
        });
        let servers =
            listeners.into_iter().map(|listener| tasks.spawn(http::serve(listener, router.clone(), stop.clone())));
        let servers = futures_util::future::try_join_all(servers.collect::<Vec<_>>());
        tasks.close();
        tokio::select! {
            ended = servers => for outcome in ended.map_err(std::io::Error::other)? { outcome?; },
            () = stop.cancelled() => {}
        }
        stop.cancel();
        if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
            tracing::warn!(after = ?DRAIN, "some requests were still under way and are dropped");
        }
        Ok(())
    }

    /// The same until a signal comes.
    ///
    /// # Errors
    /// When a listener breaks or signals cannot be handled.
    pub async fn run_until_signal(self, listeners: Vec<TcpListener>, options: &ServeOptions) -> std::io::Result<()> {
        let stop = CancellationToken::new();
        tokio::select! {
            ended = self.run(listeners, options, stop.clone()) => ended,
            ended = shutdown::signals(stop) => ended,
        }
    }
}
