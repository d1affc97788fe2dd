//! `doctor` as people run it: for each thing that can be wrong, the step that says so, what is
//! found, what is to be done, and that nobody is asked more than needed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::assigning_clones,
    reason = "these are tests"
)]

use std::path::Path;
use std::time::{Duration, SystemTime};

use migration_exporter::sim::{self, Fault, FaultKind, Options, Simulator};
use serde_json::json;
use tempfile::TempDir;

#[expect(dead_code, reason = "other tests start daemons")]
#[path = "support/binary.rs"]
mod binary;
#[expect(dead_code, reason = "other tests look closer")]
#[path = "support/fake_oms.rs"]
mod fake_oms;
#[path = "support/tls.rs"]
mod tls;
#[path = "support/world.rs"]
mod world;

use fake_oms::{Asked, FakeOms, Reply};
use tls::{Authority, Clients, Server};

const PROJECT: &str = include_str!("fixtures/oms-ce-4.2.8-describe-project.json");

/// What the command printed.
struct Report {
    code: Option<i32>,
    out: String,
}

impl Report {
    /// The level and the text of a step, its cure behind it.
    fn step(&self, step: &str) -> (&str, String) {
        let mut lines = self.out.lines().skip_while(|line| line.split_whitespace().nth(1) != Some(step));
        let line = lines.next().unwrap_or_else(|| panic!("no {step} in\n{}", self.out));
        let (level, text) = line.trim().split_once(' ').unwrap();
        let cure = lines.next().and_then(|line| line.trim().strip_prefix("-> ")).unwrap_or_default();
        (level, format!("{text} {cure}"))
    }

    /// Holds that a step fails and says this, that its neighbours before work and all behind it
    /// were not tried.
    #[track_caller]
    fn fails_at(&self, step: &str, words: &[&str]) {
        assert_eq!(self.code, Some(3), "{}", self.out);
        let (level, text) = self.step(step);
        assert_eq!(level, "FAIL", "{}", self.out);
        for word in words {
            assert!(text.contains(word), "{word} in\n{}", self.out);
        }
        let levels: Vec<&str> = self.out.lines().filter(|line| line.starts_with("  ")).collect();
        let levels: Vec<&str> = levels.iter().filter_map(|line| line.split_whitespace().next()).collect();
        let behind = levels.iter().skip_while(|level| **level != "FAIL").skip(1).filter(|level| **level != "->");
        assert!(behind.clone().all(|level| *level == "skip"), "{}", self.out);
        assert!(self.out.ends_with(&format!("fails at {step}.\n")), "{}", self.out);
    }
}

/// The files of a test.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    /// Examines a source of OMS with these further keys.
    async fn oms(&self, endpoint: &str, keys: &str, watch: &str) -> Report {
        self.examine(&format!(
            "sources:\n  - name: prod\n    \
             oms: {{ endpoint: '{endpoint}', username: exporter, password: s3cret{keys} }}\n    {watch}\n"
        ))
        .await
    }

    async fn examine(&self, config: &str) -> Report {
        self.run(config, &[]).await
    }

    async fn run(&self, config: &str, args: &[&str]) -> Report {
        self.write("m.yml", config);
        let path = Path::join(self.0.path(), "m.yml");
        let mut command = binary::binary(["doctor", "--config.file", path.to_str().unwrap()]);
        let ended = tokio::time::timeout(Duration::from_secs(30), command.args(args).output()).await.unwrap().unwrap();
        let out = String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap();
        println!("{out}[{:?}]\n", ended.status.code());
        assert!(!out.contains("s3cret") && !out.contains("pr0xy"), "{out}");
        assert!(!out.contains('\x1b'), "no colours but on a terminal");
        Report { code: ended.status.code(), out }
    }
}

/// How often credentials were sent.
fn with_credentials(oms: &FakeOms) -> usize {
    oms.asked().iter().filter(|asked| asked.authorization.is_some()).count()
}

async fn simulated(simulator: &Simulator, password: &str, watch: &str) -> Report {
    let endpoint = simulator.base_url();
    let username = Options::default().username;
    let oms = format!("oms: {{ endpoint: '{endpoint}', username: {username}, password: {password} }}");
    Desk::new().examine(&format!("sources:\n  - name: prod\n    {oms}\n    {watch}\n")).await
}

