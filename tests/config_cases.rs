//! Whole configuration files: those in `tests/config/*.ok.yml` are accepted and mean what the
//! assertions say; for those in `*.bad.yml` the `*.bad.txt` beside it holds the exact words a
//! user gets. `UPDATE_EXPECTED=1` rewrites the latter; read the difference as a user would.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "outside of the test functions as well, a failure here is a failed test"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use migration_exporter::config::{
    self, Backend, Config, DelayThresholds, Discover, Faults, Limits, OmsConfig, ProjectKind, Surroundings, TlsConfig,
};
use proptest::prelude::*;
use proptest::sample::Index;
use secrecy::ExposeSecret;

fn folder() -> &'static Path {
    Path::new("tests/config")
}

fn parse(file: &str, text: &str) -> Result<Config, Faults> {
    let environment = |name: &str| match name {
        "OMS_PASSWORD" => Some("s3cret-from-environment".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let surroundings = Surroundings { directory: folder(), environment: &environment };
    config::parse(file, text, &surroundings)
}

fn text_of(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}

fn ok(file: &str) -> Config {
    parse(file, &text_of(file)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn oms(config: &Config, index: usize) -> &OmsConfig {
    match &config.sources[index].backend {
        Backend::Oms(oms) => oms,
        other => panic!("{other:?}"),
    }
}

fn cases(ending: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().is_some_and(|path| path.ends_with(ending)))
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_bad_file_is_answered_with_exactly_these_words() {
    let cases = cases(".bad.yml");
    assert!(cases.len() >= 25);
    for case in cases {
        let file = case.file_name().unwrap().to_str().unwrap();
        let faults =
            parse(file, &std::fs::read_to_string(&case).unwrap()).expect_err(&format!("{file} should be refused"));
        let found = format!("{faults}\n");
        let expected = case.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&expected, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, expected, "{file}");
        // The secret of all the cases: neither shown nor kept.
        assert!(!found.contains("hunter"), "{found}");
        assert!(!format!("{faults:?}").contains("hunter"), "{faults:?}");
    }
}

#[test]
fn every_good_file_is_accepted() {
    let cases = cases(".ok.yml");
    assert!(cases.len() >= 8);
    for case in cases {
        ok(case.file_name().unwrap().to_str().unwrap());
    }
}

#[test]
fn the_smallest_file_has_the_documented_defaults() {
    let config = ok("minimal.ok.yml");
    let [source] = config.sources.as_slice() else { panic!("{config:?}") };
    assert_eq!(source.name, "oms");
    assert_eq!(source.backend.kind(), "oms");
    assert_eq!(source.limits.interval, Duration::from_secs(30));
    assert_eq!(source.limits.timeout, Duration::from_secs(10));
    assert_eq!(source.limits.stale_after, Duration::from_mins(5));
    assert_eq!(source.limits.concurrency, 8);
    assert!((source.limits.requests_per_second - 10.0).abs() < f64::EPSILON);
    assert_eq!(source.limits.max_response_bytes, 64 * 1024 * 1024);
    assert_eq!(
        source.delay_thresholds,
        DelayThresholds {
            high: Some(Duration::from_mins(1)),
            medium: Some(Duration::from_mins(5)),
            low: Some(Duration::from_mins(15)),
        }
    );
    assert_eq!(source.projects[0].id, "np_4w1qabcd");
    assert_eq!(source.discover, None);
    let oms = oms(&config, 0);
    assert_eq!(oms.endpoint.as_str(), "http://127.0.0.1:8089/");
    assert_eq!(oms.tls, TlsConfig::default());
    assert_eq!(oms.proxy_url, None);
    assert_eq!(oms.time_zone, jiff::tz::TimeZone::UTC);
}

#[test]
fn a_source_lies_over_the_defaults() {
    let config = ok("full.ok.yml");
    let first = &config.sources[0];
    assert_eq!(
        first.limits,
        Limits {
            interval: Duration::from_secs(90),
            timeout: Duration::from_secs(5),
            stale_after: Duration::from_mins(10),
            concurrency: 16,
            requests_per_second: 2.5,
            max_response_bytes: 500_000,
        }
    );
    assert_eq!(
        first.delay_thresholds,
        DelayThresholds {
            high: Some(Duration::from_secs(30)),
            medium: Some(Duration::from_mins(2)),
            low: Some(Duration::from_hours(1)),
        }
    );
    let second = &config.sources[1];
    assert_eq!(second.name, "生产环境");
    assert_eq!(second.limits.concurrency, 4);
    assert_eq!(second.delay_thresholds.medium, Some(Duration::from_mins(5)));
    assert_eq!(second.discover, Some(Discover::default()));
}

#[test]
fn a_full_source_is_read_as_written() {
    let config = ok("full.ok.yml");
    let login = oms(&config, 0);
    assert_eq!(login.password.expose_secret(), "s3cret-from-file");
    assert_eq!(login.time_zone.iana_name(), Some("Asia/Shanghai"));
    assert_eq!(
        login.tls,
        TlsConfig {
            ca_file: Some(folder().join("ca.pem")),
            cert_file: Some(folder().join("client.pem")),
            key_file: Some(folder().join("client.key")),
            server_name: Some("oms.internal".to_owned()),
            insecure_skip_verify: false,
        }
    );
    let projects = &config.sources[0].projects;
    assert_eq!(projects[1].name.as_deref(), Some("Orders to OceanBase"));
    assert_eq!(projects[1].kind, Some(ProjectKind::Sync));
    assert_eq!(projects[2].kind, Some(ProjectKind::Migration));
    let discover = config.sources[0].discover.clone().unwrap();
    assert_eq!(discover.types, ["MIGRATION", "SYNC"]);
    assert_eq!(discover.statuses, ["RUNNING", "SUSPEND", "FAILED"]);
    assert_eq!(discover.labels, ["core"]);
    assert_eq!(discover.search, None);
    assert_eq!(discover.exclude, ["np_junk"]);

    let proxied = oms(&config, 1);
    assert_eq!(proxied.password.expose_secret(), "s3cret-from-environment");
    let proxy = proxied.proxy_url.as_ref().unwrap();
    assert_eq!(proxy.password(), Some("pr0xy"));
    let debug = format!("{config:?}");
    assert!(!debug.contains("s3cret") && !debug.contains("pr0xy"), "{debug}");
}

#[test]
fn plain_words_stay_as_they_are_spelled() {
    let config = ok("plain-words.ok.yml");
    assert_eq!(config.sources[0].name, "1.10");
    assert_eq!(oms(&config, 0).username, "no");
    assert_eq!(oms(&config, 0).password.expose_secret(), "0123");
    let ids: Vec<&str> = config.sources[0].projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!(ids, ["12345", "0x1f", "yes"]);
}

#[test]
fn passwords_may_hold_anything() {
    let config = ok("odd-passwords.ok.yml");
    assert_eq!(oms(&config, 0).password.expose_secret(), "#!&*@%: {x}");
    assert_eq!(oms(&config, 1).password.expose_secret(), "long secret");
    assert_eq!(oms(&config, 2).password.expose_secret(), "null");
    let json = ok("json.ok.yml");
    assert_eq!(oms(&json, 0).password.expose_secret(), "p@ss \"word\"");
}

#[test]
fn a_reload_sees_a_changed_password() {
    let text = text_of("minimal.ok.yml");
    let before = parse("x", &text).unwrap();
    assert_eq!(before, parse("x", &text).unwrap());
    assert_ne!(before, parse("x", &text.replace("s3cret", "other")).unwrap());
}

#[test]
fn a_file_that_is_not_there_is_a_fault_with_advice() {
    let faults = config::load(Path::new("tests/config/nowhere.yml")).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "tests/config/nowhere.yml: cannot be read: No such file or directory\n  \
         help: create it, name another one with `--config.file`, \
         or try `migration-exporter demo`, which needs none\n\n\
         1 fault in tests/config/nowhere.yml"
    );
}

#[test]
fn files_of_the_wrong_sort_are_refused_before_they_are_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yml");
    std::fs::write(&path, " ".repeat(1024 * 1024 + 1)).unwrap();
    let faults = config::load(&path).unwrap_err();
    assert!(faults.to_string().contains("larger than 1 MiB"), "{faults}");
    std::fs::write(&path, b"sources:\n  - name: \xff\n").unwrap();
    let faults = config::load(&path).unwrap_err();
    assert!(faults.to_string().contains(":2:11: "), "{faults}");
    let faults = config::load(folder.path()).unwrap_err();
    assert!(faults.to_string().contains("Is a directory"), "{faults}");
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let config = config::load(Path::new("tests/config/full.ok.yml"));
    // The second source wants an environment variable that nobody sets here.
    let faults = config.unwrap_err();
    assert_eq!(faults.faults().len(), 1, "{faults}");
    assert!(faults.to_string().contains("`OMS_PASSWORD` is not set"), "{faults}");
}

/// Every place that a fault names is in the text, and showing it neither fails nor explodes.
fn well_placed(text: &str) {
    let Err(faults) = parse("x.yml", text) else {
        return;
    };
    assert!(!faults.faults().is_empty());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> =
        text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect();
    for fault in faults.faults() {
        let line = lines[fault.line - 1];
        let length = line.chars().count();
        assert!((1..=length + 1).contains(&fault.column), "{fault:?}");
        assert!(fault.width >= 1 && fault.column + fault.width <= length + 2, "{fault:?}");
    }
    assert!(faults.to_string().len() < 200_000);
}

#[test]
fn a_large_wrong_file_is_answered_soon_and_in_short() {
    let lines: Vec<String> = (0..80_000).map(|number| format!("key{number}: x\n")).collect();
    let lines = lines.concat();
    well_placed(&lines);
    let one_line = format!("{{{}}}", lines.replace('\n', ", "));
    well_placed(&one_line);
    well_placed(&one_line.replace("key", "password"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_text_is_answered_not_panicked_at(text in "\\PC{0,200}") {
        well_placed(&text);
    }

    #[test]
    fn arbitrary_yaml_is_answered_not_panicked_at(
        text in "([ \t\r\n:\\-\\[\\]{},#&*!|>'\"%@`?~.]|a|oms|sources|name|password|生|\u{feff}|\u{85}|\u{2028}|---){0,60}"
    ) {
        well_placed(&text);
    }

    #[test]
    fn a_secret_stays_hidden_whatever_stands_around_it(
        lines in prop::collection::vec((any::<Index>(), "[a-z:{}\\[\\]\"'| &*!-]{0,12}"), 0..4)
    ) {
        let text = text_of("full.ok.yml").replace("password_file: password.txt", "password: hunter2");
        let mut text: Vec<String> = text.lines().map(str::to_owned).collect();
        for (place, line) in lines {
            text.insert(place.index(text.len() + 1), line);
        }
        if let Err(faults) = parse("x.yml", &text.join("\n")) {
            prop_assert!(!faults.to_string().contains("hunter"), "{}", faults);
        }
    }

    #[test]
    fn a_damaged_file_is_answered_not_panicked_at(
        damages in prop::collection::vec((any::<Index>(), any::<Index>(), "\\PC{0,3}|[\t\r\n:{}\\[\\]\"'-]{0,3}"), 1..6)
    ) {
        let mut letters: Vec<char> = text_of("full.ok.yml").chars().collect();
        for (place, count, put) in damages {
            let from = place.index(letters.len() + 1);
            let to = from + count.index(8).min(letters.len() - from);
            letters.splice(from..to, put.chars());
        }
        well_placed(&letters.into_iter().collect::<String>());
    }
}
