//! What was recorded plays as it was: the expositions of the live poll and of the replay are held
//! against each other, and the files against everything that the configuration keeps to itself.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

#[cfg(test)]
#[path = "support/binary.rs"]
mod binary;
#[cfg(test)]
#[path = "support/capture.rs"]
mod capture;
#[cfg(test)]
#[path = "record/command.rs"]
mod command;
#[cfg(test)]
#[path = "record/damage.rs"]
mod damage;
#[cfg(test)]
#[path = "support/fake_oms.rs"]
#[expect(dead_code, reason = "not every test needs all of it")]
mod fake_oms;
#[cfg(test)]
#[path = "support/world.rs"]
mod world;

use capture::{Live, files, parsed, recorded, replayed};
use fake_oms::{Asked, FakeOms, Reply};
use migration_exporter::sim::{self, Fault, FaultKind};
use serde_json::{Value, json};

const COMMUNITY: &str = include_str!("fixtures/oms-ce-4.2.8-describe-project.json");
const ALIBABA: &str = include_str!("fixtures/alibaba-cloud-describe-project.json");
const CAPTURED_LIST: &str = include_str!("fixtures/odc-capture-list-projects.json");
const CAPTURED_STEPS: &str = include_str!("fixtures/odc-capture-steps.json");

/// One source named `oms` at `url`; `rest` are further keys of it, one a line.
fn config(url: &str, rest: &str) -> migration_exporter::config::Config {
    let rest = rest.replace('\n', "\n    ");
    parsed(&format!(
        "sources:\n  - name: oms\n    oms: {{ endpoint: '{url}', username: exporter, password: s3cret-7 }}\n    {rest}\n"
    ))
}

/// Records a poll, plays it, and holds the two against each other.
async fn assert_replays(url: &str, rest: &str) -> Live {
    let live = recorded(&config(url, rest)).await;
    let (good, replayed) = replayed(live.folder.path()).await;
    assert_eq!(live.exposition, replayed);
    assert_eq!(live.good, good);
    live
}

#[tokio::test]
async fn discovery_of_the_simulated_world() {
    let simulator = world::frozen().await;
    let live = recorded(&parsed(&world::config(&simulator, "30s"))).await;
    simulator.stop().await;
    let (good, replayed) = replayed(live.folder.path()).await;
    assert!(good && live.good && live.exposition.len() > 500, "{}", live.exposition.len());
    assert_eq!(live.exposition, replayed);
}

/// All kinds at once, with everything that each has, as `simulate` prints it and with tokens too.
#[tokio::test]
async fn every_kind_of_service() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let simulator = sim::Simulator::start(listener, sim::Options::default()).await.unwrap();
    let old = &simulator.older_projects()[0];
    let drs = |name: &str, credentials: &str, per_object_series: u32| {
        format!(
            "  - name: {name}\n    huawei_drs: {{ region: {}, endpoint: '{}', iam_endpoint: '{}', project_id: {}, {credentials}, \
             object_types: [table, view], per_object_series: {per_object_series} }}\n    discover: {{}}\n",
            sim::HUAWEI_REGION,
            simulator.huawei_url(),
            simulator.iam_url(),
            sim::HUAWEI_PROJECT_ID,
        )
    };
    let (key, pair, user) = (sim::HUAWEI_KEY, sim::ALIBABA_KEY, sim::Options::default());
    let keys = format!("access_key: {}, secret_key: {}", key.id, key.secret);
    let reader = sim::HUAWEI_USER;
    let token =
        format!("iam_user: {{ domain: {}, user: {}, password: {} }}", reader.domain, reader.name, reader.password);
    let text = format!(
        "sources:\n  - name: oms\n    oms: {{ endpoint: '{}', username: {u}, password: {p} }}\n    discover: {{}}\n    \
         collect: [components, verification, conflicts]\n  - name: old\n    oms_v3: {{ endpoint: '{}', username: {u}, password: {p} }}\n    \
         projects: [{{ id: {}, kind: {} }}]\n  - name: aliyun\n    alibaba_cloud: {{ region: cn-shanghai, endpoint: '{}', \
         access_key_id: {}, access_key_secret: {} }}\n    discover: {{ statuses: [RUNNING, FAILED] }}\n    projects: [np_nobody]\n    \
         collect: [components, verification]\n{}{}{}",
        simulator.base_url(),
        simulator.oms_v3_url(),
        old.id,
        old.kind,
        simulator.alibaba_url(),
        pair.id,
        pair.secret,
        drs("drs", &keys, 0),
        drs("drs-names", &keys, 5),
        drs("drs-user", &token, 0),
        u = user.username,
        p = user.password,
    );
    for source in parsed(&text).sources {
        let name = source.name.clone();
        let live = recorded(&migration_exporter::config::Config { sources: vec![source] }).await;
        let (good, mut replayed) = replayed(live.folder.path()).await;
        for line in &mut replayed {
            *line = line.replace("source=\"oms\"", &format!("source=\"{name}\""));
        }
        assert_eq!((&live.exposition, live.good), (&replayed, good), "{name}");
        assert_eq!(good, name != "aliyun", "{name}: one project is not there");
        assert!(replayed.len() > if name == "old" { 8 } else { 100 }, "{name}: {replayed:#?}");
        for (path, text) in files(live.folder.path()) {
            for word in [
                &*user.username,
                &*user.password,
                key.id,
                key.secret,
                pair.id,
                pair.secret,
                "127.0.0.1",
                sim::HUAWEI_PROJECT_ID,
                reader.domain,
                reader.name,
                reader.password,
                "oken",
            ] {
                assert!(!text.contains(word), "{word} in {path}:\n{text}");
            }
        }
    }
    simulator.stop().await;
}

