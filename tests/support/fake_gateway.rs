//! The gateway of Alibaba Cloud as a test tells it to answer, written from the vendor's page "V3
//! request structure and signature" and from nothing of this crate. It checks what the gateway
//! checks (version, date, nonce, hash and signature) before the script is asked, and records what
//! passed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Every key that the gateway knows has this secret.
pub(crate) const SECRET: &str = "s3cret-of-all-keys";

/// One request that was well signed.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The value of `x-acs-action`.
    pub(crate) action: String,
    /// The form of the body.
    pub(crate) form: BTreeMap<String, String>,
    /// The key that signed it.
    pub(crate) key: String,
    /// The token that came with the key.
    pub(crate) token: Option<String>,
    /// How many came before.
    pub(crate) before: usize,
    /// When it came.
    pub(crate) at: Instant,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    /// HTTP 200 with a body.
    pub(crate) fn text(body: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into() }
    }

    /// A success of the service around `data`.
    pub(crate) fn data(data: &Value) -> Self {
        Self::text(json!({ "Success": true, "RequestId": "1", "Data": data }).to_string())
    }

    /// An error of the gateway itself.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        // What was signed stands in this one, the security token included.
        let signed = if code.starts_with("Signature") { SECRET } else { "" };
        let message = format!("what {code} means\n{signed}");
        let body = json!({ "RequestId": "1", "HostId": "h", "Code": code, "Message": message }).to_string();
        Self { status, ..Self::text(body) }
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The gateway; it goes away with this value.
pub(crate) struct FakeGateway {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    log: Arc<Mutex<Vec<Asked>>>,
    nonces: Arc<Mutex<BTreeSet<String>>>,
}

impl FakeGateway {
    /// Starts it on a free port.
    pub(crate) async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::default();
        let shared = Shared { script: Arc::new(script), log: Arc::clone(&log), nonces: Arc::default() };
        let router = Router::new().fallback(answer).with_state(shared);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, log, _tasks: tasks }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All well-signed requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let reply = match admit(&shared, &method, &uri, &headers, &body) {
        Ok(key) => {
            let header = |name| text(&headers, name).map(str::to_owned);
            let mut log = shared.log.lock().unwrap();
            let asked = Asked {
                action: header("x-acs-action").unwrap(),
                form: url::form_urlencoded::parse(&body).into_owned().collect(),
                key,
                token: header("x-acs-security-token"),
                before: log.len(),
                at: Instant::now(),
            };
            log.push(asked.clone());
            drop(log);
            (shared.script)(&asked)
        }
        // No test expects this one, so it fails the test that meets it.
        Err(fault) => Reply::error(418, &format!("BadRequest ({fault})")),
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

/// The key of a request that is as the document wants it, or what is wrong with it.
fn admit(shared: &Shared, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<String, String> {
    let header = |name: &str| text(headers, name).ok_or(format!("no {name}"));
    let is = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    is(method == Method::POST && uri == "/", "not POST /")?;
    is(header("x-acs-version")? == "2019-09-01", "version")?;
    is(header("accept")? == "application/json", "accept")?;
    is(body.is_empty() || header("content-type")? == "application/x-www-form-urlencoded", "content type")?;
    is(header("content-length")? == body.len().to_string(), "length")?;
    let date: jiff::Timestamp = header("x-acs-date")?.parse().map_err(|_| "date")?;
    is(header("x-acs-date")?.len() == "2026-01-02T03:04:05Z".len(), "form of the date")?;
    is(date.duration_until(jiff::Timestamp::now()).unsigned_abs().as_secs() < 60, "age")?;
    let nonce = header("x-acs-signature-nonce")?;
    is(nonce.len() == 32 && nonce.bytes().all(|byte| byte.is_ascii_hexdigit()), "nonce")?;
    is(shared.nonces.lock().unwrap().insert(nonce.to_owned()), "nonce used before")?;
    let hash = hex(&Sha256::digest(body));
    is(header("x-acs-content-sha256")? == hash, "hash")?;
    let authorization = header("authorization")?.strip_prefix("ACS3-HMAC-SHA256 ").ok_or("algorithm")?;
    let parts: BTreeMap<&str, &str> = authorization.split(',').filter_map(|part| part.split_once('=')).collect();
    let names = parts["SignedHeaders"];
    for (name, _) in headers.iter().filter(|(name, _)| name.as_str().starts_with("x-acs-") || *name == "host") {
        is(names.split(';').any(|signed| signed == name.as_str()), &format!("{name} is not signed"))?;
    }
    let lines: Vec<String> =
        names.split(';').map(|name| Ok(format!("{name}:{}\n", header(name)?))).collect::<Result<_, String>>()?;
    let canonical = format!("POST\n/\n\n{}\n{names}\n{hash}", lines.concat());
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let sealed = mac.chain_update(format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical))));
    is(parts["Signature"] == hex(&sealed.finalize().into_bytes()), "signature")?;
    Ok(parts["Credential"].to_owned())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
