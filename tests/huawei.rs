//! Huawei Cloud DRS from the socket to the series: the document's own sample, and a service that is
//! less exact than its documents. What the simulator can say strictly is asked of the simulator.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "huawei/discovery.rs"]
mod discovery;
#[path = "huawei/entry.rs"]
mod entry;
#[path = "support/fake_rest.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod fake_rest;
#[path = "huawei/jobs.rs"]
mod jobs;
#[path = "huawei/objects.rs"]
mod objects;
#[path = "support/page.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod page;
#[path = "huawei/simulated.rs"]
mod simulated;
#[path = "huawei/user.rs"]
mod user;

use fake_rest::{Asked, FakeRest, Reply};
use page::{Bench, Page, parsed};
use serde_json::{Value, json};

/// The answer of progress-data as its document prints it.
const SAMPLE: &str = include_str!("fixtures/huawei-drs-progress-data.json");
/// The refusal that the same document prints; it comes with HTTP 400.
const NOT_FOUND: &str = include_str!("fixtures/huawei-drs-task-not-found.json");

const CLOUD_PROJECT: &str = "5237e10fe9aa4ad5b16b6a5245248314";
const JOB: &str = "163b98e8-6088-46c3-8b86-c18fea6jb502";
const SECRET: &str = "s3cret-of-the-key";

/// A source named `drs` at `url`; `huawei` are further keys of its kind and `rest` of itself, one a
/// line.
fn file(url: &str, huawei: &str, rest: &str) -> String {
    let huawei = huawei.trim().replace('\n', "\n      ");
    let rest = rest.trim().replace('\n', "\n    ");
    format!(
        "sources:\n  - name: drs\n    huawei_drs:\n      region: cn-north-4\n      project_id: {CLOUD_PROJECT}\n      \
         endpoint: '{url}'\n      iam_endpoint: '{url}'\n      {huawei}\n    requests_per_second: 1000\n    \
         interval: 2s\n    timeout: 500ms\n    {rest}\n"
    )
}

/// The same with an access key.
fn with_key(url: &str, huawei: &str, rest: &str) -> Bench {
    let huawei = format!("access_key: HPUATESTKEY\nsecret_key: {SECRET}\n{huawei}");
    Bench::new(&parsed(&file(url, &huawei, rest)))
}

/// Polls the one job of the document once.
async fn polled(drs: &FakeRest, huawei: &str) -> Page {
    with_key(&drs.url(), huawei, &format!("projects: [{JOB}]")).poll().await
}

/// The ids that a batch asks for.
fn ids(asked: &Asked) -> Vec<String> {
    let ids = asked.body["jobs"].as_array().unwrap_or_else(|| panic!("no batch: {asked:?}"));
    ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// batch-status: every job in this state.
fn all_in(asked: &Asked, status: &str) -> Reply {
    let results: Vec<Value> = ids(asked).into_iter().map(|id| json!({ "id": id, "status": status })).collect();
    Reply::json(&json!({ "results": results, "count": results.len() }))
}

/// batch-progress: this about every job.
fn all_at(asked: &Asked, progress: &Value) -> Reply {
    let result = |id: String| {
        let mut result = progress.clone();
        result["job_id"] = json!(id);
        result
    };
    let results: Vec<Value> = ids(asked).into_iter().map(result).collect();
    Reply::json(&json!({ "results": results })).status(202)
}

/// A service in which every job copies its rows and has the document's one object.
fn usual(asked: &Asked) -> Reply {
    match asked.what.rsplit('/').next().unwrap() {
        "batch-status" => all_in(asked, "FULL_TRANSFER_STARTED"),
        "batch-progress" => all_at(asked, &json!({ "progress": "10", "incre_trans_delay": "-1" })),
        _ => Reply::text(SAMPLE),
    }
}

/// The usual service, but this one call answers otherwise.
async fn usual_but(call: &'static str, other: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> FakeRest {
    FakeRest::start(move |asked| if asked.what.contains(call) { other(asked) } else { usual(asked) }).await
}

/// A refusal of the service in its own words.
fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(&json!({ "error_code": code, "error_msg": message })).status(status)
}