#[tokio::test]
async fn a_good_source_shows_one_project() {
    let simulator = world::frozen().await;
    let watch = "discover: { labels: [core] }\n    collect: [components, verification, conflicts]";
    let report = simulated(&simulator, "demo-password", watch).await;
    assert_eq!(report.code, Some(0));
    for step in ["dns", "connect", "tls", "authentication", "ListAllLabels", "ListProjects", "project"] {
        assert_eq!(report.step(step).0, "ok", "{step}");
    }
    assert!(report.step("project").1.contains(" series"));
    assert!(report.out.contains("The source can be read"), "{}", report.out);
    simulator.stop().await;
}

/// Signatures hold the time, so the clock of this one goes.
async fn cloud() -> Simulator {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Simulator::start(listener, Options::default()).await.unwrap()
}

fn aliyun(simulator: &Simulator, secret: &str) -> String {
    let (url, region, id) = (simulator.alibaba_url(), sim::ALIBABA_REGION, sim::ALIBABA_KEY.id);
    format!(
        "  - name: aliyun
    alibaba_cloud: {{ region: {region}, endpoint: '{url}', access_key_id: {id}, access_key_secret: {secret} }}
    discover: {{}}
"
    )
}

fn drs(simulator: &Simulator, credentials: &str) -> String {
    let (url, iam, region, project) =
        (simulator.huawei_url(), simulator.iam_url(), sim::HUAWEI_REGION, sim::HUAWEI_PROJECT_ID);
    format!(
        "  - name: drs
    huawei_drs: {{ region: {region}, endpoint: '{url}', iam_endpoint: '{iam}', project_id: {project}, {credentials} }}
    discover: {{}}
"
    )
}

fn access_key(secret: &str) -> String {
    format!("access_key: {}, secret_key: {secret}", sim::HUAWEI_KEY.id)
}

#[tokio::test]
async fn clouds_have_actions_of_their_own() {
    let simulator = cloud().await;
    let (key, user) = (access_key(sim::HUAWEI_KEY.secret), sim::HUAWEI_USER);
    let (domain, name, password) = (user.domain, user.name, user.password);
    let user = format!("iam_user: {{ domain: {domain}, user: {name}, password: {password} }}");
    let both = aliyun(&simulator, sim::ALIBABA_KEY.secret) + &drs(&simulator, &key);
    let report = Desk::new().examine(&format!("sources:\n{both}")).await;
    assert_eq!(report.code, Some(0));
    for step in ["ListProjects", "jobs", "batch-progress", "progress-data"] {
        assert_eq!(report.step(step).0, "ok", "{step}");
    }
    let by_token = Desk::new().examine(&format!("sources:\n{}", drs(&simulator, &user))).await;
    assert_eq!(by_token.code, Some(0));
    assert_eq!(by_token.out.matches("  dns ").count(), 2, "both services are on the way");
    assert!(by_token.step("authentication").1.contains("`drs-reader`"));
    let secrets = [sim::HUAWEI_KEY.secret, sim::ALIBABA_KEY.secret, password];
    assert!(!secrets.iter().any(|secret| report.out.contains(secret) || by_token.out.contains(secret)));
    simulator.stop().await;
}

#[tokio::test]
async fn keys_that_clouds_refuse() {
    let simulator = cloud().await;
    for source in [aliyun(&simulator, "wrong"), drs(&simulator, &access_key("wrong"))] {
        let before = simulator.refused();
        let report = Desk::new().examine(&format!("sources:\n{source}")).await;
        report.fails_at("authentication", &["key", "secret"]);
        // The look at the clock is one as well.
        assert!(simulator.refused() <= before + 2);
    }
    simulator.stop().await;
}

#[tokio::test]
async fn a_capture_is_played() {
    let simulator = world::frozen().await;
    let desk = Desk::new();
    desk.write("live.yml", &world::config(&simulator, "30s"));
    let path = |name: &str| Path::join(desk.0.path(), name).to_str().unwrap().to_owned();
    let recorded =
        binary::binary(["record", "--config.file", &path("live.yml"), "--out", &path("kept")]).output().await;
    assert!(recorded.unwrap().status.success());
    simulator.stop().await;
    let report = desk.examine("sources:\n  - name: captured\n    replay: { directory: kept }\n").await;
    assert_eq!((report.code, report.step("poll").0, report.step("project").0), (Some(0), "ok", "ok"));
    desk.write("kept/oms/0001-ListProjects.json", "{");
    let broken = desk.examine("sources:\n  - name: captured\n    replay: { directory: kept }\n").await;
    broken.fails_at("setup", &["0001-ListProjects.json"]);
}

