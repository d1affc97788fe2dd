//! Finding projects: pages, filters, labels, and servers that count or filter in their own way.

use std::collections::BTreeSet;

use migration_exporter::domain::Watched;
use migration_exporter::source::Source;
use serde_json::{Value, json};

use super::ears::Ears;
use super::fake_oms::{Asked, FakeOms, Reply};
use super::page::{config, polled};

fn item(id: &str) -> Value {
    json!({ "id": id, "type": "MIGRATION", "status": "RUNNING", "steps": [{ "order": 1, "name": "FULL_TRANSFER" }] })
}

/// The ids 1 to `count`, so many a page, with these words about the whole.
fn page_of(count: usize, a_page: usize, asked: &Asked, words: &Value) -> Reply {
    let first = (usize::try_from(asked.body["pageNumber"].as_u64().unwrap()).unwrap() - 1) * a_page;
    let items: Vec<Value> = (first..count.min(first + a_page)).map(|n| item(&format!("np_{n}"))).collect();
    let mut answer = json!({ "success": true, "data": items });
    for (key, value) in words.as_object().unwrap() {
        answer[key] = value.clone();
    }
    Reply::json(&answer)
}

async fn requests_for_400(a_page: usize, words: Value) -> usize {
    let oms = FakeOms::start(move |asked| page_of(400, a_page, asked, &words)).await;
    let page = polled(&oms.url(), "discover: {}").await;
    assert!(page.good);
    page.holds(&[("migration_exporter_projects", 400.0)]);
    assert_eq!(page.all("migration_project_up"), vec![1.0; 400]);
    assert_eq!(oms.asked().len(), oms.asked_for("ListProjects").len());
    oms.asked().len()
}

#[tokio::test]
async fn all_pages_are_read_and_no_more() {
    assert_eq!(requests_for_400(150, json!({ "pageSize": 150, "totalCount": 400 })).await, 3);
    assert_eq!(requests_for_400(150, json!({ "pageSize": "150", "totalCount": "400" })).await, 3);
    assert_eq!(requests_for_400(150, json!({})).await, 3);
    assert_eq!(requests_for_400(200, json!({ "totalCount": 400 })).await, 2, "more than asked for is fine");
}

#[tokio::test]
async fn a_total_that_counts_pages_ends_nothing_early() {
    assert_eq!(requests_for_400(150, json!({ "pageSize": 150, "totalCount": 3 })).await, 3);
}

#[tokio::test]
async fn a_server_with_smaller_pages_is_read_to_its_end() {
    assert_eq!(requests_for_400(100, json!({ "pageSize": 100, "totalCount": 400 })).await, 4);
    assert_eq!(requests_for_400(100, json!({ "pageSize": 150, "totalCount": 400 })).await, 4);
    let without_total = requests_for_400(100, json!({ "pageSize": 100 })).await;
    assert_eq!(without_total, 5, "only an empty page tells the end");
}

#[tokio::test]
async fn a_server_that_ignores_the_page_number_is_noticed() {
    let first: Vec<Value> = (0..150).map(|n| item(&format!("np_{n}"))).collect();
    let suspended: Vec<Value> =
        (0..150).map(|n| json!({ "id": format!("np_{n}"), "status": "SUSPEND", "steps": [] })).collect();
    for (items, found) in [(first, 150.0), (suspended, 0.0)] {
        let oms = FakeOms::start(move |_| Reply::data(&json!(items))).await;
        let page = polled(&oms.url(), "discover: { statuses: [RUNNING] }").await;
        page.holds(&[("migration_exporter_projects", found)]);
        assert_eq!(oms.asked().len(), 2);
    }
}

#[tokio::test]
async fn only_items_without_steps_are_described() {
    let oms = FakeOms::start(|asked| match asked.action.as_str() {
        "ListProjects" => {
            Reply::data(&json!([item("np_1"), { "id": "np_2", "status": "RUNNING", "steps": null }, item("np_3")]))
        }
        _ => Reply::data(&item(asked.body["id"].as_str().unwrap())),
    })
    .await;
    let page = polled(&oms.url(), "discover: {}").await;
    assert!(page.good);
    assert_eq!(page.all("migration_step_info"), vec![1.0; 3]);
    let described: Vec<Value> = oms.asked_for("DescribeProject").into_iter().map(|asked| asked.body).collect();
    assert_eq!(described, [json!({ "id": "np_2" })]);
}

#[tokio::test]
async fn statuses_are_sent_as_a_list_and_types_one_a_call() {
    let oms = FakeOms::start(|_| Reply::data(&json!([]))).await;
    let page =
        polled(&oms.url(), "discover: { types: [MIGRATION, SYNC], statuses: [RUNNING, FAILED], search: core }").await;
    assert!(page.good);
    let bodies: Vec<Value> = oms.asked().into_iter().map(|asked| asked.body).collect();
    let body = |kind: &str| json!({ "type": kind, "status": ["RUNNING", "FAILED"], "searchKey": "core", "pageNumber": 1, "pageSize": 150 });
    assert_eq!(bodies, [body("MIGRATION"), body("SYNC")]);
}

