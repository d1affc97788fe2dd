//! What OMS tells beyond a project: components, comparisons, conflicts, and the older API.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{MOMENT, call, client, frozen, send};
use crate::sim::{Fault, FaultKind, Service, Simulator};

async fn data(simulator: &Simulator, action: &str, name: &str) -> Value {
    let id = simulator.project_id(name).unwrap();
    let answer = call(simulator, action, json!({ "id": id })).await;
    assert_eq!(answer["success"], json!(true), "{answer}");
    answer["data"].clone()
}

fn statuses(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn components_come_in_six_lists() {
    let simulator = frozen().await;
    let orders = data(&simulator, "DescribeProjectComponents", "orders-mysql-to-ob").await;
    assert_eq!(orders.as_object().unwrap().len(), 6);
    assert_eq!(statuses(&orders["storeList"]), ["ACTIVE"]);
    assert_eq!(statuses(&orders["incrSyncComponents"]), ["RUNNING", "RUNNING"]);
    assert_eq!(statuses(&orders["fullImportComponents"]), ["FINISHED"]);
    assert_eq!(statuses(&orders["fullVerifyComponents"]), ["DONE"]);
    assert_eq!(orders["fullVerifyComponents"][0]["progress"], "100");
    assert_eq!(orders["fullVerifyComponents"][0]["inconsistentQuantity"], 2);
    assert_eq!(orders["incrSyncComponents"][0]["delay"], 40);
    assert!(orders["storeList"][0]["delay"].as_i64().unwrap() < 5);

    simulator.clock().advance(Duration::from_mins(2));
    let late = data(&simulator, "DescribeProjectComponents", "orders-mysql-to-ob").await;
    assert_eq!(statuses(&late["incrSyncComponents"]), ["RUNNING", "EXCEPTION"]);
    assert_eq!(late["incrSyncComponents"][1]["tps"], 0);

    let ledger = data(&simulator, "DescribeProjectComponents", "ledger-oracle-to-ob").await;
    assert_eq!(statuses(&ledger["reverseIncrSyncComponents"]), ["RUNNING"]);
    assert_eq!(statuses(&ledger["reverseStoreList"]), ["ACTIVE"]);
    let crm = data(&simulator, "DescribeProjectComponents", "crm-mysql-to-ob").await;
    assert_eq!((statuses(&crm["storeList"]), statuses(&crm["incrSyncComponents"])), (vec!["STOP"], vec!["STOPPED"]));
    let legacy = data(&simulator, "DescribeProjectComponents", "legacy-db2-to-ob").await;
    assert_eq!(legacy["storeList"], json!([]));
    let progress = data(&simulator, "DescribeProjectProgress", "ledger-oracle-to-ob").await;
    assert_eq!(progress["currentStep"], "REVERSE_INCR_TRANSFER");
    assert!(progress["reverseIncrTransferCheckpoint"].as_i64() > progress["incrSyncCheckpoint"].as_i64());
    simulator.stop().await;
}

#[tokio::test]
async fn comparisons_come_in_pages() {
    let simulator = frozen().await;
    let ask = async |name: &str, page: u64, further: Value| {
        let id = simulator.project_id(name).unwrap();
        let mut body = json!({ "projectId": id, "pageNumber": page });
        body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        call(&simulator, "ListProjectFullVerifyResult", body).await
    };
    let mut tables = Vec::new();
    for page in 1..=4 {
        let answer = ask("ledger-oracle-to-ob", page, json!({})).await;
        assert_eq!((&answer["totalCount"], &answer["pageSize"]), (&json!(31), &json!(10)));
        assert_eq!(answer["data"]["differentNumber"], 0);
        tables.extend(answer["data"]["fullVerifyTableStatistics"].as_array().unwrap().clone());
    }
    assert_eq!(tables.len(), 31);
    assert!(tables.iter().all(|table| table["resultType"] == "CONSISTENT" && table["progress"] == "1.0"));

    let orders = ask("orders-mysql-to-ob", 1, json!({ "pageSize": 150 })).await;
    assert_eq!(orders["data"]["differentNumber"], 2);
    let finished = ask("orders-mysql-to-ob", 1, json!({ "status": "FINISHED", "pageSize": 150 })).await;
    assert_eq!(finished["totalCount"], 13);
    let foreign = ask("orders-mysql-to-ob", 1, json!({ "sourceSchemas": ["nobody"] })).await;
    assert_eq!(foreign["data"]["fullVerifyTableStatistics"], json!([]));

    let catalog = ask("catalog-tidb-to-ob", 1, json!({})).await;
    let running = catalog["data"]["fullVerifyTableStatistics"].as_array().unwrap();
    assert!(
        running
            .iter()
            .any(|table| table["progress"].as_str().unwrap().starts_with("0.") && table["status"] == "RUNNING")
    );
    let staff = ask("staff-mysql-to-ob", 1, json!({})).await;
    assert_eq!(staff["data"]["differentNumber"], Value::Null);
    simulator.stop().await;
}

#[tokio::test]
async fn conflicts_are_listed_and_downloaded() {
    let simulator = frozen().await;
    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let list = async |id: &str, step: &str| {
        call(&simulator, "ListConflictData", json!({ "projectId": id, "omsStepName": step })).await
    };
    let listed = list(&id, "INCR_TRANSFER").await;
    let files: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|file| file["fileName"].as_str().unwrap()).collect();
    assert_eq!(files, ["conflict_sql_1.log", "conflict_sql_2.log", "conflict_sql_msg.log"]);
    assert_eq!(listed["data"][2]["date"], "2024-09-18T07:01:45.376");
    assert_eq!(list(&id, "FULL_TRANSFER").await["data"], json!([]));
    let other = simulator.project_id("ledger-oracle-to-ob").unwrap();
    assert_eq!(list(&other, "INCR_TRANSFER").await["data"], json!([]));
    assert_eq!(list(&id, "STRUCT_TRANSFER").await["success"], json!(false));
    let feed = simulator.project_id("pricing-mysql-to-kafka").unwrap();
    assert_eq!(list(&feed, "INCR_TRANSFER").await["success"], json!(false));

    let wanted = json!({ "projectId": id, "omsStepName": "INCR_TRANSFER", "fileNames": files });
    let response = send(&simulator, "DownloadConflictData", &wanted.to_string()).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/zip");
    let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, format!("attachment; filename={id}_conflict_{MOMENT}.zip"));
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"));
    assert_eq!(bytes.windows(4).filter(|window| window == b"PK\x01\x02").count(), 3);

    for names in [json!([]), Value::Null, json!(["nothing.log"])] {
        let wanted = json!({ "projectId": id, "omsStepName": "INCR_TRANSFER", "fileNames": names });
        let answer = call(&simulator, "DownloadConflictData", wanted).await;
        assert_eq!(answer["success"], json!(false), "{names}");
    }
    simulator.faults().set(Fault::new(FaultKind::Truncated).on("DownloadConflictData"));
    let half = send(&simulator, "DownloadConflictData", &wanted.to_string()).await.unwrap();
    assert_eq!(half.headers()["content-type"], "application/zip");
    assert_eq!(half.bytes().await.unwrap().len(), bytes.len() / 2);
    simulator.stop().await;
}

