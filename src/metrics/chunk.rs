//! The sample lines of one project, family by family, rendered when the project changed and kept
//! until it changes again.

use std::time::Instant;

use super::families;
use super::family::{Out, ProjectView, Samples, StepView, push_label};
use crate::domain::Project;
use crate::store::{ProjectState, Setup};

/// The lines of one project.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    text: String,
    /// Where each family's lines end, in the order of the table.
    ends: Vec<usize>,
}

impl Chunk {
    /// The lines of the family at this place in the table.
    pub(super) fn lines(&self, family: usize) -> &str {
        let begin = family.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(family).copied().unwrap_or(begin);
        self.text.get(begin..end).unwrap_or_default()
    }

    /// Renders a project as it is known at `now`.
    pub(super) fn render(setup: &Setup, state: &ProjectState, now: Instant) -> Self {
        let mut prefix = String::new();
        for (name, value) in [("source", setup.name.as_str()), ("project_id", &state.id), ("project", state.title())] {
            separate(&mut prefix);
            push_label(&mut prefix, name, value);
        }
        let project = state.fresh(now, setup.stale_after);
        let steps = project.map(|project| step_views(project, state, &prefix)).unwrap_or_default();
        let view = project
            .map(|project| ProjectView { project, delay_threshold: setup.thresholds.of(project.importance.as_ref()) });
        let mut chunk = Self::default();
        for family in families() {
            let mut out = Out { text: &mut chunk.text, family, prefix: &prefix };
            match (family.samples, &view) {
                (Samples::Watch(take), _) => take(state, &mut out),
                (Samples::Project(take), Some(view)) => take(view, &mut out),
                (Samples::Extra(take), Some(_)) => {
                    for extra in state.fresh_extras(now, setup.stale_after) {
                        take(extra, &mut out);
                    }
                }
                (Samples::Step(take), Some(_)) => {
                    for (prefix, step) in &steps {
                        take(step, &mut Out { text: &mut *out.text, family, prefix });
                    }
                }
                _ => {}
            }
            chunk.ends.push(chunk.text.len());
        }
        chunk
    }
}

/// The steps with the labels that their samples begin with.
fn step_views<'a>(project: &'a Project, state: &ProjectState, prefix: &str) -> Vec<(String, StepView<'a>)> {
    let view = |step| {
        let step: &'a crate::domain::Step = step;
        let mut prefix = prefix.to_owned();
        separate(&mut prefix);
        push_label(&mut prefix, "step", &step.name);
        (prefix, StepView { step, advanced: state.advances.get(&step.name).and_then(|advance| advance.at) })
    };
    project.steps.iter().map(view).collect()
}

fn separate(labels: &mut String) {
    if !labels.is_empty() {
        labels.push(',');
    }
}
