//! A server that answers as a test tells it, for tests that need an answer the simulator would
//! never give. It knows the API's one address and nothing else; it records what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response, header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The value of `Action`.
    pub(crate) action: String,
    /// The JSON body.
    pub(crate) body: Value,
    /// The header that carries the credentials.
    pub(crate) authorization: Option<String>,
    /// How many requests came before, of any action.
    pub(crate) before: usize,
    /// When it came.
    pub(crate) at: Instant,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Part,
}

#[derive(Clone, Debug)]
enum Part {
    Whole(String),
    Endless,
    Never,
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server; it goes away with this value.
pub(crate) struct FakeOms {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Reply {
    /// HTTP 200 with this text.
    pub(crate) fn text(body: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Part::Whole(body.into()) }
    }

    /// HTTP 200 with this JSON.
    pub(crate) fn json(body: &Value) -> Self {
        Self::text(body.to_string())
    }

    /// A success of the service around `data`.
    pub(crate) fn data(data: &Value) -> Self {
        Self::json(&json!({ "success": true, "code": null, "data": data }))
    }

    /// A failure of the service, which comes with HTTP 200.
    pub(crate) fn failure(code: &str) -> Self {
        Self::json(&json!({ "success": false, "code": code, "message": "it did not work" }))
    }

    /// A body that never ends, without an announced length.
    pub(crate) fn endless() -> Self {
        Self { body: Part::Endless, ..Self::text("") }
    }

    /// No answer at all.
    pub(crate) fn never() -> Self {
        Self { body: Part::Never, ..Self::text("") }
    }

    /// The same with another status.
    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl FakeOms {
    /// Starts a server on a free port that answers by `script`.
    pub(crate) async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::default();
        let shared = Shared { script: Arc::new(script), log: Arc::clone(&log) };
        let router = Router::new().fallback(answer).with_state(shared);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, log, _tasks: tasks }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    /// The requests for one action so far.
    pub(crate) fn asked_for(&self, action: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.action == action).collect()
    }
}

async fn answer(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = {
        let mut log = shared.log.lock().unwrap();
        let before = log.len();
        log.push(Asked {
            action: query.unwrap_or_default().trim_start_matches("Action=").to_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            authorization: headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned()),
            before,
            at: Instant::now(),
        });
        log.last().unwrap().clone()
    };
    let reply = (shared.script)(&asked);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = match reply.body {
        Part::Whole(text) => Body::from(text),
        Part::Endless => Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b' '; 512]))
        })),
        Part::Never => std::future::pending().await,
    };
    response.body(body).unwrap()
}

/// A server that reads a request, sends these bytes and hangs up, once for each connection; for
/// answers that break HTTP itself. Gives its URL and what keeps it alive.
pub(crate) async fn hang_up_after(bytes: &'static [u8]) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            drop(tokio::time::timeout(Duration::from_secs(5), stream.read(&mut request)).await);
            drop(stream.write_all(bytes).await);
            drop(stream.shutdown().await);
        }
    });
    (url, tasks)
}
