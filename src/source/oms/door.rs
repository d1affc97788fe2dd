//! How an action of the OMS API is asked: the API is one, the doors to it differ. A door is opened
//! anew for every call, because what opens it may be replaced at any time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret as _, SecretString};

use crate::source::alibaba::{Gateway, Key};
use crate::source::error::SourceError;
use crate::source::transport::{Answer, Transport};

/// The parameters of an action, in the spelling of OMS (`camelCase`).
pub(in crate::source) type Params = serde_json::Map<String, serde_json::Value>;

/// A door with what opens it.
#[derive(Debug)]
pub(in crate::source) enum Door {
    /// `POST /api/v2?Action=…` with a JSON body and HTTP Basic authentication.
    Basic(HeaderValue),
    /// The gateway of a cloud, with a form and a signature.
    OpenApi(Gateway),
}

/// A door that is open for one call.
#[derive(Debug)]
pub(super) enum Opened<'d> {
    Basic(&'d HeaderValue),
    OpenApi(Key),
}

impl Door {
    /// A door that asks for a name and a password.
    pub(super) fn basic(username: &str, password: &SecretString) -> Self {
        Self::Basic(basic(username, password))
    }

    /// Opens it.
    ///
    /// # Errors
    /// When there is nothing to open it with.
    pub(super) async fn open(&self) -> Result<Opened<'_>, SourceError> {
        match self {
            Self::Basic(authorization) => Ok(Opened::Basic(authorization)),
            Self::OpenApi(gateway) => gateway.key().await.map(Opened::OpenApi),
        }
    }

    /// Opens it with something else than what was refused, if there is something else.
    pub(super) async fn reopen(&self, refused: &Opened<'_>, error: &SourceError) -> Option<Opened<'_>> {
        match (self, refused) {
            // No key helps against a wrong clock.
            (Self::OpenApi(gateway), Opened::OpenApi(key)) if !matches!(error, SourceError::ClockSkew { .. }) => {
                gateway.another(key).await.map(Opened::OpenApi)
            }
            _ => None,
        }
    }

    /// Whether the API behind it has an action at all; one that it may have is asked for.
    pub(super) fn has(&self, action: &str) -> bool {
        match self {
            Self::Basic(_) => true,
            Self::OpenApi(_) => !matches!(action, "ListConflictData" | "DownloadConflictData"),
        }
    }

    /// Whether it is certain that the API takes a list where several values are meant.
    pub(super) fn takes_lists(&self) -> bool {
        matches!(self, Self::OpenApi(_))
    }
}

impl Opened<'_> {
    /// Makes the request for an action, anew for every attempt.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn request(&self, transport: &Transport, action: &str, params: &Params) -> Result<Request, SourceError> {
        match self {
            Self::Basic(authorization) => transport
                .request(Method::POST, &format!("/api/v2?Action={action}"))
                .header(AUTHORIZATION, *authorization)
                .header(CONTENT_TYPE, "application/json")
                .body(serde_json::Value::Object(params.clone()).to_string())
                .build()
                .map_err(|error| SourceError::Unsent { cause: error.to_string() }),
            Self::OpenApi(key) => key.request(transport, action, params),
        }
    }

    /// What the door itself says against a request; none where the API answered.
    pub(super) fn refusal(&self, action: &'static str, answer: &Answer) -> Option<SourceError> {
        match self {
            Self::Basic(_) => None,
            Self::OpenApi(key) => key.refusal(action, answer),
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
