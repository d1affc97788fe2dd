//! Trying a source out: each action once, on one project, with words for people about what it
//! found. A room says which actions it has and tries them; what to do about a failure is not
//! decided here.

use super::error::SourceError;

/// What came of trying one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The action's name in the service's API.
    pub action: &'static str,
    /// The project that it was tried on.
    pub project: Option<String>,
    /// How it went.
    pub outcome: Outcome,
}

/// How trying an action went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It works; what it found, in a few words.
    Works(String),
    /// It gives less than the configuration asks for, and no failure is to blame.
    Doubtful {
        /// What it gives.
        found: String,
        /// What could be changed.
        cure: String,
    },
    /// It was not asked, because a poll would not ask it either now.
    Unneeded(String),
    /// It fails.
    Fails(SourceError),
}

/// An action failed, so the others are not tried.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct Stopped;

/// Tells of actions as they are tried.
pub(in crate::source) struct Trial<'t> {
    tell: &'t mut (dyn FnMut(Tried) + Send),
    project: Option<String>,
}

impl<'t> Trial<'t> {
    pub(super) fn new(tell: &'t mut (dyn FnMut(Tried) + Send)) -> Self {
        Self { tell, project: None }
    }

    /// What is told from now on is about this project.
    pub(in crate::source) fn about(&mut self, project: &str) {
        self.project = Some(project.to_owned());
    }

    /// Tells how an action went, and hands on what it gave.
    pub(in crate::source) fn of<T>(
        &mut self,
        action: &'static str,
        outcome: Result<T, SourceError>,
        words: impl FnOnce(&T) -> Outcome,
    ) -> Result<T, Stopped> {
        match outcome {
            Ok(found) => {
                self.note(action, words(&found));
                Ok(found)
            }
            Err(error) => {
                self.note(action, Outcome::Fails(error));
                Err(Stopped)
            }
        }
    }

    /// Tells of an action.
    pub(in crate::source) fn note(&mut self, action: &'static str, outcome: Outcome) {
        (self.tell)(Tried { action, project: self.project.clone(), outcome });
    }
}