/// Answers only a `status` that is a list, or only one that is a word.
fn picky(lists: bool, asked: &Asked) -> Reply {
    let status = &asked.body["status"];
    if status.is_array() != lists {
        return Reply::failure("PARAM_ERROR");
    }
    match status.as_str() {
        Some("FAILED") => Reply::data(&json!([{ "id": "np_2", "status": "FAILED", "steps": [{ "name": "A" }] }])),
        Some("RUNNING") | None => Reply::data(&json!([item("np_1")])),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_wants_one_status_a_call_gets_it() {
    let oms = FakeOms::start(|asked| picky(false, asked)).await;
    let page = polled(&oms.url(), "discover: { statuses: [RUNNING, FAILED] }").await;
    assert!(page.good);
    page.holds(&[("migration_exporter_projects", 2.0)]);
    let statuses: Vec<Value> = oms.asked().into_iter().map(|asked| asked.body["status"].clone()).collect();
    assert_eq!(statuses, [json!(["RUNNING", "FAILED"]), json!("RUNNING"), json!("FAILED")]);
}

#[tokio::test]
async fn the_way_that_worked_is_kept() {
    let oms = FakeOms::start(|asked| picky(false, asked)).await;
    let source = Source::open(&config(&oms.url(), "discover: { statuses: [RUNNING] }").sources[0]).unwrap();
    assert_eq!(source.poll(&Ears::default()).await.failure, None);
    assert_eq!(oms.asked().len(), 2);
    assert_eq!(source.poll(&Ears::default()).await.failure, None);
    assert_eq!(oms.asked().len(), 3, "the list is not tried again");
}

/// A bad moment of a server that wants lists must not turn discovery off for good.
#[tokio::test]
async fn a_failure_of_another_cause_does_not_change_the_way_of_asking() {
    let oms = FakeOms::start(|asked| match asked.before {
        0 | 1 => Reply::failure("GHANA-OPERIE000000"),
        _ => picky(true, asked),
    })
    .await;
    let source = Source::open(&config(&oms.url(), "discover: { statuses: [RUNNING] }").sources[0]).unwrap();
    let bad = source.poll(&Ears::default()).await;
    assert!(bad.failure.is_some());
    let good = source.poll(&Ears::default()).await;
    assert_eq!(good, Watched { ids: BTreeSet::from(["np_1".to_owned()]), failure: None });
}

fn with_labels(asked: &Asked) -> Reply {
    match asked.action.as_str() {
        "ListAllLabels" => Reply::data(&json!([{ "id": "l_1", "name": "bank\n" }, { "id": "l_2", "name": "core" }])),
        _ => Reply::data(&json!([item("np_1")])),
    }
}

#[tokio::test]
async fn labels_are_looked_up_by_name() {
    let oms = FakeOms::start(with_labels).await;
    let page = polled(&oms.url(), "discover: { labels: [core, bank] }").await;
    assert!(page.good);
    assert_eq!(oms.asked_for("ListProjects")[0].body["labelIds"], json!(["l_2", "l_1"]));
}

#[tokio::test]
async fn an_unknown_label_is_named_with_those_that_exist() {
    let oms = FakeOms::start(with_labels).await;
    let page = polled(&oms.url(), "discover: { labels: [cores] }\nprojects: [np_1]").await;
    assert_eq!(page.reasons(), ["unknown_label"]);
    page.holds(&[("migration_source_up", 1.0), (r#"migration_project_up{project_id="np_1"}"#, 1.0)]);
    assert!(oms.asked_for("ListProjects").is_empty());
    let sources = page.store.snapshot().sources;
    let failure = sources[0].last.as_ref().unwrap().watched.failure.clone().unwrap();
    assert!(failure.message.contains("\"cores\"") && failure.message.contains("bank, core"), "{}", failure.message);
}

#[tokio::test]
async fn excluded_projects_are_left_out_and_configured_ones_added() {
    let oms = FakeOms::start(|asked| match asked.action.as_str() {
        "ListProjects" => Reply::data(&json!([item("np_1"), item("np_junk"), item("np_2")])),
        _ => Reply::data(&item("masked")),
    })
    .await;
    let page = polled(&oms.url(), "discover: { exclude: [np_junk] }\nprojects: [np_2, np_far]").await;
    assert!(page.good);
    let up = |id: &str| page.get(&format!(r#"migration_project_up{{project_id="{id}"}}"#));
    assert_eq!(["np_1", "np_2", "np_far", "np_junk", "masked"].map(up), [Some(1.0), Some(1.0), Some(1.0), None, None]);
    assert_eq!(oms.asked_for("DescribeProject").len(), 1, "a listed project is not described");
}

#[tokio::test]
async fn what_the_server_does_not_filter_is_filtered_here() {
    let oms = FakeOms::start(|_| {
        Reply::data(
            &json!([item("np_1"), { "id": "np_2", "type": "SYNC", "status": "FINISHED", "steps": [{ "name": "A" }] }]),
        )
    })
    .await;
    let page = polled(&oms.url(), "discover: { statuses: [RUNNING_ALARMING] }").await;
    page.holds(&[("migration_exporter_projects", 1.0), (r#"migration_project_up{project_id="np_1"}"#, 1.0)]);
}

#[tokio::test]
async fn a_list_that_breaks_off_keeps_what_it_told() {
    let oms = FakeOms::start(|asked| match asked.body["pageNumber"].as_u64() {
        Some(1) => page_of(400, 150, asked, &json!({ "totalCount": 400 })),
        _ => Reply::failure("GHANA-OPERIE000000"),
    })
    .await;
    let page = polled(&oms.url(), "discover: {}").await;
    assert_eq!(page.reasons(), ["api_error"]);
    assert_eq!(page.all("migration_project_up"), vec![1.0; 150]);
    page.holds(&[("migration_source_up", 1.0)]);
}
