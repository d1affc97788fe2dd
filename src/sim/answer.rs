//! An answer before any fault has met it: the status, what it carries in headers, and its body.
//! What it says is not known here.

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};

/// JSON as all services here send it.
pub(super) const JSON: &str = "application/json";

/// A page for people.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The right answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    /// JSON with this status.
    pub(super) fn json(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self { status, content_type: JSON, headers: Vec::new(), body: text.into() }
    }

    /// An error page as nginx sends it.
    pub(super) fn nginx(status: StatusCode) -> Self {
        Self { status, content_type: HTML, headers: Vec::new(), body: nginx_page(status).into() }
    }

    /// The answer with a further header.
    #[must_use]
    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer as it is.
    pub(super) fn response(mut self) -> Response<Body> {
        let body = std::mem::take(&mut self.body);
        self.carrying(self.content_type, body)
    }

    /// Status and headers of this answer around another body.
    pub(super) fn carrying(&self, content_type: &str, body: impl Into<Body>) -> Response<Body> {
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        set(&mut response, header::CONTENT_TYPE, content_type);
        for (name, value) in &self.headers {
            set(&mut response, name.clone(), value);
        }
        response
    }
}

/// A page as nginx sends it on an error of its own.
fn nginx_page(status: StatusCode) -> String {
    format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n\
         <center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

/// A page with this content type.
pub(super) fn page(status: StatusCode, content_type: &str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_TYPE, content_type);
    response
}

/// Sets a header; a value that cannot be one is left out.
pub(super) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
