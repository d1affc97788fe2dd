//! The life of a project in the store: read, failing, stale, gone.

use std::time::Duration;

use super::*;
use crate::domain::{Project, Ratio, Step};

const FIVE_MINUTES: Duration = Duration::from_mins(5);

fn store(projects: &[&str]) -> Store {
    let store = Store::default();
    store.add(Setup {
        name: "oms".to_owned(),
        kind: "oms",
        stale_after: FIVE_MINUTES,
        thresholds: Thresholds::default(),
        projects: projects.iter().map(|id| ((*id).to_owned(), None)).collect(),
    });
    store
}

fn at(start: Moment, seconds: u64) -> Moment {
    let wall = start.wall.and_then(|wall| Time::from_unix(wall.unix() + Duration::from_secs(seconds).as_secs_f64()));
    Moment { wall, mono: start.mono + Duration::from_secs(seconds) }
}

fn read(id: &str, progress: f64) -> Reading {
    let step = Step { name: "FULL_TRANSFER".to_owned(), progress: Ratio::from_percent(progress), ..Step::default() };
    let project = Project { id: id.to_owned(), steps: vec![step], ..Project::default() };
    Reading { id: id.to_owned(), outcome: Ok(Box::new(project)) }
}

fn failed(id: &str) -> Reading {
    let failure = Failure { reason: Reason::Timeout, message: "slow".to_owned() };
    Reading { id: id.to_owned(), outcome: Err(failure) }
}

fn end(ids: &[&str], failure: Option<Failure>, at: Moment) -> PollEnd {
    let watched = Watched { ids: ids.iter().map(|id| (*id).to_owned()).collect(), failure };
    PollEnd { watched, up: true, took: Duration::ZERO, at, held: false, next: at.mono }
}

fn project(store: &Store, id: &str) -> Option<Arc<ProjectState>> {
    store.snapshot().sources.first().and_then(|source| source.projects.get(id).cloned())
}

#[test]
fn a_failing_project_keeps_its_last_values_until_they_are_stale() {
    let (store, start) = (store(&["np_1"]), Moment::now());
    store.begin("oms");
    store.record("oms", read("np_1", 10.0), start);
    store.begin("oms");
    store.record("oms", failed("np_1"), at(start, 30));
    let state = project(&store, "np_1").unwrap();
    assert_eq!(state.is_up(), Some(false));
    assert!(state.fresh(at(start, 299).mono, FIVE_MINUTES).is_some());
    assert!(state.fresh(at(start, 301).mono, FIVE_MINUTES).is_none());
    assert_eq!(state.last_success.map(|moment| moment.mono), Some(start.mono));
}

#[test]
fn a_project_that_discovery_no_longer_lists_goes_at_the_next_good_poll_only() {
    let (store, start) = (store(&[]), Moment::now());
    store.begin("oms");
    store.record("oms", read("np_1", 10.0), start);
    store.finish("oms", end(&["np_1"], None, start));
    store.begin("oms");
    let broken = Failure { reason: Reason::Timeout, message: "list failed".to_owned() };
    store.finish("oms", end(&[], Some(broken), at(start, 30)));
    assert_eq!(
        project(&store, "np_1").and_then(|state| state.is_up()),
        Some(false),
        "not listed, but nothing is known"
    );
    store.begin("oms");
    store.finish("oms", end(&[], None, at(start, 60)));
    assert!(project(&store, "np_1").is_none());
}

#[test]
fn a_project_that_the_poll_did_not_get_to_has_failed() {
    let (store, start) = (store(&["np_1", "np_2"]), Moment::now());
    assert!(!store.is_ready());
    store.begin("oms");
    store.record("oms", read("np_1", 10.0), start);
    store.finish("oms", end(&["np_1", "np_2"], None, start));
    assert!(store.is_ready());
    let missed = project(&store, "np_2").unwrap();
    assert_eq!(missed.failure.as_ref().map(|failure| failure.reason), Some(Reason::Deadline));
    assert_eq!(project(&store, "np_1").and_then(|state| state.is_up()), Some(true));
}

#[test]
fn a_step_that_stands_still_keeps_the_time_of_its_last_move() {
    let (store, start) = (store(&["np_1"]), Moment::now());
    let moved =
        |store: &Store| project(store, "np_1").unwrap().advances.get("FULL_TRANSFER").and_then(|advance| advance.at);
    store.record("oms", read("np_1", 10.0), start);
    store.record("oms", read("np_1", 10.0), at(start, 30));
    assert_eq!(moved(&store), start.wall);
    store.record("oms", read("np_1", 11.0), at(start, 60));
    assert_eq!(moved(&store), at(start, 60).wall);
    store.record("oms", failed("np_1"), at(start, 90));
    assert_eq!(moved(&store), at(start, 60).wall);
    store.record("oms", read("np_1", -1.0), at(start, 120));
    store.record("oms", read("np_1", 11.0), at(start, 150));
    assert_eq!(moved(&store), at(start, 60).wall, "a value that is left out and comes back is no movement");
}
