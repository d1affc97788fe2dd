//! What an examination has told so far and what it still has to: every planned step gets its line,
//! the ones after a failure too.

use std::collections::VecDeque;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work.
    Fail,
    /// It was not tried.
    Skip,
}

/// One step of an examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How it went.
    pub level: Level,
    /// The step, or the name of an action of the service's API.
    pub step: &'static str,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub cure: Option<String>,
}

/// What an examination came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The step that failed.
    pub failed: Option<&'static str>,
    /// Steps that somebody should look at.
    pub warnings: usize,
}

/// A step failed and was told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed;

/// Tells of the steps of one source.
pub(super) struct Chart<'t> {
    /// Steps to come, in their order.
    plan: VecDeque<&'static str>,
    verdict: Verdict,
    tell: &'t mut (dyn FnMut(Line) + Send),
}

impl<'t> Chart<'t> {
    pub(super) fn new(plan: Vec<&'static str>, tell: &'t mut (dyn FnMut(Line) + Send)) -> Self {
        Self { plan: plan.into(), verdict: Verdict::default(), tell }
    }

    /// The step works.
    pub(super) fn ok(&mut self, step: &'static str, found: impl Into<String>) {
        self.put(Line { level: Level::Ok, step, found: found.into(), cure: None });
    }

    /// The step works, but.
    pub(super) fn warn(&mut self, step: &'static str, found: impl Into<String>, cure: impl Into<String>) {
        self.verdict.warnings += 1;
        self.put(Line { level: Level::Warn, step, found: found.into(), cure: Some(cure.into()) });
    }

    /// The step does not work; the caller returns what this gives.
    pub(super) fn fail(&mut self, step: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Failed {
        self.verdict.failed = Some(step);
        self.put(Line { level: Level::Fail, step, found: found.into(), cure: Some(cure.into()) });
        Failed
    }

    /// The step was not tried, for a reason of its own.
    pub(super) fn skip(&mut self, step: &'static str, found: impl Into<String>) {
        self.put(Line { level: Level::Skip, step, found: found.into(), cure: None });
    }

    /// Whether a failure was told of.
    pub(super) fn has_failed(&self) -> bool {
        self.verdict.failed.is_some()
    }

    /// Gives every step that was not got to its line.
    pub(super) fn close(mut self) -> Verdict {
        if let Some(failed) = self.verdict.failed {
            while let Some(step) = self.plan.pop_front() {
                self.skip(step, format!("not tried, because {failed} failed"));
            }
        }
        self.verdict
    }

    fn put(&mut self, line: Line) {
        if let Some(place) = self.plan.iter().position(|step| *step == line.step) {
            self.plan.remove(place);
        }
        (self.tell)(line);
    }
}
