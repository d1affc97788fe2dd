//! A stand-in for the migration services, spoken over real HTTP, for the demo, for people who want
//! to try things out, and for tests of the whole program.
//!
//! It imports nothing else of this crate: it is written from the services' documents alone, so a
//! document misread in the client cannot agree with itself here. `world` is what is true, without
//! a vendor's word; `oms`, `oms_v3`, `alibaba` and `huawei` are how each service says it; `signature`
//! is how two of them know who asks, by the `keys`; `fault` is what goes wrong on request; `clock` is
//! the time; `http` is the door, one for all.
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

mod alibaba;
mod answer;
mod clock;
mod fault;
mod http;
mod huawei;
mod keys;
mod oms;
mod oms_v3;
mod options;
mod seen;
mod signature;
mod world;
mod zip;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::net::TcpListener;

pub use clock::Clock;
pub use fault::{Fault, FaultKind, Faults};
pub use keys::{
    ALIBABA_KEY, ALIBABA_REGION, ALIBABA_TEMPORARY_KEY, AccessKey, HUAWEI_KEY, HUAWEI_PROJECT_ID, HUAWEI_REGION,
    HUAWEI_TEMPORARY_KEY, HUAWEI_USER, IamUser,
};
pub use options::{DrsV5, Options};
pub use seen::{Seen, Service};

/// How long open connections may take to end before the server leaves without them.
const GRACE: Duration = Duration::from_millis(500);

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
    /// What it is for: `migration`, `sync`, or `cloudDataGuard` for a copy kept against disaster.
    pub kind: &'static str,
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
    alibaba: alibaba::Gate,
    huawei: huawei::Gate,
    drs_v5: DrsV5,
    faults: Faults,
    log: seen::Log,
    hidden: Mutex<BTreeSet<String>>,
    stage: fault::Stage,
}

// === impl Simulator ===

impl Simulator {
    /// Serves on this socket until [`Simulator::stop`]. Fails if the socket has no address.
    #[expect(clippy::unused_async, reason = "spawning needs a runtime, and being async makes the caller have one")]
    pub async fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let Options { seed, username, password, clock, extra_projects, tokens_last, drs_v5 } = options;
        let now = clock.now();
        let ends = i64::try_from(now.saturating_add(tokens_last).as_secs()).unwrap_or(i64::MAX);
        let world = world::World::new(seed, now);
        let crowd = world.crowd(extra_projects);
        let shared = Arc::new(Shared {
            username,
            password,
            clock,
            oms: oms::Dialect::new(&world, &crowd),
            alibaba: alibaba::Gate::new(ends),
            huawei: huawei::Gate::new(now, tokens_last),
            drs_v5,
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

    /// Where the API of OMS is, such as `http://127.0.0.1:40123`. All APIs share one address, since
    /// their paths differ; a client need not know that.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the API of OMS 3.3 is.
    pub fn oms_v3_url(&self) -> String {
        self.base_url()
    }

    /// Where the endpoint of Alibaba Cloud is.
    pub fn alibaba_url(&self) -> String {
        self.base_url()
    }

    /// Where the endpoint of Huawei's DRS is.
    pub fn huawei_url(&self) -> String {
        self.base_url()
    }

    /// Where the endpoint of Huawei's identity service is.
    pub fn iam_url(&self) -> String {
        self.base_url()
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

    /// How many requests of this action have come to all APIs, refused ones included.
    pub fn count(&self, action: &str) -> u64 {
        self.shared.log.count(action, None)
    }

    /// How many requests of this action have come to one API, refused ones included.
    pub fn count_at(&self, service: Service, action: &str) -> u64 {
        self.shared.log.count(action, Some(service))
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

    /// All projects but the extra ones, hidden and deleted ones included. They are those of OMS and of
    /// Alibaba Cloud alike.
    pub fn projects(&self) -> Vec<Listed> {
        self.shared.world.projects(self.shared.clock.now()).into_iter().map(Listed::project).collect()
    }

    /// The id of the project of this name.
    pub fn project_id(&self, name: &str) -> Option<String> {
        id_of(self.projects(), name)
    }

    /// All projects of OMS 3.3, which has no list of them.
    pub fn older_projects(&self) -> Vec<Listed> {
        self.shared.world.older(self.shared.clock.now()).into_iter().map(Listed::project).collect()
    }

    /// The id of the project of this name in OMS 3.3.
    pub fn older_project_id(&self, name: &str) -> Option<String> {
        id_of(self.older_projects(), name)
    }

    /// All jobs of DRS, hidden, released and deleted ones included.
    pub fn jobs(&self) -> Vec<Listed> {
        self.shared.world.transfers(self.shared.clock.now()).into_iter().map(Listed::job).collect()
    }

    /// The id of the job of this name.
    pub fn job_id(&self, name: &str) -> Option<String> {
        id_of(self.jobs(), name)
    }

    /// Makes all tokens of the identity service bad that have been given out.
    pub fn forget_tokens(&self) {
        self.shared.huawei.forget_tokens();
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

// === impl Listed ===

impl Listed {
    fn project(project: world::Project) -> Self {
        let kind = match project.summary.kind {
            world::Kind::Migration => "migration",
            world::Kind::Synchronisation => "sync",
        };
        Self { id: project.summary.id, name: project.summary.name, kind }
    }

    fn job(job: world::Transfer) -> Self {
        let kind = match job.purpose {
            world::Purpose::Migration => "migration",
            world::Purpose::Synchronisation => "sync",
            world::Purpose::Recovery => "cloudDataGuard",
        };
        Self { id: job.id, name: job.name, kind }
    }
}

fn id_of(listed: Vec<Listed>, name: &str) -> Option<String> {
    listed.into_iter().find(|project| project.name == name).map(|project| project.id)
}
