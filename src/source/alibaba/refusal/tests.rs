//! The table of codes, in every spelling, and what each error says to people.

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::domain::Reason;

/// In every secret of these tests, so that a leak can be seen.
const HUSH: &str = "hush";

fn now() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn key() -> Credentials {
    Credentials {
        access_key_id: "LTAI5tNobodysKeyXYZ1".to_owned(),
        secret: SecretString::from(HUSH),
        security_token: Some(SecretString::from(HUSH)),
        expires: None,
    }
}

fn told(answer: &Answer) -> Option<SourceError> {
    read(&Asked { action: "ListProjects", key: &key(), now: now() }, answer)
}

fn error(status: u16, code: &str) -> SourceError {
    let body = json!({ "RequestId": "1", "Code": code, "Message": format!("signed with {HUSH}") });
    told(&Answer::of(status, body.to_string().as_bytes())).unwrap()
}

#[test]
fn every_code_has_its_reason() {
    for (status, code, reason) in [
        (400, "Throttling", Reason::Throttled),
        (429, "Throttling.User", Reason::Throttled),
        (503, "Throttling.Api", Reason::Throttled),
        (429, "Whatever", Reason::Throttled),
        (400, "SignatureNonceUsed", Reason::ApiError),
        (400, "InvalidTimeStamp.Expired", Reason::ClockSkew),
        (400, "InvalidTimeStamp.Format", Reason::ClockSkew),
        (400, "IllegalTimestamp", Reason::ClockSkew),
        (400, "InvalidSecurityToken.Expired", Reason::TokenExpired),
        (403, "InvalidSecurityToken.MismatchWithAccessKey", Reason::TokenExpired),
        (403, "SecurityTokenExpired", Reason::TokenExpired),
        (400, "MissingSecurityToken", Reason::Unauthorized),
        (404, "InvalidAccessKeyId.NotFound", Reason::Unauthorized),
        (403, "InvalidAccessKeyId.Inactive", Reason::Unauthorized),
        (400, "SignatureDoesNotMatch", Reason::Unauthorized),
        (400, "IncompleteSignature", Reason::Unauthorized),
        (401, "Whatever", Reason::Unauthorized),
        (403, "Forbidden.RAM", Reason::Forbidden),
        (404, "Forbidden", Reason::Forbidden),
        (403, "NoPermission", Reason::Forbidden),
        (403, "Whatever", Reason::Forbidden),
        (404, "InvalidAction.NotFound", Reason::Unsupported),
        (404, "InvalidApi.NotFound", Reason::Unsupported),
        (404, "InvalidProduct.NotFound", Reason::Unsupported),
        (400, "InvalidVersion", Reason::Unsupported),
        (503, "ServiceUnavailable", Reason::ServerError),
        (500, "InternalError", Reason::ServerError),
        (400, "InternalError", Reason::ServerError),
        (502, "Whatever", Reason::ServerError),
        (400, "MissingParameter", Reason::ApiError),
        (404, "Project.NotFound", Reason::ApiError),
    ] {
        let error = error(status, code);
        assert_eq!(error.reason(), reason, "{status} {code}: {error}");
    }
}

#[test]
fn only_what_may_pass_is_asked_again() {
    for (code, transient) in [
        ("Throttling.User", true),
        ("SignatureNonceUsed", true),
        ("ServiceUnavailable", true),
        ("InvalidTimeStamp.Expired", false),
        ("InvalidSecurityToken.Expired", false),
        ("SignatureDoesNotMatch", false),
        ("Forbidden.RAM", false),
        ("InvalidAction.NotFound", false),
        ("MissingParameter", false),
    ] {
        assert_eq!(error(400, code).transient(), transient, "{code}");
    }
}

#[test]
fn the_code_is_found_in_every_spelling() {
    let body = |text: &str| told(&Answer::of(400, text.as_bytes())).map(|error| error.reason());
    let refused = Some(Reason::Unauthorized);
    assert_eq!(body(r#"{"code":"SignatureDoesNotMatch","message":"x","requestId":"1"}"#), refused);
    assert_eq!(body("\u{feff}{\"Code\":\" SignatureDoesNotMatch\\n\"}"), refused);
    let xml = "<?xml version='1.0'?><Error><RequestId>1</RequestId><Code>SignatureDoesNotMatch</Code></Error>";
    assert_eq!(body(xml), refused);
    for foreign in ["", "<html>no</html>", "[]", "7", r#"{"error":"no"}"#, r#"{"Code":null}"#] {
        assert_eq!(body(foreign), None, "{foreign}: the status has to do");
    }
    assert_eq!(told(&Answer::of(200, br#"{"Code":"SignatureDoesNotMatch"}"#)), None);
    let parameter =
        r#"{"Code":"InvalidParameter","Message":"The specified parameter \"SecurityToken.Expired\" is not valid."}"#;
    assert_eq!(body(parameter), Some(Reason::TokenExpired));
}

#[test]
fn the_wait_is_in_milliseconds_or_else_as_in_http() {
    let answer = || Answer::of(400, br#"{"Code":"Throttling"}"#);
    let wait = |answer: Answer| told(&answer).unwrap().retry_after();
    assert_eq!(wait(answer()), None);
    assert_eq!(wait(answer().with("x-acs-retry-after", "1500")), Some(Duration::from_millis(1500)));
    assert_eq!(wait(answer().with("retry-after", "3")), Some(Duration::from_secs(3)));
    let both = answer().with("x-acs-retry-after", "200").with("retry-after", "3");
    assert_eq!(wait(both), Some(Duration::from_millis(200)));
    for nonsense in ["0", "-1", "soon"] {
        assert_eq!(wait(answer().with("x-acs-retry-after", nonsense)), None, "{nonsense}");
    }
}

#[test]
fn a_wrong_clock_is_told_with_how_far_it_is_off() {
    let told = |date: &'static str| {
        let answer = Answer::of(400, br#"{"Code":"InvalidTimeStamp.Expired"}"#).with("date", date);
        told(&answer).unwrap().to_string()
    };
    assert!(told("Thu, 15 Jan 2026 12:19:50 GMT").contains("this machine's clock is 20m behind the service's"));
    assert!(told("Thu, 15 Jan 2026 04:00:00 GMT").contains("this machine's clock is 8h ahead of the service's"));
    assert!(told("Thu, 15 Jan 2026 12:00:20 GMT").contains("the clocks agree by now"));
    assert!(told("yesterday").contains("no date to compare with"));
}

#[test]
fn messages_name_the_key_or_the_permission_and_never_a_secret() {
    for (code, wanted) in [
        ("SignatureDoesNotMatch", "LTAI…XYZ1"),
        ("InvalidAccessKeyId.NotFound", "LTAI…XYZ1"),
        ("InvalidSecurityToken.Expired", "LTAI…XYZ1"),
        ("Forbidden.RAM", "oceanbase:ListProjects"),
    ] {
        let said = error(400, code).to_string();
        assert!(said.contains(wanted) && said.contains(code), "{said}");
        assert!(!said.contains(HUSH) && !said.contains('\n'), "{said}");
    }
    let short = Credentials { access_key_id: "short".to_owned(), ..key() };
    assert_eq!(masked(&short), "…");
}
