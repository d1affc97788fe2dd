//! The `tls` map: which certificates to trust and to show. The files must be there; what is in
//! them is for the client that loads them.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::super::load;
use super::super::values::{self, Problem};
use super::super::{Fault, TlsConfig};
use super::Reader;
use super::fields::{Fields, Given, Shape, Value};

pub(super) const SHAPE: Shape =
    Shape { what: "`tls`", keys: &["ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"] };

/// What the rest of the source says about its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// No TLS at all.
    Http,
    Https,
    /// TLS through a proxy.
    Proxied,
    /// The endpoint was faulty.
    Unknown,
}

/// Reads `tls` from the map of a kind, if it is there.
pub(super) fn tls(reader: &mut Reader<'_>, parent: &Fields<'_>, connection: Connection) -> Option<TlsConfig> {
    let Some(entry) = parent.get("tls") else {
        return Some(TlsConfig::default());
    };
    if connection == Connection::Http {
        reader.report(
            Fault::at(entry.key_span, "`tls` has no effect on an `http://` endpoint")
                .help("write the endpoint with `https://`, or remove `tls`"),
        );
    }
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let ca_file = file(reader, &fields, "ca_file");
    let cert_file = file(reader, &fields, "cert_file");
    let key_file = file(reader, &fields, "key_file");
    for (one, other) in [("cert_file", "key_file"), ("key_file", "cert_file")] {
        if let Some(entry) = fields.get(one)
            && fields.get(other).is_none()
        {
            let message = format!("`{one}` is given without `{other}`");
            let help = format!("add `{other}: PATH`, or remove `{one}`");
            reader.report(Fault::at(entry.key_span, message).help(help));
        }
    }
    let server_name = fields.optional(reader, "server_name", server_name);
    if connection == Connection::Proxied
        && let Some(entry) = fields.get("server_name")
    {
        let message = "`server_name` is not supported together with `proxy_url`";
        let help = "remove one of the two; the endpoint may name the host as its certificate does";
        reader.report(Fault::at(entry.key_span, message).help(help));
    }
    let verify = fields.optional(reader, "insecure_skip_verify", Value::truth);
    Some(TlsConfig {
        ca_file: ca_file.good(),
        cert_file: cert_file.good(),
        key_file: key_file.good(),
        server_name: server_name.good(),
        insecure_skip_verify: verify.good().unwrap_or(false),
    })
}

fn file(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Given<PathBuf> {
    let directory = reader.surroundings.directory;
    fields.optional(reader, key, |value| readable(directory, value.text))
}

fn readable(directory: &Path, text: &str) -> Result<PathBuf, Problem> {
    let path = directory.join(text);
    let name = values::quoted(&path.display().to_string());
    let help = "correct the path (a relative one starts at the folder of this file), \
                or let this user read it";
    let metadata = File::open(&path)
        .and_then(|file| file.metadata())
        .map_err(|error| Problem::new(format!("{name} cannot be read: {}", load::reason(&error)), help))?;
    if metadata.is_dir() {
        return Err(Problem::new(format!("{name} is a folder"), "name the file itself"));
    }
    Ok(path)
}

fn server_name(value: &Value<'_>) -> Result<String, Problem> {
    let name = values::label(value.text, 253)?;
    if name.contains([':', '/']) || name.contains(char::is_whitespace) {
        let message = format!("{} is no name of a host", values::quoted(&name));
        return Err(Problem::new(message, "write the name alone, as in `oms.example.com`"));
    }
    Ok(name)
}
