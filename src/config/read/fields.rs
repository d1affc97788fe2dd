//! Maps of the file: which keys they may have, and their single values. Says what is unknown,
//! misplaced, missing or of the wrong shape; what a value means is for the caller's own function.

use super::super::yaml::{Content, Entry, Node, Span, Style};
use super::super::{Fault, suggest, values};
use super::{Reader, alibaba, discover, huawei, kind_of, limits, oms, replay, source, tls};
use values::Problem;

/// A map as it should be.
pub(super) struct Shape {
    /// How messages call it.
    pub(super) what: &'static str,
    pub(super) keys: &'static [&'static str],
}

/// A map of the file.
pub(super) struct Fields<'n> {
    what: &'static str,
    /// Where to point when something is missing.
    pub(super) at: Span,
    entries: &'n [Entry],
}

/// A single value as it was written.
#[derive(Clone, Copy)]
pub(super) struct Value<'n> {
    pub(super) text: &'n str,
    pub(super) style: Style,
    pub(super) at: Span,
}

/// The outcome of reading an optional key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Given<T> {
    #[default]
    Absent,
    /// Written, reported, not usable.
    Faulty,
    Good(T, Span),
}

/// How many unknown keys of one map get advice.
const MAX_GUESSES: usize = 20;

/// Where each key belongs, for those that were indented wrongly.
const HOMES: [&Shape; 11] = [
    &super::DEFAULTS,
    &source::SHAPE,
    &oms::SHAPE,
    &oms::SHAPE_V3,
    &alibaba::SHAPE,
    &huawei::SHAPE,
    &huawei::USER,
    &replay::SHAPE,
    &tls::SHAPE,
    &discover::SHAPE,
    &limits::THRESHOLDS,
];

impl<'n> Fields<'n> {
    /// Takes a node as a map and reports the keys it should not have.
    pub(super) fn read(reader: &mut Reader<'_>, node: &'n Node, shape: &Shape, at: Span) -> Option<Self> {
        let what = shape.what;
        let Content::Map(entries) = &node.content else {
            if node.is_null() {
                let keys = suggest::list(shape.keys);
                let fault = Fault::at(at, format!("{what} is empty"));
                reader.report(fault.help(format!("indent its settings below it: {keys}")));
            } else if !matches!(node.content, Content::Refused) {
                let message = format!("{what} must be a map, not {}", kind_of(node));
                let keys = suggest::list(shape.keys);
                let help = format!("write `key: value` lines; possible keys: {keys}");
                reader.report(Fault::at(node.span, message).help(help));
            }
            return None;
        };
        let unknown = entries.iter().filter(|entry| !shape.keys.contains(&entry.key.as_str()));
        for (index, entry) in unknown.enumerate() {
            let message = format!("unknown key {} in {what}", values::quoted(&entry.key));
            let fault = Fault::at(entry.key_span, message);
            // Guessing takes its time, and nobody reads that many guesses.
            reader.report(if index < MAX_GUESSES { fault.help(place_of(&entry.key, shape)) } else { fault });
        }
        Some(Self { what, at, entries })
    }

    /// The first entry of that key, even without a value.
    pub(super) fn written(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether one of `keys` seems to be meant by a misspelt one, which is reported already.
    pub(super) fn misspells(&self, keys: &[&str]) -> bool {
        self.entries.iter().take(MAX_GUESSES).any(|entry| suggest::nearest(&entry.key, keys.iter().copied()).is_some())
    }

    /// The entry of that key if it has a value.
    pub(super) fn get(&self, key: &str) -> Option<&'n Entry> {
        self.written(key).filter(|entry| !entry.value.is_null())
    }

    /// A single value that may be left out.
    pub(super) fn optional<T>(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        judge: impl FnOnce(&Value<'n>) -> Result<T, Problem>,
    ) -> Given<T> {
        let Some(entry) = self.get(key) else {
            return Given::Absent;
        };
        let Some(value) = Value::read(reader, &entry.value, &format!("`{key}`")) else {
            return Given::Faulty;
        };
        match judge(&value) {
            Ok(good) => Given::Good(good, value.at),
            Err(problem) => {
                reader.problem(value.at, problem);
                Given::Faulty
            }
        }
    }

    /// A single value that must be there. `example` is what to write.
    pub(super) fn required<T>(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        example: &str,
        judge: impl FnOnce(&Value<'n>) -> Result<T, Problem>,
    ) -> Option<T> {
        let given = self.optional(reader, key, judge);
        if matches!(given, Given::Absent) {
            let fault = match self.written(key) {
                Some(entry) => Fault::at(entry.key_span, format!("`{key}` has no value")),
                None => Fault::at(self.at, format!("{} needs `{key}`", self.what)),
            };
            reader.report(fault.help(format!("add `{key}: {example}`")));
        }
        given.good()
    }
}

impl<'n> Value<'n> {
    /// Takes a node as a single value; `what` is how messages call it.
    pub(super) fn read(reader: &mut Reader<'_>, node: &'n Node, what: &str) -> Option<Self> {
        match &node.content {
            Content::Scalar(scalar) if scalar.is_null() => {
                let fault = Fault::at(node.span, format!("{what} is empty"));
                reader.report(fault.help("write a value, or remove it"));
                None
            }
            Content::Scalar(scalar) => Some(Self { text: &scalar.text, style: scalar.style, at: node.span }),
            Content::Refused => None,
            Content::List(_) | Content::Map(_) => {
                let message = format!("{what} must be a single value, not {}", kind_of(node));
                let help = "write one value behind the colon; a text with brackets needs quotes";
                reader.report(Fault::at(node.span, message).help(help));
                None
            }
        }
    }

    /// The text of a number or truth value, which stands without quotes.
    pub(super) fn unquoted(&self) -> Result<&'n str, Problem> {
        if self.style == Style::Plain {
            return Ok(self.text);
        }
        let message = format!("{} in quotes is a text", values::quoted(self.text));
        Err(Problem::new(message, "write it without quotes"))
    }

    /// `true` or `false`.
    pub(super) fn truth(&self) -> Result<bool, Problem> {
        match self.unquoted()? {
            "true" => Ok(true),
            "false" => Ok(false),
            other => {
                let message = format!("{} is neither true nor false", values::quoted(other));
                Err(Problem::new(message, "write `true` or `false`"))
            }
        }
    }
}

impl<T> Given<T> {
    pub(super) fn good(self) -> Option<T> {
        match self {
            Self::Good(value, _) => Some(value),
            Self::Absent | Self::Faulty => None,
        }
    }

    pub(super) fn is_faulty(&self) -> bool {
        matches!(self, Self::Faulty)
    }

    pub(super) fn at(&self) -> Option<Span> {
        match self {
            Self::Good(_, at) => Some(*at),
            Self::Absent | Self::Faulty => None,
        }
    }
}

/// What to do about a key that does not belong here.
fn place_of(key: &str, here: &Shape) -> String {
    if let Some(near) = suggest::nearest(key, here.keys.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let known = HOMES.iter().flat_map(|home| home.keys).copied();
    // A short word is near to too many of them.
    let near = suggest::nearest(key, known).filter(|near| *near == key || key.len() > 5);
    let Some(near) = near else {
        return suggest::help(key, here.keys);
    };
    let homes: Vec<&str> = HOMES.iter().filter(|home| home.keys.contains(&near)).map(|home| home.what).collect();
    let homes = match homes.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => here.what.to_owned(),
    };
    if near == key {
        format!("`{key}` belongs to {homes}: check the indentation")
    } else {
        format!("did you mean `{near}`? It belongs to {homes}")
    }
}
