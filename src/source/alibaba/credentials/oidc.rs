//! A role for whoever bears an OIDC token (on a Kubernetes cluster of the vendor: RRSA). The token
//! service is asked for `AssumeRoleWithOIDC`, which needs no signature: the token speaks for itself.
//!
//! The token file is replaced while the process runs, so it is read for every question. The token
//! goes into the body of the request, because URLs end up in logs.

use std::path::PathBuf;

use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::error::Miss;
use super::exchange::Door;
use super::issued::Issued;
use super::variables::Variables;
use super::{Credentials, Endpoints, provider};

const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
const PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
const TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
const SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";
const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

/// The name of the session where the environment gives none; it is seen in the vendor's audit log.
const DEFAULT_SESSION_NAME: &str = "migration-exporter";
/// How long the keys are asked to last, in seconds: what the vendor's clients ask for. The service
/// gives no less than 900.
const DURATION_SECONDS: &str = "3600";

/// A role and what opens it.
#[derive(Debug)]
pub(super) struct Oidc {
    door: Door,
    role_arn: String,
    provider_arn: String,
    token_file: PathBuf,
    session_name: String,
}

impl Oidc {
    /// # Errors
    /// Which variable is missing or of no use.
    pub(super) fn new(variables: &Variables<'_>, client: &Client, endpoints: &Endpoints) -> Result<Self, Miss> {
        let [role_arn, provider_arn, token_file] = variables.together([ROLE_ARN, PROVIDER_ARN, TOKEN_FILE])?;
        let url = match &endpoints.sts {
            Some(url) => url.clone(),
            None => sts(variables)?,
        };
        Ok(Self {
            door: Door { client: client.clone(), url, timeout: endpoints.timeout },
            role_arn,
            provider_arn,
            token_file: PathBuf::from(token_file),
            session_name: variables.get(SESSION_NAME).unwrap_or_else(|| DEFAULT_SESSION_NAME.to_owned()),
        })
    }

    /// Asks the token service.
    ///
    /// # Errors
    /// Why it gave nothing.
    pub(super) async fn fetch(&self, now: Timestamp) -> Result<Credentials, Miss> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Assumed {
            credentials: Issued,
        }
        let token = provider::read(&self.token_file)?;
        let token = token.trim();
        if token.is_empty() {
            return Err(Miss::File { path: self.token_file.clone(), cause: "is empty".to_owned() });
        }
        let request = self.door.client.post(self.question(now));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.form(token));
        let answer = self.door.ask(request).await?.accepted()?;
        answer.json::<Assumed>()?.credentials.credentials().map_err(|cause| self.door.garbled(cause))
    }

    fn question(&self, now: Timestamp) -> Url {
        let mut url = self.door.at("/");
        url.query_pairs_mut()
            .append_pair("Action", "AssumeRoleWithOIDC")
            .append_pair("Version", "2015-04-01")
            .append_pair("Format", "JSON")
            .append_pair("Timestamp", &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        url
    }

    fn form(&self, token: &str) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("DurationSeconds", DURATION_SECONDS)
            .append_pair("OIDCProviderArn", &self.provider_arn)
            .append_pair("OIDCToken", token)
            .append_pair("RoleArn", &self.role_arn)
            .append_pair("RoleSessionName", &self.session_name)
            .finish()
    }
}

/// The token service of the environment's region, or the one for all regions.
fn sts(variables: &Variables<'_>) -> Result<Url, Miss> {
    let host = match variables.get(STS_REGION) {
        None => "sts.aliyuncs.com".to_owned(),
        Some(region) if region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            let service = if variables.is_true(VPC_ENDPOINT) { "sts-vpc" } else { "sts" };
            format!("{service}.{region}.aliyuncs.com")
        }
        Some(_) => return Err(Miss::Misset { variable: STS_REGION, wanted: "region" }),
    };
    Url::parse(&format!("https://{host}")).map_err(|_| Miss::Misset { variable: STS_REGION, wanted: "region" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_service_is_that_of_the_region() {
        let sts = |pairs: &'static [(&'static str, &'static str)]| {
            let environment = |name: &str| {
                let found = pairs.iter().find(|(variable, _)| *variable == name)?;
                Some(found.1.to_owned())
            };
            sts(&Variables::new(&environment)).map(String::from)
        };
        assert_eq!(sts(&[]).unwrap(), "https://sts.aliyuncs.com/");
        assert_eq!(
            sts(&[(VPC_ENDPOINT, "true")]).unwrap(),
            "https://sts.aliyuncs.com/",
            "there is none for all regions"
        );
        assert_eq!(sts(&[(STS_REGION, "cn-beijing")]).unwrap(), "https://sts.cn-beijing.aliyuncs.com/");
        let inside = sts(&[(STS_REGION, "cn-beijing"), (VPC_ENDPOINT, "True")]);
        assert_eq!(inside.unwrap(), "https://sts-vpc.cn-beijing.aliyuncs.com/");
        assert!(sts(&[(STS_REGION, "evil.example/")]).is_err(), "a token goes to the vendor and nowhere else");
    }
}
