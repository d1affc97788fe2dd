//! Alibaba Cloud: who may pass the gateway, and the spelling of what comes back.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MOMENT, client, frozen, sign};
use crate::sim::{ALIBABA_KEY, ALIBABA_TEMPORARY_KEY, AccessKey, Fault, FaultKind, Service, Simulator};

fn signing(simulator: &Simulator, key: AccessKey) -> sign::Signing {
    sign::Signing { key, at: simulator.clock().now().as_secs().try_into().unwrap(), nonce: None }
}

/// Status and JSON of a request that is sent.
async fn told(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

async fn ask(simulator: &Simulator, action: &str, form: &str) -> (u16, Value) {
    told(sign::alibaba(simulator, &signing(simulator, ALIBABA_KEY), action, form)).await
}

/// Status and code of a refusal.
async fn refusal(request: reqwest::RequestBuilder) -> (u16, String) {
    let (status, body) = told(request).await;
    assert!(body["RequestId"].is_string() && body["HostId"].is_string(), "{body}");
    (status, body["Code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn answers_are_spelt_as_in_the_document() {
    let simulator = frozen().await;
    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let (status, answer) = ask(&simulator, "DescribeProject", &format!("Id={id}")).await;
    assert_eq!((status, &answer["Success"]), (200, &json!(true)));
    let project = &answer["Data"];
    assert_eq!(project["Name"], "orders-mysql-to-ob");
    assert!(project["GmtModified"].as_str().unwrap().ends_with('\n'));
    assert_eq!(project["SourceConnectInfo"]["Port"], 3306);
    assert_eq!(project["SourceConnectInfo"]["ConnectionInfo"], "null");
    assert_eq!(project["ExtraInfo"]["RunningStep"], "INCR-TRANSFER");
    assert_eq!(project["ExtraInfo"]["SyncDelay"], 40);
    assert_eq!(project["ExtraInfo"]["Subtopics"], json!(["null"]));
    assert_eq!(project["AlarmStats"]["OpenMonitor"], json!(true));
    let steps = project["Steps"].as_array().unwrap();
    let follow = steps.iter().find(|step| step["Name"] == "INCR_TRANSFER").unwrap();
    assert_eq!(follow["StepInfo"]["checkpointSampleTimestamp"], json!(MOMENT));
    assert_eq!(follow["ExtraInfo"]["FailedTime"], "null");

    let (_, failed) = ask(&simulator, "DescribeProject", "Id=np_nobody").await;
    assert_eq!((&failed["Success"], failed["Data"].is_null()), (&json!(false), true));
    let (status, components) = ask(&simulator, "DescribeProjectComponents", &format!("Id={id}")).await;
    assert_eq!((status, &components["Data"]["StoreList"][0]["Status"]), (200, &json!("ACTIVE")));
    let form = format!("ProjectId={id}&PageSize=5&PageNumber=3");
    let (_, compared) = ask(&simulator, "ListProjectFullVerifyResult", &form).await;
    assert_eq!((&compared["TotalCount"], &compared["Data"]["DifferentNumber"]), (&json!(14), &json!(2)));
    assert_eq!(compared["Data"]["FullVerifyTableStatistics"].as_array().unwrap().len(), 4);
    simulator.stop().await;
}

#[tokio::test]
async fn lists_are_filtered_by_json_in_a_form() {
    let simulator = frozen().await;
    let (_, labels) = ask(&simulator, "ListAllLabels", "").await;
    let labels = labels["Data"].as_array().unwrap().clone();
    let core = labels.iter().find(|label| label["Name"] == "core").unwrap()["Id"].as_str().unwrap().to_owned();
    for (form, wanted) in [
        (String::new(), 12),
        ("Status=%5B%22FAILED%22%2C%22SUSPEND%22%5D".to_owned(), 2),
        (format!("LabelIds=%5B%22{core}%22%5D&Type=MIGRATION"), 3),
        ("SearchKey=mysql-to+ob".to_owned(), 0),
        ("SearchKey=oracle&VisibleSubProject=False&PageSize=150&PageNumber=1".to_owned(), 2),
    ] {
        let (status, list) = ask(&simulator, "ListProjects", &form).await;
        assert_eq!((status, &list["TotalCount"]), (200, &json!(wanted)), "{form}");
    }
    let (_, list) = ask(&simulator, "ListProjects", "PageSize=5&PageNumber=2").await;
    assert_eq!(list["Data"].as_array().unwrap().len(), 5);
    assert_eq!(simulator.requests().last().unwrap().page, Some(2));
    let (_, large) = ask(&simulator, "ListProjects", "PageSize=151").await;
    assert_eq!(large["Success"], json!(false));
    let request = |action, form| sign::alibaba(&simulator, &signing(&simulator, ALIBABA_KEY), action, form);
    for (action, form, status, code) in [
        ("ListProjects", "Status=FAILED", 400, "InvalidParameter"),
        ("ListProjects", "PageSize=many", 400, "InvalidParameter"),
        ("DescribeProject", "", 400, "MissingParameter"),
        ("ListConflictData", "ProjectId=x", 404, "InvalidAction.NotFound"),
        ("listprojects", "", 404, "InvalidAction.NotFound"),
    ] {
        assert_eq!(refusal(request(action, form)).await, (status, code.to_owned()), "{action} {form}");
    }
    simulator.stop().await;
}

#[tokio::test]
async fn the_gateway_is_strict() {
    let simulator = frozen().await;
    let good = signing(&simulator, ALIBABA_KEY);
    let list = |signing: &sign::Signing| sign::alibaba(&simulator, signing, "ListProjects", "PageSize=10");
    let named = |status: u16, code: &str| (status, code.to_owned());

    let stranger = sign::Signing { key: AccessKey { id: "nobody", ..ALIBABA_KEY }, ..good.clone() };
    assert_eq!(refusal(list(&stranger)).await, named(404, "InvalidAccessKeyId.NotFound"));
    let wrong = sign::Signing { key: AccessKey { secret: "guess", ..ALIBABA_KEY }, ..good.clone() };
    assert_eq!(refusal(list(&wrong)).await, named(400, "SignatureDoesNotMatch"));
    assert_eq!(refusal(list(&good).body("PageSize=11")).await, named(400, "SignatureDoesNotMatch"));
    for off in [-901, 901] {
        let skewed = sign::Signing { at: good.at + off, ..good.clone() };
        assert_eq!(refusal(list(&skewed)).await, named(400, "InvalidTimeStamp.Expired"));
    }
    let near = sign::Signing { at: good.at - 899, ..good.clone() };
    assert_eq!(told(list(&near)).await.0, 200);
    assert_eq!(refusal(list(&good).header("x-acs-retry-attempts", "1")).await, named(400, "IncompleteSignature"));
    let bare = client().post(simulator.alibaba_url()).header("x-acs-action", "ListProjects").body("");
    assert_eq!(refusal(bare).await, named(400, "IncompleteSignature"));

    let once = sign::Signing { nonce: Some("n1".to_owned()), ..good.clone() };
    assert_eq!(told(list(&once)).await.0, 200);
    assert_eq!(refusal(list(&once)).await, named(400, "SignatureNonceUsed"));
    assert_eq!(simulator.refused(), 8);

    let temporary = signing(&simulator, ALIBABA_TEMPORARY_KEY);
    assert_eq!(told(list(&temporary)).await.0, 200);
    let untold = sign::Signing { key: AccessKey { token: None, ..ALIBABA_TEMPORARY_KEY }, ..good.clone() };
    assert_eq!(refusal(list(&untold)).await, named(400, "MissingSecurityToken"));
    let other = sign::Signing { key: AccessKey { token: Some("CAIS-other"), ..ALIBABA_TEMPORARY_KEY }, ..good };
    assert_eq!(refusal(list(&other)).await, named(400, "InvalidSecurityToken.MismatchWithAccessKey"));
    simulator.clock().advance(Duration::from_hours(24));
    let temporary = signing(&simulator, ALIBABA_TEMPORARY_KEY);
    assert_eq!(refusal(list(&temporary)).await, named(400, "InvalidSecurityToken.Expired"));
    simulator.stop().await;
}

#[tokio::test]
async fn faults_speak_the_gateways_language() {
    let simulator = frozen().await;
    let wait = FaultKind::Throttled { status: Some(400), milliseconds: Some(1500) };
    simulator.faults().set(Fault::new(wait).at(Service::AlibabaCloud).on("ListProjects").times(1));
    let request = sign::alibaba(&simulator, &signing(&simulator, ALIBABA_KEY), "ListProjects", "");
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-acs-retry-after"]), (400, &"1500".parse().unwrap()));
    assert!(response.text().await.unwrap().contains("\"Throttling.User\""));

    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let gateway = FaultKind::Gateway { status: 403, code: "Forbidden.RAM".to_owned(), message: String::new() };
    simulator.faults().set(Fault::new(gateway).about(&id).times(1));
    assert_eq!(ask(&simulator, "ListProjects", "").await.0, 200);
    let (status, refused) = ask(&simulator, "DescribeProject", &format!("Id={id}")).await;
    assert_eq!((status, &refused["Code"]), (403, &json!("Forbidden.RAM")));

    simulator.faults().set(Fault::new(FaultKind::WithoutSteps).about(&id));
    let (_, list) = ask(&simulator, "ListProjects", "SearchKey=orders").await;
    assert_eq!((&list["Data"][0]["Name"], &list["Data"][0]["Steps"]), (&json!("orders-mysql-to-ob"), &Value::Null));
    simulator.stop().await;
}
