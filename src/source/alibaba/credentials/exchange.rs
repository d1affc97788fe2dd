//! One small request and its whole answer, within a deadline and a size, for the services that give
//! keys. Their answers are never quoted: they are secrets, or might be.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use url::Url;

use super::error::Miss;

/// Credentials take two kilobytes or so.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// A code is a short word; what else stands there is not told.
const MAX_CODE_CHARS: usize = 64;

/// A client for services on this machine or beside it: no proxy is of use on the way to them, and
/// a redirect would lead elsewhere.
///
/// # Errors
/// When the client cannot be set up.
pub(super) fn direct() -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(concat!("migration-exporter/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()
}

/// Who is asked, and how long an answer may take.
#[derive(Clone)]
pub(super) struct Door {
    /// Makes the requests.
    pub(super) client: Client,
    /// Where requests go. A URL may carry keys of its own, so only its host is ever shown.
    pub(super) url: Url,
    /// For one whole answer.
    pub(super) timeout: Duration,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("host", &self.host()).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A whole answer, whatever its status.
pub(super) struct Answer {
    /// Who gave it.
    host: String,
    status: u16,
    body: Vec<u8>,
}

impl Door {
    /// The same door with another path.
    pub(super) fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// When there is none, or it is too large.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<Answer, Miss> {
        let exchange = async {
            let response = request.send().await.map_err(|error| self.unreachable(&error))?;
            self.read(response).await
        };
        let late = || Miss::Timeout { host: self.host(), after: self.timeout };
        tokio::time::timeout(self.timeout, exchange).await.map_err(|_| late())?
    }

    async fn read(&self, mut response: Response) -> Result<Answer, Miss> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(self.garbled("is larger than 64 KiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { host: self.host(), status: response.status().as_u16(), body })
    }

    /// An answer of this door that makes no sense.
    pub(super) fn garbled(&self, cause: &str) -> Miss {
        Miss::Garbled { host: self.host(), cause: cause.to_owned() }
    }

    /// The innermost cause is what the system said; the outer ones repeat the URL.
    fn unreachable(&self, error: &reqwest::Error) -> Miss {
        let mut cause: Option<&dyn Error> = error.source();
        while let Some(inner) = cause.and_then(Error::source) {
            cause = Some(inner);
        }
        let cause = cause.map_or_else(|| "the connection failed".to_owned(), ToString::to_string);
        Miss::Unreachable { host: self.host(), cause }
    }

    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or("?");
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl Answer {
    /// The HTTP status.
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// The answer, if its status is 200.
    ///
    /// # Errors
    /// The status otherwise, with the code that the service may give.
    pub(super) fn accepted(self) -> Result<Self, Miss> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Fault {
            code: String,
        }
        if self.status == 200 {
            return Ok(self);
        }
        let fault = serde_json::from_slice(&self.body).ok();
        Err(self.refused(fault.map(|Fault { code }| code)))
    }

    /// The service says no, with a code or without.
    pub(super) fn refused(&self, code: Option<String>) -> Miss {
        let word = |code: &String| {
            code.chars().count() <= MAX_CODE_CHARS
                && code.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
        };
        Miss::Refused { host: self.host.clone(), status: self.status, code: code.filter(word) }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not the JSON that is wanted. What the reader says would quote it.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Miss> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let cause = format!("is not as documented (line {}, column {})", error.line(), error.column());
            Miss::Garbled { host: self.host.clone(), cause }
        })
    }

    /// The body as one word, without the blanks around it.
    pub(super) fn word(&self) -> Option<&str> {
        let word = std::str::from_utf8(&self.body).ok()?.trim();
        (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic())).then_some(word)
    }
}
