//! The families as a table for people: `docs/metrics.md` holds what this prints, and a test keeps
//! the two equal.

use std::fmt::Write as _;

use super::{Kind, families};

/// A Markdown table of all families.
pub fn markdown() -> String {
    let mut text = "| metric | type | labels | meaning |\n|---|---|---|---|\n".to_owned();
    for family in families() {
        let labels: Vec<String> = family.label_names().map(|name| format!("`{name}`")).collect();
        let kind = match family.kind {
            Kind::Gauge => "gauge",
            Kind::StateSet => "gauge (state set)",
            Kind::Info => "info",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        };
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {kind} | {labels} | {}. |", family.name, family.help);
    }
    text
}
