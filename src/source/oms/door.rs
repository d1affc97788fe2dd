//! How an action of the OMS API is asked: the API is one, the doors to it differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret as _, SecretString};

use crate::source::error::SourceError;
use crate::source::transport::Transport;

/// The parameters of an action, in the spelling of OMS (`camelCase`).
pub(in crate::source) type Params = serde_json::Map<String, serde_json::Value>;

/// A door with what opens it.
#[derive(Debug)]
pub(in crate::source) enum Door {
    /// `POST /api/v2?Action=…` with a JSON body and HTTP Basic authentication.
    Basic(HeaderValue),
}

impl Door {
    /// A door that asks for a name and a password.
    pub(super) fn basic(username: &str, password: &SecretString) -> Self {
        Self::Basic(basic(username, password))
    }

    /// Makes the request for an action, anew for every attempt.
    pub(super) fn request(&self, transport: &Transport, action: &str, params: &Params) -> Result<Request, SourceError> {
        match self {
            Self::Basic(authorization) => transport
                .request(Method::POST, &format!("/api/v2?Action={action}"))
                .header(AUTHORIZATION, authorization)
                .header(CONTENT_TYPE, "application/json")
                .body(serde_json::Value::Object(params.clone()).to_string())
                .build()
                .map_err(|error| SourceError::Unsent { cause: error.to_string() }),
        }
    }
}

/// The one place where the password is opened. The value is marked so that no log shows it.
pub(in crate::source) fn basic(username: &str, password: &SecretString) -> HeaderValue {
    let pair = STANDARD.encode(format!("{username}:{}", password.expose_secret()));
    let mut value =
        HeaderValue::from_str(&format!("Basic {pair}")).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

/// A failure that says that there is no such action. No document shows one, so it is recognised by
/// what every service of the kind says in some words.
pub(super) fn unknown_action(operation: &'static str, error: SourceError) -> SourceError {
    const ABSENT: [&str; 8] =
        ["unknown", "not found", "notfound", "invalid", "unsupported", "not support", "not exist", "不支持"];
    let SourceError::Api { code, message } = &error else { return error };
    let said = format!("{code} {message}").to_lowercase().replace("transaction", "");
    if said.contains("action") && ABSENT.iter().any(|word| said.contains(word)) {
        return SourceError::UnknownAction { operation };
    }
    error
}
