//! The `discover` map: which projects of the service's own list to watch.

use super::super::values;
use super::super::{Discover, Fault};
use super::Reader;
use super::fields::{Fields, Shape};
use super::kind::{ANY_FILTERS, Filters, Kind, Labels, STATUSES, TYPES, Watching};
use super::words::{Vocabulary, words};

pub(super) const SHAPE: Shape =
    Shape { what: "`discover`", keys: &["types", "statuses", "labels", "search", "exclude"] };

/// As many as `ListProjects` takes.
const MAX_LABELS: usize = 5;

/// What a source looks for, if it does. `kind` is none where the source does not say.
pub(super) fn discover(reader: &mut Reader<'_>, source: &Fields<'_>, kind: Option<&Kind>) -> Option<Discover> {
    let entry = source.written("discover")?;
    let (key, filters) = match kind {
        None => ("this service", &ANY_FILTERS),
        Some(Kind { key, watching: Watching::Listed(filters), .. }) => (*key, filters),
        Some(Kind { key, watching: Watching::Named, .. }) => {
            let message = format!("`discover` is not possible with `{key}`: its API does not list projects");
            let help = "name each under `projects`, as in `- { id: ID, kind: sync }`";
            reader.report(Fault::at(entry.key_span, message).help(help));
            return None;
        }
        Some(Kind { key, watching: Watching::Recorded, .. }) => {
            let message = format!("`discover` has no place with `{key}`: every project of the record is watched");
            reader.report(Fault::at(entry.key_span, message).help("remove it"));
            return None;
        }
    };
    if entry.value.is_null() {
        let message = "`discover` without a value is neither on nor off";
        reader.report(
            Fault::at(entry.key_span, message).help("write `discover: {}` to watch every project, or remove it"),
        );
        return None;
    }
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let search = fields.optional(reader, "search", |value| match value.text.trim() {
        "" => Ok(String::new()),
        _ => values::label(value.text, 128),
    });
    let types = Vocabulary { what: "type", kind: key, here: filters.types, anywhere: TYPES };
    let statuses = Vocabulary { what: "status", kind: key, here: filters.statuses, anywhere: STATUSES };
    Some(Discover {
        types: words(reader, &fields, "types", |word| types.judge(word)),
        statuses: words(reader, &fields, "statuses", |word| statuses.judge(word)),
        labels: labels(reader, &fields, key, filters),
        search: search.good().filter(|words| !words.is_empty()),
        exclude: words(reader, &fields, "exclude", values::id),
    })
}

fn labels(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, filters: &Filters) -> Vec<String> {
    let Some(entry) = fields.get("labels") else {
        return Vec::new();
    };
    if filters.labels == Labels::Unknown {
        let message = format!("`labels` is not supported with `{key}`");
        let help = "remove it; `types`, `statuses`, `search` and `exclude` narrow the list as well";
        reader.report(Fault::at(entry.key_span, message).help(help));
        return Vec::new();
    }
    let labels = words(reader, fields, "labels", |word| values::label(word, 128));
    if labels.len() > MAX_LABELS {
        let message = format!("{} labels are given", labels.len());
        let help = format!("keep {MAX_LABELS} at most, the service accepts no more");
        reader.report(Fault::at(entry.key_span, message).help(help));
    }
    labels
}
