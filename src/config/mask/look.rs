//! What looks like a secret in a line: names of keys by their words, and `user:password@`. Used
//! where no tree says better, so it would rather hide too much.

/// What the name of a secret holds. Wider than our own keys: a misspelt one is a secret too.
const MARKERS: [&str; 9] =
    ["pass", "pwd", "secret", "token", "credential", "access_key", "accesskey", "api_key", "apikey"];

/// Columns of a line, from 0, the end excluded.
pub(super) type Range = (usize, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// There is a tree.
    Known,
    /// The text is not YAML: better too much hidden than too little.
    Guessed,
}

/// Whether a key of this name holds a secret itself, not the place where one lies.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    !key.ends_with("_file") && !key.ends_with("_env") && looks_secret(&key)
}

pub(super) fn looks_secret(key: &str) -> bool {
    // Huawei's own names for the halves of a key pair are too short to look for inside of others.
    matches!(key, "ak" | "sk")
        || MARKERS.iter().any(|marker| key.contains(marker))
        || (key.len() > 4 && strsim::osa_distance(key.get(..16).unwrap_or(key), "password") <= 3)
}

/// Columns behind the name of a secret, to the end of the line.
pub(super) fn guessed(letters: &[char], certainty: Certainty, is_known: &dyn Fn(usize) -> bool) -> Vec<Range> {
    let mut ranges = Vec::new();
    // No tree knows what a comment says.
    let comment = letters.windows(2).position(|pair| matches!(pair, [' ' | '\t', '#']));
    for (from, to) in words(letters) {
        let word = spelling(letters, from, to);
        let certainty = match comment {
            Some(comment) if from > comment => Certainty::Guessed,
            _ => certainty,
        };
        let named = match certainty {
            Certainty::Known => is_secret(&word),
            Certainty::Guessed => looks_secret(&word.to_lowercase()) && !word.ends_with("_file"),
        };
        if !named || is_known(from.saturating_add(1)) {
            continue;
        }
        let rest = letters.iter().enumerate().skip(to);
        let mut value = rest.skip_while(|(_, letter)| matches!(letter, '"' | '\'' | ' ' | '\t'));
        let Some((first, letter)) = value.next() else {
            continue;
        };
        if matches!(letter, ':' | '=') {
            let blanks = letters.iter().skip(first.saturating_add(1));
            let blanks = blanks.take_while(|letter| letter.is_whitespace()).count();
            ranges.push((first.saturating_add(1).saturating_add(blanks), usize::MAX));
        } else if certainty == Certainty::Guessed {
            ranges.push((first, usize::MAX));
        }
    }
    ranges
}

/// Columns of `user:password` in front of an `@`, in a URL or without its scheme.
pub(super) fn credentials(letters: &[char]) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for run in letters.split(|letter| letter.is_whitespace()) {
        let quotes = run.iter().take_while(|letter| matches!(letter, '"' | '\'')).count();
        let at = run.iter().rposition(|letter| *letter == '@');
        let scheme = run.windows(3).position(|three| three == [':', '/', '/']);
        let begin = scheme.map_or(quotes, |scheme| scheme.saturating_add(3));
        if let Some(at) = at
            && run.iter().take(at).any(|letter| *letter == ':')
        {
            ranges.push((from + begin.min(at), from + at));
        }
        from += run.len() + 1;
    }
    ranges
}

/// Whether a key is one word, with nothing else stuck to it.
pub(super) fn is_word(key: &str) -> bool {
    key.chars().all(is_part_of_word)
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-')
}

/// The words of a line, as names of keys are made.
pub(super) fn words(letters: &[char]) -> Vec<Range> {
    let mut words: Vec<Range> = Vec::new();
    for (index, letter) in letters.iter().enumerate() {
        if !is_part_of_word(*letter) {
            continue;
        }
        let next = index.saturating_add(1);
        match words.last_mut() {
            Some((_, to)) if *to == index => *to = next,
            _ => words.push((index, next)),
        }
    }
    words
}

pub(super) fn spelling(letters: &[char], from: usize, to: usize) -> String {
    letters.get(from..to).unwrap_or_default().iter().collect()
}
