//! The world as it moves: each project shows what it is there to show, the same seed and time give
//! the same bytes, and nothing that counts ever goes back.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MOMENT, call, describe, frozen, send, start, step};
use crate::sim::{
    Clock, Options,
    world::{Project, Work, World},
};

fn delay(step: &Value) -> i64 {
    let info = &step["stepInfo"];
    info["checkpointSampleTimestamp"].as_i64().unwrap() - info["incrTimestampCheckpoint"].as_i64().unwrap()
}

#[tokio::test]
async fn every_state_is_there_once_at_least() {
    let simulator = frozen().await;
    let list = call(&simulator, "ListProjects", json!({ "pageSize": 150 })).await;
    let mut found = BTreeMap::<String, usize>::new();
    for item in list["data"].as_array().unwrap() {
        let status = item["status"].as_str().unwrap().to_owned();
        *found.entry(status).or_default() += 1;
        assert!(item["transferMapping"].is_null());
        assert!(item["id"].as_str().unwrap().starts_with("np_"));
    }
    let states: Vec<_> = found.iter().map(|(state, n)| (state.as_str(), *n)).collect();
    assert_eq!(
        states,
        [
            ("FAILED", 1),
            ("FINISHED", 1),
            ("INIT", 1),
            ("RELEASED", 1),
            ("RELEASING", 1),
            ("RUNNING", 5),
            ("RUNNING_MODIFYING", 1),
            ("SUSPEND", 1),
        ]
    );
    assert!(list["code"].is_null() && list["cost"].as_str().unwrap().ends_with(" ms"));
    simulator.stop().await;
}

#[tokio::test]
async fn orders_get_later_and_then_alarm() {
    let simulator = frozen().await;
    let early = describe(&simulator, "orders-mysql-to-ob").await;
    assert_eq!(early["extraInfo"]["syncDelay"], json!(40));
    assert_eq!(early["alarmStats"]["alarming"], json!(false));
    assert!(step(&early, "INCR_TRANSFER")["finishTime"].is_string());
    simulator.clock().advance(Duration::from_secs(100));
    let late = describe(&simulator, "orders-mysql-to-ob").await;
    assert_eq!(late["extraInfo"]["syncDelay"], json!(90));
    assert_eq!(delay(step(&late, "INCR_TRANSFER")), 90);
    let rules = &late["alarmStats"]["ruleToRecentlyTriggerCount"];
    assert_eq!(*rules, json!({ "oms_migration_delay": 2 }));
    simulator.stop().await;
}

#[tokio::test]
async fn billing_ends_its_load_and_catches_up() {
    let simulator = frozen().await;
    let loading = describe(&simulator, "billing-oracle-to-ob").await;
    let load = step(&loading, "FULL_TRANSFER");
    assert_eq!(load["status"], "RUNNING");
    assert!(load["stepInfo"]["srcRt"].is_string());
    assert!(load["stepInfo"]["srcRps"].as_i64().unwrap() > 3000);
    assert_eq!(step(&loading, "INCR_TRANSFER")["status"], "INIT");
    assert_eq!(loading["extraInfo"]["runningStep"], "FULL_TRANSFER");
    simulator.clock().advance(Duration::from_secs(190));
    let behind = describe(&simulator, "billing-oracle-to-ob").await;
    assert_eq!(step(&behind, "FULL_TRANSFER")["progress"], json!(100));
    let follow = step(&behind, "INCR_TRANSFER");
    assert_eq!(follow["status"], "MONITORING");
    assert!(delay(follow) > 500);
    simulator.clock().advance(Duration::from_secs(400));
    let level = describe(&simulator, "billing-oracle-to-ob").await;
    assert!((1..=3).contains(&delay(step(&level, "INCR_TRANSFER"))));
    simulator.stop().await;
}

