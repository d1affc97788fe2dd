//! The parts of a signature, and the properties that both signatures are held to.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::*;

/// A request that owns its parts, to be changed at will.
#[derive(Clone, Debug)]
pub(in crate::source) struct Draft {
    pub(in crate::source) method: Method,
    pub(in crate::source) path: String,
    pub(in crate::source) query: Vec<(String, String)>,
    pub(in crate::source) headers: Vec<(String, String)>,
    pub(in crate::source) body: Vec<u8>,
}

impl Draft {
    /// Signs it, or does with it what else can be done with a request.
    pub(in crate::source) fn with<T>(&self, act: impl FnOnce(&Unsigned<'_>) -> T) -> T {
        let (query, headers) = (pairs(&self.query), pairs(&self.headers));
        act(&Unsigned { method: &self.method, path: &self.path, query: &query, headers: &headers, body: &self.body })
    }
}

fn pairs(owned: &[(String, String)]) -> Vec<(&str, &str)> {
    owned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Requests as a caller may make them.
pub(in crate::source) fn drafts() -> impl Strategy<Value = Draft> {
    let path = "/[a-z0-9]{1,6}(/[a-z0-9]{1,6}){0,3}";
    let query = proptest::collection::vec(("[A-Za-z]{1,6}", any::<String>()), 0..5);
    let headers = proptest::collection::btree_map("x-[a-z]{3,8}", "[!-~]{1,12}", 1..5);
    let body = proptest::collection::vec(any::<u8>(), 1..40);
    (path, query, headers, body).prop_map(|(path, query, headers, body)| Draft {
        method: Method::POST,
        path,
        query,
        headers: headers.into_iter().collect(),
        body,
    })
}

/// Requests that nobody would make.
pub(in crate::source) fn nonsense() -> impl Strategy<Value = Draft> {
    let pairs = || proptest::collection::vec((any::<String>(), any::<String>()), 0..5);
    (any::<String>(), pairs(), pairs(), proptest::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(path, query, headers, body)| Draft { method: Method::GET, path, query, headers, body })
}

/// A place in a request where a byte can change.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) enum Spot {
    Method,
    Path,
    QueryName,
    QueryValue,
    HeaderName,
    HeaderValue,
    Body,
}

/// All of them.
pub(in crate::source) fn spots() -> impl Strategy<Value = Spot> {
    use Spot::{Body, HeaderName, HeaderValue, Method, Path, QueryName, QueryValue};
    proptest::sample::select(vec![Method, Path, QueryName, QueryValue, HeaderName, HeaderValue, Body])
}

/// Changes one byte, or adds one where there is none to change.
pub(in crate::source) fn change(draft: &mut Draft, spot: Spot, at: proptest::sample::Index) {
    match spot {
        Spot::Method => draft.method = Method::PUT,
        Spot::Path => turn(&mut draft.path, at),
        Spot::QueryName | Spot::QueryValue if draft.query.is_empty() => {
            draft.query.push(("q".to_owned(), String::new()));
        }
        Spot::QueryName => turn(&mut at.get_mut(&mut draft.query).0, at),
        Spot::QueryValue => turn(&mut at.get_mut(&mut draft.query).1, at),
        // A letter that no other name has, so that it does not become another one's name.
        Spot::HeaderName => at.get_mut(&mut draft.headers).0.push('-'),
        Spot::HeaderValue => turn(&mut at.get_mut(&mut draft.headers).1, at),
        Spot::Body => *at.get_mut(&mut draft.body) ^= 1,
    }
}

/// Turns one letter into another; a slash is left to be one, it shapes the path.
pub(in crate::source) fn turn(text: &mut String, at: proptest::sample::Index) {
    let mut letters: Vec<char> = text.chars().collect();
    match letters.len() {
        0 => letters.push('a'),
        len => {
            let spot = at.index(len);
            letters[spot] = match letters[spot] {
                '/' => '.',
                'a' => 'b',
                _ => 'a',
            };
        }
    }
    *text = letters.into_iter().collect();
}

#[test]
fn the_hashes_are_those_of_the_standards() {
    assert_eq!(hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // RFC 4231, cases 2 and 6: a key shorter and one longer than a block.
    let short = seal(&SecretString::from("Jefe"), "what do ya want for nothing?");
    assert_eq!(short, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(seal(&SecretString::from("k".repeat(500)), "t").len(), 64);
}

#[test]
fn several_values_of_a_header_become_one_line() {
    let draft = Draft {
        method: Method::GET,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("X-B".to_owned(), "2".to_owned()), ("x-b".to_owned(), " 1 ".to_owned())],
        body: Vec::new(),
    };
    let headers = draft.with(Headers::of);
    assert_eq!(headers.canonical(|_| true), ("x-b:1,2\n".to_owned(), "x-b".to_owned()));
    assert_eq!(headers.sealed("a").unwrap()["x-b"], "1,2", "what is signed is what is sent");
}

#[test]
fn a_value_that_http_forbids_is_named_and_not_shown() {
    let draft = Draft {
        method: Method::GET,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("x-token".to_owned(), "hush\nhush".to_owned())],
        body: Vec::new(),
    };
    let error = draft.with(Headers::of).sealed("a").unwrap_err();
    assert_eq!(error.name, "x-token");
    assert!(!error.to_string().contains("hush"));
}

proptest! {
    #[test]
    fn encoding_round_trips(text in any::<String>()) {
        let encoded = encode(&text);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)));
        prop_assert_eq!(percent_decode_str(&encoded).decode_utf8().unwrap(), text);
    }

    #[test]
    fn a_canonical_query_means_what_was_given(pairs in proptest::collection::vec((any::<String>(), any::<String>()), 0..6)) {
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let query = canonical_query(&borrowed);
        let mut read: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            (decode(name), decode(value))
        }).collect();
        let mut given = pairs;
        given.sort();
        read.sort();
        prop_assert_eq!(read, given);
    }
}
