//! Huawei Cloud: tokens and keys, and what the jobs tell.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{MOMENT, client, frozen, sign, start};
use crate::sim::{
    AccessKey, Clock, DrsV5, Fault, FaultKind, HUAWEI_KEY, HUAWEI_PROJECT_ID, HUAWEI_REGION, HUAWEI_TEMPORARY_KEY,
    HUAWEI_USER, Options, Service, Simulator,
};

fn signing(simulator: &Simulator, key: AccessKey) -> sign::Signing {
    sign::Signing { key, at: simulator.clock().now().as_secs().try_into().unwrap(), nonce: None }
}

async fn told(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

/// Status and code of a request that is refused.
async fn refusal(request: RequestBuilder) -> (u16, String) {
    let (status, body) = told(request).await;
    (status, body["error_code"].as_str().unwrap().to_owned())
}

fn post(simulator: &Simulator, path: &str, body: &Value) -> RequestBuilder {
    let path = format!("/v3/{HUAWEI_PROJECT_ID}/jobs{path}");
    sign::huawei(simulator, &signing(simulator, HUAWEI_KEY), (Method::POST, &path), &body.to_string())
}

fn objects(simulator: &Simulator, job: &str, rest: &str) -> RequestBuilder {
    let path = format!("/v5/{HUAWEI_PROJECT_ID}/jobs/{}/progress-data/{rest}", simulator.job_id(job).unwrap());
    sign::huawei(simulator, &signing(simulator, HUAWEI_KEY), (Method::GET, &path), "")
}

fn login(simulator: &Simulator, password: &str) -> RequestBuilder {
    let user = json!({ "name": HUAWEI_USER.name, "password": password, "domain": { "name": HUAWEI_USER.domain } });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": HUAWEI_REGION } },
    } });
    client().post(format!("{}/v3/auth/tokens", simulator.iam_url())).body(body.to_string())
}

#[tokio::test]
async fn tokens_are_given_for_a_password_and_expire() {
    let simulator = frozen().await;
    let (status, wrong) = told(login(&simulator, "guess")).await;
    assert_eq!((status, &wrong["error"]["code"]), (401, &json!(401)));
    let response = login(&simulator, HUAWEI_USER.password).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 201);
    let token = response.headers()["x-subject-token"].to_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(body["token"]["expires_at"], "2024-09-19T07:01:45.000000Z");
    let with = |token: &str| {
        let url = format!("{}/v3/{HUAWEI_PROJECT_ID}/jobs", simulator.huawei_url());
        let body = json!({ "db_use_type": "sync", "cur_page": 1, "per_page": 0 });
        client().post(url).header("x-auth-token", token).body(body.to_string())
    };
    assert_eq!(told(with(&token)).await.0, 200);
    assert_eq!(refusal(with("made-up")).await, (401, "APIGW.0301".to_owned()));
    simulator.clock().advance(Duration::from_hours(24));
    assert_eq!(refusal(with(&token)).await, (401, "APIGW.0301".to_owned()));
    assert_eq!(simulator.count_at(Service::HuaweiIam, "KeystoneCreateUserTokenByPassword"), 2);

    let fresh = login(&simulator, HUAWEI_USER.password).send().await.unwrap();
    let fresh = fresh.headers()["x-subject-token"].to_str().unwrap().to_owned();
    assert_eq!(told(with(&fresh)).await.0, 200);
    simulator.forget_tokens();
    assert_eq!(told(with(&fresh)).await.0, 401);
    simulator.stop().await;
}

