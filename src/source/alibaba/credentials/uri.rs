//! A URI that gives temporary credentials to whoever asks, as a service on the same machine does.

use reqwest::Client;
use serde::Deserialize;
use url::Url;

use super::error::Miss;
use super::exchange::Door;
use super::issued::Issued;
use super::variables::Variables;
use super::{Credentials, Endpoints};

const URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";

/// Who is asked.
#[derive(Debug)]
pub(super) struct CredentialsUri(Door);

impl CredentialsUri {
    /// # Errors
    /// When there is none, or it is no URL.
    pub(super) fn new(variables: &Variables<'_>, client: &Client, endpoints: &Endpoints) -> Result<Self, Miss> {
        let text = variables.get(URI).ok_or(Miss::Unset(URI))?;
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or(Miss::Misset { variable: URI, wanted: "http:// or https:// address" })?;
        Ok(Self(Door { client: client.clone(), url, timeout: endpoints.timeout }))
    }

    /// Asks.
    ///
    /// # Errors
    /// Why it gave nothing.
    pub(super) async fn fetch(&self) -> Result<Credentials, Miss> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Code {
            code: Option<String>,
        }
        let Self(door) = self;
        let answer = door.ask(door.client.get(door.url.clone())).await?.accepted()?;
        // Not every such service gives a code.
        match answer.json()? {
            Code { code: Some(code) } if code != "Success" => return Err(answer.refused(Some(code))),
            Code { .. } => {}
        }
        answer.json::<Issued>()?.credentials().map_err(|cause| door.garbled(cause))
    }
}
