//! The role of the virtual machine this runs on, from the machine's metadata service.
//!
//! A session token is asked for first (the second version of that service), since a service of the
//! first version can be tricked into giving keys away. Without one the first version is asked,
//! unless that is switched off.

use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use url::Url;

use super::error::Miss;
use super::exchange::{Answer, Door};
use super::issued::Issued;
use super::variables::Variables;
use super::{Credentials, Endpoints};

const ROLE: &str = "ALIBABA_CLOUD_ECS_METADATA";
const DISABLED: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
const V1_DISABLED: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";

/// Where the service is on every virtual machine of the vendor.
const ADDRESS: &str = "http://100.100.100.200";
const TOKEN_PATH: &str = "/latest/api/token";
const ROLE_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const TOKEN_TTL_HEADER: &str = "X-aliyun-ecs-metadata-token-ttl-seconds";
const TOKEN_HEADER: &str = "X-aliyun-ecs-metadata-token";
/// The longest life of a session token, in seconds.
const TOKEN_TTL: &str = "21600";

/// The metadata service of this machine.
#[derive(Debug)]
pub(super) struct Ecs {
    door: Door,
    /// None means that the service says which one.
    role: Option<String>,
    first_version: FirstVersion,
}

/// Whether the service may be asked without a session token.
#[derive(Clone, Copy, Debug)]
enum FirstVersion {
    Allowed,
    Forbidden,
}

impl Ecs {
    /// # Errors
    /// When it is switched off.
    pub(super) fn new(variables: &Variables<'_>, client: &Client, endpoints: &Endpoints) -> Result<Self, Miss> {
        if variables.is_true(DISABLED) {
            return Err(Miss::Off(DISABLED));
        }
        let role = variables.get(ROLE);
        if role.as_deref().is_some_and(|role| !is_role(role)) {
            return Err(Miss::Misset { variable: ROLE, wanted: "name of a role" });
        }
        let url = endpoints.metadata.clone().map_or_else(|| Url::parse(ADDRESS), Ok);
        let url = url.map_err(|_| Miss::Off(DISABLED))?;
        let first_version =
            if variables.is_true(V1_DISABLED) { FirstVersion::Forbidden } else { FirstVersion::Allowed };
        Ok(Self {
            door: Door { client: client.clone(), url, timeout: endpoints.metadata_timeout },
            role,
            first_version,
        })
    }

    /// Asks the service.
    ///
    /// # Errors
    /// Why it gave nothing.
    pub(super) async fn fetch(&self) -> Result<Credentials, Miss> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Code {
            code: String,
        }
        let token = match (self.token().await, self.first_version) {
            (Ok(token), _) => Some(token),
            (Err(miss), FirstVersion::Forbidden) => return Err(miss),
            (Err(_), FirstVersion::Allowed) => None,
        };
        let role = match &self.role {
            Some(role) => role.clone(),
            None => self.role(token.as_deref()).await?,
        };
        let answer = self.get(&format!("{ROLE_PATH}{role}"), token.as_deref()).await?;
        let Code { code } = answer.json()?;
        if code != "Success" {
            return Err(answer.refused(Some(code)));
        }
        answer.json::<Issued>()?.credentials().map_err(|cause| self.door.garbled(cause))
    }

    /// The session token.
    async fn token(&self) -> Result<String, Miss> {
        let request = self.door.client.put(self.door.at(TOKEN_PATH)).header(TOKEN_TTL_HEADER, TOKEN_TTL);
        let answer = self.door.ask(request).await?.accepted()?;
        answer.word().map(str::to_owned).ok_or_else(|| self.door.garbled("is no session token"))
    }

    /// The name of the machine's role.
    async fn role(&self, token: Option<&str>) -> Result<String, Miss> {
        let answer = self.get(ROLE_PATH, token).await?;
        let role = answer.word().filter(|word| is_role(word));
        role.map(str::to_owned).ok_or_else(|| self.door.garbled("is no name of a role"))
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, Miss> {
        let mut request: RequestBuilder = self.door.client.get(self.door.at(path));
        if let Some(token) = token {
            request = request.header(TOKEN_HEADER, token);
        }
        let answer = self.door.ask(request).await?;
        if answer.status() == 404 {
            return Err(self.door.garbled("says that this machine has no such role"));
        }
        answer.accepted()
    }
}

/// What the vendor allows as a name of a role. It becomes part of a path.
fn is_role(name: &str) -> bool {
    name.len() <= 64
        && name.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