#[tokio::test]
async fn every_filter_and_the_names_and_limits_of_the_configuration() {
    let simulator = world::frozen().await;
    let url = simulator.base_url();
    let id = simulator.project_id("billing-oracle-to-ob").unwrap();
    let text = world::config(&simulator, "30s").replace(
        "discover: {}",
        &format!(
            "projects: [{{ id: {id}, name: Billing }}, np_nobody]\n    delay_thresholds: {{ HIGH: 7s }}\n    \
             discover: {{ types: [MIGRATION, SYNC], statuses: [RUNNING], labels: [core], exclude: [np_x] }}"
        ),
    );
    let live = recorded(&parsed(&text)).await;
    simulator.stop().await;
    assert!(!live.good, "one project does not exist at {url}");
    let (good, replayed) = replayed(live.folder.path()).await;
    assert_eq!((live.exposition, live.good), (replayed.clone(), good));
    assert!(
        replayed.iter().any(|line| line.starts_with("migration_sync_delay_threshold_seconds") && line.ends_with(" 7"))
    );
}

#[tokio::test]
async fn the_documents_samples_and_the_captures_of_real_servers() {
    let steps: Value = serde_json::from_str(CAPTURED_STEPS).unwrap();
    let with_steps = json!({ "success": true, "data": [{ "id": "np_1", "status": "RUNNING", "steps": steps }] });
    for sample in [COMMUNITY, ALIBABA, CAPTURED_LIST, &with_steps.to_string()] {
        let oms = FakeOms::start({
            let sample = sample.to_owned();
            move |_| Reply::text(sample.clone())
        })
        .await;
        for watched in ["projects: [np_1]", "discover: {}"] {
            let live = assert_replays(&oms.url(), watched).await;
            assert!(live.good && live.exposition.len() > 20, "{:#?}", live.exposition);
        }
    }
}

/// A checkpoint without a sample time makes a delay against the time of the answer.
#[tokio::test]
async fn a_delay_is_measured_from_the_time_of_the_recorded_answer() {
    let oms = FakeOms::start(|_| {
        let info = json!({ "incrTimestampCheckpoint": 1_700_000_000 });
        let step = json!({ "name": "INCR_TRANSFER", "status": "MONITORING", "order": 1, "stepInfo": info });
        Reply::data(&json!([{ "id": "np_1", "status": "RUNNING", "steps": [step] }]))
    })
    .await;
    let live = assert_replays(&oms.url(), "projects: [np_1]").await;
    assert!(live.exposition.iter().any(|line| line.starts_with("migration_sync_delay_seconds")));
}

/// Answers about extras too, with everything in them that must not be shown.
fn extras(asked: &Asked) -> Reply {
    let names = |page: u64| -> Vec<Value> {
        let table = |n: u64| {
            json!({
                "sourceSchemaName": "shop", "sourceTableName": format!("orders_{page}_{n}"), "message": "shop.orders",
                "resultType": if n.is_multiple_of(3) { "INCONSISTENT" } else { "CONSISTENT" },
            })
        };
        (0..if page == 1 { 150 } else { 7 }).map(table).collect()
    };
    match asked.action.as_str() {
        "DescribeProjectComponents" => Reply::data(&json!({
            "storeList": [{ "name": "10.0.0.7-9000:np_1", "ip": "10.0.0.7", "status": "RUNNING", "delay": "12345678" }],
            "incrSyncComponents": [{ "name": "x", "status": "RUNNING", "tps": 5.25 }, { "status": "STOPPED" }],
        })),
        "ListProjectFullVerifyResult" => {
            let page = asked.body["pageNumber"].as_u64().unwrap();
            let found = json!({ "differentNumber": 3, "fullVerifyTableStatistics": names(page) });
            Reply::json(&json!({ "success": true, "totalCount": 157, "data": found }))
        }
        "ListConflictData" if asked.body["omsStepName"] == "FULL_TRANSFER" => Reply::data(&json!([
            { "fileName": "conflict_shop_orders.log", "date": "2025-05-06 10:00:00", "size": 12 },
        ])),
        "ListConflictData" => Reply::data(&json!([])),
        _ => {
            let step = |name: &str| json!({ "name": name, "status": "RUNNING", "progress": 5 });
            let steps = ["FULL_TRANSFER", "INCR_TRANSFER", "FULL_VERIFIER"].map(step);
            Reply::data(&json!([{ "id": "np_1", "type": "MIGRATION", "status": "RUNNING", "steps": steps }]))
        }
    }
}

