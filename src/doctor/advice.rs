//! What to do about a failure of a source. Its sentence says what happened and, behind the first
//! `; `, what to do; here it is taken apart, and where more is known than there, it says more.

use crate::config::{Backend, HuaweiCredentials, SourceConfig};
use crate::domain::Reason;
use crate::source::{OpenError, SourceError};

/// What happened.
pub(super) fn found(error: &SourceError) -> String {
    match error {
        SourceError::Tls { cause, .. } => cause.clone(),
        SourceError::Api { .. } => error.to_string(),
        SourceError::KeyRefused { key, code, .. } => format!("the service refuses the access key {key} ({code})"),
        _ => split(error).0,
    }
}

/// What to do.
pub(super) fn cure(error: &SourceError) -> String {
    match error {
        SourceError::Tls { cure, .. } => (*cure).to_owned(),
        SourceError::KeyRefused { advice, .. } => (*advice).to_owned(),
        SourceError::Interrupted => {
            "look for a proxy or firewall that cuts connections, and at the service's own logs".to_owned()
        }
        _ => split(error).1,
    }
}

/// What is wrong with a source that cannot be set up, and what to do.
pub(super) fn of_setup(error: &OpenError) -> (String, String) {
    let cure = match error {
        OpenError::TlsFile { key, path, cause } => {
            return (format!("{}: {cause}", path.display()), format!("name another file under `tls.{key}`"));
        }
        OpenError::Unsupported { .. } => "use a version that can, or take the source out of the configuration",
        OpenError::Capture(_) => {
            let text = error.to_string();
            let (found, cure) = text.split_once("; ").unwrap_or((&text, "record again"));
            return (found.to_owned(), cure.to_owned());
        }
        OpenError::Client(_) => "look at `tls` and `proxy_url` in the configuration",
    };
    (error.to_string(), cure.to_owned())
}

/// What to do about an action that failed.
pub(super) fn cure_of_action(error: &SourceError, config: &SourceConfig) -> String {
    let who = who(&config.backend);
    match error.reason() {
        Reason::Unauthorized if matches!(error, SourceError::Unauthorized) => match key_settings(&config.backend) {
            Some(keys) => format!(
                "check {keys}, and in the console that the key is enabled; copy both parts anew if in doubt, the secret is shown only once when a key is made"
            ),
            None => format!(
                "log in to the service's console as {who} with this password: if that fails too, set it anew there, else correct it in the configuration (of a file, one line break at the end is left out, blanks are not). It was sent once only, since repeated failures lock accounts"
            ),
        },
        Reason::Forbidden if matches!(error, SourceError::Forbidden) => {
            format!("give {who} the right to see projects and to call this action, or use another user")
        }
        Reason::NotFound => format!(
            "copy the id from the project's page in the console, and check that {who} can see the project there; `discover: {{}}` finds ids by itself"
        ),
        Reason::ApiError => format!(
            "these are the service's own words. If they are about the project, check its id in `projects` and that {who} can see it in the console; else look the code up in the service's documentation and logs"
        ),
        Reason::Timeout => "the port is open but the service does not answer: look at its load and its own logs, and raise `timeout` if it is known to be slow".to_owned(),
        Reason::NotJson | Reason::Foreign | Reason::HttpStatus | Reason::Redirect => page(error, config),
        _ => cure(error),
    }
}

/// Something else than the API answers.
fn page(error: &SourceError, config: &SourceConfig) -> String {
    match error {
        SourceError::Status { status: 407 } => {
            "this is the proxy: write its user and password into `proxy_url`".to_owned()
        }
        SourceError::Status { status: 400 } => format!(
            "check `endpoint`, which is {}: this is what a server says to the wrong one of http and https, or when it misses a client certificate (`tls.cert_file`)",
            super::address(&config.backend)
        ),
        SourceError::Redirect { .. } => cure(error),
        _ => format!(
            "`endpoint` leads to something else, perhaps a login page, a proxy or another service: open {} in a browser and check the port{}",
            super::address(&config.backend),
            super::route::hops(&config.backend).first().map_or("", |hop| hop.usual_port)
        ),
    }
}

/// The settings of a key pair, where one is used.
fn key_settings(backend: &Backend) -> Option<&'static str> {
    match backend {
        Backend::AlibabaCloud(_) => Some("`access_key_id` and `access_key_secret`"),
        Backend::HuaweiDrs(cloud) => {
            matches!(cloud.credentials, HuaweiCredentials::AccessKey(_)).then_some("`access_key` and `secret_key`")
        }
        Backend::Oms(_) | Backend::OmsV3(_) | Backend::Replay(_) => None,
    }
}

/// Who asks, without any secret.
pub(super) fn who(backend: &Backend) -> String {
    match backend {
        Backend::Oms(oms) | Backend::OmsV3(oms) => format!("user `{}`", oms.username),
        Backend::HuaweiDrs(cloud) => match &cloud.credentials {
            HuaweiCredentials::AccessKey(_) => "the user of the access key".to_owned(),
            HuaweiCredentials::User { user, .. } => format!("IAM user `{user}`"),
        },
        Backend::AlibabaCloud(_) => "the user of the access key".to_owned(),
        Backend::Replay(_) => "nobody".to_owned(),
    }
}

fn split(error: &SourceError) -> (String, String) {
    let text = error.to_string();
    match text.split_once("; ") {
        Some((found, cure)) => (found.to_owned(), cure.to_owned()),
        None => (text, "look at the service's own logs".to_owned()),
    }
}
