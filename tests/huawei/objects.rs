//! progress-data: the document's sample, the nine types, and counting over pages of every kind.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::fake_rest::{Asked, FakeRest, Reply};
use super::{CLOUD_PROJECT, JOB, NOT_FOUND, SAMPLE, polled, refusal, usual, usual_but, with_key};

const TYPES: [&str; 9] =
    ["table", "event", "table_structure", "procedure", "view", "function", "database", "trigger", "table_indexs"];

fn row(number: usize, progress: &Value) -> Value {
    let name = format!("t{number:05}");
    json!({ "src_db": "a", "src_tb": name, "dst_db": "c", "dst_tb": name, "progress": progress })
}

/// A service that has so many objects, every third of them done, and counts items.
fn pages(asked: &Asked, all: usize, largest: usize) -> Vec<Value> {
    let number = |name: &str, default: usize| asked.query.get(name).map_or(default, |text| text.parse().unwrap());
    let (offset, limit) = (number("offset", 0), number("limit", 10).min(largest));
    (offset..all.min(offset + limit)).map(|n| row(n, &json!(if n % 3 == 0 { 100 } else { 40 }))).collect()
}

fn told(rows: &[Value], count: &Value) -> Reply {
    Reply::json(&json!({ "count": count, "create_time": "1686038576882", "flow_compare_data": rows }))
}

