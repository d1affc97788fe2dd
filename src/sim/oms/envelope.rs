//! What this service wraps its data in, and the form of its refusals, which come with HTTP 200.

use serde_json::{Value, json};

use super::{Call, View};

/// Code of a call whose parameters are wrong.
const BAD_PARAMETER: &str = "PARAM_ERROR";

/// Code of a call about a project that is not there.
const NO_PROJECT: &str = "GHANA-OPERAT000404";

/// What a call that succeeded has to tell. The data is text already, so that what is kept ready
/// for the crowd need not be parsed again.
#[derive(Debug)]
pub(in crate::sim) struct Told {
    pub(in crate::sim) page: Page,
    pub(in crate::sim) data: String,
}

/// What an answer says about the page it is, null where it is none.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Page {
    pub(in crate::sim) number: Option<u64>,
    pub(in crate::sim) size: Option<u64>,
    pub(in crate::sim) total: Option<usize>,
}

/// Why a call is refused.
#[derive(Debug)]
pub(in crate::sim) struct Refusal {
    pub(in crate::sim) code: String,
    pub(in crate::sim) message: String,
}

// === impl Told ===

impl Told {
    /// Data that is no page.
    pub(super) fn whole(data: &Value) -> Self {
        Self { page: Page::default(), data: data.to_string() }
    }

    /// The same, printed already.
    pub(super) fn printed(data: String) -> Self {
        Self { page: Page::default(), data }
    }

    /// The answer of a call that succeeded.
    pub(super) fn wrap(&self, call: &Call, view: &View<'_>) -> String {
        let request = view.request_id(call);
        let milliseconds = view.world.hash(&request) % 35 + 5;
        let head = json!({
            "success": true,
            "errorDetail": null,
            "code": null,
            "message": null,
            "advice": null,
            "requestId": request,
            "pageNumber": self.page.number,
            "pageSize": self.page.size,
            "totalCount": self.page.total,
            "cost": format!("{milliseconds} ms"),
        })
        .to_string();
        let head = head.strip_suffix('}').unwrap_or(&head);
        format!("{head},\"data\":{}}}", self.data)
    }
}

// === impl Refusal ===

impl Refusal {
    pub(in crate::sim) fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned() }
    }

    pub(in crate::sim) fn parameter(message: &str) -> Self {
        Self::new(BAD_PARAMETER, message)
    }

    pub(in crate::sim) fn no_project(id: &str) -> Self {
        Self::new(NO_PROJECT, &format!("project {id} does not exist"))
    }

    pub(in crate::sim) fn no_action(action: &str) -> Self {
        Self::parameter(&format!("Action {action} not found"))
    }

    /// A failure in the shape of a captured one.
    pub(super) fn wrap(&self, call: &Call, view: &View<'_>) -> String {
        let Self { code, message } = self;
        let request = view.request_id(call);
        json!({
            "code": code,
            "errorDetail": {
                "code": code,
                "message": message,
                "messageMcmsContext": { "message": message },
                "messageMcmsKey": code,
                "requestId": request,
            },
            "message": format!("[{code}]: {message}"),
            "requestId": request,
            "success": false,
        })
        .to_string()
    }
}
