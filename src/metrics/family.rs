//! What a metric is: the declaration that everything else is derived from, and the writing of its
//! header and sample lines in the two text formats.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::domain::{Extra, Project, Step, Time};
use crate::store::{ProjectState, SourceState};

/// One metric family, declared once.
#[derive(Debug)]
pub struct Family {
    /// The whole name, with `_total` for a counter.
    pub name: &'static str,
    /// One line without a full stop at its end; the formats put one there.
    pub help: &'static str,
    /// The type.
    pub kind: Kind,
    /// The labels that the family adds to those of its scope.
    pub labels: &'static [&'static str],
    /// How samples are taken, which also tells what they are about.
    pub(super) samples: Samples,
}

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value that goes up and down.
    Gauge,
    /// A gauge that is 1 for the state that holds and 0 for the others.
    StateSet,
    /// Constant 1, the labels say it all.
    Info,
    /// A value that only grows while the process lives.
    Counter,
    /// Counts by size.
    Histogram,
}

/// A text format of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics text 1.0.0.
    OpenMetrics,
}

impl Format {
    /// The value of the `Content-Type` header.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// What a sample is about, and so which labels it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The exporter itself: no labels.
    Exporter,
    /// A source: `source`.
    Source,
    /// A project: `source`, `project_id`, `project`.
    Project,
    /// A step of a project: those and `step`.
    Step,
}

impl Scope {
    /// The labels that every sample of this scope begins with.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Exporter => &[],
            Self::Source => &["source"],
            Self::Project => &["source", "project_id", "project"],
            Self::Step => &["source", "project_id", "project", "step"],
        }
    }
}

/// How the samples of a family are taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Samples {
    /// From what the exporter knows of itself.
    Exporter(fn(&super::About, &mut Out<'_>)),
    /// From a source.
    Source(fn(&SourceState, &mut Out<'_>)),
    /// From a watched project, readable or not.
    Watch(fn(&ProjectState, &mut Out<'_>)),
    /// From a project that is known and not stale.
    Project(fn(&ProjectView<'_>, &mut Out<'_>)),
    /// From each fresh extra of such a project.
    Extra(fn(&Extra, &mut Out<'_>)),
    /// From each step of such a project.
    Step(fn(&StepView<'_>, &mut Out<'_>)),
    /// Live, kept by [`super::Live`] or read from the system at every scrape.
    Live(Scope),
}

/// A fresh project and what applies to it.
#[derive(Debug)]
pub(super) struct ProjectView<'a> {
    pub(super) project: &'a Project,
    /// The delay that is too much for it, in seconds.
    pub(super) delay_threshold: Option<f64>,
}

/// A step of a fresh project.
#[derive(Debug)]
pub(super) struct StepView<'a> {
    pub(super) step: &'a Step,
    /// When it was last seen to move.
    pub(super) advanced: Option<Time>,
}

impl Family {
    /// What its samples are about.
    pub fn scope(&self) -> Scope {
        match self.samples {
            Samples::Exporter(_) => Scope::Exporter,
            Samples::Source(_) => Scope::Source,
            Samples::Watch(_) | Samples::Project(_) | Samples::Extra(_) => Scope::Project,
            Samples::Step(_) => Scope::Step,
            Samples::Live(scope) => scope,
        }
    }

    /// All label names of a sample, in order.
    pub fn label_names(&self) -> impl Iterator<Item = &'static str> {
        self.scope().labels().iter().chain(self.labels).copied()
    }

    /// The unit in the name, for the formats that have a line for it.
    pub fn unit(&self) -> Option<&'static str> {
        let base = self.name.trim_end_matches("_total");
        ["seconds", "ratio", "bytes"].into_iter().find(|unit| base.ends_with(unit) && !base.ends_with("per_second"))
    }

    /// The name that OpenMetrics gives the family, without the suffix of its samples.
    pub(super) fn base_name(&self) -> &'static str {
        match self.kind {
            Kind::Counter => self.name.trim_end_matches("_total"),
            Kind::Info => self.name.trim_end_matches("_info"),
            Kind::Gauge | Kind::StateSet | Kind::Histogram => self.name,
        }
    }

    /// `HELP` and `TYPE`, and `UNIT` where the format has it.
    pub(super) fn header(&self, format: Format, text: &mut String) {
        let (name, kind) = match (format, self.kind) {
            (Format::OpenMetrics, Kind::Info) => (self.base_name(), "info"),
            (Format::OpenMetrics, Kind::Counter) => (self.base_name(), "counter"),
            (Format::Text, Kind::Counter) => (self.name, "counter"),
            (_, Kind::Histogram) => (self.name, "histogram"),
            (_, Kind::Gauge | Kind::StateSet | Kind::Info) => (self.name, "gauge"),
        };
        for part in ["# HELP ", name, " ", self.help, ".\n# TYPE ", name, " ", kind, "\n"] {
            text.push_str(part);
        }
        if let (Format::OpenMetrics, Some(unit)) = (format, self.unit()) {
            for part in ["# UNIT ", name, " ", unit, "\n"] {
                text.push_str(part);
            }
        }
    }
}

/// Writes the sample lines of one family.
#[derive(Debug)]
pub(super) struct Out<'a> {
    pub(super) text: &'a mut String,
    pub(super) family: &'a Family,
    /// The labels of the scope, written out and escaped.
    pub(super) prefix: &'a str,
}

impl Out<'_> {
    /// A sample without labels of its own.
    pub(super) fn put(&mut self, value: f64) {
        self.put_with(&[], value);
    }

    /// The same where there is a value.
    pub(super) fn put_some(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.put(value);
        }
    }

    /// A moment, where there is one.
    pub(super) fn put_time(&mut self, time: Option<Time>) {
        self.put_some(time.map(Time::unix));
    }

    /// A flag, where there is one.
    pub(super) fn put_flag(&mut self, flag: Option<bool>) {
        self.put_some(flag.map(|flag| if flag { 1.0 } else { 0.0 }));
    }

    /// A sample with the values of the family's own labels, in their order.
    pub(super) fn put_with(&mut self, values: &[&str], value: f64) {
        debug_assert_eq!(values.len(), self.family.labels.len(), "{}", self.family.name);
        self.text.push_str(self.family.name);
        let mut open = '{';
        if !self.prefix.is_empty() {
            self.text.push(open);
            self.text.push_str(self.prefix);
            open = ',';
        }
        for (name, value) in self.family.labels.iter().zip(values) {
            self.text.push(open);
            push_label(self.text, name, value);
            open = ',';
        }
        if open == ',' {
            self.text.push('}');
        }
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, " {value}");
    }

    /// One sample per documented state, 1 for the one that holds; an undocumented one is added.
    pub(super) fn put_states(&mut self, documented: &[&str], holds: Option<&str>) {
        let Some(holds) = holds else { return };
        for state in documented {
            self.put_with(&[state], if *state == holds { 1.0 } else { 0.0 });
        }
        if !documented.contains(&holds) {
            self.put_with(&[holds], 1.0);
        }
    }
}

/// `name="value"`, escaped.
pub(super) fn push_label(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str("=\"");
    text.push_str(&escaped(value));
    text.push('"');
}

/// Backslash, quote and line feed are escaped; all else may stand as it is. Lengths were bounded
/// where the values were read.
pub(super) fn escaped(value: &str) -> Cow<'_, str> {
    if !value.contains(['\\', '"', '\n']) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    Cow::Owned(text)
}
