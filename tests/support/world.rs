//! A simulated service whose clock stands still, and a configuration for it: whatever is asked
//! twice has the same answer.

use migration_exporter::sim::{Clock, Options, Simulator};

/// 2024-09-18T07:01:45Z.
const MOMENT: u64 = 1_726_642_905;

/// Starts a simulator.
pub(crate) async fn frozen() -> Simulator {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let options = Options { clock: Clock::frozen_at(MOMENT), ..Options::default() };
    Simulator::start(listener, options).await.expect("the simulator starts")
}

/// A configuration that watches everything in it.
pub(crate) fn config(simulator: &Simulator, interval: &str) -> String {
    let Options { username, password, .. } = Options::default();
    let endpoint = simulator.base_url();
    format!(
        "defaults: {{ interval: {interval}, stale_after: 1h }}
sources:
  - name: oms
    oms: {{ endpoint: '{endpoint}', username: {username}, password: {password} }}
    discover: {{}}
"
    )
}
