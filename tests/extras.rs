//! What is asked of OMS beyond the projects' descriptions: what the answers add up to, and that none
//! of it stands in the way of the projects themselves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

#[path = "support/fake_oms.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod fake_oms;
#[path = "support/page.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod page;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fake_oms::{Asked, FakeOms, Reply};
use migration_exporter::app::{App, ServeOptions};
use page::{Bench, config, polled};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const CAPTURED_RESULT: &str = include_str!("fixtures/odc-capture-full-verify-result.json");
const EVERYTHING: &str = "projects: [np_1]\ncollect: [components, verification, conflicts]";

/// A migration at work whose steps have all begun, but the one back.
fn project(asked: &Asked) -> Reply {
    let step = |name: &str, order: u32, status: &str| json!({ "name": name, "order": order, "status": status });
    Reply::data(&json!([{
        "id": asked.body["id"], "name": "orders", "type": "MIGRATION", "status": "RUNNING",
        "steps": [
            step("FULL_TRANSFER", 4, "FINISHED"), step("INCR_TRANSFER", 5, "MONITORING"),
            step("FULL_VERIFIER", 6, "RUNNING"), step("REVERSE_INCR_TRANSFER", 8, "INIT"),
        ],
    }]))
}

/// A service where this action answers so and all others tell of nothing.
async fn answering(action: &'static str, reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> FakeOms {
    FakeOms::start(move |asked| match asked.action.as_str() {
        "DescribeProject" => project(asked),
        given if given == action => reply(asked),
        "DescribeProjectComponents" | "ListProjectFullVerifyResult" => Reply::data(&json!({})),
        _ => Reply::data(&json!([])),
    })
    .await
}

