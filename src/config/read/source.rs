//! The list of sources. A source has a name, exactly one kind of service, and something to watch.

use std::collections::BTreeMap;

use super::super::values;
use super::super::yaml::{Content, Entry, Node, Span};
use super::super::{Backend, Collect, Fault, SourceConfig, suggest};
use super::fields::{Fields, Shape};
use super::limits::Overlay;
use super::{Reader, oms, projects};

pub(super) const SHAPE: Shape = Shape {
    what: "a source",
    keys: &[
        "name",
        "oms",
        "oms_v3",
        "alibaba_cloud",
        "huawei_drs",
        "replay",
        "projects",
        "discover",
        "collect",
        "interval",
        "timeout",
        "stale_after",
        "concurrency",
        "requests_per_second",
        "max_response_bytes",
        "delay_thresholds",
    ],
};

/// A kind of service.
struct Kind {
    key: &'static str,
    /// None where this version cannot talk to it.
    read: Option<fn(&mut Reader<'_>, &Entry) -> Option<Backend>>,
}

const KINDS: [Kind; 5] = [
    Kind { key: "oms", read: Some(oms::oms) },
    Kind { key: "oms_v3", read: None },
    Kind { key: "alibaba_cloud", read: None },
    Kind { key: "huawei_drs", read: None },
    Kind { key: "replay", read: None },
];

/// Reads the value of `sources`.
pub(super) fn sources(reader: &mut Reader<'_>, entry: &Entry, defaults: &Overlay) -> Vec<SourceConfig> {
    let help = "begin every source with `- name: …`";
    let Content::List(items) = &entry.value.content else {
        if !matches!(entry.value.content, Content::Refused) {
            let fault = Fault::at(entry.value.span, "`sources` must be a list");
            reader.report(fault.help(help));
        }
        return Vec::new();
    };
    if items.is_empty() {
        reader.report(Fault::at(entry.value.span, "there is no source").help(help));
    }
    let mut lines = BTreeMap::new();
    items.iter().filter_map(|item| source(reader, item, defaults, &mut lines)).collect()
}

/// `lines` remembers where each name was given first.
fn source(
    reader: &mut Reader<'_>,
    node: &Node,
    defaults: &Overlay,
    lines: &mut BTreeMap<String, usize>,
) -> Option<SourceConfig> {
    let fields = Fields::read(reader, node, &SHAPE, head(node))?;
    let name = fields.required(reader, "name", "NAME", |value| Ok((values::label(value.text, 64)?, value.at)));
    if let Some((name, at)) = &name {
        if let Some(first) = lines.get(name) {
            let message = format!("the name {} is taken, first in line {first}", values::quoted(name));
            reader.report(Fault::at(*at, message).help("give every source a name of its own"));
        } else {
            lines.insert(name.clone(), at.start.line);
        }
    }
    let backend = backend(reader, &fields);
    if let Some(collect) = fields.get("collect") {
        let message = "`collect` is not supported by this version";
        reader.report(Fault::at(collect.key_span, message).help("remove it"));
    }
    let own = Overlay::read(reader, &fields);
    let limits = own.limits(reader, defaults);
    let projects = projects::projects(reader, &fields);
    let discover = projects::discover(reader, &fields);
    let (name, _) = name?;
    Some(SourceConfig {
        name,
        backend: backend?,
        limits,
        delay_thresholds: own.delay_thresholds(defaults),
        projects,
        discover,
        collect: Collect::default(),
    })
}

/// Where to point when a source lacks something: its name, else its first key.
fn head(node: &Node) -> Span {
    let Content::Map(entries) = &node.content else {
        return node.span;
    };
    let name = entries.iter().find(|entry| entry.key == "name" && matches!(entry.value.content, Content::Scalar(_)));
    match (name, entries.first()) {
        (Some(name), _) if !name.value.is_null() => name.value.span,
        (_, Some(first)) => first.key_span,
        (_, None) => node.span,
    }
}

/// The kinds that this version can talk to.
fn supported() -> Vec<&'static str> {
    KINDS.iter().filter(|kind| kind.read.is_some()).map(|kind| kind.key).collect()
}

/// The one kind of service that a source has.
fn backend(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Backend> {
    // A kind without a value was meant all the same: its own reader says what it needs.
    let mut given: Vec<(&Kind, &Entry)> =
        KINDS.iter().filter_map(|kind| Some((kind, fields.written(kind.key)?))).collect();
    given.sort_by_key(|(_, entry)| entry.key_span.start);
    let mut given = given.into_iter();
    let Some((kind, entry)) = given.next() else {
        let keys = supported();
        if fields.misspells(&keys) {
            return None;
        }
        let message = "this source does not say which service it is";
        let help = format!("add {} with its address and credentials", suggest::list(&keys));
        reader.report(Fault::at(fields.at, message).help(help));
        return None;
    };
    for (second, second_entry) in given {
        let message = format!(
            "`{}` is given besides `{}` (line {}): a source is one service",
            second.key, kind.key, entry.key_span.start.line
        );
        reader.report(Fault::at(second_entry.key_span, message).help("make a second source of it, with `- name: …`"));
    }
    let Some(read) = kind.read else {
        let message = format!("`{}` is not supported by this version", kind.key);
        let help = format!("this version knows {}", suggest::list(&supported()));
        reader.report(Fault::at(entry.key_span, message).help(help));
        return None;
    };
    check_watches_something(reader, fields);
    read(reader, entry)
}

fn check_watches_something(reader: &mut Reader<'_>, fields: &Fields<'_>) {
    let named = fields
        .get("projects")
        .is_some_and(|entry| !matches!(&entry.value.content, Content::List(items) if items.is_empty()));
    if !named && fields.written("discover").is_none() {
        let help = "add `projects: [ID]`, or `discover: {}` to watch every project";
        reader.report(Fault::at(fields.at, "this source has nothing to watch").help(help));
    }
}
