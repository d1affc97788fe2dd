//! What a request without credentials learns: whether TLS works, whose certificate the server has
//! and until when, and what time it is there.

use std::time::SystemTime;

use super::certificate::Certificate;
use super::chart::{Chart, Failed};
use super::route::Hop;
use super::{advice, clock, signs_the_time};
use crate::config::{SourceConfig, TlsConfig};
use crate::source::{Knock, Route, SourceError, knock};

/// A certificate that ends sooner is worth a warning.
const SOON_DAYS: i64 = 14;

/// Knocks and tells of TLS and the clock.
pub(super) async fn examine(hop: &Hop<'_>, config: &SourceConfig, chart: &mut Chart<'_>) -> Result<(), Failed> {
    let secure = hop.endpoint.scheme() == "https";
    match knock(&hop.route(), &config.limits).await {
        Ok(knock) => {
            if secure {
                encrypted(&hop.tls, &knock, chart);
            } else {
                readable(hop, config, chart);
            }
            clock::examine(knock.ahead, signs_the_time(&config.backend), chart)
        }
        // Not every service answers to this; whether it answers at all is seen next.
        Err(error @ (SourceError::Timeout { .. } | SourceError::Interrupted)) => {
            if secure {
                chart.skip("tls", format!("could not be looked at: {}", advice::found(&error)));
            } else {
                readable(hop, config, chart);
            }
            chart.skip("clock", "the service did not answer a request without credentials");
            Ok(())
        }
        Err(error) => Err(fail(hop, config, &error, chart).await),
    }
}

fn readable(hop: &Hop<'_>, config: &SourceConfig, chart: &mut Chart<'_>) {
    if hop.is_local() {
        chart.ok("tls", "plain HTTP, which does not leave this machine");
        return;
    }
    let what = if signs_the_time(&config.backend) {
        "plain HTTP: requests and answers cross the network readable"
    } else {
        "plain HTTP: the password crosses the network readable"
    };
    chart.warn("tls", what, format!("if the service speaks TLS, write `{}` with https://", hop.key));
}

fn encrypted(tls: &TlsConfig, knock: &Knock, chart: &mut Chart<'_>) {
    let certificate = knock.certificate.as_deref().and_then(Certificate::read);
    // Behind a proxy the library does not show the certificate.
    let shown = certificate.as_ref().map_or_else(|| "the certificate is accepted".to_owned(), Certificate::words);
    let left = certificate.and_then(|certificate| certificate.days_left(SystemTime::now()));
    if tls.insecure_skip_verify {
        chart.warn(
            "tls",
            format!("not checked, because `insecure_skip_verify` is set; {shown}"),
            "set `tls.ca_file` (and `tls.server_name`) instead: whoever stands in between can read the password",
        );
        return;
    }
    match left {
        Some(left) if left < SOON_DAYS => {
            chart.warn(
                "tls",
                format!("{shown}: {left} days are left"),
                "have the server's certificate renewed in time",
            );
        }
        Some(left) => chart.ok("tls", format!("{shown} ({left} days left)")),
        None => chart.ok("tls", shown),
    }
}

/// There is no way to the service; if it is for its certificate, says which one that is.
async fn fail(hop: &Hop<'_>, config: &SourceConfig, error: &SourceError, chart: &mut Chart<'_>) -> Failed {
    let mut found = advice::found(error);
    if matches!(error, SourceError::Tls { .. })
        && let Some(certificate) = unchecked(hop, config).await
    {
        found = format!("{found}; the server shows a {}", certificate.words());
    }
    let step = if hop.endpoint.scheme() == "https" { "tls" } else { "connect" };
    let cure = match (error, hop.proxy) {
        (SourceError::Connect { .. }, Some(_)) => {
            "the proxy does not let this through: check `proxy_url`, its user and password, and what it allows"
                .to_owned()
        }
        (SourceError::Connect { .. }, None) => {
            format!("something listens there but does not speak TLS: check the port in `{}`, or write http://", hop.key)
        }
        _ => advice::cure(error),
    };
    chart.fail(step, found, cure)
}

/// The certificate that the server shows, whoever it is. No credentials are sent.
async fn unchecked(hop: &Hop<'_>, config: &SourceConfig) -> Option<Certificate> {
    let tls = TlsConfig { insecure_skip_verify: true, ..hop.tls.clone() };
    let knock = knock(&Route { tls: &tls, ..hop.route() }, &config.limits).await.ok()?;
    Certificate::read(&knock.certificate?)
}