#[tokio::test]
async fn the_extras() {
    let oms = FakeOms::start(extras).await;
    let rest = "projects: [np_1]\ncollect: [components, verification, conflicts]\nrequests_per_second: 1000";
    let live = assert_replays(&oms.url(), rest).await;
    for wanted in [
        r#"migration_component_delay_seconds{source="oms",project_id="np_1",project="np_1",component="store",direction="forward"} 12345678"#,
        r#"migration_verification_tables{source="oms",project_id="np_1",project="np_1",result="CONSISTENT"} 104"#,
        r#"migration_conflict_log_files{source="oms",project_id="np_1",project="np_1",step="FULL_TRANSFER"} 1"#,
    ] {
        assert!(live.exposition.iter().any(|line| line == wanted), "{wanted} in {:#?}", live.exposition);
    }
    let text = files(live.folder.path()).into_iter().map(|(_, text)| text).collect::<String>();
    for word in ["shop", "orders", "10.0.0.7", "s3cret-7", "127.0.0.1"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn an_edition_without_an_action() {
    let oms = FakeOms::start(|asked| match asked.action.as_str() {
        "ListConflictData" => Reply::json(&json!({
            "success": false, "code": "INNER_ERROR", "message": "Unknown action ListConflictData for shop",
        })),
        _ => extras(asked),
    })
    .await;
    let rest = "projects: [np_1, np_2]\ncollect: [conflicts]";
    let live = assert_replays(&oms.url(), rest).await;
    assert!(live.good);
}

#[tokio::test]
async fn projects_that_fail_replay_as_failing() {
    let oms = FakeOms::start(|asked| match asked.body["id"].as_str() {
        Some("np_refused") => Reply::failure("GHANA-OPERIE000000"),
        Some("np_down") => Reply::text("<html><title>502</title>10.0.0.9</html>").status(502),
        Some("np_html") => Reply::text("<html><title>Login</title></html>"),
        Some("np_cut") => Reply::text(r#"{"success":true,"data":[{"id":"np_cut","owner":"ann-secret"#),
        Some("np_huge") => Reply::endless(),
        Some("np_odd") => Reply::text("null"),
        Some("np_empty") => Reply::text(""),
        Some("np_late") => Reply::failure("LATER").status(429).header("retry-after", "7200"),
        _ => Reply::data(&json!([{ "id": "np_good", "status": "RUNNING", "steps": [] }])),
    })
    .await;
    let ids = "[np_good, np_cut, np_down, np_empty, np_html, np_huge, np_odd, np_refused]";
    let rest = format!("projects: {ids}\nmax_response_bytes: 1KiB\nrequests_per_second: 1000\ninterval: 10s");
    let live = assert_replays(&oms.url(), &rest).await;
    assert!(!live.good);
    let up = live.exposition.iter().filter(|line| line.starts_with("migration_project_up{") && line.ends_with(" 1"));
    assert_eq!(up.count(), 1);
    let text = files(live.folder.path()).into_iter().map(|(_, text)| text).collect::<String>();
    assert!(!text.contains("ann-secret") && !text.contains("10.0.0.9"));
    assert!(text.contains(r#""failed": "too_large""#) && text.contains("GHANA-OPERIE000000"));
    // A service that asks for silence says so in the capture, and the replay does not keep quiet.
    let live = assert_replays(&oms.url(), "projects: [np_good, np_late]\ninterval: 1s").await;
    assert!(!live.good);
}

#[tokio::test]
async fn refused_credentials_and_no_service_at_all() {
    let refused = FakeOms::start(|_| Reply::text("denied").status(401)).await;
    let live = assert_replays(&refused.url(), "projects: [np_1, np_2]").await;
    assert!(live.exposition.contains(&r#"migration_source_up{source="oms"} 0"#.to_owned()), "{:#?}", live.exposition);
    let live = assert_replays("http://127.0.0.1:9", "discover: {}\ninterval: 1s").await;
    let text = files(live.folder.path()).into_iter().map(|(_, text)| text).collect::<String>();
    assert!(text.contains(r#""failed": "connect""#) && !text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn the_old_edition() {
    let oms = FakeOms::start(|_| {
        Reply::data(&json!({
            "status": "RUNNING", "importance": "HIGH", "enableIncrSync": true, "incrSyncCheckpoint": "1700000000",
            "structSyncProgress": 100, "fullMigrationProgress": "42", "currentStep": "FULL_TRANSFER",
        }))
    })
    .await;
    let live = recorded(&parsed(&format!(
        "sources:\n  - name: oms\n    oms_v3: {{ endpoint: '{}', username: u, password: p }}\n    \
         projects: [{{ id: np_old1, kind: sync, name: Old }}, {{ id: np_old2, kind: migration }}]\n",
        oms.url()
    )))
    .await;
    let (good, replayed) = replayed(live.folder.path()).await;
    assert!(good);
    assert_eq!(live.exposition, replayed);
    assert!(replayed.iter().any(|line| line.starts_with("migration_sync_delay_seconds")));
}

/// A service that throws back everything it can know, in every place there is.
#[tokio::test]
async fn nothing_that_the_configuration_keeps_to_itself_is_in_a_capture() {
    let oms = FakeOms::start(|asked| {
        let authorization = asked.authorization.clone().unwrap_or_default();
        let echo = format!("exporter-7 s3cret/7+x pr0xy-pw walter-w localhost {authorization}");
        let project = json!({
            "id": "np_1", "name": format!("orders {echo}"), "owner": "s3cret/7+x", "status": "RUNNING", "type": echo,
            "labels": [{ "id": 1, "name": echo }], "username": "exporter-7", echo.clone(): echo, "description": echo,
            "steps": [{ "name": echo, "status": "RUNNING", "extraInfo": { "errorCode": echo, "errorMsg": echo } }],
            "alarmStats": { "ruleToRecentlyTriggerCount": { echo.clone(): 1 } },
            "sourceConnectInfo": { "host": "db.shop.internal", "username": "root-of-shop", "dbEngine": "MYSQL" },
        });
        match asked.body["id"].as_str() {
            Some("np_page") => Reply::text(format!("<p>{echo}")).header("content-type", format!("text/{echo}")),
            Some("np_fails") => Reply::json(&json!({ "success": false, "code": echo, "message": echo })),
            _ => {
                Reply::data(&json!([project])).header("set-cookie", "SESSION=cook1e").header("x-request-id", "trace-1")
            }
        }
    })
    .await;
    let url = oms.url().replace("127.0.0.1", "localhost");
    let live = recorded(&parsed(&format!(
        "sources:\n  - name: oms at localhost\n    oms: {{ endpoint: '{url}', username: exporter-7, password: s3cret/7+x }}\n    \
         projects: [np_1, np_page, np_fails, {{ id: np_localhost, name: exporter-7's }}]\n    \
         discover: {{ search: localhost, exclude: [np_s3cret/7+x] }}\n"
    )))
    .await;
    let token = "ZXhwb3J0ZXItNzpzM2NyZXQvNyt4";
    assert!(oms.asked()[0].authorization.as_ref().unwrap().contains(token));
    let files = files(live.folder.path());
    assert_eq!(files.len(), 5);
    for (path, text) in &files {
        for word in [
            "exporter-7",
            "s3cret",
            "localhost",
            token,
            "db.shop.internal",
            "root-of-shop",
            "cook1e",
            "trace-1",
            "authorization",
        ] {
            assert!(!text.contains(word) && !path.contains(word), "{word} in {path}:\n{text}");
        }
    }
    let (_, replayed) = replayed(live.folder.path()).await;
    assert!(replayed.iter().any(|line| line.starts_with("migration_project_up{") && line.contains("np_1")));
}

#[tokio::test]
async fn a_capture_can_be_read_by_people() {
    let simulator = world::frozen().await;
    simulator.faults().set(Fault::new(FaultKind::Page));
    let live = recorded(&parsed(&world::config(&simulator, "1s"))).await;
    simulator.stop().await;
    let files = files(live.folder.path());
    let (path, text) = files.iter().find(|(path, _)| path.ends_with("0001-ListProjects.json")).unwrap();
    let page: Value = serde_json::from_str(text).unwrap();
    assert!(text.contains("\n  \"operation\": \"ListProjects\",\n"), "{path}: {text}");
    for (key, value) in [
        ("/format", json!(1)),
        ("/source", json!("oms")),
        ("/kind", json!("oms")),
        ("/request/method", json!("POST")),
        ("/request/path", json!("/api/v2")),
        ("/request/body", json!({ "pageNumber": 1, "pageSize": 150 })),
        ("/status", json!(200)),
    ] {
        assert_eq!(page.pointer(key), Some(&value), "{key}");
    }
    assert!(page["answered"].as_f64().unwrap() > 1.7e9 && page["took_ms"].is_u64());
    assert!(page["not_json"].as_str().unwrap().starts_with('<') && page.get("body").is_none());
}
