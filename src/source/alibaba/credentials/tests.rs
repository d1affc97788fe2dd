//! The chain against small stand-ins of the token service and the metadata service, over real HTTP.
//! Its rooms below: each provider alone, and the chain as a whole.

mod chain;
mod providers;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::task::TaskTracker;

use super::*;
use crate::config::ChainEnvironment;

/// In every secret of these tests, so that a leak can be seen.
const HUSH: &str = "hush";

/// A provider that learns a new variable would find it unset for ever otherwise.
#[test]
fn the_configuration_lets_every_variable_through_that_a_provider_names() {
    let environment = ChainEnvironment::read(&|_| Some(String::new()));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source/alibaba/credentials");
    let mut found = 0;
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.is_file() && !path.ends_with("tests.rs")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let is_name = |word: &&str| word.starts_with("ALIBABA_CLOUD_");
        for name in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).filter(is_name) {
            assert!(environment.get(name).is_some(), "{name} in {}", file.display());
            found += 1;
        }
    }
    assert!(found >= 16);
}

/// Noon of an arbitrary day.
fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

/// So many minutes after noon.
fn minutes(minutes: i64) -> Timestamp {
    noon() + jiff::SignedDuration::from_mins(minutes)
}

/// What a stand-in was asked.
#[derive(Clone, Debug)]
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What a stand-in says.
enum Reply {
    Say(u16, String),
    /// Points elsewhere.
    Redirect(Url),
    Hang,
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A service that answers by a script and keeps what it was asked.
struct Fake {
    url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        type Shared = (Arc<Script>, Arc<Mutex<Vec<Asked>>>);
        async fn answer(
            State((script, seen)): State<Shared>,
            method: Method,
            uri: Uri,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            let asked = Asked { method, uri, headers, body: String::from_utf8(body.to_vec()).unwrap() };
            seen.lock().unwrap().push(asked.clone());
            match script(&asked) {
                Reply::Say(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
                Reply::Redirect(to) => Redirect::temporary(to.as_str()).into_response(),
                Reply::Hang => std::future::pending().await,
            }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let router = Router::new().fallback(answer).with_state((script, Arc::clone(&asked)));
        TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn times(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Credentials on the wire that expire at `expires`.
fn issued(id: &str, expires: Timestamp) -> serde_json::Value {
    json!({
        "Code": "Success",
        "AccessKeyId": id,
        "AccessKeySecret": format!("{HUSH}-secret-of-{id}"),
        "SecurityToken": format!("{HUSH}-token-of-{id}"),
        "Expiration": expires.to_string(),
        "LastUpdated": "2026-01-15T06:00:00Z",
    })
}

/// A metadata service of the second version whose role has keys till `expires`.
fn metadata(asked: &Asked, expires: Timestamp) -> Reply {
    match (asked.method.as_str(), asked.uri.path(), asked.header("x-aliyun-ecs-metadata-token")) {
        ("PUT", "/latest/api/token", _) if asked.header("x-aliyun-ecs-metadata-token-ttl-seconds") == Some("21600") => {
            Reply::Say(200, "session-token".to_owned())
        }
        ("GET", "/latest/meta-data/ram/security-credentials/", Some("session-token")) => {
            Reply::Say(200, "the-role\n".to_owned())
        }
        ("GET", "/latest/meta-data/ram/security-credentials/the-role", Some("session-token")) => {
            Reply::Say(200, issued("STS.ecs", expires).to_string())
        }
        _ => Reply::Say(403, String::new()),
    }
}

/// A token service whose keys last an hour from noon.
fn sts(id: &str, expires: Timestamp) -> Reply {
    Reply::Say(200, json!({ "RequestId": "1", "Credentials": issued(id, expires) }).to_string())
}

/// The world around a chain: nothing is set up in it, and no service answers.
struct World {
    variables: BTreeMap<&'static str, String>,
    home: TempDir,
    endpoints: Endpoints,
}

impl World {
    fn new() -> Self {
        // Nothing listens on port 1.
        let nobody = Url::parse("http://127.0.0.1:1").unwrap();
        Self {
            variables: BTreeMap::new(),
            home: tempfile::tempdir().unwrap(),
            endpoints: Endpoints { sts: Some(nobody.clone()), metadata: Some(nobody), ..Endpoints::default() },
        }
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    fn write(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn metadata(mut self, fake: &Fake) -> Self {
        self.endpoints.metadata = Some(fake.url.clone());
        self
    }

    /// A role by OIDC with its token file.
    fn oidc(mut self, fake: &Fake) -> Self {
        self.endpoints.sts = Some(fake.url.clone());
        let file = self.path("oidc-token");
        self.write("oidc-token", &format!("{HUSH}-first\n"))
            .set("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/exporter")
            .set("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/ack")
            .set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", file)
    }

    fn environment_keys(self) -> Self {
        self.set("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-env")
            .set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", format!("{HUSH}-env\n"))
    }

    fn path(&self, name: &str) -> String {
        Path::join(self.home.path(), name).to_str().unwrap().to_owned()
    }

    /// What the configuration lets through is all that a chain sees.
    fn chain(&self) -> Chain {
        let environment = ChainEnvironment::read(&|name| self.variables.get(name).cloned());
        let surroundings = Surroundings {
            environment: &|name| environment.get(name),
            home: Some(self.home.path().to_owned()),
            client: exchange::direct().unwrap(),
            endpoints: self.endpoints.clone(),
        };
        Chain::standard(&surroundings).unwrap()
    }

    /// The credentials at noon.
    async fn found(&self) -> Arc<Credentials> {
        self.chain().current(noon()).await.unwrap()
    }

    /// Why there are none at noon, in one line and without a secret.
    async fn missed(&self) -> String {
        let chain = self.chain();
        let error = chain.current(noon()).await.unwrap_err();
        let (told, shown) = (error.to_string(), format!("{error:?} {chain:?}"));
        assert!(!told.contains(HUSH) && !shown.contains(HUSH), "{told}\n{shown}");
        assert!(!told.contains(char::is_control), "{told}");
        told
    }
}
