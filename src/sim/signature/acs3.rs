//! ACS3-HMAC-SHA256, the signature of Alibaba Cloud's OpenAPI, as a gateway checks it. Stricter than
//! the real one may be: what a careful client signs has to be signed.

use std::collections::BTreeMap;

use super::{Signed, hmac_sha256, near, sha256, well_listed};

/// Name of the algorithm, at the head of the header and of what is signed.
const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// Headers that a request cannot do without.
const NEEDED: [&str; 5] =
    ["x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

/// The `Authorization` header taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Authorization {
    pub(in crate::sim) key_id: String,
    signed_headers: String,
    signature: String,
}

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Fault {
    /// Nothing that could be checked, or something unsigned that has to be signed.
    Incomplete(String),
    /// A header is missing.
    Missing(&'static str),
    /// The time is in no form that this signature knows.
    Time,
    /// The time is too far from the server's.
    Expired,
    /// The body is not the one that was signed, or the signature is another; this was signed here.
    Mismatch(String),
}

impl Authorization {
    /// Reads the header and looks whether all is there and signed that has to be.
    pub(in crate::sim) fn read(request: &Signed<'_>) -> Result<Self, Fault> {
        let incomplete = |what: &str| Fault::Incomplete(what.to_owned());
        let header = request.header("authorization").ok_or_else(|| incomplete("there is no Authorization header"))?;
        let rest = header.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let rest = rest.ok_or_else(|| incomplete("the algorithm is not supported"))?;
        let parts: BTreeMap<_, _> = rest.split(',').filter_map(|part| part.split_once('=')).collect();
        let part = |name: &str| {
            let value = parts.get(name).filter(|value| !value.is_empty());
            value.map(|value| (*value).to_owned()).ok_or_else(|| incomplete(&format!("{name} is missing")))
        };
        let read =
            Self { key_id: part("Credential")?, signed_headers: part("SignedHeaders")?, signature: part("Signature")? };
        if let Some(missing) = NEEDED.into_iter().find(|name| request.header(name).is_none()) {
            return Err(Fault::Missing(missing));
        }
        if !well_listed(&read.signed_headers) {
            return Err(incomplete("SignedHeaders are not lower case and sorted"));
        }
        let names = request.headers.keys().map(axum::http::HeaderName::as_str);
        let mut due = names.filter(|name| *name == "host" || *name == "content-type" || name.starts_with("x-acs-"));
        let signed: Vec<_> = read.signed_headers.split(';').collect();
        match due.find(|name| !signed.contains(name)) {
            Some(unsigned) => Err(incomplete(&format!("the header {unsigned} is not signed"))),
            None if !signed.contains(&"host") => Err(incomplete("the header host is not signed")),
            None => Ok(read),
        }
    }

    /// Looks whether the signature is right; `now` is in Unix seconds.
    pub(in crate::sim) fn check(&self, request: &Signed<'_>, secret: &str, now: i64) -> Result<(), Fault> {
        let date = request.header("x-acs-date").unwrap_or_default();
        let form = date.len() == "2026-01-02T03:04:05Z".len() && date.ends_with('Z');
        let date: jiff::Timestamp = date.parse().ok().filter(|_| form).ok_or(Fault::Time)?;
        if !near(date.as_second(), now) {
            return Err(Fault::Expired);
        }
        let body_hash = sha256(request.body);
        if request.header("x-acs-content-sha256").as_ref() != Some(&body_hash) {
            return Err(Fault::Mismatch("x-acs-content-sha256 is not that of the body".to_owned()));
        }
        let canonical = request.canonical(request.path, &self.signed_headers, &body_hash);
        let canonical = canonical.ok_or_else(|| Fault::Incomplete("a signed header is missing".to_owned()))?;
        let to_sign = format!("{ALGORITHM}\n{}", sha256(canonical.as_bytes()));
        if hmac_sha256(secret, &to_sign).as_ref() == Some(&self.signature) {
            Ok(())
        } else {
            Err(Fault::Mismatch(canonical))
        }
    }
}
