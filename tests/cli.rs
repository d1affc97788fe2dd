//! The real binary as people and service managers use it: faults and exit codes, flags and their
//! environment twins, signals, and the commands that print.

#[cfg(test)]
#[path = "support/binary.rs"]
mod binary;
#[cfg(test)]
#[path = "support/reader.rs"]
mod reader;
#[cfg(test)]
#[path = "support/world.rs"]
mod world;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use migration_exporter::sim::{Fault, FaultKind, Simulator};
    use tempfile::TempDir;
    use tokio::time::timeout;

    use super::binary::{Running, binary};
    use super::reader::{Dialect, read};
    use super::world;

    /// What a command left.
    struct Done {
        code: Option<i32>,
        out: String,
        err: String,
    }

    async fn done(args: &[&str], environment: &[(&str, &str)]) -> Done {
        let mut command = binary(args);
        command.envs(environment.iter().copied());
        let output = timeout(Duration::from_secs(30), command.output()).await.expect("it ends").unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// A folder with a configuration file in it.
    fn file(text: &str) -> (TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("migration-exporter.yml");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap().to_owned();
        (folder, path)
    }

    fn source(name: &str, endpoint: &str, password: &str) -> String {
        format!(
            "  - name: {name}\n    oms: {{ endpoint: '{endpoint}', username: u, {password} }}\n    discover: {{}}\n"
        )
    }

    #[tokio::test]
    async fn a_faulty_configuration_ends_every_command_with_2_and_says_why() {
        let good = source("a", "http://oms.example.com:8089", "password: p");
        for (text, wanted) in [
            (format!("intervall: 1s\nsources:\n{good}"), "unknown key `intervall`"),
            (format!("sources:\n{}", source("a", "http://h:1", "password_file: nowhere")), "nowhere` cannot be read"),
            (format!("sources:\n{good}{good}"), "the name `a` is taken, first in line 2"),
            (format!("defaults: {{ interval: 0s }}\nsources:\n{good}"), "`0s` is too short"),
            (format!("sources:\n{}", source("a", "oms.example.com:8089", "password: p")), "a URL needs a scheme"),
        ] {
            let (_folder, path) = file(&text);
            let checked = done(&["check-config", "--config.file", &path], &[]).await;
            assert_eq!(checked.code, Some(2), "{text}");
            assert!(checked.err.contains(wanted) && checked.err.contains(&path), "{}", checked.err);
            assert_eq!(checked.out, "");
            for command in ["run", "poll"] {
                let other = done(&[command, "--config.file", &path], &[]).await;
                assert_eq!((other.code, other.err), (Some(2), checked.err.clone()), "{command}");
            }
        }
    }

    #[tokio::test]
    async fn a_missing_file_is_explained() {
        let done = done(&["--config.file", "no-such-file.yml"], &[]).await;
        assert_eq!(done.code, Some(2));
        assert!(done.err.contains("no-such-file.yml") && done.err.contains("demo"), "{}", done.err);
    }

    #[tokio::test]
    async fn a_good_configuration_is_summed_up() {
        let (_folder, path) = file(&format!("sources:\n{}", source("a", "http://h:1", "password: s3cret")));
        let done = done(&["check-config", "--config.file", &path], &[]).await;
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
        assert!(done.out.contains("is good") && done.out.contains("a (oms): discovery, every 30s"), "{}", done.out);
        assert!(!done.out.contains("s3cret"));
    }

    #[tokio::test]
    async fn a_taken_port_is_a_fatal_error() {
        let (_folder, path) = file(&format!("sources:\n{}", source("a", "http://127.0.0.1:9", "password: p")));
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let done = done(&["--config.file", &path, "--web.listen-address", &address], &[]).await;
        assert_eq!(done.code, Some(1));
        let wanted = format!("cannot listen on {address}");
        assert!(done.err.contains(&wanted) && done.err.contains("--web.listen-address"), "{}", done.err);
    }

    /// Starts the daemon against a simulator and waits until its first request has arrived.
    async fn asking(simulator: &Simulator, path: &str) -> Running {
        let running = Running::start(["--config.file", path]).await;
        let arrived = async {
            while simulator.count("ListProjects") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), arrived).await.expect("the first poll begins");
        running
    }

    #[tokio::test]
    async fn a_signal_during_a_slow_poll_ends_it_soon_and_well() {
        for name in ["TERM", "INT"] {
            let simulator = world::frozen().await;
            simulator.faults().set(Fault::new(FaultKind::Hang));
            let (_folder, path) = file(&world::config(&simulator, "30s"));
            let running = asking(&simulator, &path).await;
            let begin = Instant::now();
            running.signal(name);
            assert_eq!(running.end().await, Some(0));
            assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
            simulator.stop().await;
        }
    }

    #[tokio::test]
    async fn a_second_signal_ends_at_once() {
        let simulator = world::frozen().await;
        let (_folder, path) = file(&world::config(&simulator, "30s"));
        let mut running = asking(&simulator, &path).await;
        // A client that asks again and again and never reads keeps its connection busy.
        let mut client = TcpStream::connect(running.url("").trim_start_matches("http://")).unwrap();
        client.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        let request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(400_000);
        // It ends in a timeout, once all buffers in between are full.
        client.write_all(request.as_bytes()).ok();
        let begin = Instant::now();
        running.signal("TERM");
        running.line_with("a second signal ends at once").await;
        running.signal("TERM");
        running.line_with("ended at once by a second signal").await;
        assert_eq!(running.end().await, Some(1));
        assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
        drop(client);
        simulator.stop().await;
    }

    #[tokio::test]
    async fn the_version_names_what_it_was_built_from() {
        let long = done(&["--version"], &[]).await;
        assert_eq!(long.code, Some(0));
        assert!(
            long.out.starts_with(concat!("migration-exporter ", env!("CARGO_PKG_VERSION"), " (revision ")),
            "{}",
            long.out
        );
        assert!(long.out.contains("rustc 1."), "{}", long.out);
    }

    #[tokio::test]
    async fn help_and_completions_name_commands_and_flags() {
        let bash = done(&["completions", "bash"], &[]).await;
        assert_eq!(bash.code, Some(0));
        let help = done(&["--help"], &[]).await;
        for word in ["check-config", "demo", "simulate", "--config.file", "--web.listen-address", "--log.level"] {
            assert!(bash.out.contains(word) && help.out.contains(word), "{word}");
        }
    }

    #[tokio::test]
    async fn flags_stand_before_or_after_the_command_and_have_environment_twins() {
        let (_folder, path) = file(&format!("sources:\n{}", source("a", "http://h:1", "password: p")));
        let before = done(&["--config.file", &path, "check-config"], &[]).await;
        let after = done(&["check-config", "--config.file", &path], &[]).await;
        let twin = done(&["check-config"], &[("MIGRATION_EXPORTER_CONFIG_FILE", &path)]).await;
        for one in [&before, &after, &twin] {
            assert_eq!((one.code, &one.out), (Some(0), &before.out), "{}", one.err);
        }
        let flag_wins =
            done(&["check-config", "--config.file", &path], &[("MIGRATION_EXPORTER_CONFIG_FILE", "x")]).await;
        assert_eq!(flag_wins.code, Some(0));
    }

    #[tokio::test]
    async fn log_and_web_flags_have_environment_twins_too() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let listen = done(&["demo"], &[("MIGRATION_EXPORTER_WEB_LISTEN_ADDRESS", &address)]).await;
        assert_eq!(listen.code, Some(1));
        assert!(listen.err.contains(&address), "{}", listen.err);
        for (name, value) in [("WEB_TELEMETRY_PATH", "metrics"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml")] {
            let done = done(&["demo"], &[(&format!("MIGRATION_EXPORTER_{name}"), value)]).await;
            assert_eq!(done.code, Some(2), "{name}");
            assert!(done.err.contains(value), "{}", done.err);
        }
        let (_folder, path) = file(&format!("sources:\n{}", source("a", "http://127.0.0.1:9", "password: p")));
        let json = done(&["poll", "--config.file", &path], &[("MIGRATION_EXPORTER_LOG_FORMAT", "json")]).await;
        let line: serde_json::Value = serde_json::from_str(json.err.lines().next().unwrap()).unwrap();
        assert_eq!(line["source"], "a");
    }

    #[tokio::test]
    async fn poll_prints_what_it_read_and_says_when_something_could_not_be() {
        let simulator = world::frozen().await;
        let text = world::config(&simulator, "30s");
        let (_folder, path) = file(&text);
        let all = done(&["poll", "--config.file", &path], &[]).await;
        assert_eq!((all.code, all.err.as_str()), (Some(0), ""));
        assert!(read(&all.out, Dialect::Plain).unwrap().len() > 40);
        let (_folder, path) = file(&text.replace("discover: {}", "projects: [np_nobody]"));
        let none = done(&["poll", "--config.file", &path, "--source", "oms"], &[]).await;
        assert_eq!(none.code, Some(3));
        let page = read(&none.out, Dialect::Plain).unwrap();
        let up = page.iter().find(|family| family.name == "migration_project_up").unwrap();
        assert!(up.samples.iter().all(|sample| sample.value.abs() < f64::EPSILON));
        assert!(none.err.contains("np_nobody"), "{}", none.err);
        let typo = done(&["poll", "--config.file", &path, "--source", "omz"], &[]).await;
        assert_eq!(typo.code, Some(2));
        assert!(typo.err.contains("omz") && typo.err.contains("oms"), "{}", typo.err);
        simulator.stop().await;
    }

    #[tokio::test]
    async fn the_demo_is_ready_soon_and_shows_everything() {
        let begin = Instant::now();
        let running = Running::start(["demo"]).await;
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let get = async |path: &str| {
            let answer = client.get(running.url(path)).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        while get("/-/ready").await.0 != 200 {
            assert!(begin.elapsed() < Duration::from_secs(5), "not ready after {:?}", begin.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(get("/-/healthy").await.0, 200);
        let (status, page) = get("/").await;
        assert_eq!(status, 200);
        assert!(page.contains("orders-mysql-to-ob") && page.contains("/metrics"));
        let (status, metrics) = get("/metrics").await;
        assert_eq!(status, 200);
        assert!(read(&metrics, Dialect::Plain).unwrap().len() > 50);
        let request = client.get(running.url("/metrics")).header("accept", "application/openmetrics-text");
        let open = request.send().await.unwrap().text().await.unwrap();
        assert!(read(&open, Dialect::OpenMetrics).unwrap().len() > 50);
        assert!(![page, metrics].iter().any(|text| text.contains("demo-password")), "no page shows a secret");
        assert_eq!(get("/nowhere").await.0, 404);
        running.signal("TERM");
        assert_eq!(running.end().await, Some(0));
        assert!(!Path::new("migration-exporter.yml").exists(), "the demo leaves no file");
    }
}