#[tokio::test]
async fn a_configured_project_is_described() {
    let simulator = world::frozen().await;
    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let report = simulated(&simulator, "demo-password", &format!("projects: [{id}]")).await;
    assert_eq!(report.code, Some(0));
    assert_eq!(report.step("DescribeProject").0, "ok");
    assert!(report.step("project").1.contains("orders-mysql-to-ob"));
    assert_eq!(simulator.count("DescribeProject"), 1);
    simulator.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
    let oms = FakeOms::start(|_| Reply::text("").status(401)).await;
    let report = Desk::new().oms(&oms.url(), "", "discover: { labels: [core] }\n    projects: [np_1, np_2]").await;
    report.fails_at("authentication", &["401", "user `exporter`", "password"]);
    assert_eq!(with_credentials(&oms), 1);
    assert_eq!(oms.asked().len(), 2, "and one look at the clock");
}

#[tokio::test]
async fn a_name_without_an_address() {
    let report = Desk::new().oms("https://oms.invalid:8089", "", "discover: {}").await;
    report.fails_at("dns", &["oms.invalid", "`endpoint`", "getent hosts"]);
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let report = Desk::new().oms(&url, "", "discover: {}").await;
    report.fails_at("connect", &["refused", "nothing listens", "`endpoint`"]);
}

