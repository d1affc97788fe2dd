//! Finds out why a source cannot be read: the way to it step by step, from the name of the host to
//! one real project, each step with what was found and, where it fails, what to do.
//!
//! The way to the service is looked at here: names, connections, certificates, clocks. The API is
//! tried by the source's own room ([`Source::examine`]), so that a room's actions are known there
//! alone. Nothing is asked twice, and nothing after the first failure: services lock accounts.
//!
//! It prints nothing and decides no exit code, and no [`Line`] holds a secret.

mod advice;
mod api;
mod certificate;
mod chart;
mod clock;
mod door;
mod reach;
mod replay;
mod route;
mod series;

pub use chart::{Level, Line, Verdict};

use std::time::Duration;

use crate::config::{Backend, SourceConfig};
use crate::source::{OpenError, Source};
use chart::{Chart, Failed};
use route::Hop;

/// Examines one source; `tell` hears of each step as soon as it is done.
pub async fn examine(config: &SourceConfig, tell: &mut (dyn FnMut(Line) + Send)) -> Verdict {
    let mut config = config.clone();
    // A request that fails is repeated as long as the interval lasts. Here every failure counts.
    config.limits.interval = Duration::ZERO;
    let opened = Source::open(&config);
    let hops = route::hops(&config.backend);
    let mut plan: Vec<&'static str> = hops.iter().flat_map(|_| ["dns", "connect", "tls", "clock"]).collect();
    match &opened {
        _ if hops.is_empty() => plan.push(replay::STEP),
        Ok(source) => {
            plan.push("authentication");
            plan.extend(source.actions());
        }
        Err(_) => plan.push("authentication"),
    }
    plan.push("project");
    let mut chart = Chart::new(plan, tell);
    // A failure has been told of where it was met.
    rounds(&opened, &hops, &config, &mut chart).await.ok();
    chart.close()
}

/// All steps up to the first that fails.
async fn rounds(
    opened: &Result<Source, OpenError>,
    hops: &[Hop<'_>],
    config: &SourceConfig,
    chart: &mut Chart<'_>,
) -> Result<(), Failed> {
    let source = match opened {
        Ok(source) => source,
        Err(error) => {
            let (found, cure) = advice::of_setup(error);
            return Err(chart.fail("setup", found, cure));
        }
    };
    for hop in hops {
        reach::examine(hop, &config.limits, chart).await?;
        door::examine(hop, config, chart).await?;
    }
    if hops.is_empty() {
        return replay::examine(source, config, chart).await;
    }
    api::examine(source, config, chart).await
}

/// Whether requests are signed with the time, so that a wrong clock makes the service refuse them.
fn signs_the_time(backend: &Backend) -> bool {
    matches!(backend, Backend::AlibabaCloud(_) | Backend::HuaweiDrs(_))
}

/// Where a source's requests go, as it may be shown.
pub fn address(backend: &Backend) -> String {
    match (backend, route::hops(backend).first()) {
        (_, Some(hop)) => hop.endpoint.as_str().trim_end_matches('/').to_owned(),
        (Backend::Replay(replay), None) => replay.directory.display().to_string(),
        (_, None) => String::new(),
    }
}
