//! `conflicts list` and `conflicts download` with the real binary: what they print, where a file goes,
//! and that nothing half-written is ever left behind.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

#[path = "support/fake_rest.rs"]
#[expect(dead_code, reason = "not every test file uses all of it")]
mod fake_rest;

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use axum::body::Bytes;
use fake_rest::{Asked, FakeRest, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

const SERVERS_NAME: &str = "np_1_conflict_1746500479.zip";
const DOWNLOAD: [&str; 2] = ["conflicts", "download"];
const LIST: [&str; 2] = ["conflicts", "list"];

/// A ZIP in which `count` files hold `block` as it is.
fn zip(count: u32, block: &Bytes) -> Vec<Bytes> {
    let mut crc = flate2::Crc::new();
    crc.update(block);
    let size = u32::try_from(block.len()).unwrap();
    let (mut pieces, mut index, mut offset) = (Vec::new(), Vec::new(), 0_u32);
    for number in 0..count {
        let name = format!("conflict_sql_{number:04}.log");
        let mut about: Vec<u8> = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for field in [crc.sum(), size, size] {
            about.extend(field.to_le_bytes());
        }
        about.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        let local = [b"PK\x03\x04", &about[..], &[0, 0], name.as_bytes()].concat();
        index.extend([b"PK\x01\x02\x14\x00", &about[..], &[0; 12], &offset.to_le_bytes(), name.as_bytes()].concat());
        offset += u32::try_from(local.len()).unwrap() + size;
        pieces.extend([Bytes::from(local), block.clone()]);
    }
    let counts = u16::try_from(count).unwrap().to_le_bytes();
    let length = u32::try_from(index.len()).unwrap().to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0", &counts[..], &counts, &length, &offset.to_le_bytes(), &[0, 0]].concat();
    pieces.extend([Bytes::from(index), Bytes::from(end)]);
    pieces
}

fn small() -> Bytes {
    zip(2, &Bytes::from_static(b"INSERT INTO t VALUES (1);\n")).concat().into()
}

fn as_zip(reply: Reply) -> Reply {
    let disposition = format!("attachment; filename={SERVERS_NAME}");
    reply.header("content-type", "application/zip").header("content-disposition", disposition)
}

fn data(data: &Value) -> Reply {
    Reply::json(&json!({ "success": true, "code": null, "data": data }))
}

fn logs() -> Reply {
    data(&json!([
        { "fileName": "conflict_sql_1.log", "date": "2025-03-28T07:57:09.376", "size": 4 },
        { "fileName": "conflict_sql_2.log", "date": "2025-03-29T07:57:09.376", "size": 1.5 },
        { "fileName": "conflict_sql_msg.log", "date": null, "size": null },
    ]))
}

fn action(asked: &Asked) -> &str {
    asked.query.get("Action").map_or("", String::as_str)
}

/// A service with three logs that answers the download so.
async fn sending(reply: Reply) -> FakeRest {
    FakeRest::start(move |asked| if action(asked) == "ListConflictData" { logs() } else { reply.clone() }).await
}

/// A folder of its own with a configuration for a service.
fn folder(oms: &FakeRest) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (url, home) = (oms.url(), folder.path().join("config.yml"));
    let text = format!(
        "sources:\n  - name: oms\n    timeout: 2s\n    requests_per_second: 1000\n    oms: {{ endpoint: '{url}', \
         username: u, password: p }}\n    discover: {{}}\n"
    );
    std::fs::write(home, text).unwrap();
    std::fs::create_dir(folder.path().join("here")).unwrap();
    folder
}

