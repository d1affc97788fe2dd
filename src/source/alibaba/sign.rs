//! ACS3-HMAC-SHA256, the signature of Alibaba Cloud's OpenAPI, as a pure function.
//!
//! After the page "V3 request structure and signature" of the vendor. It asks no clock and rolls no
//! dice: date and nonce come in, and have to be new for every attempt, or the service takes a
//! repeated request for a replay. The service allows 15 minutes between the date and its own clock.

use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use super::credentials::Credentials;
use crate::source::signature::{Headers, Signed, Unsignable, Unsigned, canonical_query, hash, seal};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What makes one attempt differ from the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    /// When the request is sent; seconds count.
    pub(super) date: Timestamp,
    /// Never used before; the vendor's clients send 32 hexadecimal digits.
    pub(super) nonce: &'a str,
}

/// Signs a request. The given headers should be `host`, `content-type` where there is a body, and
/// `x-acs-action`, `x-acs-version` and what else begins with `x-acs-`; those that belong to the
/// signature are added.
///
/// # Errors
/// When a header's value, which may be the key id or the token, is not allowed in HTTP.
pub(super) fn sign(request: &Unsigned<'_>, credentials: &Credentials, stamp: &Stamp<'_>) -> Result<Signed, Unsignable> {
    let payload = hash(request.body);
    let headers = with_own_headers(request, credentials, stamp, &payload);
    let (canonical, names) = canonical_request(request, &headers, &payload);
    let signature = seal(&credentials.secret, &string_to_sign(&canonical));
    let authorization =
        format!("{ALGORITHM} Credential={},SignedHeaders={names},Signature={signature}", credentials.access_key_id);
    Ok(Signed { headers: headers.sealed(&authorization)?, query: canonical_query(request.query) })
}

/// Adds the headers that the signature itself wants. Temporary keys are named in two more, which
/// are signed as well.
fn with_own_headers(request: &Unsigned<'_>, credentials: &Credentials, stamp: &Stamp<'_>, payload: &str) -> Headers {
    let mut headers = Headers::of(request);
    headers.set("x-acs-date", &stamp.date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    headers.set("x-acs-signature-nonce", stamp.nonce);
    headers.set("x-acs-content-sha256", payload);
    if let Some(token) = &credentials.security_token {
        headers.set("x-acs-accesskey-id", &credentials.access_key_id);
        headers.set("x-acs-security-token", token.expose_secret());
    }
    headers
}

/// The request in its canonical spelling, and the names of the signed headers.
fn canonical_request(request: &Unsigned<'_>, headers: &Headers, payload: &str) -> (String, String) {
    let (lines, names) = headers.canonical(|_| true);
    let path = if request.path.is_empty() { "/" } else { request.path };
    let query = canonical_query(request.query);
    // `lines` ends with a line break of its own, so an empty line follows.
    (format!("{}\n{path}\n{query}\n{lines}\n{names}\n{payload}", request.method), names)
}

fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", hash(canonical_request.as_bytes()))
}

#[cfg(test)]
mod tests;