#[tokio::test]
async fn keys_are_checked_and_locked() {
    let simulator = frozen().await;
    let path = format!("/v3/{HUAWEI_PROJECT_ID}/jobs");
    let body = json!({ "db_use_type": "sync", "cur_page": 1, "per_page": 0 }).to_string();
    let list = |signing: &sign::Signing| sign::huawei(&simulator, signing, (Method::POST, &path), &body);
    let named = |status: u16, code: &str| (status, code.to_owned());
    let good = signing(&simulator, HUAWEI_KEY);
    assert_eq!(told(list(&good)).await.0, 200);
    let skewed = sign::Signing { at: good.at - 901, ..good.clone() };
    assert_eq!(refusal(list(&skewed)).await, named(401, "APIGW.0303"));
    let bare = client().post(format!("{}{path}", simulator.huawei_url())).body(body.clone());
    assert_eq!(refusal(bare).await, named(401, "APIGW.0301"));
    assert_eq!(refusal(list(&good).body("{}")).await, named(401, "APIGW.0301"));

    let temporary = signing(&simulator, HUAWEI_TEMPORARY_KEY);
    assert_eq!(told(list(&temporary)).await.0, 200);
    let untold = sign::Signing { key: AccessKey { token: None, ..HUAWEI_TEMPORARY_KEY }, ..good.clone() };
    assert_eq!(refusal(list(&untold)).await, named(401, "APIGW.0301"));

    // The fifth wrong signature in a row is forgiven, the sixth locks the key.
    let wrong = sign::Signing { key: AccessKey { secret: "guess", ..HUAWEI_KEY }, ..good.clone() };
    for _ in 0..4 {
        assert_eq!(refusal(list(&wrong)).await, named(401, "APIGW.0301"));
    }
    assert_eq!(told(list(&good)).await.0, 200);
    for _ in 0..6 {
        assert_eq!(refusal(list(&wrong)).await, named(401, "APIGW.0301"));
    }
    let (status, locked) = told(list(&good)).await;
    assert_eq!(status, 401);
    assert!(locked["error_msg"].as_str().unwrap().contains("reach the limit"), "{locked}");
    assert_eq!(told(list(&temporary)).await.0, 200);
    simulator.clock().advance(Duration::from_mins(5));
    assert_eq!(told(list(&signing(&simulator, HUAWEI_KEY))).await.0, 200);

    let foreign = "/v3/0123456789abcdef0123456789abcdef/jobs";
    let request = sign::huawei(&simulator, &signing(&simulator, HUAWEI_KEY), (Method::POST, foreign), &body);
    assert_eq!(refusal(request).await, named(403, "DRS.M00261"));
    simulator.clock().advance(Duration::from_hours(24));
    assert_eq!(refusal(list(&signing(&simulator, HUAWEI_TEMPORARY_KEY))).await, named(401, "APIGW.0301"));
    simulator.stop().await;
}

