//! Gives raw scalars a meaning and keeps account of what could not be given one.
//!
//! Three answers are possible for a field: a value; nothing (missing, `null`, `""`, `"null"`, and
//! -1 where counts are unknown), which is silent; and something that is no possible value, which
//! is left out and counted under the field's name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::shape::{Leaf, Many, Obj, Pairs, is_nothing, unquoted};
use crate::domain::{Ignored, Ratio, Time};

/// Text is cut here, on a character boundary: a longer one is no name, word or code. Everything that
/// becomes a label comes through here, before names are compared.
const MAX_TEXT_CHARS: usize = 256;

/// Reads fields and counts the unusable ones by name.
#[derive(Debug, Default)]
pub(in crate::source) struct Gaps(BTreeMap<&'static str, u64>);

impl Gaps {
    /// Counts a value of this field as left out.
    pub(in crate::source) fn ignore(&mut self, field: &'static str) {
        *self.0.entry(field).or_default() += 1;
    }

    /// What was left out so far, by field.
    pub(in crate::source) fn counts(&self) -> impl Iterator<Item = Ignored> + '_ {
        self.0.iter().map(|(field, count)| Ignored { field, count: *count })
    }

    /// Text without the blanks and line breaks around it, cut to a length that is fit for a label.
    pub(in crate::source) fn text(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<String> {
        match scalar(leaf)? {
            Scalar::Text(text) => Some(cut(&text)),
            Scalar::Number(digits) => Some(cut(digits)),
            Scalar::Flag(_) | Scalar::Unreadable => self.none(field),
        }
    }

    /// The same where nothing is a fault too: a thing cannot be told from others without it.
    pub(in crate::source) fn required(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<String> {
        if scalar(leaf).is_none() { self.none(field) } else { self.text(field, leaf) }
    }

    /// Any finite number, also one that is written as text.
    pub(in crate::source) fn number(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<f64> {
        let digits = match scalar(leaf)? {
            Scalar::Text(text) => text,
            Scalar::Number(digits) => Cow::Borrowed(digits),
            Scalar::Flag(_) | Scalar::Unreadable => return self.none(field),
        };
        match digits.trim().parse::<f64>() {
            // The zero makes a negative zero a plain one.
            Ok(number) if number.is_finite() => Some(number + 0.0),
            _ => self.none(field),
        }
    }

    /// A number that cannot be negative: a count, a rate, a duration. -1 means unknown.
    pub(in crate::source) fn amount(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<f64> {
        match self.number(field, leaf)? {
            number if number >= 0.0 => Some(number),
            -1.0 => None,
            _ => self.none(field),
        }
    }

    /// Milliseconds, as seconds.
    pub(in crate::source) fn milliseconds(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<f64> {
        self.amount(field, leaf).map(|milliseconds| milliseconds / 1_000.0)
    }

    /// A percentage from 0 to 100. -1 means unknown.
    pub(in crate::source) fn percent(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<Ratio> {
        let percent = self.amount(field, leaf)?;
        Ratio::from_percent(percent).or_else(|| self.none(field))
    }

    /// A moment in Unix seconds. -1 means unknown.
    pub(in crate::source) fn epoch(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<Time> {
        let seconds = self.amount(field, leaf)?;
        Time::from_unix(seconds).or_else(|| self.none(field))
    }

    /// A moment as text, such as `2023-07-12T22:35:48.881`, read in `zone` unless it names its own.
    pub(in crate::source) fn time(&mut self, field: &'static str, leaf: Leaf<'_>, zone: &TimeZone) -> Option<Time> {
        let Scalar::Text(text) = scalar(leaf)? else {
            return self.none(field);
        };
        moment(text.trim(), zone).or_else(|| self.none(field))
    }

    /// `true` or `false`, also as text.
    pub(in crate::source) fn flag(&mut self, field: &'static str, leaf: Leaf<'_>) -> Option<bool> {
        match scalar(leaf)? {
            Scalar::Flag(flag) => Some(flag),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => self.none(field),
        }
    }

    /// The object, if there is one.
    pub(in crate::source) fn object<T>(&mut self, field: &'static str, found: Obj<T>) -> Option<T> {
        match found {
            Obj::Given(object) => Some(object),
            Obj::Absent => None,
            Obj::Unreadable => self.none(field),
        }
    }

    /// The readable objects of a list; `null` among them is silent, other things are counted.
    pub(in crate::source) fn list<T>(&mut self, field: &'static str, found: Many<T>) -> Vec<T> {
        match found {
            Many::Given(members) => members.into_iter().filter_map(|member| self.object(field, member)).collect(),
            Many::Absent => Vec::new(),
            Many::Unreadable => self.none(field).unwrap_or_default(),
        }
    }

    /// The counts of an object whose keys are data, each key once, as it came last.
    pub(in crate::source) fn amounts(&mut self, field: &'static str, found: Obj<Pairs<'_>>) -> Vec<(String, f64)> {
        let Pairs(pairs) = self.object(field, found).unwrap_or_default();
        let read = |(key, leaf): (String, Leaf<'_>)| {
            let amount = self.amount(field, leaf)?;
            Some((cut(&key), amount))
        };
        let last_of_each: BTreeMap<String, f64> = pairs.into_iter().filter_map(read).collect();
        last_of_each.into_iter().collect()
    }

    /// Counts the field and gives nothing.
    fn none<T>(&mut self, field: &'static str) -> Option<T> {
        self.ignore(field);
        None
    }
}

/// Without blanks around it, not longer than a label may be, and on one line: a control character
/// within becomes a blank.
fn cut(text: &str) -> String {
    let text = text.trim();
    let fits = text.len() <= MAX_TEXT_CHARS && !text.contains(char::is_control);
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    if fits { text.to_owned() } else { text.chars().take(MAX_TEXT_CHARS).map(shown).collect() }
}

/// What stands in the place of a scalar; text may be read as a number, a flag or a moment.
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(&'a str),
    Flag(bool),
    Unreadable,
}

/// None for every spelling of nothing.
fn scalar(leaf: Leaf<'_>) -> Option<Scalar<'_>> {
    let raw = leaf.raw()?;
    Some(match raw.as_bytes().first() {
        Some(b'"') => match unquoted(raw) {
            Some(text) if is_nothing(&text) => return None,
            Some(text) => Scalar::Text(text),
            None => Scalar::Unreadable,
        },
        Some(b'-' | b'0'..=b'9') => Scalar::Number(raw),
        Some(b't') => Scalar::Flag(true),
        Some(b'f') => Scalar::Flag(false),
        _ => Scalar::Unreadable,
    })
}

/// A moment with a zone of its own (`Z`, `+08:00`) counts as it says, one without in `zone`.
fn moment(text: &str, zone: &TimeZone) -> Option<Time> {
    let stamp = match text.parse::<jiff::Timestamp>() {
        Ok(stamp) => stamp,
        Err(_) => zone.to_ambiguous_timestamp(text.parse::<DateTime>().ok()?).compatible().ok()?,
    };
    Time::from_unix(stamp.as_duration().as_secs_f64())
}
