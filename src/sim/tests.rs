//! The simulator over real HTTP: credentials, envelope, paging and filters. Its rooms below: the
//! faults, and the world as it moves.

mod alibaba;
mod extras;
mod faults;
mod huawei;
mod sign;
mod world;

use std::{collections::BTreeSet, sync::LazyLock, time::Duration};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Clock, Options, Simulator};

/// 2024-09-18T07:01:45Z, a moment out of a captured answer.
const MOMENT: u64 = 1_726_642_905;

/// A client that gives up late enough for a busy machine. It keeps no connection, since each test
/// has a runtime of its own.
fn client() -> Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        let builder = Client::builder().timeout(Duration::from_secs(20)).pool_max_idle_per_host(0);
        builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
    });
    CLIENT.clone()
}

async fn start(options: Options) -> Simulator {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Simulator::start(listener, options).await.unwrap()
}

async fn frozen() -> Simulator {
    start(Options { clock: Clock::frozen_at(MOMENT), ..Options::default() }).await
}

/// Sends a call with the right credentials.
async fn send(simulator: &Simulator, action: &str, body: &str) -> reqwest::Result<Response> {
    client()
        .request(Method::POST, format!("{}/api/v2?Action={action}", simulator.base_url()))
        .basic_auth("exporter", Some("demo-password"))
        .header("content-type", "application/json")
        .body(body.to_owned())
        .send()
        .await
}

