//! Status and progress of jobs, in batches: what they mean, and that no job hides another.

use serde_json::{Value, json};

use super::fake_rest::{Asked, FakeRest, Reply};
use super::page::{Bench, Page};
use super::{JOB, NOT_FOUND, all_at, all_in, ids, polled, refusal, usual, usual_but, with_key};

/// The 29 states of the documents, one that a sample spells otherwise, and what they are here.
const STATES: [(&str, &str); 30] = [
    ("CREATING", "INIT"),
    ("CREATE_FAILED", "FAILED"),
    ("CONFIGURATION", "INIT"),
    ("STARTJOBING", "RUNNING"),
    ("WAITING_FOR_START", "INIT"),
    ("START_JOB_FAILED", "FAILED"),
    ("PAUSING", "SUSPEND"),
    ("PAUSEING", "SUSPEND"),
    ("FULL_TRANSFER_STARTED", "RUNNING"),
    ("FULL_TRANSFER_FAILED", "FAILED"),
    ("FULL_TRANSFER_COMPLETE", "RUNNING"),
    ("INCRE_TRANSFER_STARTED", "RUNNING"),
    ("INCRE_TRANSFER_FAILED", "FAILED"),
    ("RELEASE_RESOURCE_STARTED", "RELEASING"),
    ("RELEASE_RESOURCE_FAILED", "FAILED"),
    ("RELEASE_RESOURCE_COMPLETE", "RELEASED"),
    ("REBUILD_NODE_STARTED", "RUNNING"),
    ("REBUILD_NODE_FAILED", "FAILED"),
    ("CHANGE_JOB_STARTED", "RUNNING"),
    ("CHANGE_JOB_FAILED", "FAILED"),
    ("DELETED", "DELETED"),
    ("CHILD_TRANSFER_STARTING", "RUNNING"),
    ("CHILD_TRANSFER_STARTED", "RUNNING"),
    ("CHILD_TRANSFER_COMPLETE", "RUNNING"),
    ("CHILD_TRANSFER_FAILED", "FAILED"),
    ("RELEASE_CHILD_TRANSFER_STARTED", "RELEASING"),
    ("RELEASE_CHILD_TRANSFER_COMPLETE", "RELEASED"),
    ("NODE_UPGRADE_START", "RUNNING"),
    ("NODE_UPGRADE_COMPLETE", "RUNNING"),
    ("NODE_UPGRADE_FAILED", "FAILED"),
];

/// Polls one job about which batch-progress says this.
async fn told(status: &'static str, progress: Value) -> Page {
    let drs = FakeRest::start(move |asked| match asked.what.rsplit('/').next() {
        Some("batch-status") => all_in(asked, status),
        Some("batch-progress") => all_at(asked, &progress),
        _ => usual(asked),
    })
    .await;
    polled(&drs, "object_types: []").await
}

fn many(drs: &FakeRest, ids: &[&str]) -> Bench {
    with_key(&drs.url(), "object_types: []", &format!("projects: [{}]", ids.join(", ")))
}

