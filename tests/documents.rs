//! The documents' samples and the captures of real servers, from the socket to the series. What the
//! service does wrong on the way is in the modules below.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "documents/discovery.rs"]
mod discovery;
#[path = "support/ears.rs"]
mod ears;
#[path = "support/fake_oms.rs"]
mod fake_oms;
#[path = "support/page.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod page;
#[path = "documents/refused.rs"]
mod refused;
#[path = "documents/transport.rs"]
mod transport;

use fake_oms::{FakeOms, Reply};
use page::polled;
use serde_json::{Value, json};

const COMMUNITY: &str = include_str!("fixtures/oms-ce-4.2.8-describe-project.json");
const ALIBABA: &str = include_str!("fixtures/alibaba-cloud-describe-project.json");
const CAPTURED_LIST: &str = include_str!("fixtures/odc-capture-list-projects.json");
const CAPTURED_STEPS: &str = include_str!("fixtures/odc-capture-steps.json");
const CAPTURED_FAILURE: &str = include_str!("fixtures/odc-capture-failure.json");

#[tokio::test]
async fn the_community_editions_sample() {
    let oms = FakeOms::start(|_| Reply::text(COMMUNITY)).await;
    let page = polled(&oms.url(), "projects: [np_4wh]").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_source_up{source="oms",kind="oms"}"#, 1.0),
        (r#"migration_project_up{source="oms",project_id="np_4wh",project="oms41_mig***"}"#, 1.0),
        (r#"migration_project_info{project_type="MIGRATION",importance="MEDIUM",project_owner="oms_api_t***",source_type="DB2_LUW",sink_type="OB_MYSQL"}"#, 1.0),
        (r#"migration_project_status{status="RUNNING"}"#, 1.0),
        (r#"migration_project_status{status="FAILED"}"#, 0.0),
        ("migration_project_created_timestamp_seconds", 1_689_220_755.0),
        ("migration_project_start_timestamp_seconds", 1_689_230_855.0),
        (r#"migration_sync_delay_seconds{project_id="np_4wh",direction="forward"}"#, 412.0),
        ("migration_sync_delay_sample_timestamp_seconds", 1_689_214_358.0),
        ("migration_sync_checkpoint_timestamp_seconds", 1_689_213_946.0),
        ("migration_sync_delay_threshold_seconds", 300.0),
        (r#"migration_step_info{step="INCR_TRANSFER",order="6"}"#, 1.0),
        (r#"migration_step_progress_ratio{step="INCR_TRANSFER"}"#, 0.99),
        (r#"migration_step_start_timestamp_seconds{step="INCR_TRANSFER"}"#, 1_689_201_680.0),
        (r#"migration_step_finish_timestamp_seconds{step="INCR_TRANSFER"}"#, 1_689_202_017.0),
        (r#"migration_step_checkpoint_timestamp_seconds{step="INCR_TRANSFER"}"#, 1_689_213_946.0),
        (r#"migration_step_checkpoint_sample_timestamp_seconds{step="INCR_TRANSFER"}"#, 1_689_214_358.0),
        (r#"migration_step_progress_ratio{step="TRANSFER_PRECHECK"}"#, 1.0),
        ("migration_alarm_active", 0.0),
        ("migration_exporter_projects", 1.0),
    ]);
    for status in ["INIT", "RUNNING", "FAILED", "FINISHED", "SUSPEND", "MONITORING"] {
        let holds = if status == "MONITORING" { 1.0 } else { 0.0 };
        page.holds(&[(&format!(r#"migration_step_status{{step="INCR_TRANSFER",status="{status}"}}"#), holds)]);
    }
    page.lacks(&[
        "migration_recent_alarms",
        "migration_recent_alarms_by_rule",
        "migration_alarm_monitoring_enabled",
        "migration_project_finish_timestamp_seconds",
        "migration_project_label",
        "migration_step_error_info",
        "migration_step_processed_records",
        "migration_project_running_step_info",
        "migration_exporter_ignored_values_total",
        r#"migration_sync_delay_seconds{direction="reverse"}"#,
    ]);
    assert_eq!(page.all("migration_step_info").len(), 3);
    let [asked] = &oms.asked()[..] else { panic!("not one request") };
    assert_eq!((asked.action.as_str(), &asked.body), ("DescribeProject", &json!({ "id": "np_4wh" })));
    assert_eq!(asked.authorization.as_deref(), Some("Basic ZXhwb3J0ZXI6czNjcmV0"));
}

#[tokio::test]
async fn the_sample_of_alibaba_cloud() {
    let oms = FakeOms::start(|_| Reply::text(ALIBABA)).await;
    let page = polled(&oms.url(), "projects: [{ id: np_fe, name: mine }]").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_project_up{project_id="np_fe",project="test"}"#, 1.0),
        (
            r#"migration_project_info{project_type="SYNC",importance="HIGH",source_type="OB_MYSQL",sink_type="MYSQL"}"#,
            1.0,
        ),
        (r#"migration_project_label{label="test_tag"}"#, 1.0),
        (r#"migration_project_status{status="RUNNING"}"#, 1.0),
        ("migration_project_finish_timestamp_seconds", 1_689_231_747.0),
        (r#"migration_project_running_step_info{step="PRE_CHECK"}"#, 1.0),
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
    ]);
    page.lacks(&[
        "migration_step_error_info",
        "migration_exporter_ignored_values_total",
        "migration_step_processed_records",
    ]);
}

#[tokio::test]
async fn the_captured_list_needs_no_further_call() {
    let oms = FakeOms::start(|_| Reply::text(CAPTURED_LIST)).await;
    let page = polled(&oms.url(), "discover: {}").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_project_up{project_id="myID",project="****"}"#, 1.0),
        (r#"migration_sync_delay_seconds{direction="forward"}"#, 4.0),
        ("migration_sync_delay_threshold_seconds", 900.0),
        (r#"migration_step_progress_ratio{step="INCR_TRANSFER"}"#, 1.0),
        (r#"migration_step_status{step="INCR_TRANSFER",status="MONITORING"}"#, 1.0),
        (r#"migration_exporter_api_requests_total{operation="ListProjects",outcome="success"}"#, 1.0),
    ]);
    page.lacks(&["migration_exporter_ignored_values_total", "migration_recent_alarms"]);
    let [asked] = &oms.asked()[..] else { panic!("not one request") };
    assert_eq!((asked.action.as_str(), &asked.body), ("ListProjects", &json!({ "pageNumber": 1, "pageSize": 150 })));
}

#[tokio::test]
async fn the_captured_steps_in_base_units() {
    let steps: Value = serde_json::from_str(CAPTURED_STEPS).unwrap();
    let data = json!([{ "id": "np_1", "status": "RUNNING", "steps": steps }]);
    let oms = FakeOms::start(move |_| Reply::data(&data)).await;
    let page = polled(&oms.url(), "projects: [np_1]").await;
    for (step, rate, bytes) in [("FULL_TRANSFER", 4000.0, 4_194_304.0), ("FULL_VERIFIER", 2000.0, 2_097_152.0)] {
        for (family, value) in [
            ("processed_records", 1000.0),
            ("estimated_records", 1000.0),
            ("source_records_per_second", 0.0),
            ("sink_records_per_second", 0.0),
            ("source_response_time_seconds", 0.0),
            ("sink_response_time_seconds", 0.0),
            ("source_bytes_per_second", 0.0),
            ("sink_bytes_per_second", 0.0),
            ("source_reference_records_per_second", rate),
            ("sink_reference_records_per_second", rate),
            ("source_reference_response_time_seconds", 0.001),
            ("sink_reference_response_time_seconds", 0.001),
            ("source_reference_bytes_per_second", bytes),
        ] {
            page.holds(&[(&format!(r#"migration_step_{family}{{step="{step}"}}"#), value)]);
        }
    }
    page.holds(&[
        (r#"migration_step_status{step="FULL_VERIFIER",status="RUNNING"}"#, 1.0),
        (r#"migration_step_progress_ratio{step="FULL_VERIFIER"}"#, 1.0),
        (r#"migration_sync_delay_seconds{direction="forward"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn the_captured_failure_is_one_although_it_comes_with_status_200() {
    let oms = FakeOms::start(|_| Reply::text(CAPTURED_FAILURE)).await;
    let page = polled(&oms.url(), "projects: [np_1]").await;
    assert!(!page.good);
    page.holds(&[
        (r#"migration_project_up{project_id="np_1"}"#, 0.0),
        ("migration_source_up", 1.0),
        (r#"migration_exporter_poll_failures_total{reason="api_error"}"#, 1.0),
        (r#"migration_exporter_api_requests_total{operation="DescribeProject",outcome="api_error"}"#, 1.0),
    ]);
    assert_eq!(page.reasons(), ["api_error"]);
    page.lacks(&["migration_project_status", "migration_project_last_success_timestamp_seconds"]);
}
