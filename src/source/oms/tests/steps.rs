//! The quirks of steps.

use serde_json::json;

use super::{Counts, at, nothing_ignored, project, step};
use crate::domain::{Ratio, StepStatus};

#[test]
fn progress_outside_of_its_range_is_left_out_and_counted() {
    for (progress, ratio, ignored) in [
        (json!(99), Some(0.99), 0),
        (json!("99"), Some(0.99), 0),
        (json!(0), Some(0.0), 0),
        (json!(100), Some(1.0), 0),
        (json!(842), None, 1),
        (json!(-3), None, 1),
        (json!(-1), None, 0),
        (json!(null), None, 0),
        (json!("null"), None, 0),
    ] {
        let (step, counts) = step(&json!({ "name": "FULL_TRANSFER", "progress": progress }));
        assert_eq!(step.progress.map(Ratio::value), ratio, "{progress}");
        assert_eq!(counts.get("progress").copied().unwrap_or_default(), ignored, "{progress}");
    }
}

#[test]
fn an_error_of_the_past_on_a_finished_step_is_no_error() {
    for status in ["FINISHED", "RUNNING", "MONITORING", "SUSPEND"] {
        let (step, counts) = step(&json!({
            "name": "STRUCT_TRANSFER", "status": status,
            "extraInfo": { "errorCode": "GHANA-OPERAT0001", "failedTime": "2023-07-12T22:35:48.881" },
        }));
        assert_eq!(step.error_code, None, "{status}");
        assert_eq!(counts, nothing_ignored());
    }
}

#[test]
fn a_finish_time_does_not_end_a_monitoring_step() {
    let (step, _) = step(&json!({
        "name": "INCR_TRANSFER", "status": "MONITORING", "progress": 99, "finishTime": "2023-07-12T22:46:57",
    }));
    assert_eq!(step.status, Some(StepStatus::Monitoring));
    assert_eq!(step.finished, at(1_689_202_017.0));
}

#[test]
fn of_two_steps_of_one_name_the_one_with_the_higher_order_counts() {
    let first = json!({ "name": "STRUCT_TRANSFER", "order": 2, "status": "FAILED", "progress": 10 });
    let other = json!({ "name": "FULL_TRANSFER", "order": 3, "status": "INIT", "progress": 0 });
    let again = json!({ "name": "struct-transfer ", "order": "12", "status": "RUNNING", "progress": 20 });
    for steps in [[&first, &other, &again], [&again, &first, &other], [&again, &other, &first]] {
        let (project, counts) = project(&json!({ "steps": steps }));
        let shown: Vec<_> = project.steps.iter().map(|step| (step.name.as_str(), step.order)).collect();
        assert_eq!(shown, [("FULL_TRANSFER", Some(3.0)), ("STRUCT_TRANSFER", Some(12.0))]);
        assert_eq!(project.steps[1].status, Some(StepStatus::Running));
        assert_eq!(counts, nothing_ignored());
    }
}

#[test]
fn a_step_without_an_order_yields_to_one_with() {
    let steps = [json!({ "name": "A", "order": 1, "progress": 50 }), json!({ "name": "A", "progress": 10 })];
    let (project, _) = project(&json!({ "steps": steps }));
    assert_eq!(project.steps.len(), 1);
    assert_eq!(project.steps[0].progress.map(Ratio::value), Some(0.5));
}

/// A list so long is a fault of the service; reading it must not take the process down for minutes.
#[test]
fn a_list_of_many_steps_is_settled_at_once() {
    let steps = (0..20_000).map(|n| crate::domain::Step {
        name: format!("STEP_WITH_A_LONG_NAME_{n}"),
        order: Some(f64::from(n)),
        ..Default::default()
    });
    assert_eq!(crate::domain::settle_steps(steps.collect()).len(), 20_000);
}

#[test]
fn names_are_spelled_in_one_way() {
    for name in ["PRE-CHECK", "PRE_CHECK", "pre_check", " Pre-Check\n"] {
        let (project, _) = project(&json!({ "steps": [{ "name": name }], "extraInfo": { "runningStep": name } }));
        assert_eq!(project.steps[0].name, "PRE_CHECK", "{name}");
        assert_eq!(project.running_step.as_deref(), Some("PRE_CHECK"), "{name}");
    }
}

#[test]
fn a_step_without_a_name_is_left_out_and_counted() {
    let (project, counts) = project(&json!({ "steps": [{ "name": null, "order": 1 }, { "name": "A" }, null, 7] }));
    assert_eq!(project.steps.len(), 1);
    assert_eq!(counts, Counts::from([("name", 1), ("steps", 1)]));
}

#[test]
fn an_error_code_is_bounded_and_only_there_while_the_step_is_failed() {
    let long = "X".repeat(65);
    for (extra, code) in [
        (json!({ "errorCode": "GHANA-OPERIE000000" }), "GHANA-OPERIE000000"),
        (json!({ "errorCode": " INNER_ERROR\n" }), "INNER_ERROR"),
        (json!({ "errorCode": null, "errorDetails": [{ "code": "\t\nCM-RESOAT1111\n" }] }), "CM-RESOAT1111"),
        (json!({ "errorCode": "A", "errorDetails": [{ "code": "B" }] }), "A"),
        (json!({ "errorCode": "null", "errorDetails": [null, { "code": "null" }, { "code": "C" }] }), "C"),
        (json!({ "errorCode": 4711 }), "4711"),
        (json!({ "errorCode": long }), "other"),
        (json!({ "errorCode": "table `t` has no column 5" }), "other"),
        (json!({ "errorMsg": "only a message" }), "unknown"),
        (json!(null), "unknown"),
    ] {
        let (step, counts) = step(&json!({ "name": "A", "status": "FAILED", "extraInfo": extra }));
        assert_eq!(step.error_code.as_deref(), Some(code), "{extra}");
        assert_eq!(counts, nothing_ignored(), "{extra}");
    }
}

#[test]
fn rates_and_counts_are_in_base_units() {
    let (step, counts) = step(&json!({ "name": "FULL_TRANSFER", "stepInfo": {
        "processedRecords": "1000", "capacity": 2000, "srcRps": 10, "srcRt": "0.5", "srcIops": 4096,
        "dstRps": 9, "dstRt": 2, "dstIops": -1, "srcRpsRef": 4000, "srcRtRef": 1, "srcIopsRef": 4_194_304,
        "dstRpsRef": null, "dstRtRef": "null",
    }}));
    assert_eq!((step.processed_records, step.estimated_records), (Some(1000.0), Some(2000.0)));
    assert_eq!(
        (step.source.records, step.source.response_time, step.source.bytes),
        (Some(10.0), Some(0.0005), Some(4096.0))
    );
    assert_eq!((step.sink.records, step.sink.response_time, step.sink.bytes), (Some(9.0), Some(0.002), None));
    let reference = step.source_reference;
    assert_eq!(
        (reference.records, reference.response_time, reference.bytes),
        (Some(4000.0), Some(0.001), Some(4_194_304.0))
    );
    assert_eq!(step.sink_reference, crate::domain::Speed::default());
    assert_eq!(counts, nothing_ignored());
}
