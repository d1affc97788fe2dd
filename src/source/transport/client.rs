//! Builds the HTTP client of one source from its TLS and proxy settings. Redirects are not
//! followed and proxies of the environment are not used: credentials go where the configuration
//! says and nowhere else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, ClientBuilder, Identity, Proxy};

use super::Route;
use crate::config::{Limits, TlsConfig};
use crate::source::replay::CaptureError;

/// An idle connection is kept this long beyond the poll interval, so that the next poll reuses it.
const KEEP_BEYOND_INTERVAL: Duration = Duration::from_secs(30);

/// The source could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file of the TLS settings.
    #[error("{}: {cause}; check `tls.{key}`", .path.display())]
    TlsFile {
        /// The key in the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The configuration knows the kind of service, but no room here speaks with it.
    #[error("this version cannot poll `{kind}` yet")]
    Unsupported {
        /// The key of the kind in the configuration.
        kind: &'static str,
    },
    /// A capture that cannot be played.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// Anything else the client library refuses.
    #[error("cannot set up HTTPS: {0}")]
    Client(#[from] reqwest::Error),
}

/// Makes the client.
pub(super) fn build(route: &Route<'_>, limits: &Limits) -> Result<reqwest::Client, OpenError> {
    Ok(builder(route, limits)?.build()?)
}

/// All settings of the client.
pub(super) fn builder(route: &Route<'_>, limits: &Limits) -> Result<ClientBuilder, OpenError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("migration-exporter/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(limits.timeout)
        .pool_max_idle_per_host(limits.concurrency)
        .pool_idle_timeout(limits.interval + KEEP_BEYOND_INTERVAL)
        .tcp_nodelay(true)
        .no_proxy();
    if let Some(proxy) = route.proxy {
        builder = builder.proxy(Proxy::all(proxy.clone())?);
    }
    if route.endpoint.scheme() == "https" {
        builder = with_tls(builder, route.tls)?;
        if let (Some(_), Some(host)) = (&route.tls.server_name, route.endpoint.host_str()) {
            builder = builder.dns_resolver(Alias { host: host.to_owned() });
        }
    }
    Ok(builder)
}

/// Applies the TLS settings.
fn with_tls(mut builder: ClientBuilder, tls: &TlsConfig) -> Result<ClientBuilder, OpenError> {
    if let Some(path) = &tls.ca_file {
        builder = builder.tls_certs_only(certificates(path, "ca_file")?);
    }
    if let (Some(certificate), Some(key)) = (&tls.cert_file, &tls.key_file) {
        certificates(certificate, "cert_file")?;
        let mut both = pem(certificate, "cert_file")?;
        both.push(b'\n');
        both.extend(pem(key, "key_file")?);
        let identity = Identity::from_pem(&both).map_err(|error| unusable(key, "key_file", &error))?;
        // A key of another certificate is noticed when a client is made of it, and then nothing
        // says any more which file it was.
        let trial = reqwest::Client::builder().identity(identity.clone()).build();
        trial.map_err(|error| unusable(key, "key_file", &error))?;
        builder = builder.identity(identity);
    }
    if tls.insecure_skip_verify {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    Ok(builder)
}

/// The certificates in a file, of which there must be one and which must be usable: a file without
/// any would trust nobody, and every poll would fail.
fn certificates(path: &Path, key: &'static str) -> Result<Vec<Certificate>, OpenError> {
    let found = Certificate::from_pem_bundle(&pem(path, key)?).map_err(|error| unusable(path, key, &error))?;
    if found.is_empty() {
        let cause = "it holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)".to_owned();
        return Err(OpenError::TlsFile { key, path: path.to_owned(), cause });
    }
    let trial = reqwest::Client::builder().tls_certs_only(found.clone()).build();
    trial.map_err(|error| unusable(path, key, &error))?;
    Ok(found)
}

fn pem(path: &Path, key: &'static str) -> Result<Vec<u8>, OpenError> {
    std::fs::read(path).map_err(|error| unusable(path, key, &error))
}

fn unusable(path: &Path, key: &'static str, error: &dyn std::error::Error) -> OpenError {
    let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    OpenError::TlsFile { key, path: path.to_owned(), cause }
}

/// Answers every name with the addresses of the endpoint's host. With `tls.server_name` the URL
/// carries that name, so that TLS asks for it and checks it, while the connection goes to `host`.
#[derive(Debug)]
struct Alias {
    host: String,
}

impl Resolve for Alias {
    fn resolve(&self, _name: Name) -> Resolving {
        // The port is put in by the client; the lookup only wants one.
        let host = self.host.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
