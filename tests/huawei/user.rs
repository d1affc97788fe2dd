//! A user of the identity service: one token for many calls, renewed in time, and a password that is
//! not sent again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::fake_rest::{Asked, FakeRest, Reply};
use super::page::{Bench, parsed};
use super::{CLOUD_PROJECT, file, refusal, usual};

const PASSWORD: &str = "s3cret-of-the-user";
const TWELVE: &str = "projects: [a, b, c, d, e, f, g, h, i, j, k, l]";

fn bench(drs: &FakeRest) -> Bench {
    let user = format!("object_types: [table]\niam_user: {{ domain: acme, user: reader, password: {PASSWORD} }}");
    Bench::new(&parsed(&file(&drs.url(), &user, TWELVE)))
}

fn is_login(asked: &Asked) -> bool {
    asked.what == "POST /v3/auth/tokens"
}

/// The n-th token, which ends so many seconds from now.
fn token(number: usize, seconds: i64) -> Reply {
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    let body = json!({ "token": { "expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string() } });
    Reply::json(&body).status(201).header("x-subject-token", format!("MIIT0ken-{number}"))
}

fn logins(drs: &FakeRest) -> usize {
    drs.asked_for("auth/tokens").len()
}

#[tokio::test]
async fn one_token_is_used_for_all_calls_of_all_polls_and_never_shown() {
    let drs = FakeRest::start(|asked| if is_login(asked) { token(asked.before, 86_400) } else { usual(asked) }).await;
    let bench = bench(&drs);
    for _ in 0..3 {
        let page = bench.poll().await;
        assert!(page.good);
        for secret in ["MIIT0ken", PASSWORD] {
            assert!(!page.text().contains(secret) && !bench.debug().contains(secret), "{secret}");
        }
    }
    let [login] = &drs.asked_for("auth/tokens")[..] else { panic!("not one login") };
    let identity = &login.body["auth"]["identity"];
    assert_eq!(identity["methods"], json!(["password"]));
    assert_eq!(
        identity["password"]["user"],
        json!({ "name": "reader", "password": PASSWORD, "domain": { "name": "acme" } })
    );
    assert_eq!(login.body["auth"]["scope"]["project"], json!({ "id": CLOUD_PROJECT }));
    let calls: Vec<_> = drs.asked().into_iter().filter(|asked| !is_login(asked)).collect();
    assert!(calls.len() > 12);
    for call in calls {
        assert_eq!(call.headers["x-auth-token"], "MIIT0ken-0");
        assert!(!call.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end() {
    let drs = FakeRest::start(|asked| if is_login(asked) { token(asked.before, 1) } else { usual(asked) }).await;
    let bench = bench(&drs);
    assert!(bench.poll().await.good);
    let first = logins(&drs);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert!(bench.poll().await.good);
    assert!(logins(&drs) > first);
}

/// This machine's clock is ahead: the token seems to have ended before it was given.
#[tokio::test]
async fn a_token_that_seems_to_have_ended_is_used_all_the_same() {
    let drs = FakeRest::start(|asked| if is_login(asked) { token(asked.before, -1800) } else { usual(asked) }).await;
    let bench = bench(&drs);
    assert!(bench.poll().await.good && bench.poll().await.good);
    assert_eq!(logins(&drs), 1);
}

/// Tokens below `good` are refused.
async fn refuses_below(good: Arc<AtomicUsize>, refused: Reply) -> FakeRest {
    FakeRest::start(move |asked| {
        if is_login(asked) {
            return token(asked.before, 86_400);
        }
        let number: usize = asked.headers["x-auth-token"].trim_start_matches("MIIT0ken-").parse().unwrap();
        if number < good.load(Ordering::Relaxed) { refused.clone() } else { usual(asked) }
    })
    .await
}

fn refusals() -> [Reply; 4] {
    [
        refusal(401, "APIGW.0301", "Incorrect IAM authentication information: token expires"),
        refusal(401, "APIGW.0301", "Incorrect IAM authentication information"),
        Reply::text("").status(401),
        refusal(403, "DRS.M00100", "The token is invalid."),
    ]
}

#[tokio::test]
async fn a_token_that_ends_early_is_asked_for_once_more() {
    for refused in refusals() {
        let good = Arc::new(AtomicUsize::new(0));
        let drs = refuses_below(Arc::clone(&good), refused.clone()).await;
        let bench = bench(&drs);
        assert!(bench.poll().await.good);
        // It happens more than once in the life of a process.
        for renewal in 1..=3 {
            good.store(renewal, Ordering::Relaxed);
            let page = bench.poll().await;
            assert!(page.good, "{refused:?} {:?}", page.messages());
            page.holds(&[("migration_source_up", 1.0), ("migration_exporter_circuit_open", 0.0)]);
            assert_eq!(logins(&drs), 1 + renewal, "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_user_whose_tokens_are_all_refused_is_left_alone() {
    for refused in refusals() {
        let drs = refuses_below(Arc::new(AtomicUsize::new(usize::MAX)), refused.clone()).await;
        let bench = bench(&drs);
        let page = bench.poll().await;
        assert!(!page.good);
        assert_eq!(logins(&drs), 2, "{refused:?}");
        assert_eq!(drs.asked().len(), 4, "{refused:?}");
        page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
        assert_eq!(page.all("migration_project_up"), [0.0; 12]);
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let wrong =
        json!({ "error": { "code": 401, "message": "The username or password is wrong.", "title": "Unauthorized" } });
    let locked = json!({ "error": { "code": 403, "message": "The account is locked.", "title": "Forbidden" } });
    for (status, body, reason) in [(401, wrong, "unauthorized"), (403, locked, "forbidden")] {
        let drs = FakeRest::start(move |_| Reply::json(&body).status(status)).await;
        let page = bench(&drs).poll().await;
        assert_eq!(page.reasons(), [reason]);
        assert_eq!(drs.asked().len(), 1);
        page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
        assert_eq!(page.all("migration_project_up"), [0.0; 12]);
    }
}

/// The identity service is in trouble: DRS cannot be asked, and three attempts are enough for all jobs.
#[tokio::test]
async fn an_identity_service_in_trouble_is_asked_three_times_a_poll() {
    let drs = FakeRest::start(|_| Reply::text("<html>").status(503)).await;
    let page = bench(&drs).poll().await;
    assert_eq!(page.reasons(), ["server_error"]);
    assert_eq!(drs.asked().len(), 3);
}