#[tokio::test]
async fn the_others_show_what_they_are_there_for() {
    let simulator = frozen().await;
    let failed = describe(&simulator, "invoices-db2-to-ob").await;
    let load = step(&failed, "FULL_TRANSFER");
    assert_eq!(load["status"], "FAILED");
    assert!(load["extraInfo"]["errorCode"].is_string());
    assert_eq!(step(&failed, "INCR_TRANSFER")["progress"], json!(0));

    let idle = describe(&simulator, "sessions-mysql-to-ob").await;
    assert_eq!(idle["extraInfo"]["syncDelay"], json!(0));
    assert!(idle["labels"].is_null());
    assert_eq!(step(&idle, "FULL_TRANSFER")["stepInfo"]["srcRps"], json!(0));

    let reverse = describe(&simulator, "ledger-oracle-to-ob").await;
    assert_eq!(step(&reverse, "TRANSFER_APP_SWITCH")["status"], "FINISHED");
    let back = step(&reverse, "REVERSE_INCR_TRANSFER");
    assert_eq!(back["status"], "MONITORING");
    assert!((1..=5).contains(&delay(back)));

    let silent = describe(&simulator, "catalog-tidb-to-ob").await;
    assert!(silent["extraInfo"].is_null());
    assert!((2..=6).contains(&delay(step(&silent, "INCR_TRANSFER"))));
    assert_eq!(step(&silent, "FULL_VERIFIER")["status"], "RUNNING");
    simulator.clock().advance(Duration::from_hours(1));
    let compared = describe(&simulator, "catalog-tidb-to-ob").await;
    assert_eq!(step(&compared, "FULL_VERIFIER")["status"], "RUNNING");
    assert_eq!(step(&compared, "FULL_VERIFIER")["progress"], json!(100));

    let sync = describe(&simulator, "pricing-mysql-to-kafka").await;
    assert_eq!((&sync["type"], &sync["sinkEndpointType"]), (&json!("SYNC"), &json!("KAFKA")));

    let over = describe(&simulator, "archive-mysql-to-ob").await;
    let schema = step(&over, "STRUCT_TRANSFER");
    assert_eq!(schema["status"], "FINISHED");
    assert!(schema["extraInfo"]["failedTime"].as_str().unwrap().contains('.'));
    assert!(over["gmtFinish"].is_string() && over["sinkConnectInfo"]["port"].is_string());
    simulator.stop().await;
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes() {
    let options = |seed| Options { seed, clock: Clock::frozen_at(MOMENT), extra_projects: 2, ..Options::default() };
    let (one, other, third) = (start(options(7)).await, start(options(7)).await, start(options(8)).await);
    one.clock().advance(Duration::from_millis(77_500));
    other.clock().advance(Duration::from_secs(77));
    other.clock().advance(Duration::from_millis(500));
    let mut texts = Vec::new();
    for simulator in [&one, &other, &third] {
        let response = send(simulator, "ListProjects", "{}").await.unwrap();
        texts.push(response.text().await.unwrap());
    }
    assert_eq!(texts[0], texts[1]);
    assert_ne!(texts[0], texts[2]);
    for simulator in [one, other, third] {
        simulator.stop().await;
    }
}

/// All that may only grow, by project and stage.
fn counts(projects: &[Project]) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for project in projects {
        let name = &project.summary.name;
        let alarms = project.alarm.map_or(0, |alarm| alarm.count);
        counts.insert(format!("{name} alarms"), alarms);
        counts.insert(format!("{name} modified"), project.summary.modified);
        for stage in &project.stages {
            let at = format!("{name} {:?}", stage.act);
            counts.insert(format!("{at} percent"), stage.percent);
            match &stage.work {
                Work::Copying(copying) => {
                    assert!((0..=copying.total).contains(&copying.done));
                    counts.insert(format!("{at} done"), copying.done);
                }
                Work::Following(Some(position)) => {
                    assert!(position.reached <= position.sampled);
                    counts.insert(format!("{at} reached"), position.reached);
                    counts.insert(format!("{at} sampled"), position.sampled);
                }
                _ => {}
            }
        }
    }
    counts
}

proptest! {
    #[test]
    fn nothing_that_counts_goes_back(
        seed in any::<u64>(),
        first in 0_u64..20_000_000,
        further in 0_u64..3_000_000,
    ) {
        let start = Duration::from_secs(MOMENT);
        let world = World::new(seed, start);
        let at = |milliseconds| {
            counts(&world.projects(start + Duration::from_millis(milliseconds)))
        };
        let later = at(first + further);
        for (name, earlier) in at(first) {
            prop_assert!(later[&name] >= earlier, "{name}: {earlier} then {}", later[&name]);
        }
    }
}