#[tokio::test]
async fn an_unknown_authority_is_named() {
    let authority = Authority::new("Example Internal CA");
    let server = Server::tls(authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    let report = Desk::new().oms(&format!("https://{}", server.address), "", "projects: [np_1]").await;
    report.fails_at("tls", &["UnknownIssuer", "signed by Example Internal CA", "2090-01-01", "`tls.ca_file`"]);
    assert!(server.told().iter().all(|told| told.header("authorization").is_none()));
}

#[tokio::test]
async fn a_certificate_for_another_name_and_the_cure() {
    let (desk, authority) = (Desk::new(), Authority::new("Example Internal CA"));
    desk.write("ca.pem", &authority.pem());
    let server = Server::tls(authority.issue("oms.example.com"), Clients::Anybody, PROJECT).await;
    let endpoint = format!("https://{}", server.address);
    let report = desk.oms(&endpoint, ", tls: { ca_file: ca.pem }", "projects: [np_1]").await;
    report.fails_at("tls", &["127.0.0.1", "oms.example.com", "`tls.server_name`"]);
    let report =
        desk.oms(&endpoint, ", tls: { ca_file: ca.pem, server_name: oms.example.com }", "projects: [np_1]").await;
    assert_eq!(report.code, Some(0));
    assert!(report.step("tls").1.contains("until 2090-01-01"));
    let report = desk.oms(&endpoint, ", tls: { insecure_skip_verify: true }", "projects: [np_1]").await;
    assert_eq!((report.code, report.step("tls").0), (Some(0), "warn"));
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_of_the_client() {
    let (desk, authority) = (Desk::new(), Authority::new("Example Internal CA"));
    desk.write("ca.pem", &authority.pem());
    let server = Server::tls(authority.issue("127.0.0.1"), Clients::SignedBy(&authority), PROJECT).await;
    let endpoint = format!("https://{}", server.address);
    let report = desk.oms(&endpoint, ", tls: { ca_file: ca.pem }", "projects: [np_1]").await;
    report.fails_at("tls", &["`tls.cert_file`"]);
    let client = authority.issue("exporter.example.com");
    desk.write("client.pem", &client.certificate_pem);
    desk.write("client.key", &client.key_pem);
    let keys = ", tls: { ca_file: ca.pem, cert_file: client.pem, key_file: client.key }";
    assert_eq!(desk.oms(&endpoint, keys, "projects: [np_1]").await.code, Some(0));
}

#[tokio::test]
async fn a_port_that_speaks_no_tls() {
    let server = Server::plain().await;
    let report = Desk::new().oms(&format!("https://{}", server.address), "", "discover: {}").await;
    report.fails_at("tls", &["http://"]);
}

#[tokio::test]
async fn a_file_that_holds_no_certificate() {
    let desk = Desk::new();
    desk.write("ca.pem", "nothing\n");
    let report = desk.oms("https://127.0.0.1:9", ", tls: { ca_file: ca.pem }", "discover: {}").await;
    report.fails_at("setup", &["`tls.ca_file`", "ca.pem"]);
}

#[tokio::test]
async fn a_proxy_is_on_the_way() {
    let (desk, authority) = (Desk::new(), Authority::new("Example Internal CA"));
    desk.write("ca.pem", &authority.pem());
    let server = Server::tls(authority.issue("127.0.0.1"), Clients::Anybody, PROJECT).await;
    let proxy = Server::proxy("").await;
    let keys = format!(", tls: {{ ca_file: ca.pem }}, proxy_url: 'http://guest:pr0xy@{}'", proxy.address);
    let report = desk.oms(&format!("https://{}", server.address), &keys, "projects: [np_1]").await;
    assert_eq!(report.code, Some(0));
    assert!(report.step("dns").1.contains("proxy"));
    // One connection was only tried out.
    assert!(proxy.told().iter().all(|told| told.head.is_empty() || told.head.starts_with("CONNECT ")));
}

#[tokio::test]
async fn a_page_of_somebody_else() {
    let oms = FakeOms::start(|_| Reply::text("<!doctype html><title>login</title>")).await;
    let report = Desk::new().oms(&oms.url(), "", "discover: {}").await;
    report.fails_at("ListProjects", &["HTML", "8089", &oms.url()]);
    assert_eq!(report.step("authentication").0, "skip");
}

#[tokio::test]
async fn a_clock_that_is_off() {
    let oms = FakeOms::start(|asked: &Asked| {
        let ahead = SystemTime::now() + Duration::from_mins(20);
        let ahead = jiff::Timestamp::try_from(ahead).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let reply = if asked.action.is_empty() { Reply::text("").status(404) } else { Reply::text(PROJECT) };
        reply.header("date", jiff::fmt::rfc2822::DateTimePrinter::new().zoned_to_string(&ahead).unwrap())
    })
    .await;
    let report = Desk::new().oms(&oms.url(), "", "projects: [np_1]").await;
    let (level, text) = report.step("clock");
    assert_eq!((report.code, level), (Some(0), "warn"));
    assert!(text.contains("20m ahead") && text.contains("NTP"), "{text}");
    assert!(report.out.ends_with("with 1 warning.\n"));
}

#[tokio::test]
async fn an_unknown_project() {
    let simulator = world::frozen().await;
    let report = simulated(&simulator, "demo-password", "projects: [np_nobody, np_other]").await;
    report.fails_at("DescribeProject", &["np_nobody"]);
    assert_eq!(report.step("authentication").0, "ok");
    assert_eq!(simulator.count("DescribeProject"), 1);
    simulator.stop().await;
    let oms = FakeOms::start(|_| Reply::data(&json!([]))).await;
    let report = Desk::new().oms(&oms.url(), "", "projects: [np_nobody]").await;
    report.fails_at("DescribeProject", &["np_nobody", "console", "`exporter`"]);
}

#[tokio::test]
async fn an_unknown_label() {
    let simulator = world::frozen().await;
    let report = simulated(&simulator, "demo-password", "discover: { labels: [nothing] }").await;
    report.fails_at("ListAllLabels", &["nothing", "core"]);
    assert_eq!(report.step("authentication").0, "ok");
    simulator.stop().await;
}

#[tokio::test]
async fn a_project_that_may_not_be_seen() {
    let oms = FakeOms::start(|_| Reply::text("").status(403)).await;
    let report = Desk::new().oms(&oms.url(), "", "projects: [np_1]").await;
    report.fails_at("DescribeProject", &["403", "`exporter`"]);
    assert_eq!(report.step("authentication").0, "ok");
}

#[tokio::test]
async fn a_service_that_hangs_is_waited_for_once() {
    let oms = FakeOms::start(|_| Reply::never()).await;
    let report = Desk::new().oms(&oms.url(), "", "discover: {}\n    timeout: 500ms").await;
    report.fails_at("ListProjects", &["500ms", "`timeout`"]);
    assert_eq!(with_credentials(&oms), 1);
}

/// A port where something listens and says nothing.
#[tokio::test]
async fn a_handshake_that_hangs() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let report = Desk::new().oms(&url, "", "discover: {}\n    timeout: 500ms").await;
    report.fails_at("tls", &["does not speak TLS", "`endpoint`"]);
}

#[tokio::test]
async fn a_service_in_trouble_is_asked_once() {
    let oms = FakeOms::start(|_| Reply::text("<html>").status(503)).await;
    let report = Desk::new().oms(&oms.url(), "", "discover: {}").await;
    report.fails_at("ListProjects", &["503"]);
    assert_eq!(with_credentials(&oms), 1);
}

#[tokio::test]
async fn an_extra_that_the_edition_does_not_know_is_a_warning() {
    let simulator = world::frozen().await;
    let fault = FaultKind::Envelope { code: "INVALID".to_owned(), message: "unknown action".to_owned() };
    simulator.faults().set(Fault::new(fault).on("DescribeProjectComponents"));
    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let watch = format!("projects: [{id}]\n    collect: [components]");
    let report = simulated(&simulator, "demo-password", &watch).await;
    let (level, text) = report.step("DescribeProjectComponents");
    assert_eq!((report.code, level), (Some(0), "warn"));
    assert!(text.contains("not known by this edition"), "{text}");
    simulator.stop().await;
}

#[tokio::test]
async fn nothing_that_fits_discovery_is_a_warning() {
    let oms = FakeOms::start(|_| Reply::data(&json!([]))).await;
    let report = Desk::new().oms(&oms.url(), "", "discover: { statuses: [RUNNING] }").await;
    assert_eq!((report.code, report.step("ListProjects").0), (Some(0), "warn"));
    assert_eq!(report.step("project").0, "skip");
}

#[tokio::test]
async fn a_server_that_takes_one_status_a_call_is_good() {
    let oms = FakeOms::start(|asked: &Asked| match &asked.body["status"] {
        status if status.is_array() => Reply::failure("INVALID"),
        _ => Reply::text(include_str!("fixtures/odc-capture-list-projects.json")),
    })
    .await;
    let report = Desk::new().oms(&oms.url(), "", "discover: { statuses: [RUNNING, FAILED] }").await;
    assert_eq!(report.code, Some(0), "{}", report.out);
}

#[tokio::test]
async fn the_old_services_two_calls_are_tried() {
    let answer = r#"{"success":true,"data":{"status":"RUNNING","structSyncProgress":100}}"#;
    let oms = FakeOms::start(move |_| Reply::text(answer)).await;
    let kind = format!("oms_v3: {{ endpoint: '{}', username: u, password: s3cret }}", oms.url());
    let projects = "[{ id: np_1, kind: sync }, { id: np_2, kind: migration }, { id: np_3, kind: sync }]";
    let report = Desk::new().examine(&format!("sources:\n  - name: old\n    {kind}\n    projects: {projects}\n")).await;
    assert_eq!(report.code, Some(0));
    assert_eq!((report.step("migrationProgress").0, report.step("syncProgress").0), ("ok", "ok"));
    assert_eq!(with_credentials(&oms), 2);
}

#[tokio::test]
async fn every_source_gets_its_turn_and_one_can_be_chosen() {
    let oms = FakeOms::start(|_| Reply::text(PROJECT)).await;
    let source = |name: &str, endpoint: &str| {
        format!(
            "  - name: {name}\n    oms: {{ endpoint: '{endpoint}', username: u, password: s3cret }}\n    projects: [np_1]\n"
        )
    };
    let config = format!("sources:\n{}{}", source("bad", "http://oms.invalid:1"), source("good", &oms.url()));
    let desk = Desk::new();
    let both = desk.examine(&config).await;
    assert_eq!(both.code, Some(3));
    assert!(both.out.ends_with("1 of 2 sources can be read; bad fails at dns.\n"), "{}", both.out);
    let one = desk.run(&config, &["--source", "good"]).await;
    assert_eq!(one.code, Some(0));
    assert!(!one.out.contains("oms.invalid"));
    let none = desk.run(&config, &["--source", "god"]).await;
    assert_eq!(none.code, Some(2));
    assert!(none.out.contains("bad, good"), "{}", none.out);
}

#[tokio::test]
async fn a_faulty_configuration_is_2() {
    let report = Desk::new().examine("sources: []\n").await;
    assert_eq!(report.code, Some(2));
}
