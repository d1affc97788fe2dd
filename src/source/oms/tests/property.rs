//! The promise of the lenient readers, held against a whole project: whatever stands in one place
//! changes only what hangs on that place.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{envelope, wire};
use super::project_in;
use crate::domain::{Alarms, Project, Replication, Speed, Step};
use crate::source::lenient::tests::any_json;
use crate::source::transport::Answer;

const HERE: &str = "the one place";

/// A project in which every field that is read has a value.
fn complete() -> Value {
    let info = |factor: u64| {
        let fields = [
            "processedRecords",
            "capacity",
            "srcRps",
            "srcRt",
            "srcIops",
            "dstRps",
            "dstRt",
            "dstIops",
            "srcRpsRef",
            "srcRtRef",
            "srcIopsRef",
            "dstRpsRef",
            "dstRtRef",
        ];
        let mut info: Value =
            fields.iter().zip(1_u64..).map(|(field, n)| ((*field).to_owned(), json!(n * factor))).collect();
        info["incrTimestampCheckpoint"] = json!(1_726_642_900 - factor);
        info["checkpointSampleTimestamp"] = json!(1_726_642_905);
        info
    };
    let step = |order: u64, name: &str, status: &str| {
        json!({
            "order": order, "name": name, "status": status, "progress": 10 * order, "stepInfo": info(order),
            "extraInfo": { "errorCode": "CODE-1", "errorDetails": [{ "code": "CODE-2" }] },
            "startTime": "2024-09-13T09:08:38", "finishTime": "2024-09-13T09:08:39",
        })
    };
    json!({
        "id": "np_1", "type": "MIGRATION", "name": "orders", "owner": "me", "importance": "HIGH", "status": "RUNNING",
        "labels": [{ "id": "l_1", "name": "bank" }, { "id": "l_2", "name": "core" }],
        "gmtCreate": "2024-09-13T09:08:34", "gmtStart": "2024-09-13T09:08:35", "gmtFinish": "2024-09-14T09:08:35",
        "sourceEndpointType": "MYSQL", "sinkEndpointType": "OB_MYSQL",
        "steps": [
            step(1, "FULL_TRANSFER", "FAILED"), step(2, "INCR_TRANSFER", "MONITORING"), step(3, "REVERSE_INCR_TRANSFER", "RUNNING"),
        ],
        "extraInfo": {
            "runningStep": "FULL_TRANSFER", "syncDelay": 3, "syncDelaySampleTimestamp": 1_726_642_906,
            "incrSyncTimestamp": 1_726_642_903,
        },
        "alarmStats": {
            "alarming": true, "recentlyTriggerCount": 2, "ruleToRecentlyTriggerCount": { "a": 1, "b": 1 }, "openMonitor": true,
        },
    })
}

/// Every place in the tree, leaves and branches, as its path.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    if !path.is_empty() {
        found.push(path.to_owned());
    }
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| places(value, &format!("{path}/{key}"), found));
        }
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(n, value)| places(value, &format!("{path}/{n}"), found));
        }
        _ => {}
    }
}

/// The project without what hangs on a place.
fn without(mut project: Project, path: &str) -> Project {
    let path: Vec<&str> = path.split('/').skip(1).collect();
    match path.as_slice() {
        ["id"] => {}
        ["type"] => project.kind = None,
        ["name"] => project.name = None,
        ["owner"] => project.owner = None,
        ["importance"] => project.importance = None,
        ["status"] => project.status = None,
        ["labels", ..] => project.labels.clear(),
        ["gmtCreate"] => project.created = None,
        ["gmtStart"] => project.started = None,
        ["gmtFinish"] => project.finished = None,
        ["sourceEndpointType"] => project.source_type = None,
        ["sinkEndpointType"] => project.sink_type = None,
        ["alarmStats", "alarming"] => project.alarms.active = None,
        ["alarmStats", "recentlyTriggerCount"] => project.alarms.recent = None,
        ["alarmStats", "openMonitor"] => project.alarms.monitored = None,
        ["alarmStats", "ruleToRecentlyTriggerCount"] => project.alarms.recent_by_rule.clear(),
        ["alarmStats", "ruleToRecentlyTriggerCount", rule] => {
            project.alarms.recent_by_rule.retain(|(name, _)| name != rule);
        }
        ["alarmStats"] => project.alarms = Alarms::default(),
        ["extraInfo", "runningStep"] => project.running_step = None,
        ["extraInfo", "syncDelay"] => {
            project.forward = Replication { checkpoint: project.forward.checkpoint, ..Default::default() }
        }
        ["extraInfo", "syncDelaySampleTimestamp"] => project.forward.sampled = None,
        ["extraInfo", "incrSyncTimestamp"] => project.forward.checkpoint = None,
        ["extraInfo"] => (project.running_step, project.forward) = (None, Replication::default()),
        ["steps"] => (project.steps, project.reverse) = (Vec::new(), Replication::default()),
        ["steps", place, rest @ ..] => without_in_step(&mut project, place, rest),
        other => panic!("nothing known of {other:?}"),
    }
    project
}

