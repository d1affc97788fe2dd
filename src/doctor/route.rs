//! Which addresses a source's requests go to, by kind of service.

use url::{Host, Url};

use crate::config::{Backend, HuaweiCredentials, TlsConfig};
use crate::source::Route;

/// What people get wrong most often.
pub(super) const OMS_PORT: &str = " (OMS usually has 8089)";

/// One address that requests go to.
#[derive(Clone, Debug)]
pub(super) struct Hop<'a> {
    /// What is called.
    pub(super) endpoint: &'a Url,
    /// How to check it.
    pub(super) tls: TlsConfig,
    /// What stands in between.
    pub(super) proxy: Option<&'a Url>,
    /// The key of the configuration that it stands in.
    pub(super) key: &'static str,
    /// Words about the port that it usually is.
    pub(super) usual_port: &'static str,
}

/// The addresses of a source, none where nothing goes over the network.
pub(super) fn hops(backend: &Backend) -> Vec<Hop<'_>> {
    match backend {
        Backend::Oms(oms) | Backend::OmsV3(oms) => {
            let hop = Hop::new("endpoint", &oms.endpoint, &oms.tls, oms.proxy_url.as_ref());
            vec![Hop { usual_port: if hop.proxy.is_none() { OMS_PORT } else { "" }, ..hop }]
        }
        Backend::AlibabaCloud(cloud) => {
            vec![Hop::new("endpoint", &cloud.endpoint, &cloud.tls, cloud.proxy_url.as_ref())]
        }
        Backend::HuaweiDrs(cloud) => {
            let mut hops = vec![Hop::new("endpoint", &cloud.endpoint, &cloud.tls, cloud.proxy_url.as_ref())];
            if matches!(cloud.credentials, HuaweiCredentials::User { .. }) {
                let hop = Hop::new("iam_endpoint", &cloud.iam_endpoint, &cloud.tls, cloud.proxy_url.as_ref());
                // That name is of the other one.
                hops.insert(0, Hop { tls: TlsConfig { server_name: None, ..hop.tls.clone() }, ..hop });
            }
            hops
        }
        Backend::Replay(_) => Vec::new(),
    }
}

impl<'a> Hop<'a> {
    fn new(key: &'static str, endpoint: &'a Url, tls: &'a TlsConfig, proxy: Option<&'a Url>) -> Self {
        Self { endpoint, tls: tls.clone(), proxy, key, usual_port: "" }
    }

    /// How to get there.
    pub(super) fn route(&self) -> Route<'_> {
        Route { endpoint: self.endpoint, tls: &self.tls, proxy: self.proxy }
    }

    /// What is connected to: the proxy, if there is one.
    pub(super) fn next(&self) -> &'a Url {
        self.proxy.unwrap_or(self.endpoint)
    }

    /// The key that names what is connected to.
    pub(super) fn next_key(&self) -> &'static str {
        if self.proxy.is_some() { "proxy_url" } else { self.key }
    }

    /// Host and port that are connected to, as a lookup wants them.
    pub(super) fn target(&self) -> (String, u16) {
        let url = self.next();
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => String::new(),
        };
        (host, url.port_or_known_default().unwrap_or_default())
    }

    /// Nothing leaves this machine.
    pub(super) fn is_local(&self) -> bool {
        match self.next().host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}
