//! Both verifiers against what the vendors' own signers made.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::{Signed, acs3, sdk};

fn vectors(text: &str, key: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file[key].as_array().unwrap().clone()
}

fn headers(given: &Value) -> HeaderMap {
    let given = given.as_object().unwrap().iter();
    given
        .map(|(name, value)| {
            let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), value)
        })
        .collect()
}

/// The headers that were signed, as they stand in the canonical request, and the signature.
fn signed_headers(output: &Value) -> HeaderMap {
    let lines = text(&output["canonical_request"]).lines().skip(3).take_while(|line| !line.is_empty());
    let authorization = ("authorization", text(&output["authorization"]));
    let pairs = lines.filter_map(|line| line.split_once(':')).chain([authorization]);
    pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn acs3_agrees_with_the_vendors_signer() {
    let vectors = vectors(include_str!("../../../tests/fixtures/acs3.json"), "vectors");
    assert_eq!(vectors.len(), 6);
    for vector in &vectors {
        let (input, output) = (&vector["input"], &vector["output"]);
        let mut headers = headers(&input["headers"]);
        headers.insert("authorization", text(&output["authorization"]).parse().unwrap());
        let query = text(&output["canonical_query"]);
        let body = text(&input["body"]).as_bytes();
        let request = Signed { method: &Method::POST, path: "/", query, headers: &headers, body };
        let now = text(&input["timestamp"]).parse::<jiff::Timestamp>().unwrap().as_second();
        let secret = text(&input["access_key_secret"]);
        let read = acs3::Authorization::read(&request).unwrap();
        assert_eq!(read.key_id, text(&input["access_key_id"]));
        assert_eq!(read.check(&request, secret, now), Ok(()), "{}", vector["name"]);
        assert_eq!(read.check(&request, secret, now + 901), Err(acs3::Fault::Expired));
        let wrong = read.check(&request, "guess", now);
        assert_eq!(wrong, Err(acs3::Fault::Mismatch(text(&output["canonical_request"]).to_owned())));
        let spoilt = Signed { body: b"Id=other", ..request };
        assert!(matches!(read.check(&spoilt, secret, now), Err(acs3::Fault::Mismatch(_))));
    }
}

#[test]
fn sdk_agrees_with_the_vendors_signer() {
    let vectors = vectors(include_str!("../../../tests/fixtures/sdk-hmac-sha256.json"), "vectors");
    assert_eq!(vectors.len(), 15);
    for vector in &vectors {
        let (input, output) = (&vector["input"], &vector["output"]);
        let headers = signed_headers(output);
        let uri = text(&output["request_uri"]);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let method: Method = text(&input["method"]).parse().unwrap();
        let body = text(&input["body"]).as_bytes();
        let request = Signed { method: &method, path, query, headers: &headers, body };
        let stamp = text(&input["timestamp"]).replace('Z', "+0000");
        let now = jiff::Timestamp::strptime("%Y%m%dT%H%M%S%z", stamp).unwrap().as_second();
        let secret = text(&input["sk"]);
        let read = sdk::Authorization::read(&request).unwrap();
        assert_eq!(read.key_id, text(&input["ak"]));
        assert_eq!(read.check(&request, secret, now), Ok(()), "{}", vector["name"]);
        assert_eq!(read.check(&request, secret, now - 901), Err(sdk::Fault::Skewed));
        assert_eq!(read.check(&request, "guess", now), Err(sdk::Fault::Mismatch));
        let spoilt = Signed { query: "limit=1", ..request };
        assert_eq!(read.check(&spoilt, secret, now), Err(sdk::Fault::Mismatch));
    }
}

#[test]
fn what_has_to_be_signed_is_signed() {
    let vectors = vectors(include_str!("../../../tests/fixtures/acs3.json"), "vectors");
    let (input, output) = (&vectors[1]["input"], &vectors[1]["output"]);
    let mut headers = headers(&input["headers"]);
    let method = Method::POST;
    let read = |headers: &HeaderMap| {
        acs3::Authorization::read(&Signed { method: &method, path: "/", query: "", headers, body: b"" })
    };
    assert!(matches!(read(&headers), Err(acs3::Fault::Incomplete(_))));
    for (from, to) in
        [(";host", ""), ("content-type;", ""), ("ACS3-", "ACS4-"), ("host;x-acs-action", "x-acs-action;host")]
    {
        let authorization = text(&output["authorization"]).replace(from, to);
        headers.insert("authorization", authorization.parse().unwrap());
        assert!(matches!(read(&headers), Err(acs3::Fault::Incomplete(_))), "{from}");
    }
    headers.insert("authorization", text(&output["authorization"]).parse().unwrap());
    assert!(read(&headers).is_ok());
    headers.insert("x-acs-further", "1".parse().unwrap());
    assert!(matches!(read(&headers), Err(acs3::Fault::Incomplete(_))));
    headers.remove("x-acs-further");
    headers.remove("x-acs-signature-nonce");
    assert_eq!(read(&headers), Err(acs3::Fault::Missing("x-acs-signature-nonce")));
}
