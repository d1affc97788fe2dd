//! Lists of words. Says which entry is unknown or given twice; which words there are is for the
//! caller to say.

use super::super::values::{self, Problem};
use super::super::yaml::{Content, Entry};
use super::super::{Fault, suggest};
use super::Reader;
use super::fields::{Fields, Value};

/// A list of words; one alone needs no brackets.
pub(super) fn words(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    judge: impl Fn(&str) -> Result<String, Problem>,
) -> Vec<String> {
    let Some(Entry { value: node, .. }) = fields.get(key) else {
        return Vec::new();
    };
    let items = match &node.content {
        Content::List(items) => items.as_slice(),
        Content::Scalar(_) => std::slice::from_ref(node),
        Content::Refused => return Vec::new(),
        Content::Map(_) => {
            reader.report(
                Fault::at(node.span, format!("`{key}` must be a list, not a map"))
                    .help(format!("write `{key}: [ONE, ANOTHER]`")),
            );
            return Vec::new();
        }
    };
    let mut words: Vec<String> = Vec::new();
    for item in items {
        let Some(value) = Value::read(reader, item, &format!("an entry of `{key}`")) else {
            continue;
        };
        match judge(value.text) {
            Err(problem) => reader.problem(value.at, problem),
            Ok(word) if words.contains(&word) => {
                let message = format!("{} is listed twice", values::quoted(&word));
                reader.report(Fault::at(value.at, message).help("remove one of the two"));
            }
            Ok(word) => words.push(word),
        }
    }
    words
}

/// Words of which a kind of service knows some or all.
pub(super) struct Vocabulary<'k> {
    /// How messages call such a word.
    pub(super) what: &'static str,
    /// The key of the kind.
    pub(super) kind: &'k str,
    pub(super) here: &'static [&'static str],
    /// Those of every kind.
    pub(super) anywhere: &'static [&'static str],
}

impl Vocabulary<'_> {
    /// Accepts a word that is known here.
    pub(super) fn judge(&self, word: &str) -> Result<String, Problem> {
        let Self { what, kind, here, anywhere } = self;
        if here.contains(&word) {
            return Ok(word.to_owned());
        }
        // What another service knows is no slip of the pen: something similar is not meant.
        if anywhere.contains(&word) {
            let message = format!("the {what} `{word}` does not exist with `{kind}`");
            return Err(Problem::new(message, format!("possible here: {}", suggest::list(here))));
        }
        let message = format!("unknown {what} {}", values::quoted(word));
        Err(Problem::new(message, suggest::help(word, here)))
    }
}