fn up(id: &str) -> String {
    format!(r#"migration_project_up{{project_id="{id}"}}"#)
}

#[tokio::test]
async fn every_documented_state_has_its_word_and_keeps_its_own() {
    for (native, word) in STATES {
        let page = told(native, json!({ "progress": "1" })).await;
        assert!(page.good, "{native}");
        page.holds(&[
            (&format!(r#"migration_project_status{{status="{word}"}}"#), 1.0),
            (&format!(r#"migration_project_native_status_info{{status="{native}"}}"#), 1.0),
        ]);
        assert_eq!(page.all("migration_project_status").iter().sum::<f64>(), 1.0, "{native}");
        assert_eq!(page.all("migration_project_status").len(), 10, "{native}");
    }
}

#[tokio::test]
async fn an_unknown_state_passes_through() {
    let page = told("SOMETHING_NEW", json!({ "progress": "1" })).await;
    page.holds(&[
        (r#"migration_project_status{status="SOMETHING_NEW"}"#, 1.0),
        (r#"migration_project_status{status="RUNNING"}"#, 0.0),
    ]);
    page.lacks(&["migration_project_native_status_info"]);
}

#[tokio::test]
async fn a_job_in_its_full_phase() {
    let page = told(
        "FULL_TRANSFER_STARTED",
        json!({
            "progress": "42", "incre_trans_delay": "-1", "incre_trans_delay_millis": "-1", "task_mode": "FULL_INCR_TRANS",
            "transfer_status": "FULL_TRANSFER_STARTED", "process_time": "0", "remaining_time": "1800",
            "progress_map": {
                "struct": { "completed": "100%", "remaining_time": null },
                "data": { "completed": "94%", "remaining_time": "12" },
                "index": { "completed": "0%", "remaining_time": null },
            },
            "apply_rows_rate": -1, "apply_bytes_rate": -1, "error_code": null, "error_msg": null,
        }),
    )
    .await;
    page.holds(&[
        ("migration_project_progress_ratio", 0.42),
        ("migration_remaining_seconds", 1800.0),
        (r#"migration_step_progress_ratio{step="STRUCT_TRANSFER"}"#, 1.0),
        (r#"migration_step_progress_ratio{step="FULL_TRANSFER"}"#, 0.94),
        (r#"migration_step_progress_ratio{step="INDEX_TRANSFER"}"#, 0.0),
    ]);
    page.lacks(&[
        "migration_sync_delay_seconds",
        "migration_sync_delay_sample_timestamp_seconds",
        "migration_step_sink_records_per_second",
        "migration_exporter_ignored_values_total",
        r#"migration_step_status{step="INCR_TRANSFER"}"#,
    ]);
}

#[tokio::test]
async fn a_job_in_its_incremental_phase() {
    let page = told(
        "INCRE_TRANSFER_STARTED",
        json!({
            "progress": "100", "incre_trans_delay": "7", "process_time": "1686038576882", "remaining_time": "-1",
            "apply_rows_rate": 1200, "apply_bytes_rate": "34567",
        }),
    )
    .await;
    page.holds(&[
        (r#"migration_sync_delay_seconds{direction="forward"}"#, 7.0),
        (r#"migration_sync_delay_sample_timestamp_seconds{direction="forward"}"#, 1_686_038_576.882),
        (r#"migration_step_status{step="INCR_TRANSFER",status="MONITORING"}"#, 1.0),
        (r#"migration_step_sink_records_per_second{step="INCR_TRANSFER"}"#, 1200.0),
        (r#"migration_step_sink_bytes_per_second{step="INCR_TRANSFER"}"#, 34567.0),
    ]);
    page.lacks(&["migration_remaining_seconds", r#"migration_sync_delay_seconds{direction="reverse"}"#]);
}

#[tokio::test]
async fn milliseconds_stand_in_for_seconds_that_are_not_given() {
    for seconds in [json!(null), json!("")] {
        let progress = json!({ "progress": "100", "incre_trans_delay": seconds, "incre_trans_delay_millis": "2500" });
        told("INCRE_TRANSFER_STARTED", progress).await.holds(&[("migration_sync_delay_seconds", 2.5)]);
    }
}

#[tokio::test]
async fn a_map_of_parts_in_any_form() {
    for (map, ignored) in [
        (json!(null), 0),
        (json!([]), 0),
        (json!({}), 0),
        (json!({ "struct": null, "data": { "completed": null } }), 0),
        (json!("soon"), 1),
    ] {
        let page = told("FULL_TRANSFER_STARTED", json!({ "progress": "5", "progress_map": map })).await;
        page.lacks(&["migration_step_progress_ratio"]);
        assert_eq!(page.all("migration_exporter_ignored_values_total").len(), ignored, "{map}");
    }
    let list = json!([{ "struct": { "completed": "100%" } }, { "data": { "completed": "94 %" } }]);
    told("FULL_TRANSFER_STARTED", json!({ "progress": "5%", "progress_map": list })).await.holds(&[
        ("migration_project_progress_ratio", 0.05),
        (r#"migration_step_progress_ratio{step="STRUCT_TRANSFER"}"#, 1.0),
        (r#"migration_step_progress_ratio{step="FULL_TRANSFER"}"#, 0.94),
    ]);
}

#[tokio::test]
async fn impossible_numbers_are_left_out_and_counted() {
    let page = told(
        "INCRE_TRANSFER_STARTED",
        json!({
            "progress": "842", "incre_trans_delay": "9999999999", "progress_map": { "data": { "completed": "120%" } },
            "remaining_time": "-5",
        }),
    )
    .await;
    assert!(page.good);
    page.lacks(&[
        "migration_project_progress_ratio",
        "migration_sync_delay_seconds",
        "migration_step_progress_ratio",
        "migration_remaining_seconds",
    ]);
    for field in ["progress", "incre_trans_delay", "completed", "remaining_time"] {
        page.holds(&[(&format!(r#"migration_exporter_ignored_values_total{{field="{field}"}}"#), 1.0)]);
    }
}

#[tokio::test]
async fn a_failed_job_says_why_and_is_read() {
    let page = told(
        "INCRE_TRANSFER_FAILED",
        json!({
            "progress": "100", "transfer_status": "INCRE_TRANSFER_FAILED", "error_code": "DRS.M05099",
            "error_msg": "duplicate entry 'secret row' for key",
        }),
    )
    .await;
    page.holds(&[
        ("migration_project_up", 1.0),
        (r#"migration_project_status{status="FAILED"}"#, 1.0),
        (r#"migration_step_status{step="INCR_TRANSFER",status="FAILED"}"#, 1.0),
        (r#"migration_step_error_info{step="INCR_TRANSFER",code="DRS.M05099"}"#, 1.0),
    ]);
    assert!(!page.text().contains("secret row"));
}

#[tokio::test]
async fn ten_jobs_are_asked_about_at_once_and_none_is_lost_by_a_page_of_five() {
    let drs = FakeRest::start(|asked| {
        if asked.what.ends_with("batch-status") {
            let wanted = asked.body["page_req"]["per_page"].as_u64().unwrap_or(5);
            let all = ids(asked);
            let shown = if wanted == 0 { all.len() } else { usize::try_from(wanted).unwrap().min(all.len()) };
            let results: Vec<Value> = all[..shown].iter().map(|id| json!({ "id": id, "status": "PAUSING" })).collect();
            return Reply::json(&json!({ "results": results, "count": all.len() }));
        }
        usual(asked)
    })
    .await;
    let names: Vec<String> = (0..23).map(|n| format!("job{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let page = many(&drs, &names).poll().await;
    assert!(page.good);
    assert_eq!(page.all(r#"migration_project_status{status="SUSPEND"}"#), [1.0; 23]);
    assert_eq!(drs.asked_for("batch-status").len(), 3);
    assert!(drs.asked_for("batch-").iter().all(|asked| ids(asked).len() <= 10));
}

/// What batch-progress says about the job `bad`; the others are well.
async fn one_bad(bad: Value) -> Page {
    let drs = usual_but("batch-progress", move |asked| {
        let result = |id: String| {
            let mut result = if id == "bad" { bad.clone() } else { json!({ "progress": "10" }) };
            result["job_id"] = json!(id);
            result
        };
        Reply::json(&json!({ "results": ids(asked).into_iter().map(result).collect::<Vec<_>>() })).status(202)
    })
    .await;
    many(&drs, &["a", "bad", "c"]).poll().await
}

#[tokio::test]
async fn an_error_in_one_result_of_a_batch_is_that_jobs_alone() {
    for (bad, reason) in [
        (json!({ "error_code": "DRS.M05004", "error_msg": "deleted" }), "not_found"),
        (json!({ "error_code": "DRS.10000010", "error_msg": "no" }), "not_found"),
        (json!({ "error_code": "DRS.M00304", "error_msg": "not now" }), "api_error"),
        (json!({ "progress": "", "transfer_status": "", "error_code": "DRS.M05004" }), "not_found"),
        (json!({ "progress": "-1", "transfer_status": null, "error_code": "DRS.M00304" }), "api_error"),
        (json!({ "progress": "0", "error_code": "DRS.M05003" }), "not_found"),
    ] {
        let page = one_bad(bad.clone()).await;
        assert_eq!(page.reasons(), [reason], "{bad}");
        page.holds(&[(&up("a"), 1.0), (&up("bad"), 0.0), (&up("c"), 1.0), ("migration_source_up", 1.0)]);
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_for_one_job_is_read_job_by_job() {
    for call in ["batch-status", "batch-progress"] {
        let drs = usual_but(call, |asked| match ids(asked).contains(&"gone".to_owned()) {
            true => Reply::text(NOT_FOUND).status(400),
            false => usual(asked),
        })
        .await;
        let page = many(&drs, &["a", "gone", "z"]).poll().await;
        assert_eq!(page.reasons(), ["not_found"], "{call}");
        page.holds(&[(&up("a"), 1.0), (&up("gone"), 0.0), (&up("z"), 1.0), ("migration_source_up", 1.0)]);
        assert!(page.messages().iter().all(|message| message.contains("check its id")), "{:?}", page.messages());
    }
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_is_not_asked_again_for_every_job() {
    let drs = usual_but("batch-status", |_| Reply::text("<html>").status(502)).await;
    let page = many(&drs, &["a", "b", "c"]).poll().await;
    assert_eq!(page.reasons(), ["server_error"]);
    assert_eq!(drs.asked().len(), 3);
}

#[tokio::test]
async fn a_job_that_the_answer_leaves_out_is_not_found() {
    let drs = usual_but("batch-", |asked: &Asked| {
        Reply::json(&json!({ "results": [{ "id": "a", "job_id": "a", "status": "PAUSING", "progress": "3" }] }))
            .status(if asked.what.ends_with("progress") { 202 } else { 200 })
    })
    .await;
    let page = many(&drs, &["a", "b"]).poll().await;
    page.holds(&[(&up("a"), 1.0), (&up("b"), 0.0)]);
    assert_eq!(page.reasons(), ["not_found"]);
}

#[tokio::test]
async fn kinds_of_the_configuration_are_the_type_of_the_project() {
    let drs = FakeRest::start(usual).await;
    let rest = "projects: [{ id: a, kind: migration, name: orders }, { id: b, kind: sync }, c]";
    let page = with_key(&drs.url(), "object_types: []", rest).poll().await;
    page.holds(&[
        (r#"migration_project_info{project_id="a",project="orders",project_type="MIGRATION"}"#, 1.0),
        (r#"migration_project_info{project_id="b",project_type="SYNC"}"#, 1.0),
        (r#"migration_project_info{project_id="c",project_type=""}"#, 1.0),
    ]);
}

#[tokio::test]
async fn an_error_that_comes_as_a_success_is_one() {
    let drs = usual_but("batch-status", |_| refusal(202, "DRS.M01504", "another operation runs")).await;
    let page = polled(&drs, "").await;
    assert_eq!(page.reasons(), ["api_error"]);
    page.holds(&[("migration_source_up", 1.0), (&up(JOB), 0.0)]);
}

/// Somebody else's page is no answer of the service, whatever its status.
#[tokio::test]
async fn pages_of_somebody_else_leave_the_source_down() {
    for reply in [
        Reply::text("<html>not here</html>").status(404),
        Reply::text("<html>login</html>"),
        Reply::text("{}"),
        refusal(404, "APIGW.0101", "The API does not exist"),
    ] {
        let drs = FakeRest::start(move |_| reply.clone()).await;
        let page = polled(&drs, "").await;
        page.holds(&[("migration_source_up", 0.0), (&up(JOB), 0.0)]);
        assert_eq!(drs.asked().len(), 1);
        assert!(page.messages().iter().all(|message| message.contains("endpoint")), "{:?}", page.messages());
    }
}
