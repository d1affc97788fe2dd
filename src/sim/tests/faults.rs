//! Each fault once, as a client meets it.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, client, frozen, names, send};
use crate::sim::{Fault, FaultKind, Simulator};

/// A list that meets this fault once.
async fn spoilt(simulator: &Simulator, kind: FaultKind) -> reqwest::Response {
    simulator.faults().set(Fault::new(kind).times(1));
    send(simulator, "ListProjects", "{}").await.unwrap()
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

#[tokio::test]
async fn answers_that_are_not_the_services_own() {
    let simulator = frozen().await;
    let status = FaultKind::Status { code: 503, retry_after: Some("7".to_owned()) };
    let response = spoilt(&simulator, status).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "retry-after"), "7");

    let response = spoilt(&simulator, FaultKind::Page).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(header(&response, "content-type").starts_with("text/html"));

    let location = "/elsewhere".to_owned();
    let response = spoilt(&simulator, FaultKind::Redirect { location }).await;
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(header(&response, "location"), "/elsewhere");

    let response = spoilt(&simulator, FaultKind::Empty).await;
    assert_eq!(response.bytes().await.unwrap().len(), 0);

    let response = spoilt(&simulator, FaultKind::WrongType).await;
    assert_eq!(header(&response, "content-type"), "text/plain");

    let response = spoilt(&simulator, FaultKind::Garbage).await;
    let bytes = response.bytes().await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());

    let response = spoilt(&simulator, FaultKind::Truncated).await;
    let text = response.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
    assert_eq!(names(&simulator, json!({})).await.len(), 12);
    simulator.stop().await;
}

#[tokio::test]
async fn a_refusal_is_in_the_services_words() {
    let simulator = frozen().await;
    let envelope = FaultKind::Envelope { code: "GHANA-OPERIE000000".to_owned(), message: "try later".to_owned() };
    simulator.faults().set(Fault::new(envelope).on("ListAllLabels").times(1));
    let list = call(&simulator, "ListProjects", json!({})).await;
    assert_eq!(list["success"], json!(true));
    let labels = call(&simulator, "ListAllLabels", json!({})).await;
    assert_eq!(labels["success"], json!(false));
    assert_eq!(labels["message"], "[GHANA-OPERIE000000]: try later");
    assert!(simulator.faults().list().is_empty());
    simulator.stop().await;
}

#[tokio::test]
async fn large_bodies_have_the_size_asked_for() {
    let simulator = frozen().await;
    let response = spoilt(&simulator, FaultKind::Huge { bytes: 300_000 }).await;
    assert!(response.content_length().is_none());
    let bytes = response.bytes().await.unwrap();
    assert!((300_000..300_100).contains(&bytes.len()));
    assert!(serde_json::from_slice::<Value>(&bytes).is_ok());

    let response = spoilt(&simulator, FaultKind::GzipBomb { bytes: 5 << 20 }).await;
    let bytes = response.bytes().await.unwrap();
    assert!((5 << 20..(5 << 20) + 100).contains(&bytes.len()));
    assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
    simulator.stop().await;
}

#[tokio::test]
async fn a_reset_breaks_the_body_off() {
    let simulator = frozen().await;
    let response = spoilt(&simulator, FaultKind::Reset).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.bytes().await.is_err());
    simulator.stop().await;
}

