//! What was asked, as far as it tells one request from another: method, path, query and body. Headers
//! are left out, because credentials, dates and signatures travel in them.

use percent_encoding::percent_decode_str;
use reqwest::Request;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::redact::Mask;

/// Parameters that belong to a signature. They differ from one attempt to the next, and some of
/// them are secrets; the services of today want them in headers, older dialects in the query.
const OF_A_SIGNATURE: [&str; 7] =
    ["signature", "signaturenonce", "signaturemethod", "signatureversion", "timestamp", "accesskeyid", "securitytoken"];

/// What identifies a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::source) struct Asked {
    method: String,
    /// Decoded, so that a secret in it is found.
    path: String,
    /// `name=value`, decoded and sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    query: Vec<String>,
    /// JSON, or text where it is none.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    body: Value,
}

impl Asked {
    /// Takes it from the request that is about to be sent.
    pub(in crate::source) fn of(request: &Request) -> Self {
        let url = request.url();
        let pairs = url.query_pairs().filter(|(name, _)| !is_of_a_signature(name));
        let mut query: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
        query.sort_unstable();
        let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let path = percent_decode_str(url.path()).decode_utf8_lossy().into_owned();
        Self { method: request.method().to_string(), path, query, body: body(bytes) }
    }

    /// The same text for the same request of the same operation, and for no other.
    pub(in crate::source) fn key(&self, operation: &str) -> String {
        serde_json::json!([operation, self]).to_string()
    }

    /// The same without what the configuration keeps secret. The rest stays as it was sent: a replay
    /// asks with the very same words.
    pub(super) fn cleaned(&self, mask: &mut Mask) -> Self {
        let Self { method, path, query, body } = self;
        Self {
            method: method.clone(),
            path: mask.plain(path),
            query: query.iter().map(|pair| mask.plain(pair)).collect(),
            body: mask.parameters(body.clone()),
        }
    }
}

fn is_of_a_signature(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    OF_A_SIGNATURE.contains(&name.to_ascii_lowercase().as_str())
}

/// A body as JSON; a form as its sorted pairs; anything else as text.
fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    if let Ok(json) = serde_json::from_slice(bytes) {
        return json;
    }
    let pairs = url::form_urlencoded::parse(bytes).filter(|(name, _)| !is_of_a_signature(name));
    let mut pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort_unstable();
    pairs.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str, body: &'static str) -> Asked {
        let mut request = Request::new(reqwest::Method::POST, url.parse().unwrap());
        *request.body_mut() = Some(body.into());
        Asked::of(&request)
    }

    #[test]
    fn order_and_signatures_make_no_difference_and_parameters_do() {
        let one = asked("http://h/a%20b?y=2&x=1&Signature=s&SignatureNonce=1", r#"{"id":"p","page":1}"#);
        let same = asked("http://other/a%20b?x=1&y=2&SignatureNonce=2", r#"{"page":1,"id":"p"}"#);
        assert_eq!(one.key("List"), same.key("List"));
        assert_ne!(one.key("List"), one.key("Describe"));
        for other in [
            asked("http://h/a%20c?y=2&x=1", r#"{"id":"p","page":1}"#),
            asked("http://h/a%20b?y=2&x=2", r#"{"id":"p","page":1}"#),
            asked("http://h/a%20b?y=2&x=1", r#"{"id":"p","page":2}"#),
        ] {
            assert_ne!(one.key("List"), other.key("List"));
        }
    }

    #[test]
    fn a_request_that_was_written_down_is_the_same_request() {
        for asked in [asked("http://h/a?x=1", "b=2&a=1&AccessKeyId=k"), asked("http://h/", "")] {
            let text = serde_json::to_string_pretty(&asked).unwrap();
            assert!(!text.contains("AccessKeyId"));
            assert_eq!(serde_json::from_str::<Asked>(&text).unwrap().key("A"), asked.key("A"));
        }
    }
}
