//! Builds the tree from the parser's events and refuses what a configuration has no need of.

use std::collections::BTreeMap;

use saphyr_parser::{Event, ScalarStyle};

use super::super::Fault;
use super::{Content, Entry, Mark, Node, Scalar, Span, Style};

/// A configuration is four levels deep; the bound keeps any walk over the tree shallow.
const MAX_DEPTH: usize = 32;

/// Turns a stream of events into a tree.
#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    pub(super) root: Option<Node>,
    documents: usize,
    pub(super) faults: Vec<Fault>,
}

/// A list or map whose end has not come yet.
struct Open {
    start: Mark,
    shape: Shape,
}

enum Shape {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Pending,
        /// In which line each key was given first.
        lines: BTreeMap<String, usize>,
    },
}

/// What stands before the next value of a map.
enum Pending {
    Nothing,
    Key(String, Span),
    /// A key that was refused: its value goes unread.
    Refused,
}

impl Builder {
    /// An error ends the parse; what can be stepped over goes to `faults`.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) => return self.document(span),
            Event::Alias(_) => {
                self.faults.push(
                    Fault::at(span, "an alias (`*…`) is not supported")
                        .help("write the value itself; a text that begins with `*` needs quotes"),
                );
                self.place(span, Content::Refused);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let text = text.into_owned();
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    _ => Style::Text,
                };
                self.refuse_properties(span, anchor, tag.is_some());
                let scalar = Scalar { text, style };
                let content = if scalar.is_null() && (anchor != 0 || tag.is_some()) {
                    Content::Refused
                } else {
                    Content::Scalar(scalar)
                };
                self.place(span, content);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some());
                self.open(span, Shape::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some());
                let entries = Vec::new();
                let key = Pending::Nothing;
                let lines = BTreeMap::new();
                self.open(span, Shape::Map { entries, key, lines })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn document(&mut self, span: Span) -> Result<(), Fault> {
        self.documents = self.documents.saturating_add(1);
        if self.documents > 1 {
            return Err(Fault::at(span, "a second YAML document begins here")
                .help("keep everything in one document: remove this `---`"));
        }
        Ok(())
    }

    fn refuse_properties(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.faults.push(
                Fault::at(span, "an anchor (`&…`) is not supported")
                    .help("remove it; a text that begins with `&` needs quotes"),
            );
        }
        if tagged {
            self.faults.push(
                Fault::at(span, "a tag (`!…`) is not supported")
                    .help("remove it; a text that begins with `!` needs quotes"),
            );
        }
    }

    fn open(&mut self, span: Span, shape: Shape) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} lists and maps inside each other");
            return Err(Fault::at(span, message).help("no setting lies that deep; look for a stray `[`, `{` or `-`"));
        }
        let start = span.start;
        self.open.push(Open { start, shape });
        Ok(())
    }

    fn close(&mut self, span: Span) {
        if let Some(Open { start, shape }) = self.open.pop() {
            let end = span.end;
            let content = match shape {
                Shape::List(items) => Content::List(items),
                Shape::Map { entries, .. } => Content::Map(entries),
            };
            self.place(Span { start, end }, content);
        }
    }

    /// Puts a finished value where it belongs: into the list, before or behind the colon.
    fn place(&mut self, span: Span, content: Content) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(Node { span, content });
            return;
        };
        match &mut open.shape {
            Shape::List(items) => items.push(Node { span, content }),
            Shape::Map { entries, key, lines } => {
                *key = match std::mem::replace(key, Pending::Nothing) {
                    Pending::Nothing => new_key(lines, span, content, &mut self.faults),
                    Pending::Refused => Pending::Nothing,
                    Pending::Key(key, key_span) => {
                        let value = Node { span, content };
                        entries.push(Entry { key, key_span, value });
                        Pending::Nothing
                    }
                };
            }
        }
    }
}

fn new_key(lines: &mut BTreeMap<String, usize>, span: Span, content: Content, faults: &mut Vec<Fault>) -> Pending {
    let text = match content {
        Content::Scalar(Scalar { text, .. }) if !text.is_empty() => text,
        Content::Refused => return Pending::Refused,
        _ => {
            faults.push(
                Fault::at(span, "the key before a `:` must be a word")
                    .help("write `key: value`; a text that holds `: ` needs quotes"),
            );
            return Pending::Refused;
        }
    };
    let line = span.start.line;
    if let Some(first) = lines.get(&text) {
        let word = super::super::values::quoted(&text);
        faults
            .push(Fault::at(span, format!("{word} is given twice, first in line {first}")).help("keep one of the two"));
    } else {
        lines.insert(text.clone(), line);
    }
    Pending::Key(text, span)
}
