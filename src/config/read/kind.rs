//! The kinds of service and in what they differ for a whole source: what it may watch, filter by
//! and collect. How each is reached is for its own reader.

use super::super::yaml::Entry;
use super::super::{Backend, Fault, suggest};
use super::fields::Fields;
use super::{Reader, alibaba, huawei, oms, replay};

/// A kind of service.
pub(super) struct Kind {
    /// Its key in a source.
    pub(super) key: &'static str,
    /// Reads the value of that key.
    pub(super) read: fn(&mut Reader<'_>, &Entry) -> Option<Backend>,
    pub(super) watching: Watching,
    /// What `collect` may ask for; empty where there is nothing.
    pub(super) extras: &'static [&'static str],
}

/// Where the projects of a source come from.
pub(super) enum Watching {
    /// From the file, the service's own list or both.
    Listed(Filters),
    /// From the file alone, each with its kind.
    Named,
    /// From the recorded answers.
    Recorded,
}

/// What `discover` may filter by.
pub(super) struct Filters {
    pub(super) types: &'static [&'static str],
    pub(super) statuses: &'static [&'static str],
    pub(super) labels: Labels,
}

/// Whether the service's projects carry labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    Carried,
    Unknown,
}

pub(super) const COMPONENTS: &str = "components";
pub(super) const VERIFICATION: &str = "verification";
pub(super) const CONFLICTS: &str = "conflicts";

/// Every extra of any kind.
pub(super) const EXTRAS: &[&str] = &[COMPONENTS, VERIFICATION, CONFLICTS];

/// Every type of project of any kind.
pub(super) const TYPES: &[&str] = &["MIGRATION", "SYNC", "VERIFY", "DISASTER_RECOVERY"];

/// Every status of any kind.
pub(super) const STATUSES: &[&str] = &[
    "INIT",
    "RUNNING",
    "SUSPEND",
    "FAILED",
    "FINISHED",
    "RELEASING",
    "RELEASED",
    "DELETED",
    "RUNNING_MODIFYING",
    "RUNNING_MERGING",
    "RUNNING_ALARMING",
];

/// What applies while it is unknown which service a source is.
pub(super) const ANY_FILTERS: Filters = Filters { types: TYPES, statuses: STATUSES, labels: Labels::Carried };

const OMS_FILTERS: Filters =
    Filters { types: &["MIGRATION", "SYNC", "VERIFY"], statuses: STATUSES, labels: Labels::Carried };

/// In the words of all services; the room that asks translates them. `RUNNING_ALARMING` is
/// no state but a filter, and of OMS alone.
const DRS_FILTERS: Filters = Filters {
    types: &["MIGRATION", "SYNC", "DISASTER_RECOVERY"],
    statuses: &[
        "INIT",
        "RUNNING",
        "SUSPEND",
        "FAILED",
        "FINISHED",
        "RELEASING",
        "RELEASED",
        "DELETED",
        "RUNNING_MODIFYING",
        "RUNNING_MERGING",
    ],
    labels: Labels::Unknown,
};

const KINDS: [Kind; 5] = [
    Kind { key: "oms", read: oms::oms, watching: Watching::Listed(OMS_FILTERS), extras: EXTRAS },
    Kind { key: "oms_v3", read: oms::oms_v3, watching: Watching::Named, extras: &[] },
    Kind {
        key: "alibaba_cloud",
        read: alibaba::alibaba,
        watching: Watching::Listed(OMS_FILTERS),
        extras: &[COMPONENTS, VERIFICATION],
    },
    Kind { key: "huawei_drs", read: huawei::huawei, watching: Watching::Listed(DRS_FILTERS), extras: &[] },
    Kind { key: "replay", read: replay::replay, watching: Watching::Recorded, extras: &[] },
];

/// The one kind of service that a source is, with what is said about it.
pub(super) fn kind<'n>(reader: &mut Reader<'_>, source: &Fields<'n>) -> Option<(&'static Kind, &'n Entry)> {
    // A kind without a value was meant all the same: its own reader says what it needs.
    let mut given: Vec<(&Kind, &Entry)> =
        KINDS.iter().filter_map(|kind| Some((kind, source.written(kind.key)?))).collect();
    given.sort_by_key(|(_, entry)| entry.key_span.start);
    let mut given = given.into_iter();
    let Some((kind, entry)) = given.next() else {
        let keys: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
        if !source.misspells(&keys) {
            let message = "this source does not say which service it is";
            let help = format!("add how to reach it, under one of {}", suggest::list(&keys));
            reader.report(Fault::at(source.at, message).help(help));
        }
        return None;
    };
    for (second, second_entry) in given {
        let message = format!(
            "`{}` is given besides `{}` (line {}): a source is one service",
            second.key, kind.key, entry.key_span.start.line
        );
        reader.report(Fault::at(second_entry.key_span, message).help("make a second source of it, with `- name: …`"));
    }
    Some((kind, entry))
}
