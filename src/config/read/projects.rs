//! The projects that a source names, and whether it watches anything at all.

use std::collections::BTreeMap;

use super::super::values::{self, Problem};
use super::super::yaml::{Content, Node};
use super::super::{Fault, ProjectKind, ProjectRef};
use super::Reader;
use super::fields::{Fields, Given, Shape, Value};
use super::kind::{Kind, Watching};

const PROJECT: Shape = Shape { what: "a project", keys: &["id", "name", "kind"] };

/// How to give the kind of a project.
const SAY_KIND: &str = "say `kind: sync` or `kind: migration`, as in `- { id: ID, kind: sync }`";

/// The projects that a source names. `of` is none where the source does not say what it is.
pub(super) fn projects(reader: &mut Reader<'_>, source: &Fields<'_>, of: Option<&Kind>) -> Vec<ProjectRef> {
    let Some(entry) = source.get("projects") else {
        return Vec::new();
    };
    if let Some(Kind { key, watching: Watching::Recorded, .. }) = of {
        let message = format!("`projects` has no place with `{key}`: every project of the record is watched");
        reader.report(Fault::at(entry.key_span, message).help("remove it"));
        return Vec::new();
    }
    let Content::List(items) = &entry.value.content else {
        if !matches!(entry.value.content, Content::Refused) {
            reader.report(
                Fault::at(entry.value.span, "`projects` must be a list")
                    .help("begin every project with `- `, or write `projects: [ID, ID]`"),
            );
        }
        return Vec::new();
    };
    let mut lines = BTreeMap::new();
    let mut projects = Vec::new();
    for item in items {
        let Some(project) = project(reader, item, of) else {
            continue;
        };
        let line = item.span.start.line;
        if let Some(first) = lines.insert(project.id.clone(), line) {
            let id = values::quoted(&project.id);
            let message = format!("the project {id} is listed twice, first in line {first}");
            reader.report(Fault::at(item.span, message).help("remove one of the two"));
        }
        projects.push(project);
    }
    projects
}

fn project(reader: &mut Reader<'_>, node: &Node, of: Option<&Kind>) -> Option<ProjectRef> {
    let wants_kind = of.filter(|of| matches!(of.watching, Watching::Named));
    if !matches!(node.content, Content::Map(_)) {
        let value = Value::read(reader, node, "an entry of `projects`")?;
        let id = match values::id(value.text) {
            Ok(id) => id,
            Err(problem) => {
                reader.problem(value.at, problem);
                return None;
            }
        };
        if let Some(Kind { key, .. }) = wants_kind {
            reader.report(Fault::at(value.at, format!("a project of `{key}` needs `kind`")).help(SAY_KIND));
        }
        return Some(ProjectRef { id, name: None, kind: None });
    }
    let fields = Fields::read(reader, node, &PROJECT, node.span)?;
    let id = fields.required(reader, "id", "ID", |value| values::id(value.text));
    let name = fields.optional(reader, "name", |value| values::label(value.text, 128));
    let kind = fields.optional(reader, "kind", kind);
    if let (Some(Kind { key, .. }), Given::Absent) = (wants_kind, &kind) {
        let at = fields.written("kind").map_or(fields.at, |entry| entry.key_span);
        reader.report(Fault::at(at, format!("a project of `{key}` needs `kind`")).help(SAY_KIND));
    }
    Some(ProjectRef { id: id?, name: name.good(), kind: kind.good() })
}

fn kind(value: &Value<'_>) -> Result<ProjectKind, Problem> {
    match value.text {
        "migration" => Ok(ProjectKind::Migration),
        "sync" => Ok(ProjectKind::Sync),
        other => Err(Problem::new(
            format!("unknown kind of project {}", values::quoted(other)),
            "write `migration` or `sync`",
        )),
    }
}

/// Reports a source that names no project and looks for none.
pub(super) fn check_any(reader: &mut Reader<'_>, source: &Fields<'_>, of: &Kind) {
    let named = source
        .get("projects")
        .is_some_and(|entry| !matches!(&entry.value.content, Content::List(items) if items.is_empty()));
    if named || source.written("discover").is_some() {
        return;
    }
    let help = match of.watching {
        Watching::Recorded => return,
        Watching::Named => "add `projects: [{ id: ID, kind: sync }]`, or `kind: migration`",
        Watching::Listed(_) => "add `projects: [ID]`, or `discover: {}` to watch every project",
    };
    reader.report(Fault::at(source.at, "this source has nothing to watch").help(help));
}
