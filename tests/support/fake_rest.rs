//! A server that answers as a test tells it, by method, path, query and body, for services whose
//! APIs have many addresses. It knows no service; it records what it was asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET /path`, still encoded, without the query.
    pub(crate) what: String,
    /// The parameters behind the `?`, decoded.
    pub(crate) query: BTreeMap<String, String>,
    /// The JSON body.
    pub(crate) body: Value,
    /// All headers, by their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// How many requests with the same `what` came before.
    pub(crate) before: usize,
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
    Whole(Bytes),
    /// Pieces, and then nothing more comes although the answer is not over.
    Stalled(Vec<Bytes>),
    /// Pieces, one after another.
    Pieces(Arc<[Bytes]>),
    Never,
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server; it goes away with this value.
pub(crate) struct FakeRest {
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
    fn new(body: Part) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    /// HTTP 200 with this text.
    pub(crate) fn text(body: impl Into<String>) -> Self {
        Self::bytes(body.into())
    }

    /// HTTP 200 with these bytes.
    pub(crate) fn bytes(body: impl Into<Bytes>) -> Self {
        Self::new(Part::Whole(body.into()))
    }

    /// HTTP 200 with this JSON.
    pub(crate) fn json(body: &Value) -> Self {
        Self::text(body.to_string()).header("content-type", "application/json")
    }

    /// These pieces and then silence.
    pub(crate) fn stalled(pieces: Vec<Bytes>) -> Self {
        Self::new(Part::Stalled(pieces))
    }

    /// These pieces, never held in one place.
    pub(crate) fn pieces(pieces: Vec<Bytes>) -> Self {
        Self::new(Part::Pieces(pieces.into()))
    }

    /// No answer at all.
    pub(crate) fn never() -> Self {
        Self::new(Part::Never)
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

impl FakeRest {
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

    /// The requests so far whose `what` holds these words.
    pub(crate) fn asked_for(&self, words: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.what.contains(words)).collect()
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let what = format!("{method} {}", uri.path());
    let asked = {
        let mut log = shared.log.lock().unwrap();
        let before = log.iter().filter(|asked: &&Asked| asked.what == what).count();
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        log.push(Asked {
            query: pairs.into_owned().collect(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            before,
            what,
        });
        log.last().unwrap().clone()
    };
    let reply = (shared.script)(&asked);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(reply.body.into_body().await).unwrap()
}

fn text(value: &axum::http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

impl Part {
    async fn into_body(self) -> Body {
        let good = Ok::<_, std::convert::Infallible>;
        match self {
            Self::Whole(bytes) => Body::from(bytes),
            Self::Stalled(pieces) => {
                Body::from_stream(futures_util::stream::iter(pieces).chain(futures_util::stream::pending()).map(good))
            }
            Self::Pieces(pieces) => {
                let count = pieces.len();
                Body::from_stream(futures_util::stream::iter(0..count).map(move |place| good(pieces[place].clone())))
            }
            Self::Never => std::future::pending().await,
        }
    }
}
