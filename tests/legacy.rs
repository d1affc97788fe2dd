//! OMS 3.3 from the socket to the series: the document's sample, printed and repaired, and the forms
//! that its fields take.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "support/fake_rest.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod fake_rest;
#[path = "support/page.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod page;

use fake_rest::{FakeRest, Reply};
use page::{Bench, Page, parsed};
use serde_json::{Value, json};

/// The sample is printed without a single comma.
const PRINTED: &str = include_str!("fixtures/oms-v3-sync-progress.printed.txt");
const REPAIRED: &str = include_str!("fixtures/oms-v3-sync-progress.json");

fn bench(url: &str, projects: &str) -> Bench {
    Bench::new(&parsed(&format!(
        "sources:\n  - name: old\n    oms_v3: {{ endpoint: '{url}', username: admin, password: s3cret }}\n    \
         requests_per_second: 1000\n    interval: 2s\n    timeout: 500ms\n    projects: {projects}\n"
    )))
}

/// One poll of one synchronisation that is answered so.
async fn answered(reply: Reply) -> (Page, usize) {
    let oms = FakeRest::start(move |_| reply.clone()).await;
    let page = bench(&oms.url(), "[{ id: np_1, kind: sync }]").poll().await;
    (page, oms.asked().len())
}

/// The same around these data.
async fn told(data: &Value) -> Page {
    answered(Reply::json(&json!({ "success": true, "code": "success", "data": data }))).await.0
}

fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[tokio::test]
async fn the_repaired_sample_of_the_document() {
    let (page, _) = answered(Reply::text(REPAIRED)).await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_source_up{source="old",kind="oms_v3"}"#, 1.0),
        (r#"migration_project_up{project_id="np_1",project="np_1"}"#, 1.0),
        (r#"migration_project_info{project_type="SYNC",importance="HIGH"}"#, 1.0),
        (r#"migration_project_status{status="INIT"}"#, 1.0),
        (r#"migration_project_running_step_info{step="PRE_CHECK"}"#, 1.0),
        ("migration_sync_delay_threshold_seconds", 60.0),
        (r#"migration_exporter_ignored_values_total{field="structSyncProgress"}"#, 1.0),
        (r#"migration_exporter_ignored_values_total{field="fullSyncProgress"}"#, 1.0),
        (r#"migration_exporter_ignored_values_total{field="incrSyncCheckpoint"}"#, 1.0),
        (r#"migration_exporter_api_requests_total{operation="syncProgress",outcome="success"}"#, 1.0),
    ]);
    assert_eq!(page.all(r#"migration_step_info{order=""}"#).len(), 3, "no order is told");
    page.lacks(&[
        "migration_step_progress_ratio",
        "migration_sync_delay_seconds",
        "migration_sync_checkpoint_timestamp_seconds",
        "migration_project_native_status_info",
    ]);
}

#[tokio::test]
async fn the_sample_as_it_is_printed_is_not_json() {
    let (page, asked) = answered(Reply::text(PRINTED)).await;
    assert_eq!((page.reasons(), asked), (vec!["not_json".to_owned()], 1));
    page.holds(&[("migration_source_up", 0.0), ("migration_project_up", 0.0)]);
    let message = &page.messages()[0];
    assert!(message.contains("not JSON") && message.contains("line") && message.contains("endpoint"), "{message}");
}

#[tokio::test]
async fn each_kind_has_its_path_and_odd_ids_stay_in_theirs() {
    let oms = FakeRest::start(|_| Reply::text(REPAIRED)).await;
    let projects = "[{ id: np_a, kind: sync }, { id: np_b, kind: migration }, { id: 'np/4?w#x%2F+ü', kind: sync }]";
    let page = bench(&oms.url(), projects).poll().await;
    assert!(page.good);
    let mut asked: Vec<String> = oms.asked().into_iter().map(|asked| asked.what).collect();
    asked.sort_unstable();
    assert_eq!(
        asked,
        [
            "GET /api/omsp/v2/migrations/np_b/progress",
            "GET /api/omsp/v2/sync/np%2F4%3Fw%23x%252F%2B%C3%BC/progress",
            "GET /api/omsp/v2/sync/np_a/progress",
        ]
    );
    assert!(oms.asked().iter().all(|asked| asked.headers["authorization"] == "Basic YWRtaW46czNjcmV0"));
    page.holds(&[
        (r#"migration_project_info{project_id="np_b",project_type="MIGRATION"}"#, 1.0),
        (r#"migration_project_up{project_id="np/4?w#x%2F+ü"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn both_spellings_of_the_percentages() {
    for word in ["Migration", "Sync"] {
        let page = told(&json!({
            "status": "RUNNING", "importance": "LOW", format!("enableStruct{word}"): true,
            format!("struct{word}Progress"): 100, format!("full{word}Progress"): "42", "currentStep": "full-transfer",
        }))
        .await;
        page.holds(&[
            (r#"migration_step_progress_ratio{step="STRUCT_TRANSFER"}"#, 1.0),
            (r#"migration_step_progress_ratio{step="FULL_TRANSFER"}"#, 0.42),
            (r#"migration_project_running_step_info{step="FULL_TRANSFER"}"#, 1.0),
            ("migration_sync_delay_threshold_seconds", 900.0),
        ]);
        page.lacks(&[
            "migration_exporter_ignored_values_total",
            r#"migration_step_progress_ratio{step="INCR_TRANSFER"}"#,
        ]);
    }
}

#[tokio::test]
async fn a_checkpoint_is_a_number_or_text_and_its_age_is_the_delay() {
    let checkpoint = now().floor() - 412.0;
    for written in [json!(checkpoint), json!(format!("{checkpoint}")), json!(format!(" {checkpoint} "))] {
        let page = told(&json!({ "status": "RUNNING", "enableIncrSync": true, "incrSyncCheckpoint": written })).await;
        page.holds(&[
            (r#"migration_sync_checkpoint_timestamp_seconds{direction="forward"}"#, checkpoint),
            (r#"migration_step_checkpoint_timestamp_seconds{step="INCR_TRANSFER"}"#, checkpoint),
        ]);
        let delay = page.get(r#"migration_sync_delay_seconds{direction="forward"}"#).unwrap();
        assert!((412.0..420.0).contains(&delay), "{delay}");
        let sampled = page.get("migration_sync_delay_sample_timestamp_seconds").unwrap();
        assert!((sampled - checkpoint - delay).abs() < 0.01);
    }
}

#[tokio::test]
async fn a_checkpoint_of_sybase_is_no_time_and_no_fault() {
    let page = told(&json!({ "status": "RUNNING", "enableIncrSync": true, "incrSyncCheckpoint": "100,30" })).await;
    assert!(page.good);
    page.lacks(&[
        "migration_sync_delay_seconds",
        "migration_sync_checkpoint_timestamp_seconds",
        "migration_exporter_ignored_values_total",
    ]);
}

#[tokio::test]
async fn a_project_at_rest_does_not_fall_behind() {
    let checkpoint = now().floor() - 3600.0;
    for (status, ages) in [
        ("INIT", false),
        ("FINISHED", false),
        ("RELEASING", false),
        ("RELEASED", false),
        ("DELETED", false),
        ("RUNNING", true),
        ("FAILED", true),
        ("SUSPEND", true),
    ] {
        let page = told(&json!({ "status": status, "enableIncrSync": true, "incrSyncCheckpoint": checkpoint })).await;
        assert_eq!(page.all("migration_sync_delay_seconds").len(), usize::from(ages), "{status}");
        page.holds(&[
            (&format!(r#"migration_project_status{{status="{status}"}}"#), 1.0),
            ("migration_sync_checkpoint_timestamp_seconds", checkpoint),
        ]);
    }
}

#[tokio::test]
async fn a_failure_of_the_service_comes_with_status_200() {
    let failure = json!({ "success": false, "code": "INNER_ERROR", "message": "it did not work", "data": null });
    let (page, asked) = answered(Reply::json(&failure)).await;
    assert_eq!((page.reasons(), asked), (vec!["api_error".to_owned()], 1));
    page.holds(&[("migration_source_up", 1.0), ("migration_project_up", 0.0)]);
    assert!(page.messages()[0].contains("INNER_ERROR: it did not work"), "{:?}", page.messages());
}

#[tokio::test]
async fn an_answer_that_says_nothing_of_the_project_is_not_found() {
    for data in [json!(null), json!([]), json!({})] {
        let page = told(&data).await;
        assert_eq!(page.reasons(), ["not_found"], "{data}");
        page.holds(&[("migration_source_up", 1.0), ("migration_project_up", 0.0)]);
    }
}

#[tokio::test]
async fn one_project_that_fails_leaves_the_other() {
    let oms = FakeRest::start(|asked| match asked.what.contains("/np_bad/") {
        true => Reply::text("<html>").status(500),
        false => Reply::text(REPAIRED),
    })
    .await;
    let page = bench(&oms.url(), "[{ id: np_bad, kind: sync }, { id: np_b, kind: migration }]").poll().await;
    page.holds(&[
        ("migration_source_up", 1.0),
        (r#"migration_project_up{project_id="np_bad"}"#, 0.0),
        (r#"migration_project_up{project_id="np_b"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let oms = FakeRest::start(|_| Reply::text("").status(401)).await;
    let page =
        bench(&oms.url(), "[{ id: a, kind: sync }, { id: b, kind: sync }, { id: c, kind: migration }]").poll().await;
    assert_eq!((page.reasons(), oms.asked().len()), (vec!["unauthorized".to_owned()], 1));
    page.holds(&[("migration_source_up", 0.0), ("migration_exporter_circuit_open", 1.0)]);
}
