//! Shows lines of a configuration without the secrets in them.
//!
//! Where the text is valid YAML, the tree says which words are secrets. Where it is not, or where
//! a secret stands in a place of its own (a comment, a URL, a key without its blank), the look of
//! the line has to do, and what might be a secret is hidden. Only the shape of names counts here;
//! which keys a source really has is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::yaml::{Content, Entry, Mark, Node, Span};

mod line;
mod look;

pub(super) use line::Line;
use look::{Certainty, Range, credentials, guessed, is_secret, is_word, looks_secret, spelling, words};

/// Where the secrets of a text are.
pub(super) struct Masks<'t> {
    lines: &'t [&'t str],
    certainty: Certainty,
    hidden: BTreeMap<usize, Vec<Range>>,
    /// Where the names of secrets begin whose values are in `hidden` already.
    known: BTreeSet<Mark>,
}

/// The lines as YAML counts them: a lone carriage return ends one as well.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect()
}

/// A piece of the file as a message may quote it.
pub(super) fn text(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut ranges = guessed(&letters, Certainty::Known, &|_| false);
    ranges.extend(credentials(&letters));
    Line::new(&letters, ranges).text()
}

impl<'t> Masks<'t> {
    pub(super) fn new(lines: &'t [&'t str], tree: Option<&Node>) -> Self {
        let mut masks = Self {
            lines,
            certainty: tree.map_or(Certainty::Guessed, |_| Certainty::Known),
            hidden: BTreeMap::new(),
            known: BTreeSet::new(),
        };
        match tree {
            Some(root) => masks.walk(root),
            None => masks.guess_continuations(),
        }
        masks
    }

    /// The line of that number (from 1), if there is one.
    pub(super) fn line(&self, number: usize) -> Option<Line> {
        let letters: Vec<char> = self.letters(number)?.collect();
        let is_known = |column: usize| self.known.contains(&Mark { line: number, column });
        let mut ranges = self.hidden.get(&number).cloned().unwrap_or_default();
        for (from, to) in &mut ranges {
            // The parser counts the blanks behind a quoted text to it.
            let blanks = letters.get(*from..*to).unwrap_or_default().iter().rev();
            *to -= blanks.take_while(|letter| letter.is_whitespace()).count();
        }
        ranges.extend(guessed(&letters, self.certainty, &is_known));
        ranges.extend(credentials(&letters));
        Some(Line::new(&letters, ranges))
    }

    fn letters(&self, number: usize) -> Option<impl Iterator<Item = char> + use<'t>> {
        let line = self.lines.get(number.checked_sub(1)?)?;
        Some(line.chars())
    }

    fn walk(&mut self, node: &Node) {
        match &node.content {
            Content::Map(entries) => {
                for entry in entries {
                    self.walk_entry(entry);
                }
            }
            Content::List(items) => items.iter().for_each(|item| self.walk(item)),
            Content::Scalar(_) | Content::Refused => {}
        }
    }

    fn walk_entry(&mut self, entry: &Entry) {
        if !is_secret(&entry.key) && !is_misplaced(entry) {
            return self.walk(&entry.value);
        }
        // A `password:hunter2` without its blank is no name alone: the look of it decides.
        if is_word(&entry.key) {
            let Mark { line, column } = entry.key_span.start;
            // The name may stand in quotes, which its span includes.
            for column in [column, column.saturating_add(1)] {
                self.known.insert(Mark { line, column });
            }
        }
        self.hide_behind_colon(entry);
        self.hide(&entry.value);
    }

    /// What stands between the colon and the value (`&…`, `!…`) is most likely the secret itself,
    /// written without the quotes it needs.
    fn hide_behind_colon(&mut self, entry: &Entry) {
        let Mark { line, column } = entry.key_span.end;
        let Span { start, end } = entry.value.span;
        let gap = start.column.saturating_sub(column);
        let unclear = entry.value.is_null() || matches!(entry.value.content, Content::Refused);
        if start.line == line && gap <= 2 && !unclear {
            return;
        }
        let to = if end.line == line && !entry.value.is_null() { end.column.saturating_sub(1) } else { usize::MAX };
        let from = self.letters(line).and_then(|letters| {
            letters
                .enumerate()
                .skip(column.saturating_sub(1))
                .skip_while(|(_, letter)| *letter != ':')
                .skip(1)
                .find(|(_, letter)| !letter.is_whitespace())
        });
        if let Some((from, _)) = from {
            self.hidden.entry(line).or_default().push((from, to));
        }
    }

    fn hide(&mut self, node: &Node) {
        match &node.content {
            Content::Scalar(_) | Content::Refused => self.hide_span(node.span),
            Content::List(items) => items.iter().for_each(|item| self.hide(item)),
            Content::Map(entries) => {
                for entry in entries {
                    self.hide_span(entry.key_span);
                    self.hide(&entry.value);
                }
            }
        }
    }

    fn hide_span(&mut self, span: Span) {
        let Span { start, end } = span;
        for line in start.line..=end.line {
            let from = if line == start.line { start.column.saturating_sub(1) } else { 0 };
            let to = if line == end.line { end.column.saturating_sub(1) } else { usize::MAX };
            self.hidden.entry(line).or_default().push((from, to));
        }
    }

    /// Without a tree, what is indented deeper than the name of a secret may belong to it.
    fn guess_continuations(&mut self) {
        let mut inside = None;
        for (index, line) in self.lines.iter().enumerate() {
            let letters: Vec<char> = line.chars().collect();
            let Some(indent) = letters.iter().position(|letter| !letter.is_whitespace()) else {
                continue;
            };
            if inside.is_some_and(|column| indent > column) {
                let number = index.saturating_add(1);
                self.hidden.entry(number).or_default().push((indent, usize::MAX));
                continue;
            }
            inside = words(&letters)
                .into_iter()
                .find(|&(from, to)| is_secret(&spelling(&letters, from, to)))
                .map(|(from, _)| from);
        }
    }
}

/// Whether a secret itself was written where the name of a variable or user belongs.
fn is_misplaced(entry: &Entry) -> bool {
    let key = entry.key.to_lowercase();
    let Content::Scalar(value) = &entry.value.content else {
        return false;
    };
    (key.ends_with("_env") && looks_secret(&key) && !is_variable(&value.text))
        || ((key.starts_with("user") || key.ends_with("user")) && value.text.contains(':'))
}

/// Whether a text can be the name of an environment variable.
pub(super) fn is_variable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests;