fn without_in_step(project: &mut Project, place: &str, path: &[&str]) {
    const NAMES: [&str; 3] = ["FULL_TRANSFER", "INCR_TRANSFER", "REVERSE_INCR_TRANSFER"];
    let name = NAMES[place.parse::<usize>().unwrap()];
    if let [] | ["name"] = path {
        // The step may be gone, or have a new name; the others must be as they were.
        project.steps.retain(|step| step.name != name && NAMES.contains(&step.name.as_str()));
        project.reverse = Replication::default();
        return;
    }
    if name.starts_with("REVERSE")
        && matches!(path, ["stepInfo"] | ["stepInfo", "incrTimestampCheckpoint" | "checkpointSampleTimestamp"])
    {
        project.reverse = Replication::default();
    }
    let step = project.steps.iter_mut().find(|step| step.name == name).unwrap();
    match path {
        ["order"] => step.order = None,
        ["status"] => (step.status, step.error_code) = (None, None),
        ["progress"] => step.progress = None,
        ["startTime"] => step.started = None,
        ["finishTime"] => step.finished = None,
        ["extraInfo", ..] => step.error_code = None,
        ["stepInfo", rest @ ..] => without_in_info(step, rest),
        other => panic!("nothing known of {other:?}"),
    }
    project.steps.sort_by(|a, b| a.name.cmp(&b.name));
}

fn without_in_info(step: &mut Step, path: &[&str]) {
    match path {
        [] => {
            let none = Speed::default();
            (step.processed_records, step.estimated_records, step.checkpoint, step.checkpoint_sampled) =
                (None, None, None, None);
            (step.source, step.sink, step.source_reference, step.sink_reference) = (none, none, none, none);
        }
        ["processedRecords"] => step.processed_records = None,
        ["capacity"] => step.estimated_records = None,
        ["srcRps"] => step.source.records = None,
        ["srcRt"] => step.source.response_time = None,
        ["srcIops"] => step.source.bytes = None,
        ["dstRps"] => step.sink.records = None,
        ["dstRt"] => step.sink.response_time = None,
        ["dstIops"] => step.sink.bytes = None,
        ["srcRpsRef"] => step.source_reference.records = None,
        ["srcRtRef"] => step.source_reference.response_time = None,
        ["srcIopsRef"] => step.source_reference.bytes = None,
        ["dstRpsRef"] => step.sink_reference.records = None,
        ["dstRtRef"] => step.sink_reference.response_time = None,
        ["incrTimestampCheckpoint"] => step.checkpoint = None,
        ["checkpointSampleTimestamp"] => step.checkpoint_sampled = None,
        other => panic!("nothing known of {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_in_one_place_changes_only_what_hangs_on_it(json in any_json(), which in any::<prop::sample::Index>()) {
        let whole = complete();
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        let place = which.get(&all);
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = json!(HERE);
        let text = changed.to_string().replace(&format!("\"{HERE}\""), &json);
        let (before, ignored) = project_in(&TimeZone::UTC, &whole.to_string());
        prop_assert!(ignored.is_empty());
        let (after, _) = project_in(&TimeZone::UTC, &text);
        prop_assert_eq!(without(before, place), without(after, place), "{} is {}", place, json);
    }

    #[test]
    fn any_json_is_an_answer_of_ours_or_of_somebody_else(json in any_json()) {
        let answer = Answer::of(200, json.as_bytes());
        let text = answer.text();
        let reason = envelope::open::<wire::Project<'_>>(&answer, &text).err().map(|error| error.reason());
        prop_assert_ne!(reason, Some(crate::domain::Reason::NotJson), "{}", json);
    }

    #[test]
    fn any_json_in_the_place_of_a_project_is_lifted(json in any_json()) {
        let text = format!(r#"{{"status":"RUNNING","steps":[{json}],"extraInfo":{json},"x":{json}}}"#);
        let (project, _) = project_in(&TimeZone::UTC, &text);
        prop_assert_eq!(project.status, Some(crate::domain::ProjectStatus::Running));
    }
}
