//! DownloadConflictData: conflict logs as one ZIP. It is asked for once, not again and again: the
//! server packs the files anew for every call.

use serde_json::json;

use super::super::{Oms, door, envelope, wire};
use super::about;
use crate::source::error::SourceError;
use crate::source::transport::Download;

const OPERATION: &str = "DownloadConflictData";

impl Oms {
    /// Begins to download conflict logs of a step.
    pub(in crate::source) async fn download_conflicts(
        &self,
        id: &str,
        step: &str,
        files: &[String],
    ) -> Result<Download, SourceError> {
        let mut wanted = about(id);
        wanted.insert("omsStepName".to_owned(), step.into());
        wanted.insert("fileNames".to_owned(), json!(files));
        if !self.door.has(OPERATION) {
            return Err(SourceError::UnknownAction { operation: OPERATION });
        }
        let opened = self.door.open().await?;
        let download = self.caller.download(|transport| opened.request(transport, OPERATION, &wanted)).await?;
        if download.is_file() {
            return Ok(download);
        }
        let answer = download.into_answer().await?;
        let text = answer.text();
        Err(match envelope::open::<wire::ConflictFile<'_>>(&answer, &text) {
            Err(error) => door::unknown_action(OPERATION, error),
            Ok(_) => SourceError::Foreign { hint: "a success without a file" },
        })
    }
}