#[tokio::test]
async fn components_are_added_up_by_kind_and_direction() {
    let oms = answering("DescribeProjectComponents", |_| {
        Reply::data(&json!({
            "storeList": [
                { "name": "10.0.0.1-9000:store:0001", "ip": "10.0.0.1", "status": "ACTIVE", "delay": 3, "tps": 100 },
                { "name": "10.0.0.2-9000:store:0002", "ip": "10.0.0.2", "status": "ACTIVE", "delay": "9", "tps": 50 },
                { "name": "x", "status": "UNEXPECTED_EXIT", "delay": -1, "tps": -1 },
            ],
            "reverseStoreList": [{ "status": "STOP", "delay": 99_999_999_999_u64 }],
            "incrSyncComponents": [
                { "status": "RUNNING", "delay": 12, "tps": 7.5, "checkpoint": "2023-07-13T09:19:53" },
                { "status": "half-awake", "delay": null, "tps": null },
            ],
            "reverseIncrSyncComponents": null,
            "fullImportComponents": [{ "status": "FINISHED", "progress": 100 }, { "status": "RUNNING", "progress": 4 }],
            "fullVerifyComponents": [{ "status": "SHUTDOWNED", "progress": "12%" }, null, { "status": null }],
        }))
    })
    .await;
    let page = polled(&oms.url(), "projects: [np_1]\ncollect: components").await;
    assert!(page.good);
    let status = |component: &str, direction: &str, status: &str| {
        format!(r#"migration_component_status{{component="{component}",direction="{direction}",status="{status}"}}"#)
    };
    for (component, direction, word, count) in [
        ("store", "forward", "ACTIVE", 2.0),
        ("store", "forward", "UNEXPECTED_EXIT", 1.0),
        ("store", "reverse", "STOP", 1.0),
        ("incr_sync", "forward", "RUNNING", 1.0),
        ("incr_sync", "forward", "half-awake", 1.0),
        ("full_import", "forward", "FINISHED", 1.0),
        ("full_import", "forward", "RUNNING", 1.0),
        ("full_verify", "forward", "SHUTDOWNED", 1.0),
    ] {
        page.holds(&[(&status(component, direction, word), count)]);
    }
    page.holds(&[
        (r#"migration_component_delay_seconds{component="store",direction="forward"}"#, 9.0),
        (r#"migration_component_delay_seconds{component="incr_sync",direction="forward"}"#, 12.0),
        (r#"migration_component_transactions_per_second{component="store",direction="forward"}"#, 150.0),
        (r#"migration_component_transactions_per_second{component="incr_sync",direction="forward"}"#, 7.5),
        (r#"migration_exporter_ignored_values_total{field="delay"}"#, 1.0),
    ]);
    assert_eq!(page.all("migration_component_status").len(), 8);
    assert_eq!(page.all("migration_component_delay_seconds").len(), 2);
    assert_eq!(oms.asked_for("DescribeProjectComponents")[0].body, json!({ "id": "np_1" }));
}

#[tokio::test]
async fn a_project_without_components_is_no_failure() {
    for data in [json!(null), json!([]), json!({}), json!({ "storeList": [] })] {
        let oms = answering("DescribeProjectComponents", move |_| Reply::data(&data)).await;
        let page = polled(&oms.url(), "projects: [np_1]\ncollect: components").await;
        page.lacks(&["migration_component_status"]);
        assert_eq!(page.reasons(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_captured_verification() {
    let oms = answering("ListProjectFullVerifyResult", |_| {
        Reply::text(format!(r#"{{"success":true,"code":null,"data":{CAPTURED_RESULT}}}"#))
    })
    .await;
    let page = polled(&oms.url(), "projects: [np_1]\ncollect: verification").await;
    page.holds(&[
        (r#"migration_verification_tables{result="CONSISTENT"}"#, 1.0),
        ("migration_verification_inconsistent_tables", 0.0),
    ]);
    assert_eq!(page.all("migration_verification_tables"), [1.0]);
    let asked = &oms.asked_for("ListProjectFullVerifyResult")[0].body;
    assert_eq!((&asked["projectId"], &asked["pageNumber"]), (&json!("np_1"), &json!(1)));
}

fn tables(numbers: std::ops::Range<u64>) -> Vec<Value> {
    let table = |n: u64| {
        let result = if n % 4 == 0 { "INCONSISTENT" } else { "CONSISTENT" };
        json!({ "sourceSchemaName": "shop", "sourceTableName": format!("t{n}"), "resultType": result })
    };
    numbers.map(table).collect()
}

#[tokio::test]
async fn a_verification_is_counted_over_its_pages() {
    for (largest, paged) in [(1000, true), (100, true), (1000, false)] {
        let oms = answering("ListProjectFullVerifyResult", move |asked| {
            let size = asked.body["pageSize"].as_u64().unwrap().min(largest);
            let begin = (asked.body["pageNumber"].as_u64().unwrap() - 1) * size;
            let shown = if paged { begin.min(400)..(begin + size).min(400) } else { 0..400 };
            Reply::json(&json!({
                "success": true, "totalCount": 400,
                "data": { "differentNumber": 100, "fullVerifyTableStatistics": tables(shown) },
            }))
        })
        .await;
        let page = polled(&oms.url(), "projects: [np_1]\ncollect: verification").await;
        page.holds(&[
            (r#"migration_verification_tables{result="CONSISTENT"}"#, 300.0),
            (r#"migration_verification_tables{result="INCONSISTENT"}"#, 100.0),
            ("migration_verification_inconsistent_tables", 100.0),
        ]);
        assert!(oms.asked_for("ListProjectFullVerifyResult").len() <= 5);
    }
}

#[tokio::test]
async fn conflict_logs_are_added_up_by_step() {
    let oms = answering("ListConflictData", |asked| match asked.body["omsStepName"].as_str() {
        Some("INCR_TRANSFER") => Reply::data(&json!([
            { "fileName": "conflict_sql_2.log", "date": "2025-03-29T07:57:09.376", "size": 4 },
            { "fileName": "conflict_sql_1.log", "date": "2025-03-28T07:57:09.376", "size": "5.5" },
            { "fileName": "conflict_sql_msg.log", "date": null, "size": null },
        ])),
        _ => Reply::data(&json!([])),
    })
    .await;
    let page = polled(&oms.url(), "projects: [np_1]\ncollect: conflicts").await;
    page.holds(&[
        (r#"migration_conflict_log_files{step="INCR_TRANSFER"}"#, 3.0),
        (r#"migration_conflict_log_size{step="INCR_TRANSFER"}"#, 9.5),
        (r#"migration_conflict_log_newest_timestamp_seconds{step="INCR_TRANSFER"}"#, 1_743_235_029.376),
        (r#"migration_conflict_log_files{step="FULL_TRANSFER"}"#, 0.0),
    ]);
    assert_eq!(page.all("migration_conflict_log_files").len(), 2);
    assert_eq!(page.all("migration_conflict_log_size").len(), 1);
    let steps: Vec<Value> =
        oms.asked_for("ListConflictData").into_iter().map(|asked| asked.body["omsStepName"].clone()).collect();
    assert_eq!(steps, ["FULL_TRANSFER", "INCR_TRANSFER"], "the step back has not begun");
    assert!(!page.text().contains("conflict_sql"), "names of files are no labels");
}

#[tokio::test]
async fn an_extra_that_fails_is_counted_and_keeps_its_last_values() {
    let broken = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&broken);
    let oms = answering("ListConflictData", move |_| match fails.load(Ordering::Relaxed) {
        true => Reply::failure("GHANA-OPERIE000000"),
        false => Reply::data(&json!([{ "fileName": "a.log", "date": "2025-03-29T07:57:09", "size": 4 }])),
    })
    .await;
    let bench = Bench::new(&config(&oms.url(), &format!("{EVERYTHING}\ninterval: 1s\nstale_after: 2s")));
    assert!(bench.poll().await.good);
    broken.store(true, Ordering::Relaxed);
    let page = bench.poll().await;
    assert!(page.good, "the project itself can be read");
    page.holds(&[
        ("migration_project_up", 1.0),
        ("migration_source_up", 1.0),
        (r#"migration_conflict_log_files{step="INCR_TRANSFER"}"#, 1.0),
        (r#"migration_exporter_poll_failures_total{reason="api_error"}"#, 1.0),
    ]);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let page = bench.poll().await;
    page.lacks(&["migration_conflict_log_files", "migration_conflict_log_size"]);
    page.holds(&[("migration_project_up", 1.0), (r#"migration_project_status{status="RUNNING"}"#, 1.0)]);
}

#[tokio::test]
async fn an_action_that_the_service_does_not_know_is_asked_once() {
    let oms = answering("ListConflictData", |_| {
        Reply::json(&json!({ "success": false, "code": "PARAM_ERROR", "message": "Unknown action: ListConflictData" }))
    })
    .await;
    let everything = EVERYTHING.replace("[np_1]", "[np_1, np_2, np_3, np_4]");
    let bench = Bench::new(&config(&oms.url(), &everything));
    for _ in 0..3 {
        let page = bench.poll().await;
        assert!(page.good);
        page.holds(&[(r#"migration_exporter_poll_failures_total{reason="unsupported"}"#, 1.0)]);
        assert_eq!(page.messages().len(), 1, "said of one project");
        assert!(page.messages()[0].contains("does not know ListConflictData"));
    }
    assert_eq!(oms.asked_for("ListConflictData").len(), 1);
    assert!(oms.asked_for("DescribeProjectComponents").len() >= 12, "the others go on");
}

#[tokio::test]
async fn extras_go_with_their_project() {
    let gone = Arc::new(AtomicBool::new(false));
    let vanished = Arc::clone(&gone);
    let oms = FakeOms::start(move |asked| match asked.action.as_str() {
        "ListProjects" if vanished.load(Ordering::Relaxed) => Reply::data(&json!([])),
        "ListProjects" => Reply::data(&json!([{
            "id": "np_1", "name": "orders", "type": "MIGRATION", "status": "RUNNING",
            "steps": [{ "name": "INCR_TRANSFER", "order": 5, "status": "MONITORING" }],
        }])),
        "ListConflictData" => Reply::data(&json!([{ "fileName": "a.log", "size": 4 }])),
        _ => Reply::data(&json!({ "storeList": [{ "status": "ACTIVE" }] })),
    })
    .await;
    let bench = Bench::new(&config(&oms.url(), "discover: {}\ncollect: [components, conflicts]"));
    let page = bench.poll().await;
    page.holds(&[("migration_conflict_log_files", 1.0), ("migration_component_status", 1.0)]);
    gone.store(true, Ordering::Relaxed);
    let page = bench.poll().await;
    page.lacks(&["migration_project_up", "migration_conflict_log_files", "migration_component_status"]);
}

#[tokio::test]
async fn extras_are_asked_about_projects_at_work_only() {
    let oms = FakeOms::start(|asked| match asked.action.as_str() {
        "DescribeProject" => Reply::data(&json!([{
            "id": asked.body["id"], "type": if asked.body["id"] == "np_sync" { "SYNC" } else { "MIGRATION" },
            "status": if asked.body["id"] == "np_done" { "FINISHED" } else { "RUNNING" },
            "steps": [{ "name": "INCR_TRANSFER", "order": 5, "status": "MONITORING" }],
        }])),
        _ => Reply::data(&json!({})),
    })
    .await;
    let all = "projects: [np_done, np_sync, np_1]\ncollect: [components, verification, conflicts]";
    assert!(polled(&oms.url(), all).await.good);
    let about = |action: &str, key: &str| {
        let mut ids: Vec<Value> = oms.asked_for(action).into_iter().map(|asked| asked.body[key].clone()).collect();
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(about("DescribeProjectComponents", "id"), ["np_1", "np_sync"]);
    assert_eq!(about("ListConflictData", "projectId"), ["np_1"]);
    assert!(oms.asked_for("ListProjectFullVerifyResult").is_empty(), "nothing was verified");
}

/// Extras that hang must not take all the places of a source.
#[tokio::test]
async fn an_extra_that_hangs_does_not_delay_the_polls() {
    let oms = answering("ListConflictData", |_| Reply::never()).await;
    let ids: Vec<String> = (1..=12).map(|n| format!("np_{n}")).collect();
    let rest = format!(
        "projects: [{}]\ncollect: conflicts\ninterval: 1s\ntimeout: 1m\nconcurrency: 2\nstale_after: 1h",
        ids.join(", ")
    );
    let app = App::new(&config(&oms.url(), &rest)).unwrap();
    let stop = CancellationToken::new();
    let options = ServeOptions { telemetry_path: "/metrics".to_owned() };
    let started = Instant::now();
    let looked = async {
        while oms.asked_for("DescribeProject").len() < 4 * 12 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(started.elapsed() < Duration::from_secs(15), "{}", oms.asked_for("DescribeProject").len());
        }
        stop.cancel();
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (ended, ()) = tokio::join!(app.run(vec![listener], &options, stop.clone()), looked);
    ended.unwrap();
    assert!(!oms.asked_for("ListConflictData").is_empty());
}
