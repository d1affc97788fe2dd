//! Refusals, broken servers and pages of somebody else: what is asked again, what is not, and what
//! it is called.

use std::time::Duration;

use migration_exporter::source::Source;
use serde_json::json;

use super::ears::Ears;
use super::fake_oms::{FakeOms, Reply};
use super::page::{Page, config, polled};
use super::{CAPTURED_FAILURE, COMMUNITY};

/// Two projects, and quick failures.
const TWO: &str = "projects: [np_1, np_2]\ninterval: 2s\ntimeout: 500ms";
const ONE: &str = "projects: [np_1]\ninterval: 2s\ntimeout: 500ms";

async fn one_reply(reply: Reply) -> (Page, usize) {
    let oms = FakeOms::start(move |_| reply.clone()).await;
    let page = polled(&oms.url(), ONE).await;
    (page, oms.asked().len())
}

#[tokio::test]
async fn wrong_credentials_are_tried_once() {
    let oms = FakeOms::start(|_| Reply::text("").status(401)).await;
    let ids: Vec<String> = (1..=20).map(|n| format!("np_{n}")).collect();
    let page = polled(&oms.url(), &format!("projects: [{}]", ids.join(", "))).await;
    assert_eq!(oms.asked().len(), 1);
    assert_eq!(page.reasons(), ["unauthorized"]);
    assert_eq!(page.all("migration_project_up"), vec![0.0; 20]);
    page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
}

#[tokio::test]
async fn wrong_credentials_are_tried_once_in_discovery_too() {
    let oms = FakeOms::start(|_| Reply::text("").status(401)).await;
    let page = polled(&oms.url(), "projects: [np_1, np_2]\ndiscover: { labels: [core] }").await;
    assert_eq!(oms.asked().len(), 1);
    assert_eq!(page.reasons(), ["unauthorized"]);
    page.holds(&[("migration_source_up", 0.0)]);
}

/// Somebody changes the password on the server: eight refusals at once could lock the account.
#[tokio::test]
async fn a_changed_password_is_tried_once() {
    let oms = FakeOms::start(|asked| match asked.before {
        0..20 => Reply::text(COMMUNITY),
        _ => Reply::text("").status(401),
    })
    .await;
    let ids: Vec<String> = (1..=20).map(|n| format!("np_{n}")).collect();
    let source = Source::open(&config(&oms.url(), &format!("projects: [{}]", ids.join(", "))).sources[0]).unwrap();
    source.poll(&Ears::default()).await;
    assert_eq!(oms.asked().len(), 20);
    source.poll(&Ears::default()).await;
    assert_eq!(oms.asked().len(), 21);
}

#[tokio::test]
async fn a_first_project_that_hangs_does_not_hold_up_the_others() {
    let oms = FakeOms::start(|asked| match asked.body["id"].as_str() {
        Some("np_1") => Reply::never(),
        _ => Reply::text(COMMUNITY),
    })
    .await;
    let source = Source::open(&config(&oms.url(), "projects: [np_1, np_2]").sources[0]).unwrap();
    let ears = Ears::default();
    tokio::select! {
        _ = source.poll(&ears) => panic!("the poll ended before its timeout"),
        () = ears.first.notified() => {}
    }
    assert_eq!(ears.heard(), ["np_2"]);
}

#[tokio::test]
async fn a_forbidden_project_is_not_a_source_that_is_down() {
    let oms = FakeOms::start(|asked| match asked.body["id"].as_str() {
        Some("np_2") => Reply::text("no").status(403),
        _ => Reply::text(COMMUNITY),
    })
    .await;
    let page = polled(&oms.url(), TWO).await;
    assert_eq!(page.reasons(), ["forbidden"]);
    page.holds(&[
        ("migration_source_up", 1.0),
        (r#"migration_project_up{project_id="np_1"}"#, 1.0),
        (r#"migration_project_up{project_id="np_2"}"#, 0.0),
        ("migration_exporter_circuit_open", 0.0),
    ]);
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again() {
    let oms = FakeOms::start(|asked| match asked.before {
        0 => Reply::text("<html>").status(503),
        _ => Reply::text(COMMUNITY),
    })
    .await;
    let page = polled(&oms.url(), ONE).await;
    assert!(page.good);
    assert_eq!(oms.asked().len(), 2);
    page.holds(&[
        ("migration_project_up", 1.0),
        (r#"migration_exporter_api_requests_total{outcome="server_error"}"#, 1.0),
        (r#"migration_exporter_api_requests_total{outcome="success"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn a_server_that_stays_in_trouble_is_given_up() {
    let (page, asked) = one_reply(Reply::text("<html>").status(502)).await;
    assert_eq!(asked, 3);
    assert_eq!(page.reasons(), ["server_error"]);
    page.holds(&[("migration_source_up", 0.0), ("migration_project_up", 0.0)]);
}

#[tokio::test]
async fn retry_after_is_obeyed_and_the_wait_is_counted() {
    let oms = FakeOms::start(|asked| match asked.before {
        0 => Reply::text("").status(429).header("retry-after", "1"),
        _ => Reply::text(COMMUNITY),
    })
    .await;
    let page = polled(&oms.url(), ONE).await;
    assert!(page.good);
    let [first, second] = &oms.asked()[..] else { panic!("not two requests") };
    assert!(second.at - first.at >= Duration::from_millis(990), "{:?}", second.at - first.at);
    let waited = page.get("migration_exporter_api_throttled_seconds_total").unwrap();
    assert!((0.9..2.0).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_pause_beyond_the_poll_is_left_to_the_next_one() {
    let (page, asked) = one_reply(Reply::text("").status(429).header("retry-after", "3600")).await;
    assert_eq!(asked, 1);
    assert_eq!(page.reasons(), ["throttled"]);
}

#[tokio::test]
async fn pages_of_somebody_else_are_told_apart() {
    for (reply, reason) in [
        (Reply::text("<!doctype html><title>login</title>"), "not_json"),
        (Reply::text(""), "not_json"),
        (Reply::text(COMMUNITY.chars().take(1000).collect::<String>()), "not_json"),
        (Reply::text("[1, 2]"), "foreign_answer"),
        (Reply::text("7"), "foreign_answer"),
        (Reply::text(r#"{"status":"UP"}"#), "foreign_answer"),
        (Reply::text("<html>not here</html>").status(404), "http_status"),
    ] {
        let (page, asked) = one_reply(reply.clone()).await;
        assert_eq!(page.reasons(), [reason], "{reply:?}");
        assert_eq!(asked, 1, "asking again changes nothing: {reply:?}");
        page.holds(&[("migration_source_up", 0.0), ("migration_project_up", 0.0)]);
    }
}

#[tokio::test]
async fn a_failure_of_the_service_is_one_with_any_client_error() {
    let (page, asked) = one_reply(Reply::text(CAPTURED_FAILURE).status(404)).await;
    assert_eq!((page.reasons(), asked), (vec!["api_error".to_owned()], 1));
    page.holds(&[("migration_source_up", 1.0), ("migration_project_up", 0.0)]);
}

#[tokio::test]
async fn an_answer_without_the_project_is_not_found() {
    for data in [json!([]), json!(null), json!([null])] {
        let (page, _) = one_reply(Reply::data(&data)).await;
        assert_eq!(page.reasons(), ["not_found"], "{data}");
        page.holds(&[("migration_source_up", 1.0), ("migration_project_up", 0.0)]);
    }
}