fn binary(verb: [&str; 2]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration-exporter"));
    command.args(verb).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// The command, run in the folder `here`.
fn command(folder: &TempDir, verb: [&str; 2], rest: &[&str]) -> Command {
    let mut command = binary(verb);
    command.current_dir(folder.path().join("here"));
    command.args(["--config.file", "../config.yml", "--source", "oms", "--project", "np_1", "--step", "INCR_TRANSFER"]);
    command.args(rest);
    command
}

async fn run(folder: &TempDir, verb: [&str; 2], rest: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(folder, verb, rest);
    let Output { status, stdout, stderr } =
        tokio::time::timeout(Duration::from_mins(1), command.output()).await.unwrap().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Everything below a folder, hidden files too.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

fn nothing_is_left(folder: &TempDir) {
    assert_eq!(files(&folder.path().join("here")), Vec::<String>::new());
    assert_eq!(files(folder.path()), ["config.yml", "here"]);
}

#[tokio::test]
async fn the_list_as_table_and_as_json() {
    let oms = sending(Reply::never()).await;
    let folder = folder(&oms);
    let (code, table, _) = run(&folder, LIST, &[]).await;
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 5, "{table}");
    assert!(lines[0].starts_with("FILE ") && lines[0].ends_with("SIZE"), "{table}");
    assert!(lines[1].starts_with("conflict_sql_1.log ") && lines[1].contains("2025-03-28T07:57:09.376"), "{table}");
    let (code, text, _) = run(&folder, LIST, &["--output", "json"]).await;
    assert_eq!(code, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!([
            { "file_name": "conflict_sql_1.log", "date": "2025-03-28T07:57:09.376", "size": 4 },
            { "file_name": "conflict_sql_2.log", "date": "2025-03-29T07:57:09.376", "size": 1.5 },
            { "file_name": "conflict_sql_msg.log", "date": null, "size": null },
        ])
    );
    let asked = &oms.asked()[0];
    assert_eq!((asked.what.as_str(), action(asked)), ("POST /api/v2", "ListConflictData"));
    assert_eq!(asked.body, json!({ "projectId": "np_1", "omsStepName": "INCR_TRANSFER" }));
}

#[tokio::test]
async fn no_logs_are_no_failure() {
    let oms = FakeRest::start(|_| data(&json!([]))).await;
    let folder = folder(&oms);
    let (code, table, _) = run(&folder, LIST, &[]).await;
    assert!(code == Some(0) && table.contains("np_1 has no conflict logs in INCR_TRANSFER"), "{table}");
    let (code, text, _) = run(&folder, LIST, &["--output", "json"]).await;
    assert_eq!((code, text.trim()), (Some(0), "[]"));
    let (code, text, _) = run(&folder, DOWNLOAD, &[]).await;
    assert!(code == Some(0) && text.contains("nothing to download"), "{text}");
    assert!(oms.asked().iter().all(|asked| action(asked) == "ListConflictData"));
    nothing_is_left(&folder);
}

#[tokio::test]
async fn an_edition_without_conflict_logs_says_so() {
    let unknown = json!({ "success": false, "code": "PARAM_ERROR", "message": "Unknown action: ListConflictData" });
    let oms = FakeRest::start(move |_| Reply::json(&unknown)).await;
    let folder = folder(&oms);
    for (verb, rest, name) in [
        (LIST, &[][..], "ListConflictData"),
        (DOWNLOAD, &[], "ListConflictData"),
        (DOWNLOAD, &["--file", "a.log"], "DownloadConflictData"),
    ] {
        let (code, _, told) = run(&folder, verb, rest).await;
        assert_eq!(code, Some(3));
        assert!(told.contains(name) && told.contains("Enterprise Edition 4.3.0") && !told.contains("hour"), "{told}");
    }
    nothing_is_left(&folder);
}

#[tokio::test]
async fn wrong_credentials_and_unknown_sources_are_told_apart() {
    let oms = FakeRest::start(|_| Reply::text("").status(401)).await;
    let folder = folder(&oms);
    for verb in [LIST, DOWNLOAD] {
        let (code, _, told) = run(&folder, verb, &[]).await;
        assert!(code == Some(3) && told.contains("refuses the credentials"), "{told}");
    }
    let mut command = binary(LIST);
    command.current_dir(folder.path()).args([
        "--config.file",
        "config.yml",
        "--source",
        "no-such",
        "--project",
        "np_1",
    ]);
    let output = command.args(["--step", "FULL_TRANSFER"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no source named no-such"));
}

#[tokio::test]
async fn a_download_goes_where_it_is_told() {
    let oms = sending(as_zip(Reply::bytes(small()))).await;
    for (place, wanted) in [
        (&[][..], SERVERS_NAME),
        (&["-o", "mine.zip"], "mine.zip"),
        (&["--output", "../here/mine.zip"], "mine.zip"),
        (&["-o", "."], SERVERS_NAME),
    ] {
        let folder = folder(&oms);
        let (code, told, errors) = run(&folder, DOWNLOAD, place).await;
        assert_eq!(code, Some(0), "{errors}");
        assert!(told.contains(wanted) && told.contains("2 files"), "{told}");
        assert_eq!(files(&folder.path().join("here")), [wanted]);
        assert_eq!(std::fs::read(folder.path().join("here").join(wanted)).unwrap(), small());
    }
}

#[tokio::test]
async fn all_listed_files_or_the_named_ones_are_asked_for() {
    let oms = sending(as_zip(Reply::bytes(small()))).await;
    let folder = folder(&oms);
    assert_eq!(run(&folder, DOWNLOAD, &[]).await.0, Some(0));
    assert_eq!(run(&folder, DOWNLOAD, &["--file", "b.log", "--file", "a.log", "-o", "two.zip"]).await.0, Some(0));
    let bodies: Vec<Value> = oms
        .asked_for("/api/v2")
        .into_iter()
        .filter(|asked| action(asked) == "DownloadConflictData")
        .map(|asked| asked.body)
        .collect();
    let body = |files: Value| json!({ "projectId": "np_1", "omsStepName": "INCR_TRANSFER", "fileNames": files });
    assert_eq!(
        bodies,
        [
            body(json!(["conflict_sql_1.log", "conflict_sql_2.log", "conflict_sql_msg.log"])),
            body(json!(["b.log", "a.log"])),
        ]
    );
}

#[tokio::test]
async fn an_existing_file_is_replaced_only_by_force() {
    let oms = sending(as_zip(Reply::bytes(small()))).await;
    let folder = folder(&oms);
    let here = folder.path().join("here");
    for (name, rest) in [(SERVERS_NAME, &[][..]), ("mine.zip", &["-o", "mine.zip"])] {
        std::fs::write(here.join(name), "precious").unwrap();
        let (code, _, told) = run(&folder, DOWNLOAD, rest).await;
        assert!(code == Some(3) && told.contains("--force") && told.contains(name), "{told}");
        assert_eq!(std::fs::read(here.join(name)).unwrap(), b"precious");
        assert_eq!(run(&folder, DOWNLOAD, &[rest, &["--force"]].concat()).await.0, Some(0));
        assert_eq!(std::fs::read(here.join(name)).unwrap(), small());
    }
    assert_eq!(files(&here), ["mine.zip", SERVERS_NAME]);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told() {
    let oms = sending(as_zip(Reply::bytes(small()))).await;
    let folder = folder(&oms);
    let (code, _, told) = run(&folder, DOWNLOAD, &["-o", "no/such/folder/mine.zip"]).await;
    assert!(code == Some(3) && told.contains("no/such/folder"), "{told}");
    nothing_is_left(&folder);
}

#[tokio::test]
async fn what_is_no_whole_zip_leaves_nothing() {
    let whole = small();
    let failure = json!({ "success": false, "code": "GHANA-1", "message": "no such file" });
    for (reply, words) in [
        // More is announced than comes.
        (as_zip(Reply::pieces(vec![whole.slice(..40)])).header("content-length", "5000"), "ended before"),
        (as_zip(Reply::text("no zip at all")), "no whole ZIP"),
        (as_zip(Reply::text("")), "no whole ZIP"),
        (as_zip(Reply::bytes(whole.slice(..whole.len() - 30))), "no whole ZIP"),
        (as_zip(Reply::bytes(spoilt(&whole))), "no whole ZIP"),
        (Reply::json(&failure), "GHANA-1: no such file"),
        (Reply::json(&failure).header("content-disposition", "attachment; filename=x.zip"), "GHANA-1"),
        (data(&json!(null)), "success without a file"),
        (Reply::text("<html>login</html>").header("content-type", "text/html"), "not JSON"),
        (Reply::text("<html>").status(502), "HTTP 502"),
        (as_zip(Reply::bytes(whole.clone())).status(500), "HTTP 500"),
        (Reply::text("").status(302).header("location", "/login"), "redirects"),
    ] {
        let oms = sending(reply.clone()).await;
        let folder = folder(&oms);
        let (code, _, told) = run(&folder, DOWNLOAD, &[]).await;
        assert_eq!(code, Some(3), "{reply:?} {told}");
        assert!(told.contains(words), "{words} in {told}");
        nothing_is_left(&folder);
    }
}

/// One byte of a file's contents is another one.
fn spoilt(whole: &Bytes) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let place = bytes.windows(6).position(|six| six == b"INSERT").unwrap();
    bytes[place] = b'X';
    bytes
}

#[tokio::test]
async fn a_service_that_hangs_is_given_up() {
    for reply in [Reply::never(), as_zip(Reply::stalled(vec![small().slice(..40)]))] {
        let oms = sending(reply).await;
        let folder = folder(&oms);
        let (code, _, told) = run(&folder, DOWNLOAD, &[]).await;
        assert!(code == Some(3) && told.contains("within 2s"), "{told}");
        nothing_is_left(&folder);
    }
}

#[tokio::test]
async fn a_signal_leaves_nothing() {
    for (signal, begun) in [("INT", true), ("TERM", true), ("INT", false), ("TERM", false)] {
        let reply = if begun { as_zip(Reply::stalled(vec![small().slice(..40)])) } else { Reply::never() };
        let oms = sending(reply).await;
        let folder = folder(&oms);
        let child = command(&folder, DOWNLOAD, &["--file", "a.log"]).stdout(Stdio::null()).spawn().unwrap();
        let here = folder.path().join("here");
        let waiting = async {
            while oms.asked().is_empty() || (begun && files(&here).is_empty()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
        let id = child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let output = tokio::time::timeout(Duration::from_secs(20), child.wait_with_output()).await.unwrap().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{signal} {told}");
        assert!(told.contains("nothing was kept") && told.contains(signal), "{told}");
        nothing_is_left(&folder);
    }
}

#[tokio::test]
async fn the_servers_name_cannot_lead_elsewhere() {
    let fallback = "np_1_conflict.zip";
    for (disposition, wanted) in [
        ("attachment; filename=../../evil.zip", "evil.zip"),
        ("attachment; filename=\"/etc/cron.d/evil.zip\"", "evil.zip"),
        ("attachment; filename=..\\..\\evil.zip", "evil.zip"),
        ("attachment; filename=..", fallback),
        ("attachment; filename=.bashrc", fallback),
        ("attachment; filename=", fallback),
        ("attachment; filename*=UTF-8''..%2F..%2Fevil.zip", fallback),
        ("inline", fallback),
    ] {
        let reply = Reply::bytes(small()).header("content-type", "application/zip");
        let oms = sending(reply.header("content-disposition", disposition)).await;
        let folder = folder(&oms);
        let (code, _, told) = run(&folder, DOWNLOAD, &[]).await;
        assert_eq!(code, Some(0), "{disposition}: {told}");
        assert_eq!(files(&folder.path().join("here")), [wanted], "{disposition}");
        assert_eq!(files(folder.path()), ["config.yml", "here"], "{disposition}");
    }
}

#[tokio::test]
async fn a_large_download_does_not_grow_memory() {
    let block = Bytes::from(vec![b'x'; 1 << 20]);
    let oms = sending(as_zip(Reply::pieces(zip(300, &block)))).await;
    let folder = folder(&oms);
    let mut child = command(&folder, DOWNLOAD, &["-o", "large.zip"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut most = 0_u64;
    let ended = loop {
        // The most that it has ever used, so the last look before its end counts.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let used = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = used.and_then(|used| used.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(kib.unwrap_or_default());
        if let Ok(ended) = tokio::time::timeout(Duration::from_millis(10), child.wait()).await {
            break ended.unwrap();
        }
    };
    assert_eq!(ended.code(), Some(0));
    assert!(std::fs::metadata(folder.path().join("here/large.zip")).unwrap().len() > 300 << 20);
    assert!((1..100 << 10).contains(&most), "{most} KiB");
}
