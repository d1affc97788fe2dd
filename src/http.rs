//! What is served: metrics, health, and a page for people. Handlers look up, call and answer; what
//! they show is made elsewhere. A scrape never waits for a service.

mod accept;
mod page;
mod view;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::metrics::Exposition;
use crate::store::{Moment, Store};

/// The landing page runs nothing and loads nothing: its style stands in it.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// What the handlers look things up in.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What is known.
    pub store: Arc<Store>,
    /// The same as Prometheus reads it.
    pub exposition: Arc<Exposition>,
    /// Where metrics are served, `/metrics` unless configured.
    pub telemetry_path: String,
}

/// All routes.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route(&desk.telemetry_path, get(metrics))
        .route("/-/healthy", get(healthy))
        .route("/-/ready", get(ready))
        .route("/", get(landing))
        .fallback(nowhere)
        .with_state(Arc::new(desk))
}

/// Serves until stopped; requests under way are answered.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn metrics(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let format = accept::format(&headers);
    let common =
        [(CONTENT_TYPE, format.content_type()), (VARY, "Accept, Accept-Encoding"), (CACHE_CONTROL, "no-store")];
    if accept::gzip(&headers) {
        let body = desk.exposition.gzipped(format, Instant::now());
        (common, [(CONTENT_ENCODING, "gzip")], body).into_response()
    } else {
        (common, desk.exposition.plain(format, Instant::now())).into_response()
    }
}

/// The process lives; upstreams do not matter here.
async fn healthy() -> &'static str {
    "migration-exporter is healthy.\n"
}

/// Every source has been polled once, successfully or not.
async fn ready(State(desk): State<Arc<Desk>>) -> (StatusCode, &'static str) {
    if desk.store.is_ready() {
        (StatusCode::OK, "migration-exporter is ready.\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "The first poll of every source has not ended yet.\n")
    }
}

async fn landing(State(desk): State<Arc<Desk>>) -> Response {
    let view = view::View::of(&desk.store.snapshot(), Moment::now(), &desk.telemetry_path);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, page::render(&view)).into_response()
}

async fn nowhere(State(desk): State<Arc<Desk>>) -> (StatusCode, String) {
    let there_is = format!("Not found. There is /, {}, /-/healthy and /-/ready.\n", desk.telemetry_path);
    (StatusCode::NOT_FOUND, there_is)
}
