//! What OMS sends, read with the room's own readers: the documents' samples, the captures of real
//! servers, and each documented quirk by itself. No network here.

mod delay;
mod envelope;
mod property;
mod samples;
mod steps;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{lift, wire};
use crate::domain::{Importance, Project, ProjectStatus, Step, StepStatus, Time};
use crate::source::lenient::{self, Gaps, Obj};

const COMMUNITY: &str = include_str!("../../../tests/fixtures/oms-ce-4.2.8-describe-project.json");
const ALIBABA: &str = include_str!("../../../tests/fixtures/alibaba-cloud-describe-project.json");
const CAPTURED_LIST: &str = include_str!("../../../tests/fixtures/odc-capture-list-projects.json");
const CAPTURED_STEPS: &str = include_str!("../../../tests/fixtures/odc-capture-steps.json");
const CAPTURED_FAILURE: &str = include_str!("../../../tests/fixtures/odc-capture-failure.json");

/// When all answers of these tests come.
const ANSWERED: f64 = 1_726_643_000.0;

type Counts = BTreeMap<&'static str, u64>;

fn at(seconds: f64) -> Option<Time> {
    Time::from_unix(seconds)
}

/// A project from its JSON text, and what was left out.
fn project_in(zone: &TimeZone, text: &str) -> (Project, Counts) {
    let Ok(Obj::Given(wire)) = lenient::read::<Obj<wire::Project<'_>>>(text) else { panic!("not read") };
    let mut gaps = Gaps::default();
    let context = lift::Context { answered: at(ANSWERED), zone };
    let project = lift::project("np_1".to_owned(), wire, context, &mut gaps);
    (project, gaps.counts().map(|ignored| (ignored.field, ignored.count)).collect())
}

fn project(json: &Value) -> (Project, Counts) {
    project_in(&TimeZone::UTC, &json.to_string())
}

/// The one step of a running project.
fn step(json: &Value) -> (Step, Counts) {
    let (project, counts) = project(&json!({ "status": "RUNNING", "steps": [json] }));
    let [step] = project.steps.as_slice() else { panic!("not one step: {:?}", project.steps) };
    (step.clone(), counts)
}

fn nothing_ignored() -> Counts {
    Counts::new()
}

#[test]
fn an_unknown_word_passes_through_as_it_came() {
    let (project, counts) = project(&json!({
        "type": "VERIFY", "status": "RUNNING_BACKWARDS", "importance": "URGENT",
        "steps": [{ "name": "DANCE", "order": 1, "status": "DANCING" }],
    }));
    assert_eq!(project.kind.as_deref(), Some("VERIFY"));
    assert_eq!(project.status, Some(ProjectStatus::Other("RUNNING_BACKWARDS".to_owned())));
    assert_eq!(project.importance, Some(Importance::Other("URGENT".to_owned())));
    assert_eq!(project.steps[0].name, "DANCE");
    assert_eq!(project.steps[0].status.as_ref().map(StepStatus::as_str), Some("DANCING"));
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn project_times_are_in_the_configured_zone_and_step_times_in_utc() {
    let text = json!({
        "gmtCreate": "2023-07-13T03:59:15", "gmtStart": "2023-07-13T06:47:35", "gmtFinish": null,
        "steps": [{ "name": "STRUCT_TRANSFER", "startTime": "2023-07-12T22:35:24", "finishTime": "2023-07-12T22:36:04" }],
    })
    .to_string();
    let (utc, _) = project_in(&TimeZone::UTC, &text);
    let (shanghai, counts) = project_in(&TimeZone::get("Asia/Shanghai").unwrap(), &text);
    assert_eq!((utc.created, utc.started, utc.finished), (at(1_689_220_755.0), at(1_689_230_855.0), None));
    assert_eq!((shanghai.created, shanghai.started), (at(1_689_191_955.0), at(1_689_202_055.0)));
    assert_eq!((utc.steps[0].started, utc.steps[0].finished), (at(1_689_201_324.0), at(1_689_201_364.0)));
    assert_eq!(utc.steps, shanghai.steps);
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn labels_come_as_nothing_as_an_empty_list_or_as_a_list() {
    for none in [json!(null), json!([]), json!("null"), json!([null])] {
        let (project, counts) = project(&json!({ "labels": none }));
        assert!(project.labels.is_empty());
        assert_eq!(counts, nothing_ignored());
    }
    let tags =
        json!([{ "id": "l_2", "name": "core" }, { "id": "l_1", "name": "bank\n" }, { "id": "l_3", "name": "core" }]);
    let (project, counts) = project(&json!({ "labels": tags }));
    assert_eq!(project.labels, ["bank", "core"], "sorted, and each once");
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn null_counters_are_unknown_and_not_zero() {
    let (found, counts) = project(&json!({ "alarmStats": {
        "alarming": false, "recentlyTriggerCount": null, "ruleToRecentlyTriggerCount": null, "openMonitor": null,
    }}));
    assert_eq!(found.alarms.active, Some(false));
    assert_eq!((found.alarms.recent, found.alarms.monitored), (None, None));
    assert!(found.alarms.recent_by_rule.is_empty());
    assert_eq!(counts, nothing_ignored());
    let (none, counts) = project(&json!({ "alarmStats": null }));
    assert_eq!(none.alarms, crate::domain::Alarms::default());
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn a_field_of_the_wrong_type_is_counted_under_its_name_in_the_api() {
    for (json, field) in [
        (json!({ "name": ["x"] }), "name"),
        (json!({ "gmtCreate": 5 }), "gmtCreate"),
        (json!({ "labels": "x" }), "labels"),
        (json!({ "labels": [{ "name": {} }] }), "labels"),
        (json!({ "steps": "x" }), "steps"),
        (json!({ "extraInfo": 5 }), "extraInfo"),
        (json!({ "extraInfo": { "syncDelay": "x" } }), "syncDelay"),
        (json!({ "alarmStats": [] }), "alarmStats"),
        (json!({ "alarmStats": { "alarming": 1 } }), "alarming"),
        (json!({ "alarmStats": { "ruleToRecentlyTriggerCount": { "r": "x" } } }), "ruleToRecentlyTriggerCount"),
        (json!({ "steps": [{ "name": "A", "stepInfo": { "srcIopsRef": true } }] }), "srcIopsRef"),
        (
            json!({ "steps": [{ "name": "A", "stepInfo": { "checkpointSampleTimestamp": "x" } }] }),
            "checkpointSampleTimestamp",
        ),
        (json!({ "steps": [{ "name": "A", "finishTime": "x" }] }), "finishTime"),
    ] {
        let (_, counts) = project(&json);
        assert_eq!(counts, Counts::from([(field, 1)]), "{json}");
    }
}
