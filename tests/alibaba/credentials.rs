//! Where the keys come from: the file, the environment, a service that gives temporary ones; and
//! what happens when a temporary one is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use migration_exporter::source::Source;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::fake_gateway::{FakeGateway, Reply, SECRET};
use super::page::Page;
use super::refused::Failures;
use super::{SAMPLE, config_in};

/// Nothing on the machine that runs these tests is looked at.
const NOWHERE: [(&str, &str); 3] = [
    ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
    ("ALIBABA_CLOUD_CREDENTIALS_FILE", "/nowhere"),
    ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
];

const TWO: &str = "projects: [np_1, np_2]";

fn with<'a>(further: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    NOWHERE.iter().chain(further).copied().collect()
}

/// A service that gives temporary keys, `STS.key-number-1` first, and counts how often it was asked.
async fn issuer() -> (String, Arc<AtomicUsize>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let issue = move || async move {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        let expires = jiff::Timestamp::now() + std::time::Duration::from_hours(1);
        json!({
            "Code": "Success", "AccessKeyId": format!("STS.key-number-{number}"), "AccessKeySecret": SECRET,
            "SecurityToken": format!("token-{number}"), "Expiration": expires.to_string(),
        })
        .to_string()
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, Router::new().route("/keys", get(issue))).await.unwrap() });
    (url, count, tasks)
}

#[tokio::test]
async fn the_security_token_of_the_file_is_sent_and_signed() {
    let gateway = FakeGateway::start(|_| Reply::text(SAMPLE)).await;
    let keys = format!(", access_key_id: STS.NUxFromTheFile, access_key_secret: {SECRET}, security_token: t0ken+/=");
    let page = Page::polled(&config_in(&[], &gateway.url(), &keys, "projects: [np_1]")).await;
    assert!(page.good);
    assert_eq!(gateway.asked()[0].token.as_deref(), Some("t0ken+/="));
}

#[tokio::test]
async fn keys_of_the_environment_serve_where_the_file_has_none() {
    let gateway = FakeGateway::start(|_| Reply::text(SAMPLE)).await;
    let environment = with(&[
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tFromTheEnvironment"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "t0ken"),
    ]);
    let page = Page::polled(&config_in(&environment, &gateway.url(), "", TWO)).await;
    assert!(page.good);
    let asked = gateway.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|asked| asked.key == "LTAI5tFromTheEnvironment"));
    assert!(asked.iter().all(|asked| asked.token.as_deref() == Some("t0ken")));
}

#[tokio::test]
async fn a_refused_temporary_key_is_replaced_and_the_poll_is_good() {
    let (uri, issued, _tasks) = issuer().await;
    for code in ["InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound"] {
        issued.store(0, Ordering::SeqCst);
        let gateway = FakeGateway::start(move |asked| match asked.key.as_str() {
            "STS.key-number-1" => Reply::error(400, code),
            _ => Reply::text(SAMPLE),
        })
        .await;
        let environment = with(&[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]);
        let page = Page::polled(&config_in(&environment, &gateway.url(), "", TWO)).await;
        assert!(page.good, "{code}");
        assert_eq!((gateway.asked().len(), issued.load(Ordering::SeqCst)), (3, 2), "{code}");
        page.holds(&[("migration_source_up", 1.0), ("migration_exporter_circuit_open", 0.0)]);
        assert_eq!(page.all("migration_project_up"), [1.0, 1.0]);
    }
}

#[tokio::test]
async fn a_second_refusal_ends_the_poll() {
    let (uri, issued, _tasks) = issuer().await;
    let gateway = FakeGateway::start(|_| Reply::error(400, "InvalidSecurityToken.Expired")).await;
    let environment = with(&[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]);
    let page = Page::polled(&config_in(&environment, &gateway.url(), "", TWO)).await;
    assert_eq!((gateway.asked().len(), issued.load(Ordering::SeqCst)), (2, 2));
    assert_eq!(page.reasons(), ["token_expired"]);
    page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
}

