//! What counts as a success, what as the service's own failure, and what is somebody else's page.

use serde_json::json;

use super::super::{envelope, wire};
use super::{CAPTURED_FAILURE, COMMUNITY};
use crate::domain::Reason;
use crate::source::error::SourceError;
use crate::source::transport::Answer;

/// Opens a body and says how many projects are in it.
fn opened(status: u16, body: impl AsRef<[u8]>) -> Result<usize, SourceError> {
    let answer = Answer::of(status, body.as_ref());
    let text = answer.text();
    let found = envelope::open::<wire::Project<'_>>(&answer, &text)?;
    Ok(crate::source::lenient::Gaps::default().list("data", found.data).len())
}

fn reason(status: u16, body: impl AsRef<[u8]>) -> Reason {
    opened(status, body).unwrap_err().reason()
}

#[test]
fn success_counts_and_no_code_against_it() {
    for code in [json!(null), json!("success"), json!("200"), json!(200), json!("INNER_ERROR"), json!("")] {
        let detail = json!({ "code": "CM-RESOAT1111", "message": "A system error occurred." });
        let body = json!({ "success": true, "code": code, "errorDetail": detail, "data": [{ "id": "np_1" }] });
        assert_eq!(opened(200, body.to_string()), Ok(1), "{code}");
    }
    assert_eq!(opened(200, r#"{"Success":"true","Data":{"Id":"np_1"}}"#), Ok(1));
    assert_eq!(opened(200, r#"{"success":true,"data":null}"#), Ok(0));
    assert_eq!(opened(200, r#"{"success":true}"#), Ok(0));
    assert_eq!(opened(200, format!("\u{feff}{COMMUNITY}")), Ok(1));
}

#[test]
fn no_success_is_a_failure_whatever_else_is_said() {
    for code in [json!(null), json!("success"), json!("200")] {
        let body = json!({ "success": false, "code": code, "data": [{ "id": "np_1" }] }).to_string();
        assert_eq!(reason(200, body), Reason::ApiError, "{code}");
    }
    assert_eq!(reason(200, r#"{"success":"False"}"#), Reason::ApiError);
}

#[test]
fn a_failure_is_told_in_the_services_words() {
    let error = opened(200, CAPTURED_FAILURE).unwrap_err();
    let SourceError::Api { code, message } = error else { panic!("{error:?}") };
    assert_eq!(code, "GHANA-OPERIE000000");
    assert_eq!(message, "传输实例正在创建中，通常需要 5~10 分钟，请稍后重试。");
    let old = r#"{"success":false,"code":"PARAM_ERROR\n","message":"no such\nproject","errorDetail":null}"#;
    let old = opened(200, old).unwrap_err();
    assert_eq!(old, SourceError::Api { code: "PARAM_ERROR".to_owned(), message: "no such project".to_owned() });
    let endless = json!({ "success": false, "code": "C", "message": "é".repeat(10_000) }).to_string();
    let SourceError::Api { message, .. } = opened(200, endless).unwrap_err() else { panic!() };
    assert_eq!(message.chars().count(), 200);
}

#[test]
fn what_is_not_json_is_told_apart_by_its_look() {
    for (body, hint) in [
        ("<html>login</html>", "it looks like HTML or XML"),
        ("\r\n <?xml version=\"1.0\"?><Error/>", "it looks like HTML or XML"),
        ("\u{feff}<html>", "it looks like HTML or XML"),
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("\u{feff}", "it is empty"),
        (r#"{"success":true,"data":[{"#, "it breaks off"),
        ("upstream is down", "malformed at line 1 column 1"),
        (r#"{"success":true}}"#, "malformed at line 1 column 17"),
    ] {
        assert_eq!(opened(200, body), Err(SourceError::NotJson { hint: hint.to_owned() }), "{body}");
    }
}

#[test]
fn json_of_somebody_else_is_foreign() {
    for body in [
        "[]",
        "[1]",
        "7",
        "true",
        "null",
        r#""ok""#,
        "{}",
        r#"{"status":"UP"}"#,
        r#"{"success":null}"#,
        r#"{"success":1}"#,
    ] {
        assert_eq!(reason(200, body), Reason::Foreign, "{body}");
    }
}

#[test]
fn the_status_counts_unless_the_service_explains_itself() {
    assert_eq!(reason(404, CAPTURED_FAILURE), Reason::ApiError);
    assert_eq!(reason(404, "<html>"), Reason::HttpStatus);
    assert_eq!(reason(404, r#"{"error":"Not Found"}"#), Reason::HttpStatus);
    assert_eq!(reason(400, r#"{"success":true,"data":[]}"#), Reason::HttpStatus);
    assert_eq!(opened(201, COMMUNITY), Ok(1));
}

#[test]
fn half_an_answer_is_an_error_at_every_byte() {
    for fixture in [super::CAPTURED_LIST, CAPTURED_FAILURE] {
        let whole = fixture.trim_end().as_bytes();
        for end in 0..whole.len() {
            assert_eq!(reason(200, &whole[..end]), Reason::NotJson, "cut at byte {end}");
        }
    }
}
