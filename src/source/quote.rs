//! What a service says, made fit to be shown: one line, cut, and without anything that may be a
//! credential. Some services repeat in an error what they were sent.

/// Messages of a service are shown up to this many characters.
const MAX_CHARS: usize = 200;
/// Letters and digits without a blank of this length are a key, a token or a signature, not a word.
const LONGEST_WORD: usize = 24;
/// What stands for something hidden.
const HIDDEN: &str = "***";
/// A value behind one of these is hidden, whatever it is.
const TELLTALES: [&str; 8] = ["basic", "bearer", "password", "passwd", "pw", "secret", "token", "signature"];

/// The text as it may go into logs and pages.
pub(super) fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut hide_next = false;
    let words: Vec<String> = line
        .split_whitespace()
        .map(|word| {
            let hidden = hide_next || is_long(word);
            let (name, value) = word.split_once(['=', ':']).unwrap_or((word, ""));
            let telltale = is_telltale(name);
            hide_next = telltale && value.is_empty();
            match (hidden, telltale && !value.is_empty()) {
                (true, _) => HIDDEN.to_owned(),
                (false, true) => format!("{name}={HIDDEN}"),
                (false, false) => word.to_owned(),
            }
        })
        .collect();
    words.join(" ").chars().take(MAX_CHARS).collect()
}

fn is_telltale(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    TELLTALES.iter().any(|telltale| name == *telltale || (telltale.len() > 2 && name.ends_with(telltale)))
}

/// Part of the word is as long as only keys are, and of the letters that they are made of.
fn is_long(word: &str) -> bool {
    let of_a_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '~');
    let parts = word.split(|c| !of_a_key(c));
    parts.filter(|part| part.len() >= LONGEST_WORD).any(|part| part.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_repeats_of_the_request_is_hidden() {
        let said = quote("denied for Authorization: Basic ZXhwb3J0ZXI6UzNjcjN0UFch pw=S3cr3tPW! X-Auth-Token: abc");
        assert_eq!(said, "denied for Authorization: Basic *** pw=*** X-Auth-Token: ***");
        let said = quote("verify aksk signature fail, Signature=614ff1bad0, Access=AK1");
        assert!(!said.contains("614ff1"), "{said}");
        assert!(!quote(&format!("bad key {}", "4f".repeat(32))).contains("4f4f"));
    }

    #[test]
    fn plain_words_stay() {
        let plain = "project np_4w1qabcd does not exist (GHANA-OPERAT000404), 通常需要 5~10 分钟";
        assert_eq!(quote(plain), plain);
        assert_eq!(quote("two\nlines\u{1b}[31m"), "two lines [31m");
        assert_eq!(quote(&"word ".repeat(100)).chars().count(), MAX_CHARS);
    }
}
