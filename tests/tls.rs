//! Real TLS between the OMS source and servers that are right, wrong or picky, with what people can
//! set about it: authorities, names, client certificates, a proxy in between.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use migration_exporter::config::{self, Config, Surroundings};
use migration_exporter::domain::{Call, ExtraReading, Failure, Ignored, Reading, Reason, Witness};
use migration_exporter::source::Source;
use tempfile::TempDir;

#[path = "support/tls.rs"]
mod tls;

use tls::{Authority, Clients, Server};

const PROJECT: &str = include_str!("fixtures/oms-ce-4.2.8-describe-project.json");
/// `exporter:s3cret`
const CREDENTIALS: &str = "Basic ZXhwb3J0ZXI6czNjcmV0";

/// An authority whose certificate lies in a file.
struct Trust {
    authority: Authority,
    folder: TempDir,
}

impl Trust {
    fn new() -> Self {
        let (authority, folder) = (Authority::new("Test CA"), tempfile::tempdir().unwrap());
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Self { authority, folder }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn text(endpoint: &str, keys: &str) -> String {
        format!(
            "defaults: {{ interval: 1s, timeout: 5s }}\nsources:\n  - name: oms\n    projects: [np_1]\n    \
             oms: {{ endpoint: '{endpoint}', username: exporter, password: s3cret{keys} }}\n"
        )
    }

    fn config(&self, endpoint: &str, keys: &str) -> Config {
        let surroundings = Surroundings { directory: self.folder.path(), environment: &|_| None };
        let text = Self::text(endpoint, keys);
        config::parse("test.yml", &text, &surroundings).unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// Polls the one project of an endpoint; `keys` are further ones of the kind.
    async fn read(&self, endpoint: &str, keys: &str) -> Result<(), Failure> {
        let source = Source::open(&self.config(endpoint, keys).sources[0]).unwrap();
        let ear = Ear::default();
        source.poll(&ear).await;
        ear.0.into_inner().unwrap().unwrap()
    }

    /// The same, which must fail for TLS; gives the message.
    #[track_caller]
    fn tls_message(outcome: Result<(), Failure>) -> String {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.reason, Reason::Tls, "{}", failure.message);
        failure.message
    }
}

/// Hears of one project.
#[derive(Default)]
struct Ear(Mutex<Option<Result<(), Failure>>>);

impl Witness for Ear {
    fn project(&self, reading: Reading) {
        *self.0.lock().unwrap() = Some(reading.outcome.map(drop));
    }

    fn call(&self, _: Call) {}
    fn extra(&self, _: ExtraReading) {}
    fn ignored(&self, _: Ignored) {}
    fn dropped(&self, _: &'static str, _: u64) {}
    fn throttled(&self, _: Duration) {}
}

fn https(server: &Server) -> String {
    format!("https://127.0.0.1:{}", server.address.port())
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_the_cure_named() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    trust.write("other.pem", &Authority::new("Another CA").pem());
    for keys in ["", ", tls: { ca_file: other.pem }"] {
        let message = Trust::tls_message(trust.read(&https(&server), keys).await);
        assert!(message.contains("UnknownIssuer") && message.contains("`tls.ca_file`"), "{message}");
    }
    assert_eq!(server.told(), [], "nobody was told the password");
}

#[tokio::test]
async fn the_right_authority_is_trusted() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    trust.read(&https(&server), ", tls: { ca_file: ca.pem }").await.unwrap();
    let told = server.told();
    assert_eq!(told[0].header("authorization"), Some(CREDENTIALS));
    assert!(told[0].head.starts_with("POST /api/v2?Action=DescribeProject HTTP/1.1"), "{}", told[0].head);
}

#[tokio::test]
async fn one_of_several_authorities_in_a_file_is_enough() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    trust.write("both.pem", &format!("{}# ours\n{}", Authority::new("Another CA").pem(), trust.authority.pem()));
    trust.read(&https(&server), ", tls: { ca_file: both.pem }").await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_another_name_needs_that_name() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("oms.example.com"), Clients::Anybody, PROJECT).await;
    let message = Trust::tls_message(trust.read(&https(&server), ", tls: { ca_file: ca.pem }").await);
    assert!(message.contains("oms.example.com") && message.contains("`tls.server_name`"), "{message}");
    assert_eq!(server.told(), []);

    trust.read(&https(&server), ", tls: { ca_file: ca.pem, server_name: oms.example.com }").await.unwrap();
    let told = server.told();
    assert_eq!(told[0].name.as_deref(), Some("oms.example.com"));
    let host = format!("127.0.0.1:{}", server.address.port());
    assert_eq!(told[0].header("host"), Some(host.as_str()));

    let wrong = ", tls: { ca_file: ca.pem, server_name: oms.example.org }";
    Trust::tls_message(trust.read(&https(&server), wrong).await);
}

#[tokio::test]
async fn a_host_name_is_asked_for_in_the_handshake() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("localhost"), Clients::Anybody, PROJECT).await;
    let endpoint = format!("https://localhost:{}", server.address.port());
    trust.read(&endpoint, ", tls: { ca_file: ca.pem }").await.unwrap();
    assert_eq!(server.told()[0].name.as_deref(), Some("localhost"));
}

#[tokio::test]
async fn any_certificate_is_taken_where_that_is_wanted() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue_until("oms.example.com", 2021), Clients::Anybody, PROJECT).await;
    trust.read(&https(&server), ", tls: { insecure_skip_verify: true }").await.unwrap();
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue_until("127.0.0.1", 2021), Clients::Anybody, PROJECT).await;
    let message = Trust::tls_message(trust.read(&https(&server), ", tls: { ca_file: ca.pem }").await);
    assert!(message.contains("expired") && message.contains("renew"), "{message}");
    assert_eq!(server.told(), []);
}

