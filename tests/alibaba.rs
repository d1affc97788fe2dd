//! A source at Alibaba Cloud, from the socket to the series: the sample of the vendor's document,
//! discovery and extras, where credentials come from, and what each refusal is called, costs and
//! says.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "alibaba/credentials.rs"]
mod credentials;
#[path = "support/fake_gateway.rs"]
mod fake_gateway;
#[expect(dead_code, reason = "a part of it is for sources of another kind")]
#[path = "support/page.rs"]
mod page;
#[path = "alibaba/refused.rs"]
mod refused;
#[path = "alibaba/simulated.rs"]
mod simulated;

use std::collections::BTreeMap;
use std::path::Path;

use fake_gateway::{FakeGateway, Reply, SECRET};
use migration_exporter::config::{self, Config, Surroundings};
use migration_exporter::domain::Deaf;
use migration_exporter::source::Source;
use page::Page;
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("fixtures/alibaba-cloud-describe-project.json");
/// A key of the configuration, which the gateway knows.
const KEY: &str = "LTAI5tFromTheFileXYZ1";

/// One source named `aliyun`; `keys` are further keys of `alibaba_cloud`, `rest` of the source, one
/// a line.
fn config_in(environment: &[(&str, &str)], url: &str, keys: &str, rest: &str) -> Config {
    let rest = rest.trim().replace('\n', "\n    ");
    let text = format!(
        "sources:\n  - name: aliyun\n    alibaba_cloud: {{ region: cn-shanghai, endpoint: \"{url}\"{keys} }}\n    \
         requests_per_second: 1000\n    {rest}\n"
    );
    let variables: BTreeMap<&str, &str> = environment.iter().copied().collect();
    let environment = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let surroundings = Surroundings { directory: Path::new("."), environment: &environment };
    config::parse("test.yml", &text, &surroundings).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The same with a key pair in the file.
fn config(url: &str, rest: &str) -> Config {
    config_in(&[], url, &format!(", access_key_id: {KEY}, access_key_secret: {SECRET}"), rest)
}

async fn polled(url: &str, rest: &str) -> Page {
    Page::polled(&config(url, rest)).await
}

fn form(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn the_sample_of_the_document() {
    let gateway = FakeGateway::start(|_| Reply::text(SAMPLE)).await;
    let page = polled(&gateway.url(), "projects: [{ id: np_fe, name: mine }]").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_source_up{source="aliyun",kind="alibaba_cloud"}"#, 1.0),
        (r#"migration_project_up{source="aliyun",project_id="np_fe",project="test"}"#, 1.0),
        (
            r#"migration_project_info{project_type="SYNC",importance="HIGH",project_owner="omsefry***",source_type="OB_MYSQL",sink_type="MYSQL"}"#,
            1.0,
        ),
        (r#"migration_project_label{label="test_tag"}"#, 1.0),
        (r#"migration_project_status{status="RUNNING"}"#, 1.0),
        ("migration_project_created_timestamp_seconds", 1_689_229_575.0),
        ("migration_project_start_timestamp_seconds", 1_689_231_747.0),
        ("migration_project_finish_timestamp_seconds", 1_689_231_747.0),
        (r#"migration_project_running_step_info{step="PRE_CHECK"}"#, 1.0),
        (r#"migration_step_info{step="PRE_CHECK",order="1"}"#, 1.0),
        (r#"migration_step_status{step="PRE_CHECK",status="RUNNING"}"#, 1.0),
        (r#"migration_step_progress_ratio{step="PRE_CHECK"}"#, 0.9),
        (r#"migration_step_start_timestamp_seconds{step="PRE_CHECK"}"#, 1_590_167_058.0),
        (r#"migration_sync_delay_seconds{direction="forward"}"#, 0.0),
        (r#"migration_sync_delay_sample_timestamp_seconds{direction="forward"}"#, 1_689_214_358.0),
        (r#"migration_sync_checkpoint_timestamp_seconds{direction="forward"}"#, 1_689_244_596.0),
        ("migration_sync_delay_threshold_seconds", 60.0),
        ("migration_alarm_active", 0.0),
        ("migration_recent_alarms", 0.0),
        (r#"migration_recent_alarms_by_rule{rule="key"}"#, 0.0),
        ("migration_alarm_monitoring_enabled", 1.0),
        ("migration_exporter_circuit_open", 0.0),
        (r#"migration_exporter_api_requests_total{operation="DescribeProject",outcome="success"}"#, 1.0),
    ]);
    page.lacks(&["migration_step_error_info", "migration_exporter_ignored_values_total"]);
    let [asked] = &gateway.asked()[..] else { panic!("not one request") };
    assert_eq!((asked.action.as_str(), &asked.form), ("DescribeProject", &form(&[("Id", "np_fe")])));
    assert_eq!((asked.key.as_str(), &asked.token), (KEY, &None));
}

fn project(id: &str) -> Value {
    json!({
        "Id": id, "Name": format!("name of {id}"), "Type": "MIGRATION", "Status": "RUNNING",
        "Steps": [{ "Order": 1, "Name": "FULL_VERIFIER", "Status": "RUNNING", "Progress": 50 }],
    })
}

#[tokio::test]
async fn discovery_asks_for_lists_in_one_value() {
    let gateway = FakeGateway::start(|asked| match asked.action.as_str() {
        "ListAllLabels" => Reply::data(&json!([{ "Id": "l_1", "Name": "core" }, { "Id": "l_2", "Name": "other" }])),
        "ListProjects" => Reply::data(&json!([project("np_1"), project("np_2")])),
        other => panic!("{other}"),
    })
    .await;
    let discover = "discover: { types: [MIGRATION], statuses: [RUNNING, FAILED], labels: [core], search: 'a b' }";
    let page = polled(&gateway.url(), discover).await;
    assert!(page.good);
    page.holds(&[("migration_exporter_projects", 2.0), ("migration_source_up", 1.0)]);
    assert_eq!(page.all("migration_step_progress_ratio"), [0.5, 0.5]);
    let asked: Vec<_> = gateway.asked().into_iter().map(|asked| (asked.action, asked.form)).collect();
    let list = form(&[
        ("Type", "MIGRATION"),
        ("Status", r#"["RUNNING","FAILED"]"#),
        ("LabelIds", r#"["l_1"]"#),
        ("SearchKey", "a b"),
        ("PageNumber", "1"),
        ("PageSize", "150"),
    ]);
    assert_eq!(asked, [("ListAllLabels".to_owned(), form(&[])), ("ListProjects".to_owned(), list)]);
}

#[tokio::test]
async fn one_status_a_call_is_never_tried() {
    let gateway = FakeGateway::start(|_| Reply::error(400, "InvalidParameter")).await;
    let page = polled(&gateway.url(), "discover: { statuses: [RUNNING] }").await;
    assert_eq!((page.reasons(), gateway.asked().len()), (vec!["api_error".to_owned()], 1));
    page.holds(&[("migration_source_up", 1.0)]);
}

#[tokio::test]
async fn components_and_verification_are_asked_for_as_of_any_other_oms() {
    let gateway = FakeGateway::start(|asked| {
        Reply::data(&match asked.action.as_str() {
            "DescribeProject" => project("np_1"),
            "DescribeProjectComponents" => json!({ "StoreList": [{ "Status": "ACTIVE", "Delay": 3, "Tps": 9 }] }),
            "ListProjectFullVerifyResult" => json!({
                "DifferentNumber": 1,
                "FullVerifyTableStatistics": [{ "ResultType": "CONSISTENT" }, { "ResultType": "INCONSISTENT" }],
            }),
            other => panic!("{other}"),
        })
    })
    .await;
    let page = polled(&gateway.url(), "projects: [np_1]\ncollect: [components, verification]").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_component_status{component="store",direction="forward",status="ACTIVE"}"#, 1.0),
        (r#"migration_component_delay_seconds{component="store"}"#, 3.0),
        (r#"migration_verification_tables{result="INCONSISTENT"}"#, 1.0),
        ("migration_verification_inconsistent_tables", 1.0),
    ]);
    let asked: BTreeMap<_, _> = gateway.asked().into_iter().map(|asked| (asked.action, asked.form)).collect();
    assert_eq!(asked["DescribeProjectComponents"], form(&[("Id", "np_1")]));
    let wanted = form(&[("ProjectId", "np_1"), ("PageNumber", "1"), ("PageSize", "150")]);
    assert_eq!(asked["ListProjectFullVerifyResult"], wanted);
}

#[tokio::test]
async fn conflict_logs_are_not_asked_for_because_there_is_no_such_api() {
    let gateway = FakeGateway::start(|_| Reply::data(&json!([]))).await;
    let source = Source::open(&config(&gateway.url(), "projects: [np_1]").sources[0]).unwrap();
    let listed = source.conflict_files("np_1", "FULL_TRANSFER", &Deaf).await.unwrap_err();
    let download = source.download_conflicts("np_1", "FULL_TRANSFER", &["a".to_owned()]).await.unwrap_err();
    assert_eq!((listed.reason().as_str(), download.reason().as_str()), ("unsupported", "unsupported"));
    assert_eq!(gateway.asked().len(), 0);
}
