//! From the tree of the file to checked settings. Every reader below goes on after a fault, so
//! that one run shows all of them; a reader that returns nothing has always reported why.
//!
//! The order of the file does not matter and nothing is assumed about a value before it was
//! judged. YAML itself and the drawing of faults are hidden elsewhere.

mod alibaba;
mod collect;
mod connection;
mod discover;
mod fields;
mod huawei;
mod keys;
mod kind;
mod limits;
mod oms;
mod projects;
mod replay;
mod secret;
mod source;
mod tls;
mod words;

use self::fields::{Fields, Shape};
use self::limits::Overlay;
use super::values::Problem;
use super::yaml::{Content, Mark, Node, Span};
use super::{Config, Fault, Surroundings};

/// What every reader needs.
pub(super) struct Reader<'s> {
    surroundings: &'s Surroundings<'s>,
    faults: &'s mut Vec<Fault>,
}

const FILE: Shape = Shape { what: "the file", keys: &["defaults", "sources"] };

const DEFAULTS: Shape = Shape { what: "`defaults`", keys: limits::KEYS };

/// The smallest file that works, for those who begin.
const EXAMPLE: &str = "begin with `sources:` and below it `- name: …`, `oms:` and `projects:`";

/// Where to point when something is missing altogether.
const START: Mark = Mark { line: 1, column: 1 };

/// What there is to say about a file without content.
pub(super) fn empty() -> Fault {
    Fault::at(Span::one(START), "the file is empty").help(EXAMPLE)
}

/// Reads the whole file. None whenever `faults` is not empty, and perhaps an incomplete
/// configuration besides new faults.
pub(super) fn config(root: &Node, surroundings: &Surroundings<'_>, faults: &mut Vec<Fault>) -> Option<Config> {
    let mut reader = Reader { surroundings, faults };
    if root.is_null() {
        reader.report(empty());
        return None;
    }
    let file = Fields::read(&mut reader, root, &FILE, Span::one(root.span.start))?;
    let defaults = match file.get("defaults") {
        Some(entry) => Fields::read(&mut reader, &entry.value, &DEFAULTS, entry.key_span)
            .map(|fields| Overlay::read(&mut reader, &fields))
            .unwrap_or_default(),
        None => Overlay::default(),
    };
    let Some(sources) = file.get("sources") else {
        let at = file.written("sources").map_or(Span::one(START), |entry| entry.key_span);
        reader.report(Fault::at(at, "there is no source").help(EXAMPLE));
        return None;
    };
    let sources = source::sources(&mut reader, sources, &defaults);
    Some(Config { sources })
}

impl Reader<'_> {
    fn report(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn problem(&mut self, at: Span, problem: Problem) {
        let Problem { message, help } = problem;
        let fault = Fault::at(at, message);
        self.report(match help {
            Some(help) => fault.help(help),
            None => fault,
        });
    }
}

/// What a node is, in words.
fn kind_of(node: &Node) -> &'static str {
    match node.content {
        Content::Scalar(_) => "a single value",
        Content::List(_) => "a list",
        Content::Map(_) | Content::Refused => "a map",
    }
}
