//! The `oms` map of a source: how to reach an OceanBase Migration Service.

use jiff::tz::TimeZone;

use super::super::values::{self, Credentials, Problem};
use super::super::yaml::Entry;
use super::super::{Backend, OmsConfig};
use super::fields::{Fields, Given, Shape, Value};
use super::tls::{self, Connection};
use super::{Reader, secret};

pub(super) const SHAPE: Shape = Shape {
    what: "`oms`",
    keys: &["endpoint", "username", "password", "password_file", "password_env", "tls", "proxy_url", "time_zone"],
};

pub(super) fn oms(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let endpoint = fields
        .required(reader, "endpoint", "https://HOST:8089", |value| values::address(value.text, Credentials::Refused));
    let username = fields.required(reader, "username", "USER", username);
    let password = secret::required(reader, &fields, "password");
    let proxy_url = fields.optional(reader, "proxy_url", |value| values::address(value.text, Credentials::Allowed));
    let time_zone = fields.optional(reader, "time_zone", |value| values::time_zone(value.text));
    let connection = match &endpoint {
        None => Connection::Unknown,
        Some(url) if url.scheme() == "http" => Connection::Http,
        Some(_) if !matches!(proxy_url, Given::Absent) => Connection::Proxied,
        Some(_) => Connection::Https,
    };
    let tls = tls::tls(reader, &fields, connection);
    Some(Backend::Oms(OmsConfig {
        endpoint: endpoint?,
        username: username?,
        password: password?,
        tls: tls?,
        proxy_url: proxy_url.good(),
        time_zone: time_zone.good().unwrap_or(TimeZone::UTC),
    }))
}

/// Basic authentication puts a `:` behind the user, so the user has none.
fn username(value: &Value<'_>) -> Result<String, Problem> {
    let name = values::label(value.text, 128)?;
    if name.contains(':') {
        // What follows the colon may well be the password.
        return Err(Problem::new(
            "a user name cannot hold a `:`",
            "write the user alone, and the password under a key of its own",
        ));
    }
    Ok(name)
}