/// The JSON of a call that the server answers.
async fn call(simulator: &Simulator, action: &str, body: Value) -> Value {
    let response = send(simulator, action, &body.to_string()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// The names that a list answers with, in its order.
async fn names(simulator: &Simulator, mut body: Value) -> Vec<String> {
    body["pageSize"] = json!(150);
    let list = call(simulator, "ListProjects", body).await;
    assert_eq!(list["success"], json!(true), "{list}");
    let items = list["data"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// The project of this name in detail.
async fn describe(simulator: &Simulator, name: &str) -> Value {
    let id = simulator.project_id(name).unwrap();
    let answer = call(simulator, "DescribeProject", json!({ "id": id })).await;
    answer["data"][0].clone()
}

fn step<'a>(project: &'a Value, name: &str) -> &'a Value {
    let steps = project["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap()
}

#[tokio::test]
async fn credentials_are_asked_for_and_counted() {
    let simulator = frozen().await;
    let url = format!("{}/api/v2?Action=ListProjects", simulator.base_url());
    let bare = client().post(&url).body("{}").send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert!(bare.headers().contains_key("www-authenticate"));
    let error: Value = serde_json::from_str(&bare.text().await.unwrap()).unwrap();
    assert_eq!(error["error"], "Unauthorized");
    let wrong = client().post(&url).basic_auth("exporter", Some("guess")).body("{}");
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    assert_eq!(names(&simulator, json!({})).await.len(), 12);
    assert_eq!(simulator.refused(), 2);
    assert_eq!(simulator.count("ListProjects"), 3);
    let authorised: Vec<_> = simulator.requests().iter().map(|seen| seen.authorised).collect();
    assert_eq!(authorised, [false, false, true]);
    simulator.stop().await;
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_failure_with_status_200() {
    let simulator = frozen().await;
    let hidden = simulator.project_id("crm-mysql-to-ob").unwrap();
    simulator.hide(&hidden);
    for (action, body) in [
        ("NoSuchAction", json!({}).to_string()),
        ("listprojects", json!({}).to_string()),
        ("DescribeProject", json!({ "id": "np_nobody" }).to_string()),
        ("DescribeProject", json!({ "id": hidden }).to_string()),
        ("DescribeProject", json!({}).to_string()),
        ("DescribeProjectSteps", "{".to_owned()),
        ("ListProjects", String::new()),
        ("ListProjects", json!({ "pageSize": 151 }).to_string()),
        ("ListProjects", json!({ "pageNumber": 0 }).to_string()),
        ("ListProjects", json!({ "status": ["ODD"] }).to_string()),
        ("ListProjects", json!({ "type": ["SYNC"] }).to_string()),
    ] {
        let response = send(&simulator, action, &body).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{action} {body}");
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(answer["success"], json!(false), "{action} {body}");
        assert_eq!(answer["code"], answer["errorDetail"]["code"]);
        assert!(answer["requestId"].is_string() && answer.get("data").is_none());
    }
    assert!(!names(&simulator, json!({})).await.contains(&"crm-mysql-to-ob".into()));
    simulator.unhide(&hidden);
    assert_eq!(names(&simulator, json!({})).await.len(), 12);
    simulator.stop().await;
}

#[tokio::test]
async fn other_paths_are_a_proxys_page() {
    let simulator = frozen().await;
    let url = format!("{}/api/v3", simulator.base_url());
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.text().await.unwrap().contains("<center>nginx"));
    simulator.stop().await;
}

#[tokio::test]
async fn pages_hold_every_project_once() {
    let simulator = start(Options { clock: Clock::frozen_at(MOMENT), extra_projects: 300, ..Options::default() }).await;
    let mut seen = BTreeSet::new();
    let mut sizes = Vec::new();
    for page in 1..=4 {
        let body = json!({ "pageNumber": page, "pageSize": 150 });
        let list = call(&simulator, "ListProjects", body).await;
        assert_eq!(list["totalCount"], json!(312));
        let items = list["data"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(sizes, [150, 150, 12, 0]);
    assert_eq!(seen.len(), 312);
    assert_eq!(simulator.requests()[2].page, Some(3));
    simulator.stop().await;
}

#[tokio::test]
async fn one_of_the_crowd_is_described_in_seven_kilobytes() {
    let simulator = start(Options { clock: Clock::frozen_at(MOMENT), extra_projects: 3, ..Options::default() }).await;
    let list = call(&simulator, "ListProjects", json!({ "searchKey": "tenant-00002" })).await;
    assert_eq!(list["totalCount"], json!(1));
    let listed = &list["data"][0];
    let id = listed["id"].as_str().unwrap();
    let body = json!({ "id": id }).to_string();
    let response = send(&simulator, "DescribeProject", &body).await.unwrap();
    let text = response.text().await.unwrap();
    assert!((6500..8000).contains(&text.len()), "{}", text.len());
    assert!(!text.contains('@'), "a mark was left: {text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let detail = &answer["data"][0];
    assert_eq!(detail["steps"], listed["steps"]);
    assert_eq!(detail["name"], "tenant-00002-mysql-to-ob");
    let follow = &step(detail, "INCR_TRANSFER")["stepInfo"];
    assert_eq!(follow["checkpointSampleTimestamp"], json!(MOMENT));
    simulator.stop().await;
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let simulator = frozen().await;
    let labels = call(&simulator, "ListAllLabels", json!({})).await;
    let labels = labels["data"].as_array().unwrap();
    let core = labels.iter().find(|label| label["name"] == "core").unwrap();
    let core = core["id"].clone();
    let newest = names(&simulator, json!({})).await;
    assert_eq!(newest[0], "staff-mysql-to-ob");
    let mut oldest = names(&simulator, json!({ "order": "asc" })).await;
    oldest.reverse();
    assert_eq!(newest, oldest);
    for (filter, wanted) in [
        (json!({ "type": "SYNC" }), 1),
        (json!({ "type": "MIGRATION" }), 11),
        (json!({ "status": "FAILED" }), 1),
        (json!({ "status": ["FAILED", "SUSPEND"] }), 2),
        (json!({ "status": ["RUNNING"] }), 5),
        (json!({ "status": ["DELETED"] }), 1),
        (json!({ "status": ["RUNNING_ALARMING"] }), 0),
        (json!({ "status": [], "searchKey": "" }), 12),
        (json!({ "searchKey": "oracle" }), 2),
        (json!({ "searchKey": simulator.project_id("orders-mysql-to-ob") }), 1),
        (json!({ "labelIds": [core] }), 3),
        (json!({ "sourceEndpointTypes": ["DB2_LUW", "TIDB"] }), 3),
        (json!({ "sinkEndpointTypes": ["KAFKA"] }), 1),
        (json!({ "sinkEndpointTypes": ["OCEANBASE"] }), 11),
        (json!({ "type": "SYNC", "status": ["FAILED"] }), 0),
    ] {
        let found = names(&simulator, filter.clone()).await;
        assert_eq!(found.len(), wanted, "{filter} found {found:?}");
    }
    simulator.clock().advance(Duration::from_mins(1));
    let alarming = names(&simulator, json!({ "status": ["RUNNING_ALARMING"] })).await;
    assert_eq!(alarming, ["orders-mysql-to-ob"]);
    simulator.stop().await;
}
