//! Asks the gateway: `POST /` with the action and the version of the API in headers, the parameters
//! as a form, and a signature over both. After the pages "V3 request structure and signature" and
//! "DescribeProject" (product `OceanBasePro`, version 2019-09-01) of the vendor.
//!
//! It hides where keys come from and that they are replaced. It knows no action by name.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, Request};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::credentials::{Chain, Credentials, Endpoints, Surroundings};
use super::refusal;
use super::sign::{Stamp, sign};
use crate::config::{AlibabaConfig, Limits, TlsConfig};
use crate::source::error::SourceError;
use crate::source::signature::Unsigned;
use crate::source::transport::{Answer, OpenError, Route, Transport};

/// The one version of the API.
const VERSION: &str = "2019-09-01";
const FORM: &str = "application/x-www-form-urlencoded";
/// The token service speaks HTTPS always; which host of it is asked, the environment says.
const TOKEN_SERVICE: &str = "https://sts.aliyuncs.com";

/// The gateway of one region, and what opens it.
#[derive(Debug)]
pub(in crate::source) struct Gateway {
    chain: Chain,
}

/// What signs the requests of one call.
#[derive(Clone, Debug)]
pub(in crate::source) struct Key(Arc<Credentials>);

impl Gateway {
    /// Prepares the credentials; nothing is asked yet.
    ///
    /// # Errors
    /// When a client for the services that give credentials cannot be set up.
    pub(in crate::source) fn open(config: &AlibabaConfig, limits: &Limits) -> Result<Self, OpenError> {
        let chain = match &config.credentials {
            Some(pair) => Chain::fixed(Credentials {
                access_key_id: pair.id.clone(),
                secret: pair.secret.clone(),
                security_token: pair.security_token.clone(),
                expires: None,
            }),
            None => Chain::standard(&Surroundings {
                environment: &|name| config.environment.get(name),
                home: config.environment.home().map(Into::into),
                client: beside(config, limits)?,
                endpoints: Endpoints::default(),
            })?,
        };
        Ok(Self { chain })
    }

    /// What a call made now is to be signed with; new keys are fetched before the old ones expire.
    ///
    /// # Errors
    /// When there are none.
    pub(in crate::source) async fn key(&self) -> Result<Key, SourceError> {
        let found = self.chain.current(Timestamp::now()).await;
        found.map(Key).map_err(|error| SourceError::NoCredentials { cause: error.to_string() })
    }

    /// Another key than the one that was refused, if whoever gave that one has another by now.
    pub(in crate::source) async fn another(&self, refused: &Key) -> Option<Key> {
        self.chain.forget(&refused.0);
        let key = self.key().await.ok()?;
        if key.0.access_key_id == refused.0.access_key_id {
            // The next poll asks anew: a profile may have been corrected by then.
            self.chain.forget(&key.0);
            return None;
        }
        tracing::info!("the service refused the credentials; new ones were found and are tried");
        Some(key)
    }
}

impl Key {
    /// Makes the request for an action, with a date and a nonce of its own.
    ///
    /// # Errors
    /// When the key cannot be sent.
    pub(in crate::source) fn request(
        &self,
        transport: &Transport,
        action: &str,
        params: &Map<String, Value>,
    ) -> Result<Request, SourceError> {
        let (body, host) = (form(params), transport.authority());
        let mut headers = vec![("host", host.as_str()), ("x-acs-action", action), ("x-acs-version", VERSION)];
        if !body.is_empty() {
            headers.push((CONTENT_TYPE.as_str(), FORM));
        }
        let unsigned =
            Unsigned { method: &Method::POST, path: "/", query: &[], headers: &headers, body: body.as_bytes() };
        let nonce = format!("{:032x}", fastrand::u128(..));
        let stamp = Stamp { date: Timestamp::now(), nonce: &nonce };
        let signed = sign(&unsigned, &self.0, &stamp)
            .map_err(|unsignable| SourceError::NoCredentials { cause: unsignable.to_string() })?;
        let request = transport.request(Method::POST, "/").headers(signed.headers);
        // The client library leaves it out where there is no body, and some proxies then refuse.
        let request = request.header(CONTENT_LENGTH, body.len());
        let request = request.header(ACCEPT, "application/json").body(body).build();
        request.map_err(|error| SourceError::Unsent { cause: error.to_string() })
    }

    /// What the gateway itself says against a request; none where the service behind it answered.
    pub(in crate::source) fn refusal(&self, action: &'static str, answer: &Answer) -> Option<SourceError> {
        refusal::read(&refusal::Asked { action, key: &self.0, now: Timestamp::now() }, answer)
    }
}

/// A client for the token service, through the same proxy and with the same certificates.
fn beside(config: &AlibabaConfig, limits: &Limits) -> Result<reqwest::Client, OpenError> {
    let endpoint = Url::parse(TOKEN_SERVICE).unwrap_or_else(|_| config.endpoint.clone());
    let tls = TlsConfig { server_name: None, ..config.tls.clone() };
    Transport::client(&Route { endpoint: &endpoint, tls: &tls, proxy: config.proxy_url.as_ref() }, limits)
}

/// The parameters as the gateway takes them: names with a capital, a list as JSON in one value,
/// nothing for null.
fn form(params: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in params {
        match value {
            Value::Null => {}
            Value::String(text) => _ = form.append_pair(&capitalised(name), text),
            other => _ = form.append_pair(&capitalised(name), &other.to_string()),
        }
    }
    form.finish()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(params: Value) -> Vec<(String, String)> {
        let Value::Object(params) = params else { panic!("no map") };
        form_urlencoded::parse(form(&params).as_bytes()).into_owned().collect()
    }

    #[test]
    fn parameters_are_capitalised_and_lists_are_json_in_one_value() {
        let pairs = sent(json!({
            "id": "np_1", "projectId": "np 2&=*", "labelIds": ["l_1", "l\"2"], "status": ["RUNNING"],
            "pageNumber": 1, "visibleSubProject": false, "type": null, "searchKey": "上海",
        }));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("Id", "np_1"),
                ("LabelIds", r#"["l_1","l\"2"]"#),
                ("PageNumber", "1"),
                ("ProjectId", "np 2&=*"),
                ("SearchKey", "上海"),
                ("Status", r#"["RUNNING"]"#),
                ("VisibleSubProject", "false"),
            ]
        );
        assert!(sent(json!({})).is_empty());
    }
}
