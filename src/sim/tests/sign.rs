//! Signed requests, made without the verifiers' code: the canonical form is written out as the
//! documents show it for the one kind of request that is sent here.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, RequestBuilder};
use sha2::{Digest as _, Sha256};

use super::client;
use crate::sim::{AccessKey, Simulator};

/// What a test may want to be wrong or different.
#[derive(Clone, Debug)]
pub(super) struct Signing {
    pub(super) key: AccessKey,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) nonce: Option<String>,
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn mac(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex(mac.finalize().into_bytes())
}

fn host(simulator: &Simulator) -> String {
    simulator.base_url().replace("http://", "")
}

fn stamp(at: i64, form: &str) -> String {
    jiff::Timestamp::from_second(at).unwrap().strftime(form).to_string()
}

fn nonce() -> String {
    format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..))
}

/// A request to Alibaba Cloud with this form as its body.
pub(super) fn alibaba(simulator: &Simulator, signing: &Signing, action: &str, form: &str) -> RequestBuilder {
    let mut headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("host", host(simulator)),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", hex(Sha256::digest(form))),
        ("x-acs-date", stamp(signing.at, "%Y-%m-%dT%H:%M:%SZ")),
        ("x-acs-signature-nonce", signing.nonce.clone().unwrap_or_else(nonce)),
        ("x-acs-version", "2019-09-01".to_owned()),
    ];
    if let Some(token) = signing.key.token {
        headers.insert(5, ("x-acs-security-token", token.to_owned()));
    }
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut canonical = "POST\n/\n\n".to_owned();
    for (name, value) in &headers {
        writeln!(canonical, "{name}:{value}").unwrap();
    }
    write!(canonical, "\n{names}\n{}", hex(Sha256::digest(form))).unwrap();
    let signature = mac(signing.key.secret, &format!("ACS3-HMAC-SHA256\n{}", hex(Sha256::digest(canonical))));
    let id = signing.key.id;
    let authorization = format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature={signature}");
    let mut request = client().post(simulator.alibaba_url()).header("authorization", authorization);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(form.to_owned())
}

/// A request to Huawei Cloud. The parameters in the path must be sorted and need no encoding.
pub(super) fn huawei(
    simulator: &Simulator,
    signing: &Signing,
    (method, path): (Method, &str),
    body: &str,
) -> RequestBuilder {
    let date = stamp(signing.at, "%Y%m%dT%H%M%SZ");
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let mut lines = format!("host:{}\nx-sdk-date:{date}\n", host(simulator));
    let mut names = "host;x-sdk-date".to_owned();
    if let Some(token) = signing.key.token {
        writeln!(lines, "x-security-token:{token}").unwrap();
        names.push_str(";x-security-token");
    }
    let hash = hex(Sha256::digest(body));
    let canonical = format!("{method}\n{plain}/\n{query}\n{lines}\n{names}\n{hash}");
    let to_sign = format!("SDK-HMAC-SHA256\n{date}\n{}", hex(Sha256::digest(canonical)));
    let signature = mac(signing.key.secret, &to_sign);
    let id = signing.key.id;
    let mut request = client()
        .request(method, format!("{}{path}", simulator.huawei_url()))
        .header("authorization", format!("SDK-HMAC-SHA256 Access={id}, SignedHeaders={names}, Signature={signature}"))
        .header("x-sdk-date", date)
        .header("content-type", "application/json");
    if let Some(token) = signing.key.token {
        request = request.header("x-security-token", token);
    }
    request.body(body.to_owned())
}
