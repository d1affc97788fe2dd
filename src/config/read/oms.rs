//! The `oms` and `oms_v3` maps of a source: how to reach an OceanBase Migration Service.

use super::super::values::{self, Credentials, Problem};
use super::super::yaml::Entry;
use super::super::{Backend, OmsConfig};
use super::fields::{Fields, Shape, Value};
use super::{Reader, connection, secret};

const KEYS: &[&str] =
    &["endpoint", "username", "password", "password_file", "password_env", "tls", "proxy_url", "time_zone"];

pub(super) const SHAPE: Shape = Shape { what: "`oms`", keys: KEYS };

pub(super) const SHAPE_V3: Shape = Shape { what: "`oms_v3`", keys: KEYS };

pub(super) fn oms(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    read(reader, entry, &SHAPE).map(Backend::Oms)
}

pub(super) fn oms_v3(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    read(reader, entry, &SHAPE_V3).map(Backend::OmsV3)
}

fn read(reader: &mut Reader<'_>, entry: &Entry, shape: &Shape) -> Option<OmsConfig> {
    let fields = Fields::read(reader, &entry.value, shape, entry.key_span)?;
    let endpoint = fields
        .required(reader, "endpoint", "https://HOST:8089", |value| values::address(value.text, Credentials::Refused));
    let username = fields.required(reader, "username", "USER", username);
    let password = secret::required(reader, &fields, "password");
    let connection = connection::read(reader, &fields, &[endpoint.as_ref()]);
    Some(OmsConfig {
        endpoint: endpoint?,
        username: username?,
        password: password?,
        tls: connection.tls?,
        proxy_url: connection.proxy_url,
        time_zone: connection.time_zone,
    })
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
