//! What the request signatures of both clouds have in common: a canonical form of the request, its
//! SHA-256, and an HMAC of that under the secret. The server's side only, written from the
//! documents, and held against vectors that the vendors' own signers made.

pub(super) mod acs3;
pub(super) mod sdk;

#[cfg(test)]
mod tests;

use axum::http::{HeaderMap, Method};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

/// Everything but letters, digits and `-_.~` is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How far a client's clock may be off, in seconds.
const TOLERANCE: i64 = 15 * 60;

/// A request as it arrived, as far as it can be signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a Method,
    /// As sent, still encoded.
    pub(super) path: &'a str,
    /// As sent, still encoded, empty where there is none.
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Signed<'_> {
    /// A header's value without blanks around it; several of one name are sorted and joined.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let mut values: Vec<_> = values.filter_map(|value| std::str::from_utf8(value.as_bytes()).ok()).collect();
        for value in &mut values {
            *value = value.trim();
        }
        values.sort_unstable();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Method, path, query, the signed headers, their names, and the hash of the body, a line each.
    /// None if a header that is said to be signed is not there.
    fn canonical(&self, path: &str, names: &str, body_hash: &str) -> Option<String> {
        let mut lines = String::new();
        for name in names.split(';') {
            lines.push_str(name);
            lines.push(':');
            lines.push_str(&self.header(name)?);
            lines.push('\n');
        }
        let (method, query) = (self.method, canonical_query(self.query));
        Some(format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{body_hash}"))
    }
}

/// Names as a signature lists them: lower case, sorted, each once.
fn well_listed(names: &str) -> bool {
    let listed: Vec<_> = names.split(';').collect();
    let sorted = listed.windows(2).all(|pair| matches!(pair, [left, right] if left < right));
    sorted && listed.iter().all(|name| !name.is_empty() && !name.contains(|letter: char| letter.is_ascii_uppercase()))
}

/// The parameters, decoded, sorted by name and value, and encoded the one right way.
fn canonical_query(raw: &str) -> String {
    let mut pairs: Vec<_> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect();
    pairs.sort_unstable();
    let encoded: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    encoded.join("&")
}

/// A parameter as text; `+` is a blank, as for every server of forms.
pub(super) fn decode(raw: &str) -> String {
    percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal HMAC-SHA256. None never happens: a key may have any length.
fn hmac_sha256(secret: &str, text: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Whether a client's time is near enough to the server's, both in Unix seconds.
fn near(theirs: i64, ours: i64) -> bool {
    theirs.abs_diff(ours) <= TOLERANCE.unsigned_abs()
}
