//! What the gateway and the service refuse: the reason of each, one message for all projects, and
//! how many requests it costs.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use migration_exporter::domain::{Call, ExtraReading, Failure, Ignored, Reading, Witness};
use migration_exporter::source::Source;

use super::fake_gateway::{FakeGateway, Reply, SECRET};
use super::page::Page;
use super::{KEY, SAMPLE, config, polled};

/// Twenty projects, and quick failures.
fn twenty() -> String {
    let ids: Vec<String> = (1..=20).map(|n| format!("np_{n}")).collect();
    format!("projects: [{}]\ninterval: 2s\ntimeout: 500ms", ids.join(", "))
}

const ONE: &str = "projects: [np_1]\ninterval: 2s\ntimeout: 500ms";

/// Remembers the failures of projects.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<Vec<Failure>>);

impl Failures {
    /// All that failed, each way once.
    pub(super) fn ways(&self) -> BTreeSet<(&'static str, String)> {
        let all = self.0.lock().unwrap();
        all.iter().map(|failure| (failure.reason.as_str(), failure.message.clone())).collect()
    }
}

impl Witness for Failures {
    fn call(&self, _: Call) {}
    fn project(&self, reading: Reading) {
        self.0.lock().unwrap().extend(reading.outcome.err());
    }
    fn extra(&self, _: ExtraReading) {}
    fn ignored(&self, _: Ignored) {}
    fn dropped(&self, _: &'static str, _: u64) {}
    fn throttled(&self, _: Duration) {}
}

/// Polls `rest` against a gateway that always says `reply`: the one way it fails, and how many
/// requests it took.
async fn one_way(reply: Reply, rest: &str) -> (&'static str, String, usize) {
    let gateway = FakeGateway::start(move |_| reply.clone()).await;
    let source = Source::open(&config(&gateway.url(), rest).sources[0]).unwrap();
    let failures = Failures::default();
    source.poll(&failures).await;
    let ways = failures.ways();
    assert_eq!(ways.len(), 1, "one line in the log, not one a project: {ways:?}");
    let (reason, message) = ways.into_iter().next().unwrap();
    assert!(!message.contains('\n') && !message.contains(SECRET), "{message}");
    (reason, message, gateway.asked().len())
}

#[tokio::test]
async fn refused_credentials_are_sent_once() {
    for (status, code, reason) in [
        (404, "InvalidAccessKeyId.NotFound", "unauthorized"),
        (400, "InvalidAccessKeyId.Inactive", "unauthorized"),
        (400, "SignatureDoesNotMatch", "unauthorized"),
        (400, "IncompleteSignature", "unauthorized"),
        (400, "InvalidSecurityToken.Expired", "token_expired"),
        (403, "InvalidSecurityToken.MismatchWithAccessKey", "token_expired"),
        (400, "InvalidTimeStamp.Expired", "clock_skew"),
    ] {
        let (told, message, requests) = one_way(Reply::error(status, code), &twenty()).await;
        assert_eq!((told, requests), (reason, 1), "{code}: {message}");
        assert!(message.contains(code), "{message}");
        assert!(!message.contains(KEY), "the key is recognisable and not whole: {message}");
    }
}

#[tokio::test]
async fn a_source_whose_credentials_are_refused_waits_for_minutes() {
    for code in ["SignatureDoesNotMatch", "InvalidSecurityToken.Expired", "InvalidTimeStamp.Expired"] {
        let gateway = FakeGateway::start(|_| Reply::error(400, code)).await;
        let page = polled(&gateway.url(), "projects: [np_1]\ndiscover: {}").await;
        assert_eq!(gateway.asked().len(), 1, "{code}");
        page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
    }
}

#[tokio::test]
async fn a_clock_that_is_twenty_minutes_late_is_told() {
    let theirs = jiff::Timestamp::now() + Duration::from_mins(20);
    let date = theirs.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let reply = Reply::error(400, "InvalidTimeStamp.Expired").header("date", date);
    let (reason, message, requests) = one_way(reply, &twenty()).await;
    assert_eq!((reason, requests), ("clock_skew", 1));
    assert!(message.contains("this machine's clock is 20m behind the service's"), "{message}");
    assert!(message.contains("NTP"), "{message}");
}

#[tokio::test]
async fn other_refusals_have_their_reason_and_number_of_requests() {
    for (reply, reason, requests, hint) in [
        (Reply::error(403, "Forbidden.RAM"), "forbidden", 1, "oceanbase:DescribeProject "),
        (Reply::error(404, "NoPermission"), "forbidden", 1, "oceanbase:DescribeProject "),
        (Reply::error(404, "InvalidAction.NotFound"), "unsupported", 1, "DescribeProject"),
        (Reply::error(400, "InvalidVersion"), "unsupported", 1, "DescribeProject"),
        (Reply::error(400, "MissingParameter"), "api_error", 1, "MissingParameter: what"),
        (Reply::error(503, "ServiceUnavailable"), "server_error", 3, "HTTP 503"),
        (Reply::error(500, "InternalError"), "server_error", 3, "HTTP 500"),
        (Reply::error(400, "Throttling.User"), "throttled", 2, "slow down"),
        (Reply::error(400, "SignatureNonceUsed"), "api_error", 3, "proxy"),
        (Reply::text("{\"Success\":false,\"Code\":\"INNER_ERROR\",\"Message\":\"x\"}"), "api_error", 1, "INNER_ERROR"),
        (Reply::text("<html>login</html>"), "not_json", 1, "HTML"),
    ] {
        let shown = format!("{reply:?}");
        let (told, message, counted) = one_way(reply, ONE).await;
        assert_eq!((told, counted), (reason, requests), "{shown}: {message}");
        assert!(message.contains(hint), "{message}");
    }
}

#[tokio::test]
async fn a_forbidden_project_leaves_the_others_alone() {
    let gateway = FakeGateway::start(|asked| match asked.form["Id"].as_str() {
        "np_2" => Reply::error(403, "Forbidden.RAM"),
        _ => Reply::text(SAMPLE),
    })
    .await;
    let page = polled(&gateway.url(), "projects: [np_1, np_2, np_3]").await;
    assert_eq!(page.reasons(), ["forbidden"]);
    page.holds(&[
        ("migration_source_up", 1.0),
        (r#"migration_project_up{project_id="np_2"}"#, 0.0),
        (r#"migration_project_up{project_id="np_3"}"#, 1.0),
        ("migration_exporter_circuit_open", 0.0),
    ]);
}

async fn second_is_good(first: Reply) -> (Page, Duration) {
    let gateway = FakeGateway::start(move |asked| match asked.before {
        0 => first.clone(),
        _ => Reply::text(SAMPLE),
    })
    .await;
    let page = polled(&gateway.url(), "projects: [np_1]").await;
    let asked = gateway.asked();
    assert_eq!(asked.len(), 2);
    (page, asked[1].at - asked[0].at)
}

#[tokio::test]
async fn throttling_is_obeyed_to_the_millisecond() {
    let first = Reply::error(429, "Throttling.Api").header("x-acs-retry-after", "700").header("retry-after", "600");
    let (page, waited) = second_is_good(first).await;
    assert!(page.good);
    assert!(waited >= Duration::from_millis(690), "{waited:?}");
    let counted = page.get("migration_exporter_api_throttled_seconds_total").unwrap();
    assert!((0.6..5.0).contains(&counted), "{counted}");
}

/// The fake accepts no nonce twice, so this also shows that the second one is new.
#[tokio::test]
async fn a_nonce_that_was_used_is_replaced() {
    let (page, _) = second_is_good(Reply::error(400, "SignatureNonceUsed")).await;
    assert!(page.good);
    page.holds(&[("migration_source_up", 1.0), ("migration_exporter_circuit_open", 0.0)]);
}
