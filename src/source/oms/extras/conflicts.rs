//! ListConflictData (Enterprise Edition since 4.3.0): the files in which a step logs rows that were
//! already in the target. Only how many, how large and how new they are is read; their contents
//! are rows of the database.

use super::super::{Oms, envelope, wire};
use super::about;
use crate::domain::{ConflictFile, ConflictLogs, Project, Step, StepStatus};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::Gaps;

/// The steps that write conflict logs.
const STEPS: [&str; 3] = ["FULL_TRANSFER", "INCR_TRANSFER", "REVERSE_INCR_TRANSFER"];

/// The steps of a project that may have conflict logs.
pub(super) fn steps(project: &Project) -> impl Iterator<Item = &Step> {
    let begun = |step: &&Step| !matches!(step.status, None | Some(StepStatus::Init));
    project.steps.iter().filter(begun).filter(|step| STEPS.contains(&step.name.as_str()))
}

impl Oms {
    /// Reads what conflict logs the steps of a project have.
    pub(super) async fn conflicts(&self, project: &Project, poll: &Poll<'_>) -> Result<Vec<ConflictLogs>, SourceError> {
        let mut logs = Vec::new();
        for step in steps(project) {
            let files = self.conflict_files(&project.id, &step.name, poll).await?;
            logs.push(added_up(&step.name, &files));
        }
        Ok(logs)
    }

    /// Lists the conflict logs of one step.
    pub(in crate::source) async fn conflict_files(
        &self,
        id: &str,
        step: &str,
        poll: &Poll<'_>,
    ) -> Result<Vec<ConflictFile>, SourceError> {
        let mut wanted = about(id);
        wanted.insert("omsStepName".to_owned(), step.into());
        self.call(poll, "ListConflictData", &wanted, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::ConflictFile<'_>>(answer, &text)?;
            let found = gaps.list("data", opened.data);
            let files = found.iter().filter_map(|file| self.conflict_file(file, &mut gaps)).collect();
            Ok((files, gaps))
        })
        .await
    }

    fn conflict_file(&self, wire: &wire::ConflictFile<'_>, gaps: &mut Gaps) -> Option<ConflictFile> {
        Some(ConflictFile {
            name: gaps.text("fileName", wire.file_name)?,
            date: Gaps::default().text("date", wire.date),
            written: gaps.time("date", wire.date, &self.zone),
            size: gaps.amount("size", wire.size),
        })
    }
}

fn added_up(step: &str, files: &[ConflictFile]) -> ConflictLogs {
    let sizes = files.iter().filter_map(|file| file.size);
    let newest = files.iter().filter_map(|file| file.written).max_by(|a, b| a.unix().total_cmp(&b.unix()));
    ConflictLogs {
        step: step.to_owned(),
        files: u64::try_from(files.len()).unwrap_or(u64::MAX),
        size: sizes.reduce(|sum, size| sum + size),
        newest,
    }
}
