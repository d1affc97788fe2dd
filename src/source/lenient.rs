//! Readers for JSON that does not keep to its own documentation.
//!
//! The services send numbers as text, the text `"null"` for nothing, an array where an object is
//! documented, blanks and newlines around values, and `camelCase` or `PascalCase` keys for the same
//! thing. One unreadable field must cost that field alone. So a scalar is first taken as the raw
//! text that stands in the answer ([`Leaf`]) and is given a meaning only when somebody asks for it
//! ([`Gaps`]); objects and lists ([`Obj`], [`Many`]) accept whatever comes and say what it was.
//! Keys that nobody asked for are skipped without being stored.
//!
//! This room knows JSON and its abuses, but no service and no metric.

mod shape;
mod value;

pub(super) use shape::{KeyOf, Leaf, Many, Obj, Pairs, Shape, wire};
pub(super) use value::Gaps;

/// Reads a whole answer. A byte order mark and bytes that are not UTF-8 are tolerated: the latter
/// cost the text they stand in, not the answer.
///
/// # Errors
/// When the answer is not JSON, or breaks off; the error says where, and never quotes the answer.
pub(super) fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
}

#[cfg(test)]
pub(super) mod tests;
