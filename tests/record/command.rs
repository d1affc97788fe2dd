//! `record` as people use it: where it writes, what it refuses, what is left when it is interrupted,
//! and the daemon on a capture.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use migration_exporter::sim::{Fault, FaultKind, Simulator};
use tempfile::TempDir;
use tokio::time::timeout;

use super::binary::{Running, binary};
use super::capture::files;
use super::world;

/// What a command left.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn done(args: &[&str], folder: &Path) -> Done {
    let mut command = binary(args);
    let output =
        timeout(Duration::from_secs(30), command.current_dir(folder).output()).await.expect("it ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder with a configuration for the simulator in it.
async fn folder() -> (Simulator, TempDir) {
    let simulator = world::frozen().await;
    let folder = tempfile::tempdir().unwrap();
    let text = world::config(&simulator, "30s") + "  - name: a/../b\n    replay: { directory: . }\n";
    fs::write(folder.path().join("migration-exporter.yml"), text).unwrap();
    (simulator, folder)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_capture_is_kept_in_a_new_or_empty_folder_and_nowhere_else() {
    let (simulator, folder) = folder().await;
    let path = folder.path();
    let first = done(&["record", "--out", "new"], path).await;
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.out.contains("new/oms: 1 answers") && first.out.contains("Look through the files"), "{}", first.out);
    assert_eq!(names(&path.join("new")), ["oms"], "a replay is not recorded");
    assert_eq!(names(&path.join("new/oms")), ["0001-ListProjects.json", "source.json"]);
    fs::create_dir(path.join("empty")).unwrap();
    let empty = done(&["record", "--out", "empty", "--source", "oms"], path).await;
    assert_eq!((empty.code, names(&path.join("empty/oms"))), (Some(0), names(&path.join("new/oms"))));

    for (args, wanted) in [
        (vec!["record", "--out", "new"], "new is not empty"),
        (vec!["record", "--out", "migration-exporter.yml"], "is no folder"),
        (vec!["record", "--out", "x", "--source", "omz"], "there is no source named omz"),
        (vec!["record", "--out", "x", "--source", "a/../b"], "copy its folder"),
        (vec!["record"], "--out"),
    ] {
        let refused = done(&args, path).await;
        assert_eq!(refused.code, Some(2), "{args:?}: {}", refused.err);
        assert!(refused.err.contains(wanted) && refused.out.is_empty(), "{}", refused.err);
    }
    let nowhere = done(&["record", "--out", "no/such/place"], path).await;
    assert!(nowhere.code == Some(1) && nowhere.err.contains("no/such"), "{}", nowhere.err);
    assert_eq!(names(path), ["empty", "migration-exporter.yml", "new"]);
    simulator.stop().await;
}

#[tokio::test]
async fn what_could_not_be_read_is_kept_too_and_told() {
    let (simulator, folder) = folder().await;
    simulator
        .faults()
        .set(Fault::new(FaultKind::Envelope { code: "E-1".to_owned(), message: "at 10.0.0.7".to_owned() }));
    let failed = done(&["record", "--out", "c"], folder.path()).await;
    assert_eq!(failed.code, Some(3), "{}", failed.err);
    let kept = files(&folder.path().join("c"));
    assert!(kept.iter().any(|(_, text)| text.contains("E-1")));
    assert!(kept.iter().all(|(_, text)| !text.contains("10.0.0.7") && !text.contains("demo-password")));
    simulator.stop().await;
}

#[tokio::test]
async fn nothing_is_left_when_it_is_interrupted() {
    let (simulator, folder) = folder().await;
    simulator.faults().set(Fault::new(FaultKind::Hang));
    let path = folder.path();
    fs::create_dir(path.join("empty")).unwrap();
    for (out, left) in
        [("new", vec!["empty", "migration-exporter.yml"]), ("empty", vec!["empty", "migration-exporter.yml"])]
    {
        let before = simulator.count("ListProjects");
        let mut command = binary(["record", "--out", out]);
        let child = command.current_dir(path).stderr(Stdio::piped()).spawn().unwrap();
        let arrived = async {
            while simulator.count("ListProjects") == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), arrived).await.expect("it asks");
        let id = child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
        let output = timeout(Duration::from_secs(20), child.wait_with_output()).await.expect("it ends").unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(3) && told.contains("nothing was kept"), "{told}");
        assert_eq!(names(path), left);
        assert_eq!(names(&path.join("empty")), Vec::<String>::new());
    }
    simulator.stop().await;
}

/// The daemon polls a capture again and again, and each poll says the same.
#[tokio::test]
async fn the_daemon_serves_a_capture() {
    let (simulator, folder) = folder().await;
    assert_eq!(done(&["record", "--out", "capture"], folder.path()).await.code, Some(0));
    simulator.stop().await;
    let path = folder.path().join("replay.yml");
    fs::write(&path, "sources:\n  - name: captured\n    interval: 1s\n    replay: { directory: ./capture }\n").unwrap();
    let path = path.to_str().unwrap();
    let running = Running::start(["--config.file", path]).await;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let polled_twice = async {
        loop {
            let page = client.get(running.url("/metrics")).send().await.unwrap().text().await.unwrap();
            if page.contains("migration_exporter_polls_total{source=\"captured\"} 2") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let page = timeout(Duration::from_secs(20), polled_twice).await.expect("it polls twice");
    assert!(page.contains("migration_source_up{source=\"captured\",kind=\"replay\"} 1"), "{page}");
    assert!(page.lines().filter(|line| line.starts_with("migration_project_up{")).all(|line| line.ends_with(" 1")));
    running.signal("TERM");
    assert_eq!(running.end().await, Some(0));

    let polled = done(&["poll", "--config.file", path], folder.path()).await;
    assert_eq!((polled.code, polled.err.as_str()), (Some(0), ""));
    fs::remove_file(folder.path().join("capture/oms/0001-ListProjects.json")).unwrap();
    let damaged = done(&["poll", "--config.file", path], folder.path()).await;
    assert!(damaged.code == Some(1) && damaged.err.contains("source captured:"), "{}", damaged.err);
}
