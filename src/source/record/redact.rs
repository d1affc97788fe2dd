//! Takes out of an answer what nobody outside should see, before anything touches the disk, and
//! leaves what the metrics are made of.
//!
//! Three sieves follow one another: the configuration's own secrets, users and hosts wherever they
//! stand ([`planted`]), what a key says about its value ([`rule`]), and, for keys that are not
//! known, the look of the value: numbers and moments stay, text goes. Structure stays as it came,
//! keys that come twice and odd numbers included, because that is what bugs are made of.

mod node;
mod planted;
mod prose;
mod rule;

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::config::SourceConfig;
use node::Node;
pub(in crate::source) use planted::{Planted, Reach};
use rule::{Rule, Trust};

/// Stands for what was taken out.
const HIDDEN: &str = "***";
/// What lies deeper is left out; no answer that is of use is so deep.
const MAX_DEPTH: u32 = 48;
/// Keys longer than this, or with other characters than keys have, are data.
const MAX_KEY_CHARS: usize = 64;
/// Text of digits of this length may be an account.
const SHORT_NUMBER: usize = 6;

/// Hides the same things in the same way throughout one capture.
#[derive(Debug)]
pub(in crate::source) struct Mask {
    planted: Planted,
    names: Names,
    /// By the name that it stands for. It grows with the tables of the answers, which are kept too.
    pseudonyms: BTreeMap<String, String>,
}

/// What is done with names of the user's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Each gets another one.
    Renamed,
    /// The configuration exports them, so a replay needs them.
    Kept,
}

/// A body, as it may be kept.
#[derive(Debug)]
pub(in crate::source) enum Body {
    /// It was JSON.
    Json(Clean),
    /// It was not; this is how it began.
    Text(String),
}

/// Redacted JSON.
#[derive(Debug)]
pub(in crate::source) enum Clean {
    /// A number, a flag or `null`, as it stood there.
    Raw(Box<RawValue>),
    /// Text that may stay, or what stands for it.
    Text(String),
    /// `null` in the place of something.
    Nothing,
    /// A list.
    List(Vec<Clean>),
    /// An object in its own order.
    Map(Vec<(String, Clean)>),
}

impl Mask {
    /// What a capture of this source has to hide.
    pub(in crate::source) fn of(config: &SourceConfig) -> Self {
        let names = if super::Recorder::keeps_names(config) { Names::Kept } else { Names::Renamed };
        Self { planted: Planted::of(config), names, pseudonyms: BTreeMap::new() }
    }

    /// An answer's body.
    pub(in crate::source) fn body(&mut self, text: &str) -> Body {
        let json = text.trim_start_matches('\u{feff}');
        match serde_json::from_str::<&RawValue>(json) {
            Ok(raw) => Body::Json(self.clean(raw, Rule::Within(Trust::Named), 0)),
            Err(_) => Body::Text(prose::beginning(&self.plain(text))),
        }
    }

    /// Text of the configuration or a request, in which nothing but planted values is hidden.
    pub(in crate::source) fn plain(&self, text: &str) -> String {
        self.planted.replaced(text, Reach::All)
    }