#[tokio::test]
async fn the_documents_own_sample() {
    let drs = FakeRest::start(usual).await;
    let page = polled(&drs, "per_object_series: 10").await;
    assert!(page.good);
    page.holds(&[
        (r#"migration_source_up{source="drs",kind="huawei_drs"}"#, 1.0),
        (&format!(r#"migration_project_up{{source="drs",project_id="{JOB}",project="{JOB}"}}"#), 1.0),
        (r#"migration_objects{object_type="table",state="pending"}"#, 0.0),
        (r#"migration_objects{object_type="table",state="running"}"#, 1.0),
        (r#"migration_objects{object_type="table",state="completed"}"#, 0.0),
        (r#"migration_objects_progress_ratio{object_type="table"}"#, 0.1),
        (r#"migration_object_progress_ratio{object_type="table",source_object="a.b",sink_object="c.d"}"#, 0.1),
    ]);
    page.lacks(&["migration_exporter_ignored_values_total", "migration_exporter_dropped_series_total"]);
    let [asked] = &drs.asked_for("progress-data")[..] else { panic!("not one request") };
    assert_eq!(asked.what, format!("GET /v5/{CLOUD_PROJECT}/jobs/{JOB}/progress-data/table"));
    assert_eq!(asked.query["limit"], "1000");
    assert!(asked.headers["authorization"].starts_with("SDK-HMAC-SHA256 Access=HPUATESTKEY, "));
}

#[tokio::test]
async fn all_nine_types_stand_in_the_path() {
    let drs = FakeRest::start(usual).await;
    let page = polled(&drs, &format!("object_types: [{}]", TYPES.join(", "))).await;
    let asked = drs.asked_for("progress-data");
    let mut types: Vec<&str> = asked.iter().map(|asked| asked.what.rsplit('/').next().unwrap()).collect();
    types.sort_unstable();
    let mut wanted = TYPES;
    wanted.sort_unstable();
    assert_eq!(types, wanted);
    for object_type in TYPES {
        page.holds(&[(&format!(r#"migration_objects{{object_type="{object_type}",state="running"}}"#), 1.0)]);
    }
    page.lacks(&["migration_object_progress_ratio"]);
}

/// Counts 2,345 objects of a service that answers by `script` and says how often it was asked.
async fn count(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> usize {
    let drs = usual_but("progress-data", script).await;
    let page = polled(&drs, "").await;
    page.holds(&[
        (r#"migration_objects{object_type="table",state="pending"}"#, 0.0),
        (r#"migration_objects{object_type="table",state="running"}"#, 1563.0),
        (r#"migration_objects{object_type="table",state="completed"}"#, 782.0),
    ]);
    let mean = page.get("migration_objects_progress_ratio").unwrap();
    assert!((mean - (782.0 + 1563.0 * 0.4) / 2345.0).abs() < 1e-12, "{mean}");
    drs.asked_for("progress-data").len()
}

#[tokio::test]
async fn objects_are_counted_over_all_pages() {
    assert_eq!(count(|asked| told(&pages(asked, 2345, 1000), &json!(2345))).await, 3);
    assert_eq!(count(|asked| told(&pages(asked, 2345, 1000), &json!("2345"))).await, 3);
}

#[tokio::test]
async fn a_smaller_page_limit_of_the_server_counts_the_same() {
    assert_eq!(count(|asked| told(&pages(asked, 2345, 10), &json!(2345))).await, 235);
}

#[tokio::test]
async fn a_total_that_is_missing_or_wrong_changes_no_count() {
    for total in [json!(null), json!("many"), json!(-1), json!(0), json!(1), json!(1_000_000)] {
        for largest in [1000, 100] {
            let total = total.clone();
            let asked = count(move |asked| told(&pages(asked, 2345, largest), &total)).await;
            assert!(asked <= 2345 / largest + 2, "{asked}");
        }
    }
}

#[tokio::test]
async fn a_total_that_tells_of_one_page_only_changes_no_count() {
    let script = |asked: &Asked| {
        let rows = pages(asked, 2345, 1000);
        told(&rows, &json!(rows.len()))
    };
    assert!(count(script).await <= 4);
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_counted_once() {
    for total in [json!(700), json!(5000), json!(null), json!(0)] {
        let rows: Vec<Value> = (0..700).map(|n| row(n, &json!(50))).collect();
        let drs = usual_but("progress-data", move |_| told(&rows, &total)).await;
        let page = polled(&drs, "").await;
        page.holds(&[(r#"migration_objects{state="running"}"#, 700.0)]);
        assert!(drs.asked_for("progress-data").len() <= 2);
    }
}

#[tokio::test]
async fn no_objects_are_three_zeros() {
    for body in [
        json!({ "count": 0, "create_time": "1686038576882", "flow_compare_data": [] }),
        json!({ "count": 0, "create_time": "1686038576882", "flow_compare_data": null }),
        json!({ "create_time": "2020-09-01T18:50:20.200Z", "flow_compare_data": null }),
        json!({ "count": 0 }),
    ] {
        let drs = usual_but("progress-data", move |_| Reply::json(&body)).await;
        let page = polled(&drs, "").await;
        assert_eq!(page.all(r#"migration_objects{object_type="table"}"#), [0.0; 3]);
        page.lacks(&["migration_objects_progress_ratio"]);
        assert_eq!(page.reasons(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn progress_may_be_text_and_what_is_none_counts_nowhere() {
    let drs = usual_but("progress-data", |_| {
        let progress = [json!(0), json!("100"), json!("33"), json!(null), json!(-1), json!(842)];
        let rows: Vec<Value> = progress.iter().enumerate().map(|(n, progress)| row(n, progress)).collect();
        told(&rows, &json!(6))
    })
    .await;
    let page = polled(&drs, "").await;
    page.holds(&[
        (r#"migration_objects{state="pending"}"#, 1.0),
        (r#"migration_objects{state="running"}"#, 1.0),
        (r#"migration_objects{state="completed"}"#, 1.0),
        (r#"migration_exporter_ignored_values_total{field="progress"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn series_of_single_objects_begin_with_the_least_finished_and_are_capped() {
    let drs = usual_but("progress-data", |asked| {
        let view = asked.what.ends_with("/view");
        let rows: Vec<Value> = (1..=20).map(|n| row(n, &json!(if view { n * 4 - 3 } else { n * 4 }))).collect();
        told(&rows, &json!(20))
    })
    .await;
    let page = polled(&drs, "object_types: [table, view]\nper_object_series: 3").await;
    let mut shown = page.all("migration_object_progress_ratio");
    shown.sort_by(f64::total_cmp);
    assert_eq!(shown, [0.01, 0.04, 0.05], "three of the job, whatever their type");
    page.holds(&[
        (r#"migration_object_progress_ratio{object_type="view",source_object="a.t00001"}"#, 0.01),
        (r#"migration_exporter_dropped_series_total{limit="per_object_series"}"#, 37.0),
        (r#"migration_objects{object_type="view",state="running"}"#, 20.0),
    ]);
}

/// A page that moves under the reader shows an object twice; a series may stand there once only.
#[tokio::test]
async fn an_object_that_comes_twice_is_one_series() {
    let drs =
        usual_but("progress-data", |_| told(&[row(1, &json!(10)), row(1, &json!(20)), row(2, &json!(30))], &json!(3)))
            .await;
    let page = polled(&drs, "per_object_series: 5").await;
    assert_eq!(page.all("migration_object_progress_ratio").len(), 2);
    page.lacks(&["migration_exporter_dropped_series_total"]);
}

#[tokio::test]
async fn a_database_has_no_name_behind_the_dot() {
    let drs = usual_but("progress-data", |_| {
        let rows = [json!({ "src_db": "shop", "src_tb": null, "dst_db": "shop", "dst_tb": "", "progress": 100 })];
        told(&rows, &json!(1))
    })
    .await;
    let page = polled(&drs, "object_types: [database]\nper_object_series: 5").await;
    page.holds(&[(r#"migration_object_progress_ratio{source_object="shop",sink_object="shop"}"#, 1.0)]);
}

#[tokio::test]
async fn an_object_type_that_the_service_refuses_leaves_the_others() {
    let drs = usual_but("progress-data", |asked| match asked.what.rsplit('/').next() {
        Some("trigger") => refusal(400, "DRS.M00202", "The type is not supported."),
        _ => Reply::text(SAMPLE),
    })
    .await;
    let page = polled(&drs, "object_types: [trigger, table]").await;
    page.holds(&[
        (r#"migration_objects{object_type="table",state="running"}"#, 1.0),
        ("migration_project_up", 1.0),
        (r#"migration_exporter_poll_failures_total{reason="api_error"}"#, 1.0),
    ]);
    page.lacks(&[r#"migration_objects{object_type="trigger"}"#]);
}

#[tokio::test]
async fn objects_that_cannot_be_read_keep_their_last_values() {
    let polls = AtomicUsize::new(0);
    let drs = usual_but("progress-data", move |_| match polls.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::text(SAMPLE),
        _ => Reply::text(NOT_FOUND).status(400),
    })
    .await;
    let bench = with_key(&drs.url(), "", &format!("projects: [{JOB}]"));
    assert!(bench.poll().await.good);
    let page = bench.poll().await;
    assert!(page.good, "the job itself can be read");
    page.holds(&[
        (r#"migration_objects{state="running"}"#, 1.0),
        ("migration_project_up", 1.0),
        (r#"migration_exporter_poll_failures_total{reason="not_found"}"#, 1.0),
    ]);
}

#[tokio::test]
async fn a_region_without_the_api_is_asked_once() {
    for absent in [
        refusal(404, "APIGW.0101", "The API does not exist or has not been published in the environment"),
        refusal(404, "APIG.0101", "API not found"),
        Reply::text("<html>no</html>").status(404),
    ] {
        let drs = usual_but("progress-data", move |_| absent.clone()).await;
        let rest = format!("projects: [{JOB}, second, third]");
        let bench = with_key(&drs.url(), "object_types: [table, view]", &rest);
        for _ in 0..3 {
            let page = bench.poll().await;
            assert!(page.good);
            page.holds(&[(r#"migration_exporter_poll_failures_total{reason="unsupported"}"#, 1.0)]);
            page.lacks(&["migration_objects"]);
        }
        assert_eq!(drs.asked_for("progress-data").len(), 1);
    }
}
