//! YAML text as a tree that knows where each word stands.
//!
//! A configuration needs little of YAML, so the rest of it (anchors, aliases, tags, several
//! documents, keys that are not words) is refused here rather than half understood. Plain words
//! keep their spelling: whether `no` is a text or a yes-or-no is for the reader to say, who knows
//! what is wanted. What the keys mean is unknown here.

use saphyr_parser::{Marker, Parser, ScanError, Span as Place, StrInput};

use super::Fault;

mod builder;

use builder::Builder;

/// A place in the text; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// From the first character to just behind the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Mark,
    pub(super) end: Mark,
}

/// A value. Has no `Debug`: it may hold a secret.
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) content: Content,
}

pub(super) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Something already complained about, so that nobody complains again.
    Refused,
}

pub(super) struct Scalar {
    pub(super) text: String,
    pub(super) style: Style,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes, so it could as well be a number, a truth value or nothing.
    Plain,
    /// In quotes or as a block, so it is a text.
    Text,
}

/// One `key: value`.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Node,
}

/// The tree of the text, if it is YAML at all, and what is refused of it.
pub(super) fn parse(text: &str) -> (Option<Node>, Vec<Fault>) {
    let mut builder = Builder::default();
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let step = match next {
            Ok((event, place)) => builder.take(event, Span::from(place)),
            Err(error) => Err(syntax(&error, text)),
        };
        if let Err(fault) = step {
            builder.faults.push(fault);
            return (None, builder.faults);
        }
    }
    (builder.root, builder.faults)
}

impl Scalar {
    /// Whether nothing was given: `key:`, `~` or `null`, without quotes.
    pub(super) fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.is_null())
    }
}

impl Span {
    /// One character.
    pub(super) fn one(start: Mark) -> Self {
        let column = start.column.saturating_add(1);
        let end = Mark { column, ..start };
        Self { start, end }
    }
}

impl From<Place> for Span {
    fn from(place: Place) -> Self {
        Self { start: Mark::from(&place.start), end: Mark::from(&place.end) }
    }
}

impl From<&Marker> for Mark {
    fn from(marker: &Marker) -> Self {
        Self { line: marker.line(), column: marker.col().saturating_add(1) }
    }
}

fn syntax(error: &ScanError, text: &str) -> Fault {
    let info = error.info();
    let mut at = Span::one(Mark::from(error.marker()));
    if info.contains("tab") {
        at = indenting_tab(text, at.start.line).unwrap_or(at);
    }
    Fault::at(at, format!("not valid YAML: {info}")).help(advice(info))
}

/// The tab that a parser complains of, which is mostly a line below the place it names.
fn indenting_tab(text: &str, line: usize) -> Option<Span> {
    let skipped = line.saturating_sub(1);
    let (index, column) = text.lines().enumerate().skip(skipped).find_map(|(index, line)| {
        let blanks = line.chars().take_while(|letter| letter.is_whitespace());
        let column = blanks.enumerate().find(|(_, letter)| *letter == '\t')?.0;
        Some((index, column))
    })?;
    Some(Span::one(Mark { line: index.saturating_add(1), column: column.saturating_add(1) }))
}

/// What most likely happened, as YAML parsers tell it in their own terms only.
fn advice(info: &str) -> &'static str {
    const ADVICE: [(&str, &str); 9] = [
        ("unknown anchor", "a text that begins with `*` needs quotes; aliases are not supported"),
        ("anchor", "a text that begins with `&` or `*` needs quotes"),
        ("tag", "a text that begins with `!` needs quotes"),
        ("tab", "indent with spaces, not with tabs"),
        ("quoted scalar", "look for a quote that is not closed, or a `\\` inside double quotes"),
        ("mapping values", "check the indentation here; a value that holds `: ` needs quotes"),
        ("simple key", "write `key: value` with a blank behind the colon, here or in the line above"),
        ("flow", "look for a bracket or brace that is not closed, or a missing comma"),
        ("unexpected character", "a text that begins with this character needs quotes"),
    ];
    ADVICE.iter().find(|(words, _)| info.contains(words)).map_or(
        "check the indentation of this line and of the one above; every key needs `: ` behind it",
        |(_, advice)| advice,
    )
}
