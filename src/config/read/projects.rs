//! Which projects of a source are watched: those the file names and those to look for.

use std::collections::BTreeMap;

use super::super::values::{self, Problem};
use super::super::yaml::{Content, Entry, Node};
use super::super::{Discover, Fault, ProjectKind, ProjectRef, suggest};
use super::Reader;
use super::fields::{Fields, Shape, Value};

const PROJECT: Shape = Shape { what: "a project", keys: &["id", "name", "kind"] };

pub(super) const DISCOVER: Shape =
    Shape { what: "`discover`", keys: &["types", "statuses", "labels", "search", "exclude"] };

const TYPES: [&str; 3] = ["MIGRATION", "SYNC", "VERIFY"];

const STATUSES: [&str; 11] = [
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

/// As many as `ListProjects` takes.
const MAX_LABELS: usize = 5;

/// The projects that a source names.
pub(super) fn projects(reader: &mut Reader<'_>, source: &Fields<'_>) -> Vec<ProjectRef> {
    let Some(entry) = source.get("projects") else {
        return Vec::new();
    };
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
        let Some(project) = project(reader, item) else {
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

fn project(reader: &mut Reader<'_>, node: &Node) -> Option<ProjectRef> {
    if !matches!(node.content, Content::Map(_)) {
        let value = Value::read(reader, node, "an entry of `projects`")?;
        return match values::id(value.text) {
            Ok(id) => Some(ProjectRef { id, name: None, kind: None }),
            Err(problem) => {
                reader.problem(value.at, problem);
                None
            }
        };
    }
    let fields = Fields::read(reader, node, &PROJECT, node.span)?;
    let id = fields.required(reader, "id", "ID", |value| values::id(value.text));
    let name = fields.optional(reader, "name", |value| values::label(value.text, 128));
    let kind = fields.optional(reader, "kind", kind);
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

/// What a source looks for, if it does.
pub(super) fn discover(reader: &mut Reader<'_>, source: &Fields<'_>) -> Option<Discover> {
    let entry = source.written("discover")?;
    if entry.value.is_null() {
        let message = "`discover` without a value is neither on nor off";
        reader.report(
            Fault::at(entry.key_span, message).help("write `discover: {}` to watch every project, or remove it"),
        );
        return None;
    }
    let fields = Fields::read(reader, &entry.value, &DISCOVER, entry.key_span)?;
    let search = fields.optional(reader, "search", |value| match value.text.trim() {
        "" => Ok(String::new()),
        _ => values::label(value.text, 128),
    });
    let discover = Discover {
        types: words(reader, &fields, "types", |word| known("type", word, &TYPES)),
        statuses: words(reader, &fields, "statuses", |word| known("status", word, &STATUSES)),
        labels: words(reader, &fields, "labels", |word| values::label(word, 128)),
        search: search.good().filter(|words| !words.is_empty()),
        exclude: words(reader, &fields, "exclude", values::id),
    };
    if discover.labels.len() > MAX_LABELS
        && let Some(labels) = fields.get("labels")
    {
        let message = format!("{} labels are given", discover.labels.len());
        let help = format!("keep {MAX_LABELS} at most, the service accepts no more");
        reader.report(Fault::at(labels.key_span, message).help(help));
    }
    Some(discover)
}

/// A list of words; one alone needs no brackets.
fn words(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    judge: impl Fn(&str) -> Result<String, Problem>,
) -> Vec<String> {
    let Some(Entry { value: node, .. }) = fields.get(key) else {
        return Vec::new();
    };
    let items = match &node.content {
        Content::List(items) => items.as_slice(),
        Content::Scalar(_) => std::slice::from_ref(node),
        Content::Refused => return Vec::new(),
        Content::Map(_) => {
            reader.report(
                Fault::at(node.span, format!("`{key}` must be a list, not a map"))
                    .help(format!("write `{key}: [ONE, ANOTHER]`")),
            );
            return Vec::new();
        }
    };
    let mut words: Vec<String> = Vec::new();
    for item in items {
        let Some(value) = Value::read(reader, item, &format!("an entry of `{key}`")) else {
            continue;
        };
        match judge(value.text) {
            Err(problem) => reader.problem(value.at, problem),
            Ok(word) if words.contains(&word) => {
                let message = format!("{} is listed twice", values::quoted(&word));
                reader.report(Fault::at(value.at, message).help("remove one of the two"));
            }
            Ok(word) => words.push(word),
        }
    }
    words
}

fn known(what: &str, word: &str, known: &[&str]) -> Result<String, Problem> {
    if known.contains(&word) {
        return Ok(word.to_owned());
    }
    let message = format!("unknown {what} {}", values::quoted(word));
    Err(Problem::new(message, suggest::help(word, known)))
}