#[tokio::test]
async fn an_older_edition_does_not_know_an_action() {
    let simulator = frozen().await;
    simulator.faults().set(Fault::new(FaultKind::UnknownAction).at(Service::Oms).on("ListConflictData"));
    let answer = call(&simulator, "ListConflictData", json!({ "projectId": "np_any" })).await;
    assert_eq!((&answer["success"], &answer["code"]), (&json!(false), &json!("PARAM_ERROR")));
    assert_eq!(answer["errorDetail"]["message"], "Action ListConflictData not found");
    let wait = FaultKind::Throttled { status: None, milliseconds: Some(1500) };
    simulator.faults().set(Fault::new(wait).on("ListAllLabels"));
    let throttled = send(&simulator, "ListAllLabels", "{}").await.unwrap();
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(throttled.headers()["retry-after"], "2");
    simulator.stop().await;
}

#[tokio::test]
async fn the_older_api_tells_of_one_project_at_a_time() {
    let simulator = frozen().await;
    let get = async |kind: &str, id: &str| {
        let url = format!("{}/api/omsp/v2/{kind}/{id}/progress", simulator.oms_v3_url());
        let response = client().get(url).basic_auth("exporter", Some("demo-password")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap()
    };
    let id = |name: &str| simulator.older_project_id(name).unwrap();
    let inventory = get("sync", &id("inventory-mysql-to-kafka")).await;
    assert_eq!((&inventory["success"], &inventory["code"]), (&json!(true), &json!("success")));
    assert_eq!(inventory["data"]["fullMigrationProgress"], 100);
    let checkpoint: u64 = inventory["data"]["incrSyncCheckpoint"].as_str().unwrap().parse().unwrap();
    assert!((1..15).contains(&(MOMENT - checkpoint)));
    let audit = get("sync", &id("audit-sybase-to-kafka")).await;
    assert_eq!(audit["data"]["structSyncProgress"], 100);
    assert_eq!(audit["data"]["incrSyncCheckpoint"], "100,30");
    let points = get("migrations", &id("points-mysql-to-ob")).await;
    assert_eq!(points["data"]["incrSyncCheckpoint"], json!(MOMENT - 75));
    assert_eq!(points["data"]["currentStep"], "INCR_SYNC");
    let warehouse = get("migrations", &id("warehouse-oracle-to-ob")).await;
    assert_eq!(warehouse["data"]["currentStep"], "FULL_MIGRATION");
    assert_eq!(warehouse["data"]["incrSyncCheckpoint"], Value::Null);
    assert!((20..30).contains(&warehouse["data"]["fullMigrationProgress"].as_i64().unwrap()));
    assert_eq!(get("migrations", &id("tickets-db2-to-ob")).await["data"]["status"], "FAILED");
    // Each under the path of its kind only.
    assert_eq!(get("sync", &id("points-mysql-to-ob")).await["success"], json!(false));

    let url = format!("{}/api/omsp/v2/sync/x/progress", simulator.oms_v3_url());
    let refused = client().get(&url).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let unknown = client().get(url.replace("sync", "migration")).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let envelope = FaultKind::Envelope { code: "BUSY".to_owned(), message: String::new() };
    simulator.faults().set(Fault::new(envelope).at(Service::OmsV3).about(&id("points-mysql-to-ob")));
    assert_eq!(get("migrations", &id("points-mysql-to-ob")).await["code"], "BUSY");
    assert_eq!(simulator.count_at(Service::OmsV3, "SyncProgress"), 4);
    simulator.stop().await;
}
