//! The vendor's vectors, and the properties of the signature.

use proptest::prelude::*;
use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;

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
    path: String,
    query: serde_json::Map<String, serde_json::Value>,
    headers: serde_json::Map<String, serde_json::Value>,
    body: String,
    access_key_id: String,
    access_key_secret: String,
    security_token: Option<String>,
    timestamp: Written,
    nonce: String,
}

/// A time as the vectors write it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Written(Timestamp);

impl TryFrom<String> for Written {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

#[derive(Deserialize)]
struct Output {
    canonical_query: String,
    canonical_request: String,
    string_to_sign: String,
    authorization: String,
}

fn vectors() -> Vec<Vector> {
    let file: File =
        serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/acs3.json"))).unwrap();
    file.vectors
}

fn texts(map: &serde_json::Map<String, serde_json::Value>) -> Vec<(String, String)> {
    map.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn draft(input: &Input) -> Draft {
    // The signer adds its own headers itself; they are left out to see that.
    const OWN: [&str; 5] =
        ["x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "x-acs-accesskey-id", "x-acs-security-token"];
    let mut headers = texts(&input.headers);
    headers.retain(|(name, _)| !OWN.contains(&name.as_str()));
    Draft {
        method: input.method.parse().unwrap(),
        path: input.path.clone(),
        query: texts(&input.query),
        headers,
        body: input.body.clone().into_bytes(),
    }
}

fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: id.to_owned(),
        secret: SecretString::from(secret),
        security_token: token.map(SecretString::from),
        expires: None,
    }
}

/// Keys, date and nonce of the tests that need just any.
struct Seal {
    id: String,
    secret: String,
    token: Option<String>,
    date: Timestamp,
    nonce: String,
}

impl Seal {
    fn any() -> Self {
        Self {
            id: "LTAI5tEXAMPLE".to_owned(),
            secret: "secret-of-the-tests".to_owned(),
            token: Some("token-of-the-tests".to_owned()),
            date: Timestamp::from_second(1_767_323_045).unwrap(),
            nonce: "0123456789abcdef".to_owned(),
        }
    }

    fn sign(&self, draft: &Draft) -> Result<Signed, Unsignable> {
        let credentials = credentials(&self.id, &self.secret, self.token.as_deref());
        draft.with(|request| sign(request, &credentials, &Stamp { date: self.date, nonce: &self.nonce }))
    }

    fn signature(&self, draft: &Draft) -> String {
        let signed = self.sign(draft).unwrap();
        let authorization = signed.headers["authorization"].to_str().unwrap();
        authorization.rsplit_once("Signature=").unwrap().1.to_owned()
    }
}

#[test]
fn every_vector_is_met_step_by_step() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 6);
    for Vector { name, input, output } in vectors {
        let credentials = credentials(&input.access_key_id, &input.access_key_secret, input.security_token.as_deref());
        let stamp = Stamp { date: input.timestamp.0, nonce: &input.nonce };
        draft(&input).with(|request| {
            let payload = hash(request.body);
            let headers = with_own_headers(request, &credentials, &stamp, &payload);
            let (canonical, _) = canonical_request(request, &headers, &payload);
            assert_eq!(canonical, output.canonical_request, "{name}");
            assert_eq!(string_to_sign(&canonical), output.string_to_sign, "{name}");
            let signed = sign(request, &credentials, &stamp).unwrap();
            assert_eq!(signed.headers["authorization"], output.authorization.as_str(), "{name}");
            assert_eq!(signed.query, output.canonical_query, "{name}");
            for (header, value) in texts(&input.headers) {
                assert_eq!(signed.headers[header.as_str()], value.trim(), "{name}: {header} is sent as it was signed");
            }
        });
    }
}

#[test]
fn a_debug_print_shows_no_secret() {
    let seal = Seal::any();
    let draft = Draft {
        method: Method::POST,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("host".to_owned(), "example.com".to_owned())],
        body: Vec::new(),
    };
    let signed = seal.sign(&draft).unwrap();
    let shown = format!("{signed:?} {:?}", credentials(&seal.id, &seal.secret, seal.token.as_deref()));
    assert!(!shown.contains(&seal.secret) && !shown.contains("token-of"), "{shown}");
    assert!(!shown.contains(&seal.signature(&draft)), "{shown}");
}

#[test]
fn a_key_pasted_with_a_line_break_is_an_error() {
    let draft =
        Draft { method: Method::POST, path: "/".to_owned(), query: Vec::new(), headers: Vec::new(), body: Vec::new() };
    let broken = Seal { id: "LTAI\nX".to_owned(), token: None, ..Seal::any() };
    assert_eq!(broken.sign(&draft).unwrap_err().name, "authorization");
    let broken = Seal { token: Some("one\r\ntwo".to_owned()), ..Seal::any() };
    let error = broken.sign(&draft).unwrap_err();
    assert_eq!(error.name, "x-acs-security-token");
    assert!(!error.to_string().contains("one"));
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
        prop_assert_eq!(Seal::any().signature(&draft), Seal::any().signature(&other));
    }

    #[test]
    fn any_changed_byte_of_the_request_changes_the_signature(draft in drafts(), spot in spots(), at in any::<prop::sample::Index>()) {
        let mut other = draft.clone();
        change(&mut other, spot, at);
        prop_assert_ne!(Seal::any().signature(&draft), Seal::any().signature(&other));
    }

    #[test]
    fn any_changed_byte_of_key_date_and_nonce_changes_the_signature(draft in drafts(), which in 0..5, at in any::<prop::sample::Index>()) {
        let mut other = Seal::any();
        match which {
            0 => turn(&mut other.id, at),
            1 => turn(&mut other.secret, at),
            2 => turn(other.token.as_mut().unwrap(), at),
            3 => other.date += jiff::SignedDuration::from_secs(1),
            _ => turn(&mut other.nonce, at),
        }
        prop_assert_ne!(Seal::any().signature(&draft), other.signature(&draft));
    }

    #[test]
    fn nonsense_is_signed_or_refused(draft in nonsense(), id in any::<String>(), secret in any::<String>(), token in any::<Option<String>>(), nonce in any::<String>(), second in -377_705_023_201_i64..253_402_207_200) {
        let date = Timestamp::from_second(second).unwrap();
        let _outcome = Seal { id, secret, token, date, nonce }.sign(&draft);
    }
}
