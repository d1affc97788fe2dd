//! What goes wrong below the service's own words: redirects, size, silence and broken connections.

use super::COMMUNITY;
use super::fake_oms::{FakeOms, Reply, hang_up_after};
use super::page::polled;

const ONE: &str = "projects: [np_1]\ninterval: 2s\ntimeout: 500ms";

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_password() {
    let elsewhere = FakeOms::start(|_| Reply::text(COMMUNITY)).await;
    let there = format!("{}/api/v2?Action=DescribeProject", elsewhere.url());
    for status in [301, 302, 307, 308] {
        let there = there.clone();
        let oms = FakeOms::start(move |_| Reply::text("").status(status).header("location", there.clone())).await;
        let page = polled(&oms.url(), ONE).await;
        assert_eq!(page.reasons(), ["redirect"]);
        page.holds(&[("migration_source_up", 0.0)]);
        assert_eq!(oms.asked().len(), 1);
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn an_answer_beyond_the_cap_is_refused() {
    let cap = format!("{ONE}\nmax_response_bytes: 4KiB");
    let announced = FakeOms::start(|_| Reply::text(COMMUNITY)).await;
    let endless = FakeOms::start(|_| Reply::endless()).await;
    for oms in [announced, endless] {
        let page = polled(&oms.url(), &cap).await;
        assert_eq!(page.reasons(), ["too_large"]);
        assert_eq!(oms.asked().len(), 1);
        page.holds(&[("migration_source_up", 0.0), ("migration_project_up", 0.0)]);
    }
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let oms = FakeOms::start(|_| Reply::never()).await;
    let page = polled(&oms.url(), "projects: [np_1]\ninterval: 1s\ntimeout: 200ms").await;
    assert_eq!(page.reasons(), ["timeout"]);
    page.holds(&[("migration_source_up", 0.0), ("migration_project_up", 0.0)]);
}

#[tokio::test]
async fn a_project_that_hangs_takes_none_with_it() {
    let oms =
        FakeOms::start(|asked| if asked.body["id"] == "np_2" { Reply::never() } else { Reply::text(COMMUNITY) }).await;
    let page = polled(&oms.url(), "projects: [np_1, np_2, np_3]\ninterval: 1s\ntimeout: 200ms").await;
    assert_eq!(page.reasons(), ["timeout"]);
    page.holds(&[
        ("migration_source_up", 1.0),
        (r#"migration_project_up{project_id="np_1"}"#, 1.0),
        (r#"migration_project_up{project_id="np_2"}"#, 0.0),
        (r#"migration_project_up{project_id="np_3"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let page = polled(&url, "projects: [np_1]\ninterval: 1s\ntimeout: 200ms").await;
    assert_eq!(page.reasons(), ["connect"]);
}

/// A server that is restarted in the middle of an answer: it is not the answer's fault.
#[tokio::test]
async fn a_connection_that_ends_early_is_an_interruption() {
    let polls = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{\"success\":true,".as_slice(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"suc\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"",
    ]
    .map(|bytes| async move {
        let (url, _server) = hang_up_after(bytes).await;
        let page = polled(&url, ONE).await;
        assert_eq!(page.reasons(), ["interrupted"], "{}", String::from_utf8_lossy(bytes));
        let tried = page.get("migration_exporter_api_requests_total").unwrap();
        assert!(tried > 1.0, "it may well work a moment later");
        page.holds(&[("migration_source_up", 0.0)]);
    });
    futures_util::future::join_all(polls).await;
}

#[tokio::test]
async fn broken_compression_is_an_unreadable_answer() {
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 8\r\n\r\n{\"succe\"";
    let (url, _server) = hang_up_after(bytes).await;
    let page = polled(&url, ONE).await;
    assert_eq!(page.reasons(), ["not_json"]);
}
