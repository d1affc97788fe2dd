//! Text of which little may stay: sentences of a service, pages that are no JSON at all, and JSON
//! that is broken.

use std::net::IpAddr;

use super::HIDDEN;

/// So much of an answer that is no JSON is kept: enough to see whose page it is.
const MAX_CHARS: usize = 200;
/// A longer word of a page may be a ticket or a session.
const LONGEST_WORD: usize = 24;
/// A word of a service, such as a status or a code, is not longer.
const LONGEST_CODE: usize = 64;
/// The words of a message by which rooms tell one refusal from another: an action that the service
/// does not have, a token that has expired, a clock that is off.
const DECIDING: [&str; 25] = [
    "unknown",
    "unsupported",
    "invalid",
    "action",
    "not",
    "found",
    "notfound",
    "exist",
    "support",
    "supported",
    "does",
    "is",
    "no",
    "unknownaction",
    "invalidaction",
    "token",
    "expire",
    "expires",
    "expired",
    "decrypt",
    "securitytoken.expired",
    "clock",
    "timestamp",
    "x-sdk-date",
    "has",
];
/// The same in Chinese, where words are not set apart.
const NOT_SUPPORTED: &str = "不支持";

/// A message reduced to the words that decide something.
pub(super) fn message(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let kept = if DECIDING.contains(&bare.to_lowercase().as_str()) { bare } else { HIDDEN };
        if words.last() != Some(&HIDDEN) || kept != HIDDEN {
            words.push(kept);
        }
    }
    if text.contains(NOT_SUPPORTED) {
        words.push(NOT_SUPPORTED);
    }
    words.join(" ")
}

/// The beginning of an answer that is no JSON.
pub(super) fn beginning(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let clean = if text.starts_with(['{', '[', '"']) { skeleton(text) } else { page(text) };
    clean.chars().take(MAX_CHARS).collect()
}

/// A word that may be a status or a code, and no address.
pub(super) fn is_code(text: &str) -> bool {
    let text = text.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '+');
    text.chars().count() <= LONGEST_CODE && text.chars().all(plain) && !is_address(text)
}

/// An IP address, perhaps with a port.
pub(super) fn is_address(text: &str) -> bool {
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    [text, host].iter().any(|text| text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
}

/// A page without addresses and without words that could be somebody's.
fn page(text: &str) -> String {
    let is_break = |c: char| c.is_whitespace() || "<>\"'(),;=&".contains(c);
    let mut clean = String::new();
    let mut names_a_code = false;
    for piece in text.split_inclusive(is_break) {
        let word = piece.trim_end_matches(is_break);
        let is_kept_code = std::mem::replace(&mut names_a_code, piece.eq_ignore_ascii_case("code>")) && is_code(word);
        let is_long = word.chars().count() > LONGEST_WORD;
        let is_place = word.contains("://") || word.contains('@') || word.contains("..") || is_address(word);
        let is_host = word.matches('.').count() > 1 || word.trim_end_matches('.').contains('.');
        let is_hidden = !is_kept_code && (is_long || is_place || is_host);
        clean.push_str(if is_hidden { HIDDEN } else { word });
        clean.extend(piece.chars().rev().take_while(|c| is_break(*c)));
    }
    clean
}

/// Broken JSON without its values: keys, brackets and bare words show where it broke.
fn skeleton(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                let mut inner = String::new();
                let mut closed = false;
                while let Some(c) = rest.next() {
                    match c {
                        '"' => {
                            closed = true;
                            break;
                        }
                        '\\' => drop(rest.next()),
                        c => inner.push(c),
                    }
                }
                let is_key = closed && rest.clone().find(|c| !c.is_whitespace()) == Some(':') && is_code(&inner);
                clean.push('"');
                clean.push_str(if is_key { &inner } else { HIDDEN });
                clean.extend(closed.then_some('"'));
            }
            c if c.is_ascii_digit() => clean.push('0'),
            c if c.is_alphanumeric() && !"nulltruefalseNaNInfinityundefined".contains(c) => clean.push('x'),
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_the_words_that_decide() {
        assert_eq!(message("Unknown action ListConflictData, ask walter!"), "Unknown action ***");
        assert_eq!(message("cannot read `shop`.`orders` at 10.0.0.7"), "***");
        assert_eq!(message("当前版本不支持"), "*** 不支持");
    }

    #[test]
    fn a_page_is_recognised_and_tells_no_address() {
        let page = "<html><title>502 Bad Gateway</title> upstream http://10.1.2.3:80/x at db-7.shop.example.com, \
                    ticket 0123456789abcdef0123456789abcdef for ann@example.com";
        let clean = beginning(page);
        assert!(clean.starts_with("<html><title>502 Bad Gateway</title>"), "{clean}");
        for word in ["10.1.2.3", "example.com", "abcdef"] {
            assert!(!clean.contains(word), "{clean}");
        }
    }

    #[test]
    fn the_code_of_an_error_in_xml_stays() {
        let clean = beginning("<Error><HostId>ecs.a.b</HostId><Code>InvalidAccessKeyId.NotFound</Code></Error>");
        assert_eq!(clean, "<Error><HostId>***</HostId><Code>InvalidAccessKeyId.NotFound</Code></Error>");
    }

    #[test]
    fn broken_json_shows_where_it_broke_and_no_value() {
        let clean = beginning(r#"{"data":[{"host":"10.0.0.7","port":3306,"user":"wal\"ter","x":NaN,"name":"ord"#);
        assert_eq!(clean, r#"{"data":[{"host":"***","port":0000,"user":"***","x":NaN,"name":"***"#);
    }
}
