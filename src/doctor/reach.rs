//! Names and connections: does the host have an address, and does anything listen there.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::chart::{Chart, Failed};
use super::route::Hop;
use crate::config::Limits;

/// Addresses that are tried; a name with more has enough of them.
const TRIED_ADDRESSES: usize = 4;

/// Looks the host up and connects to it.
pub(super) async fn examine(hop: &Hop<'_>, limits: &Limits, chart: &mut Chart<'_>) -> Result<(), Failed> {
    let addresses = resolve(hop, limits, chart).await?;
    connect(hop, &addresses, limits, chart).await
}

async fn resolve(hop: &Hop<'_>, limits: &Limits, chart: &mut Chart<'_>) -> Result<Vec<SocketAddr>, Failed> {
    let (host, port) = hop.target();
    let whose = match hop.proxy {
        Some(_) => format!(" (the proxy, which finds {} itself)", hop.endpoint.host_str().unwrap_or("?")),
        None => String::new(),
    };
    if let Ok(address) = host.parse::<IpAddr>() {
        chart.ok("dns", format!("{host}{whose} is an address; nothing to look up"));
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = timeout(limits.timeout, lookup_host((host.as_str(), port))).await;
    let cause = match found {
        Ok(Ok(found)) => {
            let addresses: Vec<SocketAddr> = found.take(TRIED_ADDRESSES).collect();
            if !addresses.is_empty() {
                let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
                chart.ok("dns", format!("{host}{whose} is {}", shown.join(", ")));
                return Ok(addresses);
            }
            "it has none".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {}", humantime::format_duration(limits.timeout)),
    };
    let key = hop.next_key();
    let cure = format!(
        "check the spelling in `{key}`; if it is right, this machine cannot resolve it: see `getent hosts {host}` and /etc/resolv.conf"
    );
    Err(chart.fail("dns", format!("no address for {host}{whose}: {cause}"), cure))
}

async fn connect(
    hop: &Hop<'_>,
    addresses: &[SocketAddr],
    limits: &Limits,
    chart: &mut Chart<'_>,
) -> Result<(), Failed> {
    let mut failures: Vec<(SocketAddr, Error)> = Vec::new();
    for address in addresses {
        let begin = Instant::now();
        let error = match timeout(limits.timeout, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let others: Vec<String> =
                    failures.iter().map(|(address, error)| format!("; not {address}: {error}")).collect();
                chart.ok("connect", format!("{address} in {} ms{}", begin.elapsed().as_millis(), others.concat()));
                return Ok(());
            }
            Ok(Err(error)) => error,
            Err(_) => silence(limits.timeout),
        };
        failures.push((*address, error));
    }
    let found: Vec<String> = failures.iter().map(|(address, error)| format!("{address}: {error}")).collect();
    let kind = failures.last().map_or(ErrorKind::Other, |(_, error)| error.kind());
    Err(chart.fail("connect", found.join("; "), cure(hop, kind)))
}

fn silence(after: Duration) -> Error {
    Error::new(ErrorKind::TimedOut, format!("no answer within {}", humantime::format_duration(after)))
}

fn cure(hop: &Hop<'_>, kind: ErrorKind) -> String {
    let (_, port) = hop.target();
    let key = hop.next_key();
    match kind {
        ErrorKind::ConnectionRefused => {
            let usual = hop.usual_port;
            format!("nothing listens on port {port} there: check the port in `{key}`{usual}, and that the service runs")
        }
        ErrorKind::TimedOut => format!(
            "the host is down, or a firewall drops the packets: have TCP port {port} opened from this machine to that address"
        ),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "this machine has no way there: check its routes, VPN and network policy".to_owned()
        }
        _ => format!("check host and port in `{key}`, and firewalls in between"),
    }
}
