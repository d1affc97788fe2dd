//! The commands that stay: `run`, `demo`, `simulate`.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::flags::Flags;
use super::{Failure, say};
use crate::app::{App, ServeOptions};
use crate::config::{self, Config, Surroundings};
use crate::metrics::About;
use crate::shutdown;
use crate::sim::{self, Simulator};

/// The daemon.
pub(super) async fn run(flags: &Flags) -> Result<ExitCode, Failure> {
    let config = config::load(&flags.config_file)?;
    let listeners = listen(&flags.listen_addresses).await?;
    tracing::info!(version = About::VERSION, revision = About::REVISION, sources = config.sources.len(), "starting");
    start(&config, listeners, flags).await
}

/// The daemon against the simulator.
pub(super) async fn demo(flags: &Flags) -> Result<ExitCode, Failure> {
    let listeners = listen(&flags.listen_addresses).await?;
    let simulator = simulator("127.0.0.1:0", sim::Options::default()).await?;
    let text = sample_config(&simulator, "5s");
    let surroundings = Surroundings { directory: std::path::Path::new("."), environment: &|_| None };
    let config = config::parse("demo.yml", &text, &surroundings)?;
    let address = listeners.first().and_then(|listener| listener.local_addr().ok());
    let url = address.map_or_else(String::new, |address| format!("http://localhost:{}", address.port()));
    say(&format!(
        "The demo is running. Everything in it is simulated; nothing leaves this machine.\n\n\
         \x20 Status page     {url}/\n\
         \x20 Metrics         {url}{}\n\
         \x20 Simulated APIs  {} (OMS 4.x and 3.3, Alibaba Cloud, Huawei DRS; user {}, password {})\n\n\
         Try:  curl -s {url}{} | grep sync_delay\n\
         Stop with Ctrl-C.\n\n",
        flags.telemetry_path,
        simulator.base_url(),
        sim::Options::default().username,
        sim::Options::default().password,
        flags.telemetry_path,
    ));
    let ended = start(&config, listeners, flags).await;
    simulator.stop().await;
    ended
}

/// The simulator alone.
pub(super) async fn simulate(listen_address: &str, extra_projects: usize) -> Result<ExitCode, Failure> {
    let simulator = simulator(listen_address, sim::Options { extra_projects, ..sim::Options::default() }).await?;
    say(&format!(
        "# The simulator is running: OMS 4.x and 3.3, Alibaba Cloud and Huawei DRS, all at {}\n# Stop with Ctrl-C. A configuration for it, to be saved as migration-exporter.yml:\n\n{}",
        simulator.base_url(),
        sample_config(&simulator, "15s"),
    ));
    let stop = CancellationToken::new();
    tokio::select! {
        ended = shutdown::signals(stop.clone()) => ended.context("cannot wait for signals")?,
        () = stop.cancelled() => simulator.stop().await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn start(config: &Config, listeners: Vec<TcpListener>, flags: &Flags) -> Result<ExitCode, Failure> {
    let app = App::new(config).map_err(anyhow::Error::from)?;
    for address in listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
        tracing::info!(%address, path = flags.telemetry_path, "serving");
    }
    let options = ServeOptions { telemetry_path: flags.telemetry_path.clone() };
    app.run_until_signal(listeners, &options).await.context("serving broke")?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn simulator(address: &str, options: sim::Options) -> Result<Simulator, Failure> {
    let listener = bind(address).await.with_context(|| taken(address, "--listen-address"))?;
    let simulator = Simulator::start(listener, options).await.context("the simulator does not start")?;
    Ok(simulator)
}

/// Listens on all addresses, or on none.
async fn listen(addresses: &[String]) -> Result<Vec<TcpListener>, Failure> {
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(bind(address).await.with_context(|| taken(address, "--web.listen-address"))?);
    }
    Ok(listeners)
}

/// `:10980` means every address of this machine, of both families where it has both.
async fn bind(address: &str) -> std::io::Result<TcpListener> {
    let Some(port) = address.strip_prefix(':') else {
        return TcpListener::bind(address).await;
    };
    match TcpListener::bind(format!("[::]:{port}")).await {
        Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
            TcpListener::bind(format!("0.0.0.0:{port}")).await
        }
        outcome => outcome,
    }
}

fn taken(address: &str, flag: &str) -> String {
    format!("cannot listen on {address}; stop what listens there or choose another address with {flag}")
}

/// A configuration that fits the simulator: a source of every kind.
fn sample_config(simulator: &Simulator, interval: &str) -> String {
    let sim::Options { username, password, .. } = sim::Options::default();
    let (oms, old, drs) = (simulator.base_url(), simulator.oms_v3_url(), simulator.huawei_url());
    let older: Vec<String> = simulator
        .older_projects()
        .iter()
        .map(|project| format!("      - {{ id: {}, name: {}, kind: {} }}\n", project.id, project.name, project.kind))
        .collect();
    let older = older.concat();
    let key = sim::HUAWEI_KEY;
    format!(
        "defaults:
  interval: {interval}
sources:
  - name: oms-demo
    oms:
      endpoint: {oms}
      username: {username}
      password: {password}
    discover: {{}}
    collect: [components, verification, conflicts]
  - name: oms-old-demo
    oms_v3:
      endpoint: {old}
      username: {username}
      password: {password}
    projects:
{older}  - name: aliyun-demo
    alibaba_cloud:
      region: {ali_region}
      endpoint: {ali}
      access_key_id: {ali_id}
      access_key_secret: {ali_secret}
    discover: {{ statuses: [RUNNING, FAILED] }}
    collect: [components, verification]
  - name: drs-demo
    huawei_drs:
      region: {region}
      endpoint: {drs}
      project_id: {project}
      access_key: {id}
      secret_key: {secret}
      object_types: [table, view]
      per_object_series: 5
    discover: {{}}
",
        ali = simulator.alibaba_url(),
        ali_region = sim::ALIBABA_REGION,
        ali_id = sim::ALIBABA_KEY.id,
        ali_secret = sim::ALIBABA_KEY.secret,
        region = sim::HUAWEI_REGION,
        project = sim::HUAWEI_PROJECT_ID,
        id = key.id,
        secret = key.secret,
    )
}