#[tokio::test]
async fn lists_and_batches_have_pages_of_their_own() {
    let simulator = frozen().await;
    let mut listed = BTreeSet::new();
    for (purpose, wanted) in [("migration", 3), ("sync", 3), ("cloudDataGuard", 1)] {
        let body = json!({ "db_use_type": purpose, "cur_page": 1, "per_page": 100, "name": "", "status": "" });
        let (status, list) = told(post(&simulator, "", &body)).await;
        assert_eq!((status, &list["total_record"]), (200, &json!(wanted)), "{purpose}");
        listed.extend(list["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()));
    }
    let mut known: BTreeSet<_> = simulator.jobs().into_iter().map(|job| job.id).collect();
    known.remove(&simulator.job_id("scratch-mysql-to-cloud").unwrap());
    assert_eq!(listed, known);
    let second = json!({ "db_use_type": "sync", "cur_page": 2, "per_page": 2 });
    assert_eq!(told(post(&simulator, "", &second)).await.1["jobs"].as_array().unwrap().len(), 1);
    for body in [
        json!({ "cur_page": 1, "per_page": 10 }),
        json!({ "db_use_type": "sync", "per_page": 10 }),
        json!({ "db_use_type": "sync", "cur_page": 1, "per_page": 101 }),
        json!({ "db_use_type": "replay", "cur_page": 1, "per_page": 10 }),
    ] {
        assert_eq!(told(post(&simulator, "", &body)).await.0, 400, "{body}");
    }

    let ids: Vec<_> = simulator.jobs().into_iter().map(|job| job.id).collect();
    let (_, five) = told(post(&simulator, "/batch-status", &json!({ "jobs": ids }))).await;
    assert_eq!((&five["count"], five["results"].as_array().unwrap().len()), (&json!(8), 5));
    let all = json!({ "jobs": ids, "page_req": { "cur_page": 1, "per_page": 0 } });
    let (_, all) = told(post(&simulator, "/batch-status", &all)).await;
    let results = all["results"].as_array().unwrap();
    let of = |name: &str| {
        let id = simulator.job_id(name).unwrap();
        results.iter().find(|job| job["id"] == id.as_str()).unwrap()
    };
    assert_eq!(of("crm-mysql-to-cloud")["status"], "PAUSEING");
    assert_eq!(of("legacy-mysql-to-cloud")["status"], "RELEASE_RESOURCE_COMPLETE");
    assert_eq!(of("scratch-mysql-to-cloud")["error_code"], "DRS.M05003");
    let failed = of("invoices-oracle-to-gaussdb");
    assert_eq!((&failed["status"], failed["error_code"].is_string()), (&json!("FULL_TRANSFER_FAILED"), true));
    let beyond = json!({ "jobs": ids, "page_req": { "cur_page": 3, "per_page": 5 } });
    assert_eq!(refusal(post(&simulator, "/batch-status", &beyond)).await, (400, "DRS.M00211".to_owned()));
    simulator.stop().await;
}

#[tokio::test]
async fn progress_is_text_and_fails_item_by_item() {
    let simulator = frozen().await;
    let ids: Vec<_> = simulator.jobs().into_iter().map(|job| job.id).collect();
    let id = |name: &str| simulator.job_id(name).unwrap();
    let batch = async || {
        let (status, answer) = told(post(&simulator, "/batch-progress", &json!({ "jobs": ids }))).await;
        assert_eq!(status, 202);
        answer["results"].as_array().unwrap().clone()
    };
    let of = |results: &[Value], name: &str| {
        let id = id(name);
        results.iter().find(|job| job["job_id"] == id.as_str()).unwrap().clone()
    };
    let results = batch().await;
    let shop = of(&results, "shop-mysql-to-cloud");
    assert_eq!(shop["progress_map"]["data"], json!({ "completed": "33%", "remaining_time": "2400" }));
    assert_eq!(shop["progress_map"]["struct"], json!({ "completed": "100%", "remaining_time": null }));
    assert_eq!((&shop["incre_trans_delay"], &shop["apply_rows_rate"]), (&json!("-1"), &json!(-1)));
    let orders = of(&results, "orders-mysql-to-cloud");
    assert!(["2", "3", "4"].contains(&orders["incre_trans_delay"].as_str().unwrap()), "{orders}");
    assert!(orders["apply_rows_rate"].as_i64().unwrap() > 100);
    assert_eq!(orders["process_time"], format!("{MOMENT}000"));
    assert!(of(&results, "crm-mysql-to-cloud").get("apply_rows_rate").is_none());
    assert!(of(&results, "billing-mysql-guard").get("progress_map").is_none());
    assert_eq!(of(&results, "staff-mysql-to-cloud")["process_time"], "0");
    assert_eq!(of(&results, "scratch-mysql-to-cloud")["error_code"], "DRS.M05003");
    assert_eq!(of(&results, "legacy-mysql-to-cloud")["error_code"], "DRS.M05004");

    let envelope = FaultKind::Envelope { code: "DRS.M00004".to_owned(), message: String::new() };
    simulator.faults().set(Fault::new(envelope).about(&id("orders-mysql-to-cloud")));
    let results = batch().await;
    assert_eq!(of(&results, "orders-mysql-to-cloud")["error_code"], "DRS.M00004");
    assert_eq!(of(&results, "shop-mysql-to-cloud")["progress"], "36");
    simulator.faults().clear();
    simulator.clock().advance(Duration::from_hours(1));
    assert_eq!(of(&batch().await, "shop-mysql-to-cloud")["transfer_status"], "INCRE_TRANSFER_STARTED");

    let many: Vec<_> = (0..11).map(|number| format!("job-{number}")).collect();
    assert_eq!(told(post(&simulator, "/batch-progress", &json!({ "jobs": many }))).await.0, 400);
    let twice = json!({ "jobs": [ids[0], ids[0]] });
    assert_eq!(refusal(post(&simulator, "/batch-progress", &twice)).await, (400, "DRS.M00301".to_owned()));
    simulator.stop().await;
}

#[tokio::test]
async fn objects_are_paged_by_how_many_to_skip() {
    let simulator = frozen().await;
    let shop = "shop-mysql-to-cloud";
    let (mut names, mut done) = (BTreeSet::new(), 0);
    for offset in [0, 1000, 2000, 3000] {
        let (_, page) = told(objects(&simulator, shop, &format!("table?limit=1000&offset={offset}"))).await;
        assert_eq!((&page["count"], &page["create_time"]), (&json!(2345), &json!(format!("{MOMENT}000"))));
        for row in page["flow_compare_data"].as_array().unwrap() {
            names.insert(format!("{}.{}", row["src_db"].as_str().unwrap(), row["src_tb"].as_str().unwrap()));
            done += usize::from(row["progress"] == 100);
        }
    }
    assert_eq!(names.len(), 2345);
    assert!((770..790).contains(&done), "{done}");
    let (_, ten) = told(objects(&simulator, shop, "table?offset=1")).await;
    assert_eq!(ten["flow_compare_data"].as_array().unwrap().len(), 10);
    assert_eq!(ten["flow_compare_data"][0]["src_tb"], "shop_00001");
    assert_eq!(simulator.requests().last().unwrap().page, Some(1));
    let (_, databases) = told(objects(&simulator, shop, "database")).await;
    assert_eq!((&databases["count"], &databases["flow_compare_data"][0]["src_tb"]), (&json!(3), &Value::Null));
    assert_eq!(told(objects(&simulator, shop, "table_indexs?limit=1")).await.0, 200);

    let (_, none) = told(objects(&simulator, "orders-mysql-to-cloud", "table")).await;
    assert_eq!(none["flow_compare_data"], json!([]));
    assert_eq!(told(objects(&simulator, "billing-mysql-guard", "table")).await.1["flow_compare_data"], Value::Null);
    let (_, failed) = told(objects(&simulator, "invoices-oracle-to-gaussdb", "table")).await;
    assert_eq!(failed["create_time"], "2024-09-18T04:01:45.200Z");
    for (job, rest, code) in [
        (shop, "table?limit=0", "DRS.M00210"),
        (shop, "table?limit=1001", "DRS.M00210"),
        (shop, "table?offset=-1", "DRS.M00210"),
        (shop, "table_indexes", "DRS.M00202"),
        ("scratch-mysql-to-cloud", "table", "DRS.M05003"),
        ("legacy-mysql-to-cloud", "table", "DRS.M05004"),
    ] {
        assert_eq!(refusal(objects(&simulator, job, rest)).await, (400, code.to_owned()), "{job} {rest}");
    }
    simulator.hide(&simulator.job_id(shop).unwrap());
    assert_eq!(refusal(objects(&simulator, shop, "table")).await.1, "DRS.M05003");
    simulator.stop().await;
}

#[tokio::test]
async fn a_region_may_lack_an_api_or_throttle() {
    let options = Options { clock: Clock::frozen_at(MOMENT), drs_v5: DrsV5::Absent, ..Options::default() };
    let simulator = start(options).await;
    let (status, absent) = told(objects(&simulator, "shop-mysql-to-cloud", "table")).await;
    assert_eq!((status, &absent["error_code"]), (404, &json!("APIGW.0101")));
    assert!(absent["request_id"].is_string());
    let list = json!({ "db_use_type": "sync", "cur_page": 1, "per_page": 0 });
    assert_eq!(told(post(&simulator, "", &list)).await.0, 200);
    let wait = FaultKind::Throttled { status: None, milliseconds: Some(3000) };
    simulator.faults().set(Fault::new(wait).on("ShowJobList").times(1));
    let throttled = post(&simulator, "", &list).send().await.unwrap();
    assert_eq!((throttled.status().as_u16(), &throttled.headers()["retry-after"]), (429, &"3".parse().unwrap()));
    assert!(throttled.text().await.unwrap().contains("APIGW.0308"));
    simulator.stop().await;
}
