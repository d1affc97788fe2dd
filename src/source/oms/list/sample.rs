//! A look at the list that costs as few calls as possible: is it there, and is anything on it that
//! is wanted.

use std::collections::VecDeque;

use super::super::Oms;
use super::{Discovery, Statuses, may_want_one_status};
use crate::domain::{Project, ProjectStatus};
use crate::source::caller::Poll;
use crate::source::error::SourceError;

/// A look at the list.
#[derive(Debug)]
pub(in crate::source::oms) struct Sample {
    /// A wanted project: the first that is at work, else the first.
    pub(in crate::source::oms) wanted: Option<Project>,
    /// What was seen, in words.
    pub(in crate::source::oms) words: String,
}

impl Discovery {
    /// Whether labels are to be looked up.
    pub(in crate::source::oms) fn has_labels(&self) -> bool {
        !self.wanted.labels.is_empty()
    }

    /// Their names.
    pub(in crate::source::oms) fn label_names(&self) -> String {
        self.wanted.labels.join(", ")
    }

    /// Looks at the first page of each filter until a wanted project is found.
    pub(in crate::source::oms) async fn sample(
        &self,
        oms: &Oms,
        poll: &Poll<'_>,
        labels: &[String],
    ) -> Result<Sample, SourceError> {
        let mut filters = VecDeque::from(self.filters(labels, Statuses::AllAtOnce));
        let (mut seen, mut more) = (0, false);
        while let Some(filter) = filters.pop_front() {
            let page = match Self::page(oms, poll, &filter, 1).await {
                Ok(page) => page,
                Err(error) if may_want_one_status(&filter, &error) => {
                    filters = self.filters(labels, Statuses::OneACall).into();
                    continue;
                }
                Err(error) => return Err(error),
            };
            seen += page.items;
            more |= !page.is_last(page.items);
            let wanted: Vec<Project> = page.projects.into_iter().filter(|project| self.wants(project)).collect();
            let is_live = |project: &&Project| project.status.as_ref().is_some_and(ProjectStatus::is_live);
            if let Some(project) = wanted.iter().find(is_live).or(wanted.first()).cloned() {
                let more = if more || !filters.is_empty() { ", perhaps more" } else { "" };
                return Ok(Sample { wanted: Some(project), words: format!("{}{more}", projects(seen)) });
            }
        }
        let words = if seen == 0 {
            "it lists no project".to_owned()
        } else {
            format!("{}, none of them wanted", projects(seen))
        };
        Ok(Sample { wanted: None, words })
    }
}

fn projects(count: usize) -> String {
    if count == 1 { "1 project".to_owned() } else { format!("{count} projects") }
}
