//! Keys: what a refusal means, and how often it is tried.

use std::time::Duration;

use super::fake_rest::{FakeRest, Reply};
use super::page::Page;
use super::{SECRET, refusal, usual, usual_but, with_key};

const TWELVE: &str = "projects: [a, b, c, d, e, f, g, h, i, j, k, l]";

/// Polls twelve jobs of a service that refuses everything; gives the page and how often it asked.
async fn refused(reply: Reply) -> (Page, usize) {
    let drs = FakeRest::start(move |_| reply.clone()).await;
    let bench = with_key(&drs.url(), "", TWELVE);
    let page = bench.poll().await;
    assert!(!bench.debug().contains(SECRET));
    assert!(!page.text().contains(SECRET));
    (page, drs.asked().len())
}

#[tokio::test]
async fn a_wrong_secret_is_tried_once() {
    for reply in [
        refusal(401, "APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail"),
        refusal(401, "APIG.0301", "Incorrect IAM authentication information: AK access failed to reach the limit"),
        Reply::text("").status(401),
    ] {
        let (page, asked) = refused(reply).await;
        assert_eq!((page.reasons(), asked), (vec!["unauthorized".to_owned()], 1));
        page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
        assert_eq!(page.all("migration_project_up"), [0.0; 12]);
        assert!(page.messages()[0].contains("correct them"), "{:?}", page.messages());
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_from_a_wrong_secret() {
    for reply in [
        refusal(401, "APIGW.0303", "Incorrect app authentication information: signature expired"),
        refusal(401, "APIGW.0303", ""),
        refusal(401, "APIGW.0301", "Incorrect IAM authentication information: signature expired"),
        refusal(401, "APIGW.0301", "X-Sdk-Date 20261121T104600Z is not within 15 minutes"),
        // The answer's own date is twenty minutes and more away from ours.
        refusal(401, "APIGW.0301", "verify aksk signature fail").header("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ] {
        let (page, asked) = refused(reply).await;
        assert_eq!((page.reasons(), asked), (vec!["clock_skew".to_owned()], 1), "{:?}", page.messages());
        page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
        assert!(page.messages()[0].contains("clock"), "{:?}", page.messages());
    }
}

#[tokio::test]
async fn a_temporary_key_that_has_ended_is_told_and_tried_once() {
    let reply = refusal(401, "APIGW.0301", "Incorrect IAM authentication information: the security token has expired");
    let drs = FakeRest::start(move |_| reply.clone()).await;
    let page = with_key(&drs.url(), "security_token: t0ken-of-the-key", TWELVE).poll().await;
    assert_eq!((page.reasons(), drs.asked().len()), (vec!["token_expired".to_owned()], 1));
    page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
    assert!(page.messages()[0].contains("renew the temporary credentials"));
    assert!(!page.text().contains("t0ken-of-the-key"));
}

#[tokio::test]
async fn a_permission_that_is_missing_is_no_wrong_secret() {
    for reply in [
        refusal(403, "APIGW.0302", "not allowed"),
        refusal(403, "DRS.M00102", "no permission"),
        refusal(401, "DRS.M00103", "no permission"),
    ] {
        let (page, _) = refused(reply).await;
        assert_eq!(page.reasons(), ["forbidden"]);
        assert!(page.messages()[0].contains("give the user access"), "{:?}", page.messages());
    }
}

#[tokio::test]
async fn throttling_is_obeyed_in_each_of_its_forms() {
    for (first, least) in [
        (refusal(400, "DRS.M01503", "operation too frequent"), 0.1),
        (refusal(429, "APIGW.0308", "policy user over ratelimit,limit:60,time:1 minute"), 0.1),
        (refusal(429, "APIGW.0308", "policy user over ratelimit").header("retry-after", "1"), 0.9),
        (refusal(400, "DRS.M01503", "operation too frequent").header("retry-after", "1"), 0.9),
    ] {
        let drs =
            usual_but("batch-status", move |asked| if asked.before == 0 { first.clone() } else { usual(asked) }).await;
        let started = std::time::Instant::now();
        let page = with_key(&drs.url(), "object_types: []", "projects: [a]").poll().await;
        assert!(page.good, "{:?}", page.reasons());
        assert!(started.elapsed() >= Duration::from_secs_f64(least), "{:?}", started.elapsed());
        assert_eq!(drs.asked_for("batch-status").len(), 2);
        page.holds(&[
            ("migration_source_up", 1.0),
            (r#"migration_exporter_api_requests_total{operation="batch-status",outcome="throttled"}"#, 1.0),
        ]);
    }
}

#[tokio::test]
async fn throttling_that_goes_on_is_given_up() {
    let drs = FakeRest::start(|_| refusal(400, "DRS.M01503", "operation too frequent")).await;
    let page = with_key(&drs.url(), "", TWELVE).poll().await;
    assert_eq!(page.reasons(), ["throttled"]);
    assert!(drs.asked().len() <= 6, "three attempts for each of two batches: {}", drs.asked().len());
}
