//! An answer that is a file of any size: it is handed on piece by piece and never held whole. The
//! deadline is for each piece, because nobody knows how long a large file takes.

use std::time::Duration;

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use reqwest::{Request, Response};

use super::exchange::{Answer, broken_off_because, read_body, shown_host, unreachable_because};
use crate::config::Limits;
use crate::source::error::SourceError;

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    response: Response,
    timeout: Duration,
    max_error_bytes: usize,
}

impl Download {
    /// Sends the request and waits for the head of the answer.
    pub(super) async fn begin(
        client: &reqwest::Client,
        request: Request,
        limits: &Limits,
    ) -> Result<Self, SourceError> {
        let host = shown_host(&request);
        let response = tokio::time::timeout(limits.timeout, client.execute(request))
            .await
            .map_err(|_| SourceError::Timeout { after: limits.timeout })?
            .map_err(|error| unreachable_because(&error, &host))?;
        if response.status().is_redirection() {
            return Err(SourceError::Redirect { status: response.status().as_u16() });
        }
        Ok(Self { response, timeout: limits.timeout, max_error_bytes: limits.max_response_bytes })
    }

    /// Whether the answer says of itself that it is a file and no report of an error.
    pub(in crate::source) fn is_file(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_text = kind.starts_with("text/") || kind.contains("json") || kind.contains("xml");
        self.response.status().is_success() && !is_text
    }

    /// The answer as a report of an error, read within the usual limits.
    pub(in crate::source) async fn into_answer(self) -> Result<Answer, SourceError> {
        let Self { response, timeout, max_error_bytes } = self;
        let read = read_body(response, max_error_bytes);
        tokio::time::timeout(timeout, read).await.unwrap_or(Err(SourceError::Timeout { after: timeout }))
    }

    /// The file name that the server gives, reduced to a plain name: none that could lead elsewhere.
    pub fn file_name(&self) -> Option<String> {
        let header = self.response.headers().get(CONTENT_DISPOSITION)?.to_str().ok()?;
        plain_name(header)
    }

    /// How many bytes there will be, where the server says so.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// When the answer breaks off or pauses for longer than `timeout`.
    pub async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, SourceError> {
        let next = tokio::time::timeout(self.timeout, self.response.chunk());
        let chunk = next.await.map_err(|_| SourceError::Timeout { after: self.timeout })?;
        chunk.map_err(|error| broken_off_because(&error))
    }
}

/// The name of `attachment; filename=np_1_conflict_1746500479.zip`, with or without quotes.
fn plain_name(header: &str) -> Option<String> {
    let (_, name) = header.split_once("filename=")?;
    let name = name.split(';').next()?.trim().trim_matches('"');
    let name = name.rsplit(['/', '\\']).next()?.trim();
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(char::is_control) && name.len() <= 200;
    plain.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_file_name_cannot_lead_elsewhere() {
        let name = |header: &str| plain_name(header);
        assert_eq!(
            name("attachment; filename=np_x_conflict_1746500479.zip").as_deref(),
            Some("np_x_conflict_1746500479.zip")
        );
        assert_eq!(name("attachment;filename=\"a b.zip\"; size=3").as_deref(), Some("a b.zip"));
        assert_eq!(name("attachment; filename=../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(name("attachment; filename=c:\\x\\y.zip").as_deref(), Some("y.zip"));
        for hopeless in [
            "attachment",
            "attachment; filename=",
            "attachment; filename=..",
            "attachment; filename=/",
            "filename=.bashrc",
        ] {
            assert_eq!(name(hopeless), None, "{hopeless}");
        }
    }
}
