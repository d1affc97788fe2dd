//! "Did you mean …?": the nearest of the words that would have been right.

/// The known word that `given` was most likely meant to be, if any is close.
pub(super) fn nearest<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let folded = fold(given);
    // A third of the letters may be wrong: `tiemout` is near `timeout`, `foo` is near nothing.
    let allowed = folded.chars().count().div_ceil(3).min(4);
    known
        .into_iter()
        .map(|word| (distance(&folded, &fold(word)), word))
        .filter(|&(distance, _)| distance <= allowed && distance < folded.chars().count())
        .min()
        .map(|(_, word)| word)
}

/// How many letters are wrong; a shortened word (`user` for `username`) counts as one.
fn distance(given: &str, known: &str) -> usize {
    if given.chars().count() > 2 && known.starts_with(given) { 1 } else { strsim::osa_distance(given, known) }
}

/// Case and the choice between `-` and `_` are the commonest slips of all.
fn fold(word: &str) -> String {
    // Longer than every known word, so that a huge one costs nothing to compare.
    word.chars()
        .take(80)
        .map(|letter| match letter {
            '-' | ' ' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// `did you mean …?`, or else the list of what is possible.
pub(super) fn help(given: &str, known: &[&str]) -> String {
    match nearest(given, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("possible here: {}", list(known)),
    }
}

/// Words in backticks, with commas between.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let known = ["interval", "timeout", "stale_after", "MIGRATION"];
        assert_eq!(nearest("intervall", known), Some("interval"));
        assert_eq!(nearest("tiemout", known), Some("timeout"));
        assert_eq!(nearest("stale-after", known), Some("stale_after"));
        assert_eq!(nearest("migration", known), Some("MIGRATION"));
        assert_eq!(nearest("stale", known), Some("stale_after"));
        assert_eq!(nearest("foo", known), None);
        assert_eq!(nearest("", known), None);
    }
}
