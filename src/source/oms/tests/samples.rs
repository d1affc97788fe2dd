//! The samples of the documents and the captures of real servers, as they came.

use super::{ALIBABA, CAPTURED_LIST, CAPTURED_STEPS, COMMUNITY, Counts, at, lift, nothing_ignored, project, wire};
use crate::domain::{Importance, Project, ProjectStatus, Ratio, Replication, StepStatus};
use crate::source::lenient::{self, Gaps, Obj};

/// The one project of an answer.
fn only_project(text: &str) -> (Project, Counts) {
    let Ok(Obj::Given(answer)) = lenient::read::<Obj<wire::Envelope<'_, wire::Project<'_>>>>(text) else {
        panic!("not read");
    };
    let mut gaps = Gaps::default();
    let mut found = gaps.list("data", answer.data);
    assert_eq!(found.len(), 1);
    let context = lift::Context { answered: at(super::ANSWERED), zone: &jiff::tz::TimeZone::UTC };
    let project = lift::project("configured".to_owned(), found.remove(0), context, &mut gaps);
    (project, gaps.counts().map(|ignored| (ignored.field, ignored.count)).collect())
}

#[test]
fn the_community_editions_sample() {
    let (project, counts) = only_project(COMMUNITY);
    assert_eq!(counts, nothing_ignored());
    assert_eq!(project.id, "configured");
    assert_eq!(project.name.as_deref(), Some("oms41_mig***"));
    assert_eq!(project.kind.as_deref(), Some("MIGRATION"));
    assert_eq!(project.importance, Some(Importance::Medium));
    assert_eq!(project.owner.as_deref(), Some("oms_api_t***"));
    assert_eq!((project.source_type.as_deref(), project.sink_type.as_deref()), (Some("DB2_LUW"), Some("OB_MYSQL")));
    assert_eq!(project.status, Some(ProjectStatus::Running));
    assert_eq!((project.created, project.started, project.finished), (at(1_689_220_755.0), at(1_689_230_855.0), None));
    let derived = Replication { delay: Some(412.0), sampled: at(1_689_214_358.0), checkpoint: at(1_689_213_946.0) };
    assert_eq!((project.forward, project.reverse), (derived, Replication::default()));
    assert_eq!((project.alarms.active, project.alarms.recent, project.alarms.monitored), (Some(false), None, None));
    let names: Vec<_> = project.steps.iter().map(|step| (step.name.as_str(), step.order)).collect();
    assert_eq!(names, [("TRANSFER_PRECHECK", Some(1.0)), ("STRUCT_TRANSFER", Some(2.0)), ("INCR_TRANSFER", Some(6.0))]);
    assert!(project.steps.iter().all(|step| step.error_code.is_none()), "failedTime on a finished step is the past");
    let [_, structure, incremental] = project.steps.as_slice() else { panic!() };
    assert_eq!(structure.status, Some(StepStatus::Finished));
    assert_eq!(incremental.status, Some(StepStatus::Monitoring));
    assert_eq!(incremental.progress.map(Ratio::value), Some(0.99));
    assert_eq!((incremental.started, incremental.finished), (at(1_689_201_680.0), at(1_689_202_017.0)));
}

#[test]
fn the_sample_of_alibaba_cloud() {
    let (project, counts) = only_project(ALIBABA);
    assert_eq!(counts, nothing_ignored());
    assert_eq!((project.name.as_deref(), project.kind.as_deref()), (Some("test"), Some("SYNC")));
    assert_eq!(project.labels, ["test_tag"]);
    assert_eq!(project.importance, Some(Importance::High));
    assert_eq!((project.source_type.as_deref(), project.sink_type.as_deref()), (Some("OB_MYSQL"), Some("MYSQL")));
    assert_eq!((project.created, project.finished), (at(1_689_229_575.0), at(1_689_231_747.0)));
    assert_eq!(project.running_step.as_deref(), Some("PRE_CHECK"));
    let [step] = project.steps.as_slice() else { panic!() };
    assert_eq!((step.name.as_str(), step.progress.map(Ratio::value)), ("PRE_CHECK", Some(0.9)));
    assert_eq!((step.status.clone(), step.error_code.clone()), (Some(StepStatus::Running), None));
    let reported = Replication { delay: Some(0.0), sampled: at(1_689_214_358.0), checkpoint: at(1_689_244_596.0) };
    assert_eq!(project.forward, reported);
    assert_eq!(
        (project.alarms.active, project.alarms.recent, project.alarms.monitored),
        (Some(false), Some(0.0), Some(true))
    );
    assert_eq!(project.alarms.recent_by_rule, [("key".to_owned(), 0.0)]);
}

#[test]
fn the_captured_list() {
    let (project, counts) = only_project(CAPTURED_LIST);
    assert_eq!(counts, nothing_ignored());
    assert_eq!(project.importance, Some(Importance::Low));
    assert!(project.labels.is_empty());
    let derived = Replication { delay: Some(4.0), sampled: at(1_726_642_905.0), checkpoint: at(1_726_642_901.0) };
    assert_eq!(project.forward, derived);
    let [_, incremental, switch] = project.steps.as_slice() else { panic!() };
    assert_eq!(
        (incremental.status.clone(), incremental.progress.map(Ratio::value)),
        (Some(StepStatus::Monitoring), Some(1.0))
    );
    assert_eq!(switch.checkpoint_sampled, None);
}

#[test]
fn the_captured_steps() {
    let steps: serde_json::Value = serde_json::from_str(CAPTURED_STEPS).unwrap();
    let (project, counts) = project(&serde_json::json!({ "steps": steps }));
    assert_eq!(counts, nothing_ignored());
    assert_eq!(project.forward.delay, Some(1.0));
    for (name, rate, bytes) in [("FULL_TRANSFER", 4000.0, 4_194_304.0), ("FULL_VERIFIER", 2000.0, 2_097_152.0)] {
        let step = project.steps.iter().find(|step| step.name == name).unwrap();
        assert_eq!((step.processed_records, step.estimated_records), (Some(1000.0), Some(1000.0)));
        for side in [step.source, step.sink] {
            assert_eq!((side.records, side.response_time, side.bytes), (Some(0.0), Some(0.0), Some(0.0)));
        }
        let (source, sink) = (step.source_reference, step.sink_reference);
        assert_eq!((source.records, source.response_time, source.bytes), (Some(rate), Some(0.001), Some(bytes)));
        assert_eq!((sink.records, sink.response_time, sink.bytes), (Some(rate), Some(0.001), None));
    }
}
