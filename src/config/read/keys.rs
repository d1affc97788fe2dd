//! Key pairs that sign requests, and the token that belongs to a temporary pair.

use secrecy::{ExposeSecret, SecretString};

use super::super::values;
use super::super::{AccessKey, Fault};
use super::fields::{Fields, Given};
use super::{Reader, secret};

/// How a kind calls the halves of a pair.
pub(super) struct Names {
    pub(super) id: &'static str,
    pub(super) secret: &'static str,
}

const TOKEN: &str = "security_token";

/// A pair that may be left out as a whole. Its place is that of the part which comes first.
pub(super) fn optional(reader: &mut Reader<'_>, fields: &Fields<'_>, names: &Names) -> Given<AccessKey> {
    let parts = [names.id, names.secret, TOKEN];
    let places = parts.iter().filter_map(|key| Some(secret::entry(fields, key)?.key_span));
    let Some(at) = places.min_by_key(|place| place.start) else {
        return Given::Absent;
    };
    let is_complete = check_complete(reader, fields, names);
    let id = header(reader, fields, names.id);
    let secret = secret::optional(reader, fields, names.secret);
    let token = header(reader, fields, TOKEN);
    let is_token_faulty = token.is_faulty();
    match (id.good(), secret.good()) {
        (Some(id), Some(secret)) if is_complete && !is_token_faulty => {
            Given::Good(AccessKey { id: id.expose_secret().to_owned(), secret, security_token: token.good() }, at)
        }
        _ => Given::Faulty,
    }
}

/// Reports a half without the other, or a token without both.
fn check_complete(reader: &mut Reader<'_>, fields: &Fields<'_>, names: &Names) -> bool {
    let Names { id, secret } = names;
    let (lonely, missing) = match (secret::entry(fields, id), secret::entry(fields, secret)) {
        (Some(_), Some(_)) => return true,
        (Some(entry), None) => (entry, secret),
        (None, Some(entry)) => (entry, id),
        (None, None) => {
            if let Some(entry) = secret::entry(fields, TOKEN) {
                let message = format!("`{}` is given without `{id}` and `{secret}`", entry.key);
                let help = format!("add both, or remove `{}`", entry.key);
                reader.report(Fault::at(entry.key_span, message).help(help));
            }
            return false;
        }
    };
    let message = format!("`{}` is given without `{missing}`", lonely.key);
    reader.report(Fault::at(lonely.key_span, message).help(secret::advice(missing)));
    false
}

/// A secret that goes into a header as it is.
fn header(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Given<SecretString> {
    match secret::optional(reader, fields, key) {
        Given::Good(secret, at) => match values::header(secret.expose_secret()) {
            Ok(()) => Given::Good(secret, at),
            Err(problem) => {
                reader.problem(at, problem);
                Given::Faulty
            }
        },
        other => other,
    }
}
