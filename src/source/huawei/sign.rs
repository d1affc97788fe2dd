//! SDK-HMAC-SHA256, the signature of Huawei Cloud's API gateway, as a pure function.
//!
//! After the vendor's "API Request Signing Guide". It asks no clock: the date comes in. The gateway
//! allows 15 minutes between the date and its own clock, and locks a key for 5 minutes after more
//! than five wrong signatures, so a refusal is not to be answered with another try.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};

use crate::source::signature::{Headers, Signed, Unsignable, Unsigned, canonical_query, encode, hash, seal};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// What stands for the hash of a body that is not JSON.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// An access key: what signs a request.
#[derive(Clone, Debug)]
pub(super) struct AccessKey {
    /// Its public part; not empty.
    pub(super) id: String,
    /// Its secret part; not empty.
    pub(super) secret: SecretString,
    /// Comes with temporary keys.
    pub(super) security_token: Option<SecretString>,
}

/// Signs a request. The given headers should be `host` (with the port where it is not the usual
/// one), `content-type` where there is a body, and `x-project-id` or `x-domain-id` where the caller
/// knows one; those that belong to the signature are added. A header whose name holds `_` is sent
/// but not signed: gateways drop such names.
///
/// # Errors
/// When a header's value, which may be the key id or the token, is not allowed in HTTP.
pub(super) fn sign(request: &Unsigned<'_>, key: &AccessKey, date: Timestamp) -> Result<Signed, Unsignable> {
    let date = date.strftime("%Y%m%dT%H%M%SZ").to_string();
    let headers = with_own_headers(request, key, &date);
    let (canonical, names) = canonical_request(request, &headers);
    let signature = seal(&key.secret, &string_to_sign(&canonical, &date));
    let authorization = format!("{ALGORITHM} Access={}, SignedHeaders={names}, Signature={signature}", key.id);
    Ok(Signed { headers: headers.sealed(&authorization)?, query: canonical_query(request.query) })
}

/// Adds the headers that the signature itself wants.
fn with_own_headers(request: &Unsigned<'_>, key: &AccessKey, date: &str) -> Headers {
    let mut headers = Headers::of(request);
    headers.set("x-sdk-date", date);
    if let Some(token) = &key.security_token {
        headers.set("x-security-token", token.expose_secret());
    }
    let hashed = |kind: &str| kind.starts_with("application/json") || kind.starts_with("application/bson");
    if headers.get("content-type").is_some_and(|kind| !kind.is_empty() && !hashed(kind)) {
        headers.set("x-sdk-content-sha256", UNSIGNED);
    }
    headers
}

/// The request in its canonical spelling, and the names of the signed headers.
fn canonical_request(request: &Unsigned<'_>, headers: &Headers) -> (String, String) {
    let (lines, names) = headers.canonical(|name| !name.contains('_'));
    let path = canonical_path(request.path);
    let query = canonical_query(request.query);
    let payload = match headers.get("x-sdk-content-sha256") {
        Some(given) if !request.body.is_empty() => given.to_owned(),
        _ => hash(request.body),
    };
    // `lines` ends with a line break of its own, so an empty line follows.
    (format!("{}\n{path}\n{query}\n{lines}\n{names}\n{payload}", request.method), names)
}

/// The path decoded, cut at every slash (one that was `%2F` too) and encoded anew, with a slash at
/// its end. It is signed so and sent as it was given.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let segments: Vec<String> = decoded.split('/').map(encode).collect();
    let mut canonical = segments.join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn string_to_sign(canonical_request: &str, date: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{}", hash(canonical_request.as_bytes()))
}

#[cfg(test)]
mod tests;
