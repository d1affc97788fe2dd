//! A stand-in for the migration services, spoken over real HTTP, for the demo, for people who want
//! to try things out, and for tests of the whole program.
//!
//! It imports nothing else of this crate: it is written from the services' documents alone, so a
//! document misread in the client cannot agree with itself here. `world` is what is true, without
//! a vendor's word; `oms` is how OceanBase Migration Service says it; `fault` is what goes wrong
//! on request; `clock` is the time; `http` is the door.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use migration_exporter::sim::{Options, Simulator};
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let simulator = Simulator::start(listener, Options::default()).await?;
//! assert!(simulator.base_url().starts_with("http://127.0.0.1:"));
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod fault;
mod http;
mod oms;
mod seen;
mod world;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::net::TcpListener;

pub use clock::Clock;
pub use fault::{Fault, FaultKind, Faults};
pub use seen::Seen;

/// How long open connections may take to end before the server leaves without them.
const GRACE: Duration = Duration::from_millis(500);

/// What the simulator starts with.
#[derive(Clone)]
pub struct Options {
    /// Decides ids, addresses and the phase of everything that swings.
    pub seed: u64,
    /// The one user that may call the API.
    pub username: String,
    /// That user's password; it protects nothing.
    pub password: String,
    /// The time. The world begins at what it shows when the simulator starts.
    pub clock: Clock,
    /// So many further running projects, for load.
    pub extra_projects: usize,
}

/// A running simulator. Dropping it leaves the server running; [`Simulator::stop`] ends it.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A project of the world, for people and tests that need its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The id, such as `np_4w…`.
    pub id: String,
    /// The name, which says what the project shows.
    pub name: String,
}

/// What the server's tasks have in common.
#[derive(Debug)]
struct Shared {
    username: String,
    password: String,
    clock: Clock,
    world: world::World,
    crowd: world::Crowd,
    oms: oms::Dialect,
    faults: Faults,
    log: seen::Log,
    hidden: Mutex<BTreeSet<String>>,
    stage: fault::Stage,
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
            .finish_non_exhaustive()
    }
}

// === impl Simulator ===

impl Simulator {
    /// Serves on this socket until [`Simulator::stop`]. Fails if the socket has no address.
    #[expect(clippy::unused_async, reason = "spawning needs a runtime, and being async makes the caller have one")]
    pub async fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let Options { seed, username, password, clock, extra_projects } = options;
        let world = world::World::new(seed, clock.now());
        let crowd = world.crowd(extra_projects);
        let shared = Arc::new(Shared {
            username,
            password,
            clock,
            oms: oms::Dialect::new(&world, &crowd),
            world,
            crowd,
            faults: Faults::default(),
            log: seen::Log::default(),
            hidden: Mutex::default(),
            stage: fault::Stage::default(),
        });
        let stop = shared.stage.stop.clone();
        let serve = axum::serve(listener, http::router(Arc::clone(&shared)))
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        shared.stage.tasks.spawn(async move {
            let gone = async {
                stop.cancelled().await;
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                // Serving never fails: axum goes on after a connection that could not be taken.
                _ = serve => {}
                () = gone => {}
            }
        });
        Ok(Self { address, shared })
    }

    /// Where the API is, such as `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The faults, to set and clear them.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The clock, to move it.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The last requests, oldest first; a thousand at most.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.log.last()
    }

    /// How many requests of this action have come, refused ones included.
    pub fn count(&self, action: &str) -> u64 {
        self.shared.log.count(action)
    }

    /// How many requests came with missing or wrong credentials.
    pub fn refused(&self) -> u64 {
        self.shared.log.refused()
    }

    /// Makes a project vanish: lists leave it out, and asking for it fails.
    pub fn hide(&self, project_id: &str) {
        let mut hidden = self.hidden();
        hidden.insert(project_id.to_owned());
    }

    /// Brings a hidden project back.
    pub fn unhide(&self, project_id: &str) {
        let mut hidden = self.hidden();
        hidden.remove(project_id);
    }

    /// Ids and names of all projects but the extra ones, hidden and deleted ones included.
    pub fn projects(&self) -> Vec<Listed> {
        let projects = self.shared.world.projects(self.shared.clock.now());
        projects.into_iter().map(|project| Listed { id: project.summary.id, name: project.summary.name }).collect()
    }

    /// The id of the project of this name.
    pub fn project_id(&self, name: &str) -> Option<String> {
        let mut projects = self.projects().into_iter();
        projects.find(|project| project.name == name).map(|project| project.id)
    }

    /// Ends the server within a second, whatever its connections are doing.
    pub async fn stop(self) {
        self.shut().await;
    }

    async fn shut(&self) {
        self.shared.stage.stop.cancel();
        self.shared.stage.tasks.close();
        self.shared.stage.tasks.wait().await;
    }

    fn hidden(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.shared.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
