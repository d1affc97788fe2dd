//! A line of the file as it is shown: secrets as stars, nothing a terminal would obey, only the
//! part around the word in question when it is long, and carets that stay below that word.

use super::look::Range;

/// Stands for a secret of any length.
const STARS: &str = "******";

/// Longer lines are shown in part.
const MAX_CELLS: usize = 120;
const CELLS_BEFORE: usize = 40;

/// A line without its secrets, ready to be shown.
#[derive(Clone, Debug)]
pub(in crate::config) struct Line {
    cells: Vec<Cell>,
}

/// One character, or the stars for a secret.
#[derive(Clone, Debug)]
struct Cell {
    from: usize,
    to: usize,
    shown: Shown,
}

#[derive(Clone, Copy, Debug)]
enum Shown {
    Character(char),
    Stars,
}

/// A line of text and the carets below it.
pub(in crate::config) struct Marked {
    pub(in crate::config) text: String,
    pub(in crate::config) carets: String,
}

impl Line {
    /// The line of these letters without what stands in `ranges`.
    pub(super) fn new(letters: &[char], ranges: Vec<Range>) -> Self {
        let cells = cells(letters, ranges);
        Self { cells }
    }

    pub(in crate::config) fn is_blank(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// The whole of it.
    pub(super) fn text(&self) -> String {
        self.cells.iter().map(Cell::text).collect()
    }

    /// The line, or the part of it around a word, with carets below the word. `column` counts
    /// from 1.
    pub(in crate::config) fn around(&self, column: usize, width: usize) -> Marked {
        let from = column.saturating_sub(1);
        let to = from.saturating_add(width);
        let hit = |cell: &Cell| cell.from < to && from < cell.to;
        let first = self.cells.iter().position(hit).unwrap_or(self.cells.len());
        let skipped = if self.cells.len() > MAX_CELLS { first.saturating_sub(CELLS_BEFORE) } else { 0 };
        let mut text = String::new();
        let mut carets = String::new();
        if skipped > 0 {
            text.push_str("… ");
            carets.push_str("  ");
        }
        for cell in self.cells.iter().skip(skipped).take(MAX_CELLS) {
            text.push_str(&cell.text());
            let below = if hit(cell) { "^" } else { " " };
            carets.push_str(&below.repeat(cell.columns()));
        }
        if self.cells.len() > skipped.saturating_add(MAX_CELLS) {
            text.push_str(" …");
        }
        if first == self.cells.len() {
            carets.push('^');
        }
        Marked { text: text.trim_end().to_owned(), carets: carets.trim_end().to_owned() }
    }
}

fn cells(letters: &[char], mut ranges: Vec<Range>) -> Vec<Cell> {
    ranges.sort_unstable();
    let mut ranges = ranges.into_iter().peekable();
    let mut hidden_to = 0;
    let mut cells: Vec<Cell> = Vec::new();
    for (from, letter) in letters.iter().enumerate() {
        while let Some((_, end)) = ranges.next_if(|(start, _)| *start <= from) {
            hidden_to = end.max(hidden_to);
        }
        let to = from.saturating_add(1);
        if from >= hidden_to {
            let shown = Shown::Character(printable(*letter));
            cells.push(Cell { from, to, shown });
            continue;
        }
        match cells.last_mut() {
            Some(Cell { to: end, shown: Shown::Stars, .. }) => *end = to,
            _ => cells.push(Cell { from, to, shown: Shown::Stars }),
        }
    }
    cells
}

/// What a terminal would obey rather than print is replaced; a tab counts as one column.
fn printable(letter: char) -> char {
    match letter {
        '\t' => ' ',
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    }
}

impl Cell {
    fn text(&self) -> String {
        match self.shown {
            Shown::Character(letter) => letter.to_string(),
            Shown::Stars => STARS.to_owned(),
        }
    }

    /// How many columns a terminal gives it.
    fn columns(&self) -> usize {
        match self.shown {
            Shown::Stars => STARS.len(),
            Shown::Character(letter) if is_wide(letter) => 2,
            Shown::Character(_) => 1,
        }
    }
}

/// The large blocks of East Asian letters and the pictographs, which take two columns.
fn is_wide(letter: char) -> bool {
    matches!(letter,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}')
}