#[tokio::test]
async fn slow_answers_are_right_in_the_end() {
    let simulator = frozen().await;
    let begun = Instant::now();
    simulator.faults().set(Fault::new(FaultKind::Delay { milliseconds: 60 }).on("ListAllLabels").times(1));
    simulator.faults().set(Fault::new(FaultKind::Drip { milliseconds: 0 }).on("ListAllLabels").times(1));
    let labels = call(&simulator, "ListAllLabels", json!({})).await;
    assert_eq!(labels["data"].as_array().unwrap().len(), 3);
    assert!(begun.elapsed() >= Duration::from_millis(60));
    assert!(simulator.faults().list().is_empty());
    simulator.stop().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_those_who_hang() {
    let simulator = frozen().await;
    let slow = FaultKind::Drip { milliseconds: 3_600_000 };
    simulator.faults().set(Fault::new(FaultKind::Hang).times(1));
    simulator.faults().set(Fault::new(slow).times(1));
    let request = async || {
        let response = send(&simulator, "ListProjects", "{}").await?;
        response.bytes().await
    };
    let requests = async { tokio::join!(request(), request()) };
    let mut requests = std::pin::pin!(requests);
    while simulator.count("ListProjects") < 2 {
        tokio::select! {
            ended = &mut requests => panic!("{ended:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    let stopped = tokio::time::timeout(Duration::from_secs(5), simulator.shut());
    let (stopped, ended) = tokio::join!(stopped, requests);
    assert!(stopped.is_ok());
    // One connection broke off, the other was told that the server is going.
    assert!(ended.0.is_err() || ended.1.is_err(), "{ended:?}");
}

#[tokio::test]
async fn a_list_loses_the_steps_of_the_project_meant() {
    let simulator = frozen().await;
    let id = simulator.project_id("orders-mysql-to-ob").unwrap();
    let fault = Fault::new(FaultKind::WithoutSteps).about(&id);
    simulator.faults().set(fault);
    let list = call(&simulator, "ListProjects", json!({ "pageSize": 150 })).await;
    let bare: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["steps"].is_null())
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(bare, [id.as_str()]);
    let detail = call(&simulator, "DescribeProject", json!({ "id": id })).await;
    assert!(detail["data"][0]["steps"].is_array());
    simulator.stop().await;
}

#[tokio::test]
async fn faults_of_one_project_leave_the_others_alone() {
    let simulator = frozen().await;
    let bad = simulator.project_id("orders-mysql-to-ob").unwrap();
    let good = simulator.project_id("crm-mysql-to-ob").unwrap();
    let status = FaultKind::Status { code: 500, retry_after: None };
    simulator.faults().set(Fault::new(status).about(&bad));
    let body = json!({ "id": bad }).to_string();
    for action in ["DescribeProject", "DescribeProjectSteps"] {
        let response = send(&simulator, action, &body).await.unwrap();
        assert_eq!(response.status(), 500);
    }
    let detail = call(&simulator, "DescribeProject", json!({ "id": good })).await;
    assert_eq!(detail["success"], json!(true));
    simulator.faults().clear();
    let detail = call(&simulator, "DescribeProject", json!({ "id": bad })).await;
    assert_eq!(detail["success"], json!(true));
    simulator.stop().await;
}

#[tokio::test]
async fn faults_are_set_over_http_and_misspelt_ones_refused() {
    let simulator = frozen().await;
    let url = format!("{}/sim/faults", simulator.base_url());
    let send_fault = async |method, fault: Value| {
        let request = client().request(method, &url).body(fault.to_string());
        request.send().await.unwrap().status().as_u16()
    };
    let fault = json!({ "kind": "status", "code": 429, "action": "ListProjects", "times": 1 });
    assert_eq!(send_fault(Method::POST, fault).await, 204);
    for wrong in [
        json!({ "kind": "status", "code": 429, "acton": "ListProjects" }),
        json!({ "kind": "no_such_fault" }),
        json!({ "kind": "status" }),
        json!([]),
    ] {
        assert_eq!(send_fault(Method::POST, wrong.clone()).await, 400, "{wrong}");
    }
    assert_eq!(simulator.faults().list().len(), 1);
    let response = send(&simulator, "ListProjects", "{}").await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    for kind in ["page", "truncated", "hang", "drip", "reset", "redirect"] {
        assert_eq!(send_fault(Method::POST, json!({ "kind": kind })).await, 204);
    }
    assert_eq!(send_fault(Method::DELETE, Value::Null).await, 204);
    assert_eq!(names(&simulator, json!({})).await.len(), 12);
    simulator.stop().await;
}
