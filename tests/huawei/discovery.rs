//! The list of jobs: three uses, pages by number, and what narrows it down.

use serde_json::{Value, json};

use super::fake_rest::{Asked, FakeRest, Reply};
use super::page::Page;
use super::{refusal, usual, with_key};

fn job(use_type: &str, number: u64, status: &str) -> Value {
    json!({
        "id": format!("{use_type}-{number}"), "name": format!("the {use_type} {number}"), "status": status,
        "create_time": "2020-12-21 10:57:49", "engine_type": "mysql-to-kafka", "db_use_type": use_type,
    })
}

/// A service with 230 jobs of one use, two of another and none of the third, `largest` a page.
fn listed(asked: &Asked, largest: u64, with_total: bool) -> Reply {
    if !asked.what.ends_with("/jobs") {
        return usual(asked);
    }
    let use_type = asked.body["db_use_type"].as_str().unwrap();
    let all = match use_type {
        "migration" => 230,
        "sync" => 2,
        _ => 0,
    };
    let size = asked.body["per_page"].as_u64().unwrap_or(10).min(largest);
    let page = asked.body["cur_page"].as_u64().unwrap_or(1);
    let numbers = (page - 1) * size..all.min(page * size);
    let jobs: Vec<Value> = numbers.map(|number| job(use_type, number, "INCRE_TRANSFER_STARTED")).collect();
    let mut body = json!({ "jobs": jobs });
    if with_total {
        body["total_record"] = json!(all);
    }
    Reply::json(&body)
}

async fn found(drs: &FakeRest, discover: &str) -> Page {
    with_key(&drs.url(), "object_types: []\ntime_zone: Asia/Shanghai", &format!("discover: {discover}")).poll().await
}

#[tokio::test]
async fn all_uses_are_listed_over_all_pages() {
    for (largest, with_total) in [(100, true), (100, false), (10, true), (10, false)] {
        let drs = FakeRest::start(move |asked| listed(asked, largest, with_total)).await;
        let page = found(&drs, "{}").await;
        assert!(page.good);
        assert_eq!(page.all("migration_project_up"), vec![1.0; 232], "{largest} a page, total: {with_total}");
        let uses = |name: &str| drs.asked_for("/jobs").iter().filter(|asked| asked.body["db_use_type"] == name).count();
        assert!(uses("cloudDataGuard") == 1 && uses("sync") <= 2);
        assert!(drs.asked_for("batch-status").is_empty(), "the list says it already");
        page.holds(&[
            (r#"migration_project_info{project_id="sync-1",project="the sync 1",project_type="SYNC",source_type="mysql",sink_type="kafka"}"#, 1.0),
            (r#"migration_project_info{project_id="migration-229",project_type="MIGRATION"}"#, 1.0),
            (r#"migration_project_created_timestamp_seconds{project_id="sync-1"}"#, 1_608_519_469.0),
        ]);
    }
}

#[tokio::test]
async fn a_list_that_never_moves_ends() {
    let drs = FakeRest::start(|asked| match asked.what.ends_with("/jobs") {
        true => Reply::json(&json!({ "jobs": [job("sync", 1, "PAUSING")], "total_record": 5000 })),
        false => usual(asked),
    })
    .await;
    let page = found(&drs, "{}").await;
    assert_eq!(page.all("migration_project_up"), [1.0]);
    assert!(drs.asked_for("/jobs").len() <= 10);
}

#[tokio::test]
async fn types_states_words_and_exceptions_narrow_it_down() {
    let drs = FakeRest::start(|asked| {
        if asked.what.ends_with("/jobs") {
            let states = ["INCRE_TRANSFER_STARTED", "PAUSING", "FULL_TRANSFER_FAILED", "CREATING", "PAUSING"];
            let jobs: Vec<Value> = states.into_iter().zip(0..).map(|(state, n)| job("sync", n, state)).collect();
            return Reply::json(&json!({ "jobs": jobs, "total_record": 5 }));
        }
        usual(asked)
    })
    .await;
    let page = found(&drs, "{ types: [SYNC], statuses: [SUSPEND, FAILED], search: orders, exclude: [sync-4] }").await;
    assert_eq!(page.all("migration_project_up").len(), 2);
    page.holds(&[
        (r#"migration_project_status{project_id="sync-1",status="SUSPEND"}"#, 1.0),
        (r#"migration_project_status{project_id="sync-2",status="FAILED"}"#, 1.0),
    ]);
    let [asked] =
        &drs.asked_for("/jobs").into_iter().filter(|asked| asked.what.ends_with("/jobs")).collect::<Vec<_>>()[..]
    else {
        panic!("not one list")
    };
    assert_eq!((&asked.body["db_use_type"], &asked.body["name"]), (&json!("sync"), &json!("orders")));
}

#[tokio::test]
async fn configured_jobs_are_read_although_the_list_fails() {
    let drs = FakeRest::start(|asked| match asked.what.ends_with("/jobs") {
        true => refusal(403, "DRS.M00102", "no permission"),
        false => usual(asked),
    })
    .await;
    let page = with_key(&drs.url(), "object_types: []", "projects: [mine]\ndiscover: {}").poll().await;
    page.holds(&[(r#"migration_project_up{project_id="mine"}"#, 1.0), ("migration_source_up", 1.0)]);
    assert_eq!(page.reasons(), ["forbidden"]);
}