    /// The parameters of a request: names that are not to be seen, and planted values.
    pub(in crate::source) fn parameters(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => self.plain(&text).into(),
            Value::Number(number) if self.planted.shows_in(&number.to_string()) => Value::Null,
            Value::Array(members) => members.into_iter().map(|member| self.parameters(member)).collect(),
            Value::Object(members) => {
                let cleaned = members.into_iter().map(|(key, value)| match (Rule::of(&key, Trust::Plain), value) {
                    (Rule::Renamed, Value::String(name)) => (key, self.renamed(&name).into()),
                    (_, value) => (self.plain(&key), self.parameters(value)),
                });
                Value::Object(cleaned.collect())
            }
            other => other,
        }
    }

    fn clean(&mut self, raw: &RawValue, rule: Rule, depth: u32) -> Clean {
        if depth > MAX_DEPTH || rule == Rule::Gone {
            return Clean::Nothing;
        }
        match Node::of(raw) {
            Node::Map(_) | Node::List(_) if rule == Rule::Hidden => Clean::Nothing,
            Node::Map(members) if rule == Rule::Counts => Clean::Map(
                members
                    .into_iter()
                    .map(|(key, value)| (self.label(&key), self.clean(value, rule, depth + 1)))
                    .collect(),
            ),
            Node::Map(members) => Clean::Map(
                members
                    .into_iter()
                    .map(|(key, value)| {
                        let cleaned = self.clean(value, Rule::of(&key, rule.below()), depth + 1);
                        (self.key(&key), cleaned)
                    })
                    .collect(),
            ),
            Node::List(members) => {
                Clean::List(members.into_iter().map(|member| self.clean(member, rule, depth + 1)).collect())
            }
            Node::Text(text) => Clean::Text(self.text(text, rule)),
            Node::Raw => self.scalar(raw, rule),
            Node::Unreadable => Clean::Nothing,
        }
    }

    /// `null` and flags tell nothing; numbers may.
    fn scalar(&self, raw: &RawValue, rule: Rule) -> Clean {
        let is_number = raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if is_number && rule == Rule::Hidden {
            return Clean::Text(HIDDEN.to_owned());
        }
        if is_number && self.planted.shows_in(raw.get()) { Clean::Nothing } else { Clean::Raw(raw.to_owned()) }
    }

    fn text(&mut self, text: String, rule: Rule) -> String {
        if matches!(text.trim(), "" | "null") {
            return text;
        }
        match rule {
            Rule::Message => self.plain(&prose::message(&text)),
            Rule::Kept => self.plain(&text),
            Rule::Owner => self.planted.replaced(&text, Reach::Secrets),
            Rule::Renamed => self.renamed(&text),
            Rule::Word(trust) if prose::is_code(&text) => {
                let reach = if trust == Trust::Foreign { Reach::All } else { Reach::NoPlainWords };
                self.planted.replaced(&text, reach)
            }
            Rule::Counts => self.unknown(&text, Trust::Plain),
            Rule::Within(trust) | Rule::Unknown(trust) => self.unknown(&text, trust),
            Rule::Word(_) | Rule::Gone | Rule::Hidden => HIDDEN.to_owned(),
        }
    }

    /// Text under a key that nobody knows: only what cannot be a name stays.
    fn unknown(&self, text: &str, trust: Trust) -> String {
        let trimmed = text.trim();
        let is_number = trimmed.trim_end_matches('%').parse::<f64>().is_ok_and(f64::is_finite);
        let fits = trust != Trust::Foreign || trimmed.len() <= SHORT_NUMBER;
        let is_flag = trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false");
        if is_flag || is_moment(trimmed) || (is_number && fits) { self.plain(text) } else { HIDDEN.to_owned() }
    }

    /// Another name for a name, the same every time.
    fn renamed(&mut self, name: &str) -> String {
        if self.names == Names::Kept {
            return self.plain(name);
        }
        let next = format!("name-{}", self.pseudonyms.len() + 1);
        self.pseudonyms.entry(name.to_owned()).or_insert(next).clone()
    }

    fn key(&mut self, key: &str) -> String {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
        let is_key = key.chars().count() <= MAX_KEY_CHARS && key.chars().all(plain) && !prose::is_address(key);
        if is_key { self.plain(key) } else { self.renamed(key) }
    }

    /// A key that becomes a label.
    fn label(&self, key: &str) -> String {
        if prose::is_address(key) { HIDDEN.to_owned() } else { self.plain(key) }
    }
}

/// A date, with or without a time. It begins with a year, which no address does.
fn is_moment(text: &str) -> bool {
    let mut letters = text.chars();
    let year = letters.by_ref().take(4).filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || "-T: .+Z".contains(c);
    year == 4 && letters.next() == Some('-') && text.len() <= 40 && letters.all(plain)
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Raw(raw) => raw.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Nothing => serializer.serialize_unit(),
            Self::List(members) => members.serialize(serializer),
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
