//! How a call of the DRS API is asked: signed with an access key, or with a token of the identity
//! service.

use std::sync::Arc;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Request};
use serde_json::Value;

use super::sign::{self, AccessKey};
use super::token::{Token, Tokens};
use crate::config::{HuaweiConfig, HuaweiCredentials, SourceConfig};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::signature::Unsigned;
use crate::source::transport::{OpenError, Transport};

/// One thing to ask.
#[derive(Debug)]
pub(super) struct Call {
    /// What it is called in metrics and messages.
    pub(super) operation: &'static str,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    /// A body makes it a POST.
    pub(super) body: Option<Value>,
}

/// What opens the API.
#[derive(Debug)]
pub(super) struct Door {
    cloud_project: String,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Access(AccessKey),
    User(Box<Tokens>),
}

/// What one call is made with.
#[derive(Clone, Debug)]
pub(super) enum Pass {
    /// Every attempt is signed by itself.
    Signature,
    /// The token is sent along.
    Token(Arc<Token>),
}

impl Pass {
    /// Whether it can be refused without the credentials being wrong.
    pub(super) fn is_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }
}

impl Door {
    pub(super) fn open(source: &SourceConfig, huawei: &HuaweiConfig) -> Result<Self, OpenError> {
        let key = match &huawei.credentials {
            HuaweiCredentials::AccessKey(key) => Key::Access(AccessKey {
                id: key.id.clone(),
                secret: key.secret.clone(),
                security_token: key.security_token.clone(),
            }),
            HuaweiCredentials::User { domain, user, password } => {
                Key::User(Box::new(Tokens::open(source, huawei, [domain, user], password)?))
            }
        };
        Ok(Self { cloud_project: huawei.project_id.clone(), key })
    }

    /// A path of the API, under the cloud's own project.
    pub(super) fn path(&self, version: &str, rest: &str) -> String {
        format!("/{version}/{}/{rest}", self.cloud_project)
    }

    /// What the next call is made with; fetched where it has to be.
    pub(super) async fn pass(&self, poll: &Poll<'_>) -> Result<Pass, SourceError> {
        match &self.key {
            Key::Access(_) => Ok(Pass::Signature),
            Key::User(tokens) => tokens.current(poll).await.map(Pass::Token),
        }
    }

    /// Forgets a token that was refused.
    pub(super) fn forget(&self, pass: &Pass) {
        if let (Key::User(tokens), Pass::Token(token)) = (&self.key, pass) {
            tokens.forget(token);
        }
    }

    /// Makes the request, anew for every attempt, as a signature holds the time.
    pub(super) fn request(&self, transport: &Transport, call: &Call, pass: &Pass) -> Result<Request, SourceError> {
        let method = if call.body.is_some() { Method::POST } else { Method::GET };
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        let host = transport.authority();
        let query: Vec<(&str, &str)> = call.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let headers =
            [("host", host.as_str()), ("content-type", "application/json"), ("x-project-id", &self.cloud_project)];
        let unsigned =
            Unsigned { method: &method, path: &call.path, query: &query, headers: &headers, body: body.as_bytes() };
        let query = crate::source::signature::canonical_query(&query);
        let target = if query.is_empty() { call.path.clone() } else { format!("{}?{query}", call.path) };
        let builder = transport.request(method.clone(), &target);
        let builder = match (&self.key, pass) {
            (Key::Access(key), _) => {
                let signed = sign::sign(&unsigned, key, jiff::Timestamp::now())
                    .map_err(|error| SourceError::Unsent { cause: error.to_string() })?;
                builder.headers(signed.headers)
            }
            (Key::User(_), Pass::Token(token)) => {
                builder.header(CONTENT_TYPE, "application/json").header("X-Auth-Token", token.header())
            }
            (Key::User(_), Pass::Signature) => builder,
        };
        builder.body(body).build().map_err(|error| SourceError::Unsent { cause: error.to_string() })
    }
}
