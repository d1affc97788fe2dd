//! SDK-HMAC-SHA256, the signature of Huawei Cloud's APIs, as a gateway checks it.

use percent_encoding::percent_decode_str;

use super::{Signed, encode, hmac_sha256, near, sha256, well_listed};

/// Name of the algorithm, at the head of the header and of what is signed.
const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// In place of a hash where the body is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The `Authorization` header taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Authorization {
    pub(in crate::sim) key_id: String,
    signed_headers: String,
    signature: String,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Fault {
    /// The header cannot be read, or leaves out what has to be signed.
    Malformed,
    /// The time is too far from the server's, or no time.
    Skewed,
    /// The signature is another.
    Mismatch,
}

impl Authorization {
    /// Reads the header and looks whether all is signed that has to be.
    pub(in crate::sim) fn read(request: &Signed<'_>) -> Result<Self, Fault> {
        let header = request.header("authorization").ok_or(Fault::Malformed)?;
        let rest = header.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' ')).ok_or(Fault::Malformed)?;
        let part = |name: &str| {
            let parts = rest.split(',').map(str::trim);
            let mut values = parts.filter_map(|part| part.split_once('=').filter(|(key, _)| *key == name));
            values.next().map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty()).ok_or(Fault::Malformed)
        };
        let read =
            Self { key_id: part("Access")?, signed_headers: part("SignedHeaders")?, signature: part("Signature")? };
        if !well_listed(&read.signed_headers) {
            return Err(Fault::Malformed);
        }
        // A token that is not signed could be put under somebody else's request.
        let token = request.headers.contains_key("x-security-token").then_some("x-security-token");
        let signed: Vec<_> = read.signed_headers.split(';').collect();
        let complete = ["host", "x-sdk-date"].into_iter().chain(token).all(|name| signed.contains(&name));
        if complete { Ok(read) } else { Err(Fault::Malformed) }
    }

    /// Looks whether the signature is right; `now` is in Unix seconds.
    pub(in crate::sim) fn check(&self, request: &Signed<'_>, secret: &str, now: i64) -> Result<(), Fault> {
        let date = request.header("x-sdk-date").unwrap_or_default();
        let theirs = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", &date)
            .ok()
            .and_then(|parsed| parsed.to_datetime().ok())
            .and_then(|civil| jiff::tz::TimeZone::UTC.to_timestamp(civil).ok());
        if !theirs.is_some_and(|theirs| near(theirs.as_second(), now)) {
            return Err(Fault::Skewed);
        }
        let body_hash = match request.header("x-sdk-content-sha256") {
            Some(unsigned) if unsigned == UNSIGNED && !request.body.is_empty() => unsigned,
            _ => sha256(request.body),
        };
        let canonical = request.canonical(&canonical_path(request.path), &self.signed_headers, &body_hash);
        let canonical = canonical.ok_or(Fault::Malformed)?;
        let to_sign = format!("{ALGORITHM}\n{date}\n{}", sha256(canonical.as_bytes()));
        let right = hmac_sha256(secret, &to_sign);
        if right.as_ref() == Some(&self.signature) { Ok(()) } else { Err(Fault::Mismatch) }
    }
}

/// Each segment decoded and encoded the one right way, with a slash at the end that the path as
/// sent need not have.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let segments: Vec<_> = decoded.split('/').map(encode).collect();
    let mut path = segments.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}
