//! The documented sample of OMS 3.3, as printed and repaired, and the forms of the checkpoint.

use super::*;
use crate::domain::Time;
use crate::source::lenient;

/// The sample is printed without a single comma.
const PRINTED: &str = include_str!("../../../tests/fixtures/oms-v3-sync-progress.printed.txt");

fn repaired() -> String {
    let lines: Vec<&str> = PRINTED.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let ends = |line: &str| line.ends_with(['{', '}']);
    let mut text = String::new();
    for (line, next) in lines.iter().zip(lines.iter().skip(1).chain(&["}"])) {
        text.push_str(line);
        if !ends(line) && !next.starts_with('}') {
            text.push(',');
        }
    }
    text
}

fn read(body: &str) -> (Project, Vec<(&'static str, u64)>) {
    let lenient::Obj::Given(opened) =
        lenient::read::<lenient::Obj<crate::source::oms::wire::Envelope<'_, wire::Progress<'_>>>>(body).expect("JSON")
    else {
        panic!("no object")
    };
    let mut gaps = Gaps::default();
    let wire = gaps.list("data", opened.data).into_iter().next().expect("data");
    let answered = Time::from_unix(1_689_214_358.0);
    let project = lift::project("np_1", ProjectKind::Sync, &wire, answered, &mut gaps);
    let counts = gaps.counts().map(|ignored| (ignored.field, ignored.count)).collect();
    (project, counts)
}

fn with(fields: &str) -> (Project, Vec<(&'static str, u64)>) {
    read(&format!(r#"{{"success":true,"code":"success","data":{{"status":"RUNNING",{fields}}}}}"#))
}

#[test]
fn the_sample_as_printed_is_not_json() {
    assert!(
        lenient::read::<lenient::Obj<crate::source::oms::wire::Envelope<'_, wire::Progress<'_>>>>(PRINTED).is_err()
    );
}

#[test]
fn the_repaired_sample_has_impossible_percentages_that_are_counted() {
    let (project, ignored) = read(&repaired());
    assert_eq!(project.status.as_ref().map(crate::domain::ProjectStatus::as_str), Some("INIT"));
    assert_eq!(project.importance.as_ref().map(crate::domain::Importance::as_str), Some("HIGH"));
    assert_eq!(project.running_step.as_deref(), Some("PRE_CHECK"));
    let names: Vec<&str> = project.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["STRUCT_TRANSFER", "FULL_TRANSFER", "INCR_TRANSFER"]);
    assert!(project.steps.iter().all(|step| step.progress.is_none() && step.checkpoint.is_none()));
    assert_eq!(project.forward.delay, None);
    assert_eq!(ignored, [("fullSyncProgress", 1), ("incrSyncCheckpoint", 1), ("structSyncProgress", 1)]);
}

#[test]
fn both_spellings_of_the_progress_are_read() {
    for spelling in ["Migration", "Sync"] {
        let (project, ignored) = with(&format!(r#""struct{spelling}Progress":100,"full{spelling}Progress":"42""#));
        let progress: Vec<_> = project
            .steps
            .iter()
            .map(|step| (step.name.as_str(), step.progress.map(crate::domain::Ratio::value)))
            .collect();
        assert_eq!(progress, [("STRUCT_TRANSFER", Some(1.0)), ("FULL_TRANSFER", Some(0.42))]);
        assert!(ignored.is_empty());
    }
}

#[test]
fn a_checkpoint_as_text_gives_the_delay_at_the_time_of_the_answer() {
    for checkpoint in ["1689213946", "\"1689213946\""] {
        let (project, _) = with(&format!(r#""enableIncrSync":true,"incrSyncCheckpoint":{checkpoint}"#));
        assert_eq!(project.forward.delay, Some(412.0));
    }
}

#[test]
fn the_file_and_offset_of_a_sybase_source_are_no_time_and_no_fault() {
    let (project, ignored) = with(r#""enableIncrSync":true,"incrSyncCheckpoint":"100,30""#);
    assert_eq!((project.forward.delay, project.forward.checkpoint), (None, None));
    assert!(ignored.is_empty());
}

#[test]
fn an_id_stays_one_segment_of_the_path() {
    assert_eq!(path_segment("np_4w****"), "np_4w****");
    assert_eq!(path_segment("../a b?c"), "..%2Fa%20b%3Fc");
}
