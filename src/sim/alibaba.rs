//! How Alibaba Cloud tells of the same projects: OceanBase Migration Service behind the cloud's own
//! gateway (`OceanBasePro`, 2019-09-01). The gateway checks signatures and parameters and has errors
//! of its own; what the service behind it says is put into another spelling. Written from the help
//! page of DescribeProject and from what the vendor's client sends.
//!
//! Invented: the codes and messages of errors beyond those that are common knowledge, and that
//! members without a value are left out unless they are text.

mod gate;
mod parameters;
mod spelling;

use std::sync::{Arc, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, Method, Response, StatusCode, Uri},
};
use serde_json::{Value, json};

use super::{
    Service, Shared,
    answer::Answer,
    fault::{self, Fault, Refused, Shape},
    http::Request,
    oms::{self, Call, Refusal, Told, View},
    signature::Signed,
};
pub(super) use gate::Gate;

/// Where the gateway says how many milliseconds to wait.
const RETRY_AFTER: HeaderName = HeaderName::from_static("x-acs-retry-after");

/// Why the gateway does not pass a request on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rejection {
    status: u16,
    code: String,
    message: String,
}

/// Answers a call.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let query = uri.query().unwrap_or_default();
    let signed = Signed { method: &method, path: uri.path(), query, headers: &headers, body: &body };
    let action = signed.header("x-acs-action").unwrap_or_default();
    let admitted = shared.alibaba.admit(&signed, now(&shared));
    let call = parameters::read(&action, &signed);
    let request = Request {
        service: Service::AlibabaCloud,
        shape: if action == oms::LIST { Shape::List } else { Shape::Other },
        projects: parameters::project(&signed).into_iter().collect(),
        page: call.as_ref().ok().and_then(Call::page),
        authorised: admitted.is_ok(),
        action: action.clone(),
    };
    let host = signed.header("host").unwrap_or_default();
    let told = Arc::clone(&shared);
    let tell = move |faults: &[Fault]| {
        let gateway = Gateway { shared: &told, action: &action, host: &host };
        match (admitted, call) {
            (Err(rejection), _) => gateway.reject(&rejection),
            // A request that is well signed meets the faults before its parameters are read.
            (Ok(()), call) => gateway.refuse(faults).unwrap_or_else(|| match call {
                Ok(call) => gateway.answer(&call),
                Err(rejection) => gateway.reject(&rejection),
            }),
        }
    };
    shared.reply(request, tell).await
}

/// The gateway, while it answers one request.
struct Gateway<'a> {
    shared: &'a Shared,
    action: &'a str,
    host: &'a str,
}

// === impl Rejection ===

impl Rejection {
    fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    fn missing(name: &str) -> Self {
        Self::new(400, "MissingParameter", &format!("The parameter {name} is mandatory for this action."))
    }

    fn invalid(name: &str) -> Self {
        Self::new(400, "InvalidParameter", &format!("The specified parameter {name} is not valid."))
    }

    fn unknown_action(action: &str) -> Self {
        let message = format!("Specified api is not found, please check your url and method. Action: {action}");
        Self::new(404, "InvalidAction.NotFound", &message)
    }
}

// === impl Gateway ===

impl Gateway<'_> {
    fn answer(&self, call: &Call) -> Answer {
        let hidden = self.shared.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        let Shared { world, crowd, clock, .. } = self.shared;
        let view = View { world, crowd, hidden: &hidden, now: clock.now() };
        match self.shared.oms.tell(call, &view) {
            Ok(told) => self.success(&told),
            Err(refusal) => self.failure(&refusal),
        }
    }

    /// The answer that a requested refusal asks for.
    fn refuse(&self, faults: &[Fault]) -> Option<Answer> {
        Some(match fault::refused(faults)? {
            Refused::Service { code, message, .. } => self.failure(&Refusal::new(code, message)),
            Refused::Gateway { status, code, message } => self.reject(&Rejection::new(status, code, message)),
            Refused::Throttled { status, milliseconds } => {
                let message = "Request was denied due to user flow control.";
                let answer = self.reject(&Rejection::new(status, "Throttling.User", message));
                match milliseconds {
                    Some(wait) => answer.with(RETRY_AFTER, wait.to_string()),
                    None => answer,
                }
            }
            Refused::UnknownAction => self.reject(&Rejection::unknown_action(self.action)),
        })
    }

    /// An error of the gateway itself.
    fn reject(&self, rejection: &Rejection) -> Answer {
        let Rejection { status, code, message } = rejection;
        let request = self.request_id();
        let body = json!({
            "RequestId": request,
            "HostId": self.host,
            "Code": code,
            "Message": message,
            "Recommend": format!("https://api.aliyun.com/troubleshoot?q={code}&product=OceanBasePro&requestId={request}"),
        });
        Answer::json(fault::status(*status), body.to_string())
    }

    fn success(&self, told: &Told) -> Answer {
        let mut data = serde_json::from_str(&told.data).unwrap_or(Value::Null);
        if self.action == "DescribeProject" {
            data = data.get_mut(0).map(Value::take).unwrap_or_default();
        }
        // Said even where there are no pages.
        let body = json!({
            "Success": true,
            "Code": "200",
            "Message": "successful",
            "Advice": "null",
            "RequestId": self.request_id(),
            "PageNumber": told.page.number.unwrap_or(1),
            "PageSize": told.page.size.unwrap_or(10),
            "TotalCount": told.page.total.unwrap_or(1),
            "Cost": "1",
            "Data": spelling::respelt(data),
        });
        Answer::json(StatusCode::OK, body.to_string())
    }

    /// A failure of the service behind the gateway. It comes with HTTP 200.
    fn failure(&self, refusal: &Refusal) -> Answer {
        let Refusal { code, message } = refusal;
        let body = json!({
            "Success": false,
            "ErrorDetail": {
                "Code": format!("{code}\n"),
                "Level": "ERROR",
                "Message": format!("{message}\n"),
                "ExtraContext": { "key": "null" },
                "Reason": "null",
                "Proposal": "null",
                "UpstreamErrorDetail": "null",
            },
            "Code": code,
            "Message": format!("{message}\n"),
            "Advice": "Contact the administrator. ",
            "RequestId": self.request_id(),
            "Cost": "1",
        });
        Answer::json(StatusCode::OK, body.to_string())
    }

    /// In the form of a UUID, in capitals.
    fn request_id(&self) -> String {
        let moment = self.shared.clock.now().as_nanos();
        let [left, right] =
            ["left", "right"].map(|side| self.shared.world.hash(&format!("{}{moment}{side}", self.action)));
        format!(
            "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
            left >> 32,
            (left >> 16) & 0xffff,
            left & 0xffff,
            right >> 48,
            right & 0xffff_ffff_ffff
        )
    }
}

/// The simulator's time in Unix seconds.
fn now(shared: &Shared) -> i64 {
    i64::try_from(shared.clock.now().as_secs()).unwrap_or(i64::MAX)
}
