//! The key `collect`: which extras a source asks for.

use super::super::{Collect, Fault};
use super::Reader;
use super::fields::Fields;
use super::kind::{COMPONENTS, CONFLICTS, EXTRAS, Kind, VERIFICATION};
use super::words::{Vocabulary, words};

/// Reads `collect`. `kind` is none where the source does not say which service it is.
pub(super) fn collect(reader: &mut Reader<'_>, source: &Fields<'_>, kind: Option<&Kind>) -> Collect {
    let Some(entry) = source.get("collect") else {
        return Collect::default();
    };
    let (key, here) = kind.map_or(("this service", EXTRAS), |kind| (kind.key, kind.extras));
    if here.is_empty() {
        let message = format!("`collect` is not supported with `{key}`");
        reader.report(Fault::at(entry.key_span, message).help("remove it: there are no extras to ask for"));
        return Collect::default();
    }
    let extras = Vocabulary { what: "extra", kind: key, here, anywhere: EXTRAS };
    let words = words(reader, source, "collect", |word| extras.judge(word));
    let has = |extra: &str| words.iter().any(|word| word == extra);
    Collect { components: has(COMPONENTS), verification: has(VERIFICATION), conflicts: has(CONFLICTS) }
}