/// Another key does not help, and to ask for one costs time.
#[tokio::test]
async fn a_wrong_clock_does_not_cost_the_credentials() {
    let (uri, issued, _tasks) = issuer().await;
    let gateway = FakeGateway::start(|_| Reply::error(400, "InvalidTimeStamp.Expired")).await;
    let environment = with(&[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]);
    let page = Page::polled(&config_in(&environment, &gateway.url(), "", TWO)).await;
    assert_eq!((gateway.asked().len(), issued.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(page.reasons(), ["clock_skew"]);
}

#[tokio::test]
async fn many_projects_that_are_refused_at_once_ask_for_one_new_key() {
    let (uri, issued, _tasks) = issuer().await;
    let gateway = FakeGateway::start(|asked| match (asked.key.as_str(), asked.before) {
        ("STS.key-number-1", 1..) => Reply::error(400, "InvalidSecurityToken.Expired"),
        _ => Reply::text(SAMPLE),
    })
    .await;
    let environment = with(&[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]);
    let ids: Vec<String> = (1..=20).map(|n| format!("np_{n}")).collect();
    let page =
        Page::polled(&config_in(&environment, &gateway.url(), "", &format!("projects: [{}]", ids.join(", ")))).await;
    assert!(page.good);
    assert_eq!(issued.load(Ordering::SeqCst), 2);
    assert!(gateway.asked().len() <= 20 + 8, "each of those in flight once: {}", gateway.asked().len());
}

#[tokio::test]
async fn without_credentials_nothing_is_sent_and_every_place_is_named() {
    let gateway = FakeGateway::start(|_| Reply::text(SAMPLE)).await;
    let config = config_in(&NOWHERE, &gateway.url(), "", TWO);
    let source = Source::open(&config.sources[0]).unwrap();
    let failures = Failures::default();
    source.poll(&failures).await;
    let ways = failures.ways();
    let [(reason, message)] = &ways.iter().collect::<Vec<_>>()[..] else { panic!("{ways:?}") };
    assert_eq!((*reason, gateway.asked().len()), ("no_credentials", 0));
    for place in ["ALIBABA_CLOUD_ACCESS_KEY_ID", "OIDC role", "CLI profile", "INI profile", "ECS role", "URI"] {
        assert!(message.contains(place), "{place}: {message}");
    }
    let page = Page::polled(&config).await;
    page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 0.0)]);
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_told_as_such() {
    let gateway = FakeGateway::start(|_| Reply::text(SAMPLE)).await;
    let environment = with(&[("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI\n5t"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)]);
    let page = Page::polled(&config_in(&environment, &gateway.url(), "", "projects: [np_1]")).await;
    assert_eq!((page.reasons(), gateway.asked().len()), (vec!["no_credentials".to_owned()], 0));
}

/// As at three in the morning: one line says for all projects what is wrong.
#[tokio::test]
async fn the_binary_takes_keys_from_its_environment_and_says_in_one_line_that_they_are_refused() {
    let gateway = FakeGateway::start(|_| Reply::error(404, "InvalidAccessKeyId.NotFound")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("migration-exporter.yml");
    let cloud = format!("{{ region: cn-shanghai, endpoint: '{}' }}", gateway.url());
    let text = format!("sources:\n  - name: aliyun\n    alibaba_cloud: {cloud}\n    projects: [np_1, np_2, np_3]\n");
    std::fs::write(&file, text).unwrap();
    let environment = with(&[
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tFromTheEnvironment"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET),
    ]);
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_migration-exporter"));
    command.args(["poll", "--config.file", file.to_str().unwrap()]).envs(environment).kill_on_drop(true);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(30), command.output());
    let output = ended.await.expect("it ends").unwrap();
    let (log, page) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    assert_eq!(output.status.code(), Some(3));
    let lines: Vec<&str> = log.lines().collect();
    let [line] = lines[..] else { panic!("{log}") };
    for wanted in ["reason=unauthorized", "projects=3", "LTAI…ment", "InvalidAccessKeyId.NotFound"] {
        assert!(line.contains(wanted), "{wanted}: {line}");
    }
    assert!(!log.contains(SECRET) && !page.contains(SECRET));
    assert!(page.contains(r#"migration_source_up{source="aliyun",kind="alibaba_cloud"} 0"#), "{page}");
    assert_eq!(gateway.asked().len(), 1);
}
