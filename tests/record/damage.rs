//! Captures that were cut, changed, mixed up or made by another version.

use std::fs;
use std::path::{Path, PathBuf};

use migration_exporter::app::App;
use tempfile::TempDir;

use super::capture::{parsed, recorded, replay};
use super::world;

/// A capture of the simulated world, its folder and the one file with an answer.
async fn capture() -> (TempDir, PathBuf, PathBuf) {
    let simulator = world::frozen().await;
    let live = recorded(&parsed(&world::config(&simulator, "30s"))).await;
    simulator.stop().await;
    let source = live.folder.path().join("oms");
    let page = source.join("0001-ListProjects.json");
    assert!(page.is_file());
    (live.folder, source, page)
}

/// Why a folder cannot be played.
#[track_caller]
fn refusal(folder: &Path) -> String {
    App::new(&replay(folder)).unwrap_err().to_string()
}

#[tokio::test]
async fn a_damaged_file_is_named_with_its_place() {
    let (_folder, source, page) = capture().await;
    let whole = fs::read_to_string(&page).unwrap();
    for (text, wanted) in [
        (whole.lines().take(99).collect(), "line"),
        (whole.replace("\"operation\"", "\"operatoin\""), "missing field `operation`"),
        (whole.replace("\"status\": 200", "\"status\": 20000"), "neither an answer"),
        (whole.replace("\"body\"", "\"failed\": \"bored\", \"body\""), "neither an answer"),
        (String::new(), "line 1"),
        ("\u{0}".to_owned(), "line 1"),
    ] {
        fs::write(&page, &text).unwrap();
        let refusal = refusal(&source);
        assert!(refusal.contains("0001-ListProjects.json") && refusal.contains(wanted), "{refusal}");
        assert!(refusal.contains("source oms:"), "{refusal}");
    }
}

#[tokio::test]
async fn another_format_is_refused_and_named() {
    let (_folder, source, page) = capture().await;
    for path in [page, source.join("source.json")] {
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"format\": 1", "\"format\": 2, \"new\": [1]", 1)).unwrap();
        let refusal = refusal(&source);
        assert!(refusal.contains("format 2") && refusal.contains("format 1"), "{refusal}");
    }
}

#[tokio::test]
async fn missing_files_are_noticed() {
    let (folder, source, page) = capture().await;
    fs::remove_file(page).unwrap();
    let missing = refusal(&source);
    assert!(missing.contains("1 answers were recorded and 0 are there"), "{missing}");
    fs::remove_file(source.join("source.json")).unwrap();
    let nothing = refusal(folder.path());
    assert!(nothing.contains("no source.json"), "{nothing}");
}

#[tokio::test]
async fn a_capture_of_several_sources_is_not_guessed_at() {
    let (folder, source, page) = capture().await;
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    for file in [&page, &source.join("source.json")] {
        fs::copy(file, other.join(file.file_name().unwrap())).unwrap();
    }
    let several = refusal(folder.path());
    assert!(several.contains("several sources") && several.contains("oms, ") && several.contains("other"), "{several}");
    assert!(App::new(&replay(&other)).is_ok());
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    let (_folder, source, _) = capture().await;
    let path = source.join("source.json");
    let whole = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"kind\": \"oms\"", "\"kind\": \"dts\""),
        ("\"kind\": \"oms\"", "\"kind\": \"replay\""),
        ("\"kind\": \"oms\"", "\"kind\": \"huawei_drs\""),
        ("\"UTC\"", "\"Moon/Base\""),
    ] {
        assert!(whole.contains(from));
        fs::write(&path, whole.replace(from, to)).unwrap();
        let refusal = refusal(&source);
        assert!(refusal.contains("source.json"), "{refusal}");
    }
}

/// A project that nobody recorded is not there; the rest is.
#[tokio::test]
async fn what_was_not_recorded_has_no_answer() {
    let (_folder, source, _) = capture().await;
    let path = source.join("source.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"projects\": []", "\"projects\": [{ \"id\": \"np_new\" }]")).unwrap();
    let app = App::new(&replay(&source)).unwrap();
    let store = app.store();
    assert!(!app.poll_once().await);
    let snapshot = store.snapshot();
    let failure = snapshot.sources[0].projects["np_new"].failure.clone().unwrap();
    assert_eq!(failure.reason.as_str(), "not_found");
    assert!(failure.message.contains("DescribeProject") && failure.message.contains("record again"), "{failure:?}");
    assert!(snapshot.sources[0].projects.len() > 5);
}
