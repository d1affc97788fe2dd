//! What is wrong with a configuration, told so that it can be mended at once: where, what, the
//! line itself with the word marked, and what to do.
//!
//! The text of the file does not stay here, only the lines that faults show, and those have lost
//! their secrets already ([`super::mask`]); so a list of faults can go to any log or page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::mask::{self, Masks};
use super::yaml::{Node, Span};

/// Enough to mend a file by; a wrong file altogether (not ours at all) has thousands.
const MAX_KEPT: usize = 100;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Counted from 1; 0 where the fault is not about a place in the text.
    pub line: usize,
    /// Counted from 1, in characters; 0 where `line` is.
    pub column: usize,
    /// How many characters of that line are meant.
    pub width: usize,
    /// What is wrong, without any secret.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Everything that is wrong with a file. Displays as several lines, the last one a count.
#[derive(Clone, Debug)]
pub struct Faults {
    file: String,
    list: Vec<Fault>,
    /// How many there were in all.
    count: usize,
    /// By line number.
    excerpts: BTreeMap<usize, mask::Line>,
}

impl Fault {
    pub(super) fn at(span: Span, message: impl Into<String>) -> Self {
        let Span { start, end } = span;
        // What goes on in further lines is marked to the end of the first one.
        let width = if end.line == start.line { end.column.saturating_sub(start.column) } else { usize::MAX };
        Self { line: start.line, column: start.column, width, message: message.into(), help: None }
    }

    pub(super) fn of_file(message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, width: 0, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Moves it into the text: a parser may stop a line behind the last one.
    fn clamp(&mut self, lines: &[&str]) {
        if self.line == 0 {
            return;
        }
        self.line = self.line.clamp(1, lines.len().max(1));
        let line = lines.get(self.line.saturating_sub(1)).copied();
        let line = line.unwrap_or_default().trim_end();
        let length = line.chars().count();
        self.column = self.column.clamp(1, length.saturating_add(1));
        let from = self.column.saturating_sub(1);
        let meant: String = line.chars().skip(from).take(self.width).collect();
        // The parser counts the blanks behind a quoted text to it; nobody means them.
        self.width = meant.trim_end().chars().count().max(1);
    }
}

impl Faults {
    pub(super) fn whole_file(file: &str, fault: Fault) -> Self {
        Self { file: file.to_owned(), list: vec![fault], count: 1, excerpts: BTreeMap::new() }
    }

    /// `tree` tells precisely where the secrets are; without it, whatever might be one is hidden.
    pub(super) fn in_text(file: &str, text: &str, tree: Option<&Node>, mut faults: Vec<Fault>) -> Self {
        let lines = mask::lines(text);
        faults.sort();
        faults.dedup();
        let count = faults.len();
        faults.truncate(MAX_KEPT);
        for fault in &mut faults {
            fault.clamp(&lines);
        }
        let masks = Masks::new(&lines, tree);
        let numbers: BTreeSet<usize> = faults.iter().map(|fault| fault.line).collect();
        let excerpts = numbers
            .into_iter()
            .filter_map(|number| Some((number, masks.line(number)?)))
            .filter(|(_, line): &(usize, mask::Line)| !line.is_blank())
            .collect();
        Self { file: file.to_owned(), list: faults, count, excerpts }
    }

    /// The faults in the order of the text; one at least, the first hundred at most.
    pub fn faults(&self) -> &[Fault] {
        &self.list
    }

    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        for fault in &self.list {
            self.write_fault(f, fault)?;
        }
        let count = self.count;
        if count > self.list.len() {
            writeln!(f, "… and {} more\n", count.saturating_sub(self.list.len()))?;
        }
        match count {
            1 => write!(f, "1 fault in {file}"),
            _ => write!(f, "{count} faults in {file}"),
        }
    }
}

impl Faults {
    fn write_fault(&self, f: &mut fmt::Formatter<'_>, fault: &Fault) -> fmt::Result {
        let file = &self.file;
        let Fault { line, column, width, message, help } = fault;
        if *line == 0 {
            writeln!(f, "{file}: {message}")?;
        } else {
            writeln!(f, "{file}:{line}:{column}: {message}")?;
        }
        let mut indent = 2;
        if let Some(excerpt) = self.excerpts.get(line) {
            let gutter = line.to_string().len();
            let shown = excerpt.around(*column, *width);
            writeln!(f, "  {line} | {}", shown.text)?;
            writeln!(f, "  {:gutter$} | {}", "", shown.carets)?;
            indent = gutter.saturating_add(5);
        }
        if let Some(help) = help {
            writeln!(f, "{:indent$}help: {help}", "")?;
        }
        writeln!(f)
    }
}
