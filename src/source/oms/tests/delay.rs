//! How far behind a project is, as it follows from what the service says or leaves out.

use serde_json::{Value, json};

use super::{ANSWERED, Counts, at, nothing_ignored, project};
use crate::domain::Replication;

const CHECKPOINT: f64 = 1_726_642_900.0;
const SAMPLED: f64 = 1_726_642_905.0;

/// A running project with an incremental step 5 seconds behind.
fn forward(extra: &Value) -> (Replication, Counts) {
    let (project, counts) =
        project(&json!({ "status": "RUNNING", "extraInfo": extra, "steps": [incremental(&json!({}))] }));
    assert_eq!(project.reverse, Replication::default());
    (project.forward, counts)
}

fn incremental(other: &Value) -> Value {
    let mut step = json!({
        "name": "INCR_TRANSFER", "order": 1, "status": "MONITORING",
        "stepInfo": { "incrTimestampCheckpoint": CHECKPOINT, "checkpointSampleTimestamp": SAMPLED },
    });
    for (key, value) in other.as_object().unwrap() {
        step[key] = value.clone();
    }
    step
}

#[test]
fn a_reported_delay_counts() {
    let extra =
        json!({ "syncDelay": "7", "syncDelaySampleTimestamp": 1_726_642_950, "incrSyncTimestamp": 1_726_642_940 });
    let (forward, counts) = forward(&extra);
    let reported = Replication { delay: Some(7.0), sampled: at(1_726_642_950.0), checkpoint: at(1_726_642_940.0) };
    assert_eq!(forward, reported);
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn a_reported_delay_without_further_words_has_no_time_and_the_steps_checkpoint() {
    let (forward, _) = forward(&json!({ "syncDelay": 0 }));
    assert_eq!(forward, Replication { delay: Some(0.0), sampled: None, checkpoint: at(CHECKPOINT) });
}

#[test]
fn without_a_reported_delay_it_is_derived_from_the_checkpoint() {
    let derived = Replication { delay: Some(5.0), sampled: at(SAMPLED), checkpoint: at(CHECKPOINT) };
    for extra in [json!(null), json!({}), json!({ "syncDelay": null }), json!({ "syncDelay": "null" })] {
        assert_eq!(forward(&extra), (derived, nothing_ignored()), "{extra}");
    }
    assert_eq!(forward(&json!({ "syncDelay": "soon" })), (derived, Counts::from([("syncDelay", 1)])));
}

/// The connector has been seen to report the present time as its delay when it had nothing to do.
#[test]
fn an_impossible_delay_is_counted_and_derived_instead() {
    for impossible in [json!(1_717_642_529_661_u64), json!(1_717_642_529), json!(315_576_001)] {
        let (forward, counts) = forward(&json!({ "syncDelay": impossible, "syncDelaySampleTimestamp": 1_726_642_950 }));
        assert_eq!(forward, Replication { delay: Some(5.0), sampled: at(SAMPLED), checkpoint: at(CHECKPOINT) });
        assert_eq!(counts, Counts::from([("syncDelay", 1)]));
    }
    let (forward, counts) = forward(&json!({ "syncDelay": 315_576_000 }));
    assert_eq!((forward.delay, counts), (Some(315_576_000.0), nothing_ignored()), "ten years is the limit");
}

#[test]
fn a_little_below_zero_is_clock_skew_and_further_below_is_nothing() {
    for (reported, delay) in [(-30, 0.0), (-60, 0.0), (-1, 0.0)] {
        let (forward, counts) = forward(&json!({ "syncDelay": reported }));
        assert_eq!((forward.delay, counts), (Some(delay), nothing_ignored()), "{reported}");
    }
    let (forward, counts) = forward(&json!({ "syncDelay": -61, "syncDelaySampleTimestamp": 1_726_642_950 }));
    assert_eq!(forward, Replication { delay: None, sampled: None, checkpoint: at(CHECKPOINT) });
    assert_eq!(counts, Counts::from([("syncDelay", 1)]));
}

#[test]
fn the_same_holds_for_a_derived_delay() {
    for (ahead, delay, ignored) in [(30.0, Some(0.0), 0), (60.0, Some(0.0), 0), (61.0, None, 1)] {
        let info = json!({ "incrTimestampCheckpoint": SAMPLED + ahead, "checkpointSampleTimestamp": SAMPLED });
        let (project, counts) = project(&json!({ "steps": [incremental(&json!({ "stepInfo": info }))] }));
        assert_eq!(project.forward.delay, delay, "{ahead}");
        assert_eq!(project.forward.sampled.is_some(), delay.is_some(), "{ahead}");
        assert_eq!(counts.get("incrTimestampCheckpoint").copied().unwrap_or_default(), ignored, "{ahead}");
    }
    let ancient = json!({ "incrTimestampCheckpoint": 86_400, "checkpointSampleTimestamp": SAMPLED });
    let (project, counts) = project(&json!({ "steps": [incremental(&json!({ "stepInfo": ancient }))] }));
    assert_eq!((project.forward.delay, counts), (None, Counts::from([("incrTimestampCheckpoint", 1)])));
}

#[test]
fn without_a_sample_time_the_answer_is_the_sample_while_the_step_can_move() {
    let delay_of = |project_status: &str, step_status: &str| {
        let step =
            incremental(&json!({ "status": step_status, "stepInfo": { "incrTimestampCheckpoint": CHECKPOINT } }));
        let (project, counts) = project(&json!({ "status": project_status, "steps": [step] }));
        assert_eq!(counts, nothing_ignored());
        assert_eq!(project.forward.checkpoint, at(CHECKPOINT));
        assert_eq!(project.steps[0].checkpoint_sampled, project.forward.sampled);
        project.forward.delay
    };
    let late = Some(ANSWERED - CHECKPOINT);
    for (project_status, step_status, delay) in [
        ("RUNNING", "MONITORING", late),
        ("RUNNING_ODDLY", "RUNNING", late),
        ("SUSPEND", "SUSPEND", late),
        ("FAILED", "FAILED", late),
        ("RUNNING", "FINISHED", None),
        ("RUNNING", "INIT", None),
        ("FINISHED", "MONITORING", None),
        ("RELEASED", "MONITORING", None),
    ] {
        assert_eq!(delay_of(project_status, step_status), delay, "{project_status} {step_status}");
    }
}

#[test]
fn a_project_without_an_incremental_step_has_no_delay() {
    let (project, counts) = project(&json!({ "status": "RUNNING", "steps": [
        { "name": "TRANSFER_APP_SWITCH", "status": "RUNNING", "stepInfo": { "checkpointSampleTimestamp": SAMPLED } },
    ]}));
    assert_eq!(project.forward, Replication::default());
    assert_eq!(project.steps[0].checkpoint_sampled, at(SAMPLED));
    assert_eq!(counts, nothing_ignored());
}

#[test]
fn the_reverse_direction_has_a_delay_of_its_own() {
    let back = incremental(&json!({ "name": "REVERSE_INCR_TRANSFER", "order": 9, "stepInfo": {
        "incrTimestampCheckpoint": SAMPLED - 8.0, "checkpointSampleTimestamp": SAMPLED,
    }}));
    let (project, _) = project(&json!({ "status": "RUNNING", "steps": [incremental(&json!({})), back] }));
    assert_eq!(project.forward.delay, Some(5.0));
    assert_eq!(project.reverse, Replication { delay: Some(8.0), sampled: at(SAMPLED), checkpoint: at(SAMPLED - 8.0) });
}