#[tokio::test]
async fn a_server_may_demand_a_certificate_of_the_client() {
    let trust = Trust::new();
    let server = trust.authority.issue("127.0.0.1");
    let server = Server::tls(server, Clients::SignedBy(&trust.authority), PROJECT).await;
    let message = Trust::tls_message(trust.read(&https(&server), ", tls: { ca_file: ca.pem }").await);
    assert!(message.contains("`tls.cert_file`"), "{message}");
    let client = trust.authority.issue("exporter.example.com");
    trust.write("client.pem", &client.certificate_pem);
    trust.write("client.key", &client.key_pem);
    let keys = ", tls: { ca_file: ca.pem, cert_file: client.pem, key_file: client.key }";
    trust.read(&https(&server), keys).await.unwrap();
    let stranger = Authority::new("Another CA").issue("exporter.example.com");
    trust.write("client.pem", &stranger.certificate_pem);
    trust.write("client.key", &stranger.key_pem);
    let message = Trust::tls_message(trust.read(&https(&server), keys).await);
    assert!(message.contains("`tls.cert_file`"), "{message}");
}

#[tokio::test]
async fn a_server_without_tls_behind_https_is_told_apart() {
    let trust = Trust::new();
    let server = Server::plain().await;
    let message = Trust::tls_message(trust.read(&https(&server), "").await);
    assert!(message.contains("http://"), "{message}");
}

/// Starts the program with a configuration in the folder of `trust`; it ends by itself.
fn started(trust: &Trust, keys: &str) -> (Option<i32>, String) {
    trust.write("test.yml", &Trust::text("https://127.0.0.1:9", keys));
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration-exporter"));
    command.args(["poll", "--config.file"]).arg(trust.folder.path().join("test.yml"));
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn files_that_hold_no_certificate_or_key_are_faults_at_the_start() {
    let trust = Trust::new();
    let issued = trust.authority.issue("exporter.example.com");
    let other = trust.authority.issue("exporter.example.com");
    trust.write("client.pem", &issued.certificate_pem);
    trust.write("client.key", &issued.key_pem);
    trust.write("other.key", &other.key_pem);
    trust.write("text.txt", "no certificate\n");
    trust.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for (keys, wanted, file) in [
        ("ca_file: text.txt", "`tls.ca_file`", "text.txt"),
        ("ca_file: client.key", "`tls.ca_file`", "client.key"),
        ("ca_file: broken.pem", "`tls.ca_file`", "broken.pem"),
        ("cert_file: text.txt, key_file: client.key", "`tls.cert_file`", "text.txt"),
        ("cert_file: client.pem, key_file: text.txt", "`tls.key_file`", "text.txt"),
        ("cert_file: client.key, key_file: client.pem", "`tls.cert_file`", "client.key"),
        ("cert_file: client.pem, key_file: other.key", "`tls.key_file`", "other.key"),
    ] {
        let (code, error) = started(&trust, &format!(", tls: {{ {keys} }}"));
        assert_eq!(code, Some(1), "{keys}: {error}");
        assert!(error.contains(wanted) && error.contains(file) && error.contains("source oms"), "{keys}: {error}");
    }
}

#[tokio::test]
async fn a_proxy_is_given_its_own_credentials_and_not_those_of_an_https_endpoint() {
    let trust = Trust::new();
    let server = Server::tls(trust.authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    let proxy = Server::proxy("").await;
    let keys = format!(", tls: {{ ca_file: ca.pem }}, proxy_url: 'http://guest:pr0xy@{}'", proxy.address);
    trust.read(&https(&server), &keys).await.unwrap();
    let to_proxy = proxy.told();
    let line = format!("CONNECT 127.0.0.1:{} HTTP/1.1", server.address.port());
    assert!(to_proxy[0].head.starts_with(&line), "{}", to_proxy[0].head);
    // `guest:pr0xy`
    assert_eq!(to_proxy[0].header("proxy-authorization"), Some("Basic Z3Vlc3Q6cHIweHk="));
    assert!(to_proxy.iter().all(|told| told.header("authorization").is_none()), "{to_proxy:?}");
    let to_server = server.told();
    assert_eq!(to_server[0].header("authorization"), Some(CREDENTIALS));
    assert_eq!(to_server[0].header("proxy-authorization"), None);
}

#[tokio::test]
async fn a_proxy_of_a_plain_endpoint_is_asked_with_the_whole_address() {
    let trust = Trust::new();
    let proxy = Server::proxy(PROJECT).await;
    let keys = format!(", proxy_url: 'http://guest:pr0xy@{}'", proxy.address);
    trust.read("http://oms.invalid:8089", &keys).await.unwrap();
    let told = proxy.told();
    let line = "POST http://oms.invalid:8089/api/v2?Action=DescribeProject HTTP/1.1";
    assert!(told[0].head.starts_with(line), "{}", told[0].head);
    assert_eq!(told[0].header("proxy-authorization"), Some("Basic Z3Vlc3Q6cHIweHk="));
    assert_eq!(told[0].header("host"), Some("oms.invalid:8089"));
}

/// The environment may be set for other programs.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let trust = Trust::new();
    trust.write("test.yml", &Trust::text("http://127.0.0.1:9", ""));
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration-exporter"));
    command.args(["poll", "--config.file"]).arg(Path::join(trust.folder.path(), "test.yml"));
    let output = command.env("HTTP_PROXY", &url).env("http_proxy", &url).env("ALL_PROXY", &url).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    proxy.set_nonblocking(true).unwrap();
    assert!(proxy.accept().is_err(), "it was not asked");
}
