//! The vendor's vectors, and the properties of the signature.

use proptest::prelude::*;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::source::signature::tests::{Draft, change, drafts, nonsense, spots, turn};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    input: Input,
    output: Output,
}

#[derive(Deserialize)]
struct Input {
    method: String,
    host: String,
    path: String,
    query: Vec<(String, Value)>,
    headers: serde_json::Map<String, Value>,
    body: Option<String>,
    ak: String,
    sk: String,
    security_token: Option<String>,
    project_id: Option<String>,
    domain_id: Option<String>,
    timestamp: String,
}

#[derive(Deserialize)]
struct Output {
    canonical_request: String,
    string_to_sign: String,
    authorization: String,
    request_uri: String,
}

fn vectors() -> Vec<Vector> {
    let file: File =
        serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sdk-hmac-sha256.json")))
            .unwrap();
    file.vectors
}

/// A value of the vectors' query as text; a list stands for a repeated name.
fn flat((name, value): &(String, Value)) -> Vec<(String, String)> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| flat(&(name.clone(), item.clone()))).collect(),
        Value::String(text) => vec![(name.clone(), text.clone())],
        other => vec![(name.clone(), other.to_string())],
    }
}

fn draft(input: &Input) -> Draft {
    let mut headers: Vec<(String, String)> =
        input.headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    // The signer sets the date itself.
    headers.retain(|(name, _)| name != "X-Sdk-Date");
    headers.push(("Host".to_owned(), input.host.clone()));
    headers.extend(input.project_id.iter().map(|id| ("X-Project-Id".to_owned(), id.clone())));
    headers.extend(input.domain_id.iter().map(|id| ("X-Domain-Id".to_owned(), id.clone())));
    Draft {
        method: input.method.parse().unwrap(),
        path: input.path.clone(),
        query: input.query.iter().flat_map(flat).collect(),
        headers,
        body: input.body.clone().unwrap_or_default().into_bytes(),
    }
}

fn date(text: &str) -> Timestamp {
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).unwrap();
    civil.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
}

fn key(id: &str, secret: &str, token: Option<&str>) -> AccessKey {
    AccessKey { id: id.to_owned(), secret: SecretString::from(secret), security_token: token.map(SecretString::from) }
}

fn any_key() -> AccessKey {
    key("EXAMPLEKEY", "secret-of-the-tests", Some("token-of-the-tests"))
}

fn any_date() -> Timestamp {
    date("20260115T083000Z")
}

fn signature(draft: &Draft, key: &AccessKey, date: Timestamp) -> String {
    let signed = draft.with(|request| sign(request, key, date)).unwrap();
    let authorization = signed.headers["authorization"].to_str().unwrap();
    authorization.rsplit_once("Signature=").unwrap().1.to_owned()
}

#[test]
fn every_vector_is_met_step_by_step() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 15);
    for Vector { name, input, output } in vectors {
        let key = key(&input.ak, &input.sk, input.security_token.as_deref());
        draft(&input).with(|request| {
            let headers = with_own_headers(request, &key, &input.timestamp);
            let (canonical, _) = canonical_request(request, &headers);
            assert_eq!(canonical, output.canonical_request, "{name}");
            assert_eq!(string_to_sign(&canonical, &input.timestamp), output.string_to_sign, "{name}");
            let signed = sign(request, &key, date(&input.timestamp)).unwrap();
            assert_eq!(signed.headers["authorization"], output.authorization.as_str(), "{name}");
            let query = if signed.query.is_empty() { String::new() } else { format!("?{}", signed.query) };
            assert_eq!(format!("{}{query}", input.path), output.request_uri, "{name}");
        });
    }
}

#[test]
fn a_debug_print_shows_no_secret() {
    let draft = Draft {
        method: Method::GET,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("host".to_owned(), "example.com".to_owned())],
        body: Vec::new(),
    };
    let signed = draft.with(|request| sign(request, &any_key(), any_date())).unwrap();
    let shown = format!("{signed:?} {:?}", any_key());
    assert!(!shown.contains("secret-of") && !shown.contains("token-of"), "{shown}");
    assert!(!shown.contains(&signature(&draft, &any_key(), any_date())), "{shown}");
}

#[test]
fn a_header_with_an_underscore_is_sent_unsigned() {
    let draft = Draft {
        method: Method::GET,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("x_other".to_owned(), "1".to_owned())],
        body: Vec::new(),
    };
    let signed = draft.with(|request| sign(request, &any_key(), any_date())).unwrap();
    assert_eq!(signed.headers["x_other"], "1");
    assert!(!signed.headers["authorization"].to_str().unwrap().contains("x_other"));
}

proptest! {
    #[test]
    fn order_and_case_of_headers_do_not_matter(draft in drafts()) {
        let mut other = draft.clone();
        other.headers.reverse();
        other.query.reverse();
        for (name, value) in &mut other.headers {
            *name = name.to_uppercase();
            *value = format!(" {value}\t");
        }
        prop_assert_eq!(signature(&draft, &any_key(), any_date()), signature(&other, &any_key(), any_date()));
    }

    #[test]
    fn any_changed_byte_of_the_request_changes_the_signature(draft in drafts(), spot in spots(), at in any::<prop::sample::Index>()) {
        let mut other = draft.clone();
        change(&mut other, spot, at);
        prop_assert_ne!(signature(&draft, &any_key(), any_date()), signature(&other, &any_key(), any_date()));
    }

    #[test]
    fn any_changed_byte_of_key_and_date_changes_the_signature(draft in drafts(), which in 0..3, at in any::<prop::sample::Index>()) {
        let (mut secret, mut token) = ("secret-of-the-tests".to_owned(), "token-of-the-tests".to_owned());
        let mut date = any_date();
        match which {
            0 => turn(&mut secret, at),
            1 => turn(&mut token, at),
            _ => date += jiff::SignedDuration::from_secs(1),
        }
        let other = key("EXAMPLEKEY", &secret, Some(&token));
        prop_assert_ne!(signature(&draft, &any_key(), any_date()), signature(&draft, &other, date));
    }

    #[test]
    fn a_canonical_path_is_its_own(path in any::<String>()) {
        // What was encoded once is taken for encoded; what comes out ends in a slash.
        let once = canonical_path(&encode_path(&path));
        prop_assert_eq!(canonical_path(&once), once.clone());
        prop_assert!(once.ends_with('/'));
    }

    #[test]
    fn nonsense_is_signed_or_refused(draft in nonsense(), id in any::<String>(), secret in any::<String>(), token in any::<Option<String>>(), second in -377_705_023_201_i64..253_402_207_200) {
        let key = key(&id, &secret, token.as_deref());
        let _outcome = draft.with(|request| sign(request, &key, Timestamp::from_second(second).unwrap()));
    }
}

fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}
