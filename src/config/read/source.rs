//! The list of sources. A source has a name, exactly one kind of service, and something to watch.

use std::collections::BTreeMap;

use super::super::values;
use super::super::yaml::{Content, Entry, Node, Span};
use super::super::{Fault, SourceConfig};
use super::fields::{Fields, Shape};
use super::limits::Overlay;
use super::{Reader, collect, discover, kind, projects};

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
    let found = kind::kind(reader, &fields);
    let backend = found.and_then(|(kind, entry)| {
        projects::check_any(reader, &fields, kind);
        (kind.read)(reader, entry)
    });
    let kind = found.map(|(kind, _)| kind);
    let own = Overlay::read(reader, &fields);
    let limits = own.limits(reader, defaults);
    let projects = projects::projects(reader, &fields, kind);
    let discover = discover::discover(reader, &fields, kind);
    let collect = collect::collect(reader, &fields, kind);
    let (name, _) = name?;
    Some(SourceConfig {
        name,
        backend: backend?,
        limits,
        delay_thresholds: own.delay_thresholds(defaults),
        projects,
        discover,
        collect,
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
