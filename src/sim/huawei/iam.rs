//! The identity service, as far as it gives a user a token for a password, scoped to one project.

use std::time::Duration;

use serde_json::{Value, json};

use super::Error;
use crate::sim::{
    answer::Answer,
    fault,
    keys::{HUAWEI_PROJECT_ID, HUAWEI_REGION, HUAWEI_USER},
};

/// Length of a token. Real ones are kilobytes, which not every client's headers bear.
const LENGTH: usize = 2048;

/// Whether a request for a token is in order, and the password the right one.
pub(super) fn admit(body: &Value) -> Result<(), Error> {
    let malformed = |what: &str| Error::new(400, "400", &format!("Expecting to find valid {what} in request."));
    let identity = body.pointer("/auth/identity").ok_or_else(|| malformed("identity"))?;
    let methods = identity.get("methods").ok_or_else(|| malformed("methods"))?;
    if *methods != json!(["password"]) {
        return Err(malformed("methods"));
    }
    let text = |path: &str| identity.pointer(path).and_then(Value::as_str);
    let user = text("/password/user/name").ok_or_else(|| malformed("user"))?;
    let password = text("/password/user/password").ok_or_else(|| malformed("password"))?;
    let domain = text("/password/user/domain/name").ok_or_else(|| malformed("domain"))?;
    let project = body.pointer("/auth/scope/project").ok_or_else(|| malformed("scope"))?;
    if [domain, user, password] != [HUAWEI_USER.domain, HUAWEI_USER.name, HUAWEI_USER.password] {
        return Err(Error::new(401, "401", "The username or password is wrong."));
    }
    let member = |name: &str| project.get(name).and_then(Value::as_str);
    match (member("id"), member("name")) {
        (Some(HUAWEI_PROJECT_ID), _) | (None, Some(HUAWEI_REGION)) => Ok(()),
        _ => Err(Error::new(401, "401", "The project does not exist or cannot be accessed.")),
    }
}

/// An error in the form of Keystone.
pub(super) fn error(error: &Error) -> Answer {
    let status = fault::status(error.status);
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({ "error": { "code": error.status, "message": error.message, "title": title } });
    Answer::json(status, body.to_string())
}

/// The body that goes with a token.
pub(super) fn granted(now: Duration, ends: Duration) -> Value {
    let domain = json!({ "id": "d78cbac186b744899480f25bd022f468", "name": HUAWEI_USER.domain });
    json!({
        "token": {
            "expires_at": time(ends),
            "issued_at": time(now),
            "methods": ["password"],
            "catalog": [],
            "roles": [{ "id": "0", "name": "drs_adm" }],
            "project": { "id": HUAWEI_PROJECT_ID, "name": HUAWEI_REGION, "domain": domain },
            "user": { "id": "7116d09f88fa41908676fdd4b039e95b", "name": HUAWEI_USER.name, "domain": domain },
        }
    })
}

/// A token that differs from all others.
pub(super) fn token(number: usize, now: Duration) -> String {
    let mut token = format!("MIIsimulated{:x}x{number:x}", now.as_nanos());
    let missing = LENGTH.saturating_sub(token.len());
    token.extend(std::iter::repeat_n('-', missing));
    token
}

/// A time with microseconds.
fn time(unix: Duration) -> Option<String> {
    let time = jiff::Timestamp::from_microsecond(i64::try_from(unix.as_micros()).ok()?).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}
