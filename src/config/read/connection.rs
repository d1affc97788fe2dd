//! What the kinds that are called over HTTP have in common: addresses that a region stands for,
//! TLS, a proxy and the zone of times without one.

use jiff::tz::TimeZone;
use url::Url;

use super::super::TlsConfig;
use super::super::values::{self, Credentials};
use super::Reader;
use super::fields::{Fields, Given};
use super::tls::{self, Connection};

/// The common part of a kind's map.
pub(super) struct Common {
    /// None where it is faulty.
    pub(super) tls: Option<TlsConfig>,
    pub(super) proxy_url: Option<Url>,
    pub(super) time_zone: TimeZone,
}

/// Reads the common part. `endpoints` are those that the source will call, none for a faulty one.
pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, endpoints: &[Option<&Url>]) -> Common {
    let proxy_url = fields.optional(reader, "proxy_url", |value| values::address(value.text, Credentials::Allowed));
    let time_zone = fields.optional(reader, "time_zone", |value| values::time_zone(value.text));
    let plain = |endpoint: Option<&Url>| endpoint.is_some_and(|url| url.scheme() == "http");
    let connection = if endpoints.contains(&None) {
        Connection::Unknown
    } else if endpoints.iter().copied().all(plain) {
        Connection::Http
    } else if !matches!(proxy_url, Given::Absent) {
        Connection::Proxied
    } else {
        Connection::Https
    };
    Common {
        tls: tls::tls(reader, fields, connection),
        proxy_url: proxy_url.good(),
        time_zone: time_zone.good().unwrap_or(TimeZone::UTC),
    }
}

/// The address given under `key`, else the derived one. None, reported, where the one that counts
/// is faulty; `derived` is none where the region is.
pub(super) fn endpoint(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, derived: Option<&str>) -> Option<Url> {
    match fields.optional(reader, key, |value| values::address(value.text, Credentials::Refused)) {
        Given::Good(url, _) => Some(url),
        Given::Faulty => None,
        Given::Absent => match values::address(derived?, Credentials::Refused) {
            Ok(url) => Some(url),
            Err(problem) => {
                reader.problem(fields.at, problem);
                None
            }
        },
    }
}
