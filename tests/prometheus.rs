//! The real binary, scraped by a real Prometheus, against the simulator: what a dashboard sees is
//! what the exporter says, and what is gone is gone at once.
//!
//! These tests need the programs `prometheus` and `promtool`; `tests/run` installs and runs them.

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
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use migration_exporter::metrics::{self, Kind};
    use migration_exporter::sim::Simulator;
    use serde_json::Value;
    use tempfile::TempDir;

    use super::binary::{Running, binary};
    use super::reader::{Dialect, Family, read};
    use super::world;

    /// Between two looks at something that has to come.
    const PAUSE: Duration = Duration::from_millis(100);
    /// How long Prometheus may take to start and to scrape once.
    const SOON: Duration = Duration::from_secs(40);

    /// The simulator, the exporter that polls it and the Prometheus that scrapes that.
    struct Chain {
        simulator: Simulator,
        exporter: Running,
        prometheus: Prometheus,
        client: reqwest::Client,
        _folder: TempDir,
    }

    /// A process that does not outlive its test.
    struct Prometheus {
        child: std::process::Child,
        base: String,
    }

    impl Drop for Prometheus {
        fn drop(&mut self) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }

    impl Chain {
        async fn start() -> Self {
            let simulator = world::frozen().await;
            let folder = tempfile::tempdir().unwrap();
            let config = folder.path().join("migration-exporter.yml");
            std::fs::write(&config, world::config(&simulator, "1s")).unwrap();
            let exporter = Running::start(["--config.file".as_ref(), config.as_os_str()]).await;
            let target = exporter.url("").trim_start_matches("http://").to_owned();
            let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
            let prometheus = Prometheus::start(folder.path(), &target, &client).await;
            Self { simulator, exporter, prometheus, client, _folder: folder }
        }

        /// The answer of Prometheus' API, none while it does not answer well.
        async fn api(&self, path: &str, query: &[(&str, &str)]) -> Option<Value> {
            let mut url = reqwest::Url::parse(&format!("{}{path}", self.prometheus.base)).unwrap();
            url.query_pairs_mut().extend_pairs(query);
            let answer = self.client.get(url).send().await.ok()?;
            let json: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
            (json["status"] == "success").then(|| json["data"].clone())
        }

        /// The series that an instant query finds now.
        async fn query(&self, expression: &str) -> Option<Vec<Value>> {
            let data = self.api("/api/v1/query", &[("query", expression)]).await?;
            data["result"].as_array().cloned()
        }

        /// Asks until the answer is as wanted.
        async fn until(&self, within: Duration, expression: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
            let begin = Instant::now();
            loop {
                let found = self.query(expression).await;
                if let Some(series) = found.as_deref().filter(|series| wanted(series)) {
                    return series.to_vec();
                }
                assert!(begin.elapsed() < within, "{expression} is {found:?} after {within:?}");
                tokio::time::sleep(PAUSE).await;
            }
        }

        async fn scraped(&self) {
            self.until(SOON, "up{job=\"migration\"} == 1 and on() migration_source_up == 1", |series| {
                series.len() == 1
            })
            .await;
        }

        /// The exporter's own page, in the format that this Prometheus asks for first.
        async fn page(&self) -> Vec<Family> {
            let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
            let request = self.client.get(self.exporter.url("/metrics")).header("accept", accept);
            let answer = request.send().await.unwrap();
            assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
            read(&answer.text().await.unwrap(), Dialect::OpenMetrics).unwrap()
        }

        /// Ends the exporter as a service manager does; Prometheus goes when this is dropped.
        async fn stop(mut self) {
            self.exporter.signal("TERM");
            self.exporter.line_with("message=stopped").await;
            assert_eq!(self.exporter.end().await, Some(0));
        }
    }

    impl Prometheus {
        /// Starts one that scrapes `target` every second.
        async fn start(folder: &Path, target: &str, client: &reqwest::Client) -> Self {
            let config = folder.join("prometheus.yml");
            let text = format!(
                "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}
scrape_configs:
  - job_name: migration
    static_configs: [ {{ targets: ['{target}'] }} ]
"
            );
            std::fs::write(&config, text).unwrap();
            // Somebody else may take the free port before Prometheus does; then it ends at once.
            for _ in 0..3 {
                let mut prometheus = Self::spawn(folder, &config);
                if prometheus.is_ready(client).await {
                    return prometheus;
                }
            }
            panic!("Prometheus does not stay up; it says why above");
        }

        fn spawn(folder: &Path, config: &Path) -> Self {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let child = Command::new("prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
                .arg(format!("--web.listen-address={free}"))
                .arg("--log.level=error")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .expect("prometheus is installed (tests/run does that)");
            Self { child, base: format!("http://{free}") }
        }

        /// Waits until it answers; false when it has ended instead.
        async fn is_ready(&mut self, client: &reqwest::Client) -> bool {
            let begin = Instant::now();
            while begin.elapsed() < SOON {
                let answer = client.get(format!("{}/-/ready", self.base)).send().await;
                if self.child.try_wait().unwrap().is_some() {
                    return false;
                }
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return true;
                }
                tokio::time::sleep(PAUSE).await;
            }
            panic!("Prometheus is not ready after {SOON:?}");
        }
    }

    /// A sample's name and labels, without those that Prometheus adds.
    fn key<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
        let own = labels.filter(|(name, value)| !["job", "instance"].contains(name) && !value.is_empty());
        own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[tokio::test]
    #[ignore = "needs Debian's prometheus package; tests/run installs it"]
    async fn prometheus_holds_what_the_exporter_says() {
        let chain = Chain::start().await;
        chain.scraped().await;
        // The simulated clock stands still, so only what tells of the polls themselves moves.
        let wanted: BTreeMap<_, f64> = chain
            .page()
            .await
            .iter()
            .flat_map(|family| &family.samples)
            .filter(|sample| !sample.name.starts_with("migration_exporter_") && !sample.name.starts_with("process_"))
            .filter(|sample| !sample.name.ends_with("_last_success_timestamp_seconds"))
            .map(|sample| {
                let labels = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                (key(labels.chain([("__name__", sample.name.as_str())])), sample.value)
            })
            .collect();
        assert!(wanted.len() > 700, "{}", wanted.len());
        let everything =
            "{__name__=~\"migration_.+\",__name__!~\"migration_exporter_.+|.+_last_success_timestamp_seconds\"}";
        let series = chain.until(SOON, everything, |series| series.len() == wanted.len()).await;
        let found: BTreeMap<_, f64> = series
            .iter()
            .map(|one| {
                let labels = one["metric"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
                (key(labels), one["value"][1].as_str().unwrap().parse().unwrap())
            })
            .collect();
        assert_eq!(found, wanted);
        chain.stop().await;
    }

    /// The exposition that Prometheus asks for is OpenMetrics: only that has the type `info`.
    #[tokio::test]
    #[ignore = "needs Debian's prometheus package; tests/run installs it"]
    async fn prometheus_reads_open_metrics_and_knows_the_types() {
        let chain = Chain::start().await;
        chain.scraped().await;
        let metadata = chain.api("/api/v1/metadata", &[]).await.unwrap();
        let mut infos = 0;
        for family in metrics::families() {
            let (name, kind) = match family.kind {
                Kind::Gauge | Kind::StateSet => (family.name, "gauge"),
                Kind::Histogram => (family.name, "histogram"),
                Kind::Counter => (family.name.strip_suffix("_total").unwrap(), "counter"),
                Kind::Info => (family.name.strip_suffix("_info").unwrap(), "info"),
            };
            let Some(known) = metadata.get(name) else { continue };
            assert_eq!(known[0]["type"], kind, "{name}");
            assert_eq!(known[0]["help"], format!("{}.", family.help), "{name}");
            infos += usize::from(kind == "info");
        }
        assert!(infos >= 4, "{metadata}");
        chain.stop().await;
    }

    #[tokio::test]
    #[ignore = "needs Debian's prometheus package; tests/run installs it"]
    async fn a_project_that_is_gone_is_gone_from_prometheus_within_seconds() {
        let chain = Chain::start().await;
        chain.scraped().await;
        let gone = chain.simulator.project_id("orders-mysql-to-ob").unwrap();
        let of_it = format!("{{__name__=~\"migration_(project|step|sync|alarm).+\",project_id=\"{gone}\"}}");
        let of_others = format!("migration_project_up{{project_id!=\"{gone}\"}} == 1");
        chain.until(SOON, &of_it, |series| series.len() > 50).await;
        chain.simulator.hide(&gone);
        // The look-back is 5 minutes: only a staleness marker makes them vanish earlier.
        chain.until(Duration::from_secs(15), &of_it, <[Value]>::is_empty).await;
        assert_eq!(chain.query(&of_others).await.unwrap().len(), 11, "nothing else has gone");
        chain.simulator.unhide(&gone);
        chain.until(Duration::from_secs(15), &of_it, |series| series.len() > 50).await;
        chain.stop().await;
    }

    /// Each query of the documents is one that Prometheus understands, and those about what the
    /// simulated world always has find something.
    #[tokio::test]
    #[ignore = "needs Debian's prometheus package; tests/run installs it"]
    async fn the_queries_of_the_documents_run() {
        let chain = Chain::start().await;
        chain.scraped().await;
        let text = include_str!("../docs/metrics.md");
        let queries: Vec<&str> =
            text.split("```promql\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert!(queries.len() >= 8, "{}", queries.len());
        for query in queries {
            let found = chain.query(query).await.unwrap_or_else(|| panic!("Prometheus refuses {query}"));
            let about = ["checkpoint_timestamp", "error_info"].iter().any(|word| query.contains(word));
            assert!(!about || !found.is_empty(), "nothing found by {query}");
        }
        chain.stop().await;
    }

    /// promtool 2.42 reads the text format alone; Prometheus itself reads the other one above.
    #[tokio::test]
    #[ignore = "needs Debian's prometheus package; tests/run installs it"]
    async fn promtool_has_nothing_to_complain_about() {
        let simulator = world::frozen().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migration-exporter.yml");
        std::fs::write(&path, world::config(&simulator, "1s")).unwrap();
        let page = binary(["poll".as_ref(), "--config.file".as_ref(), path.as_os_str()]).output().await.unwrap();
        assert!(page.status.success());
        read(std::str::from_utf8(&page.stdout).unwrap(), Dialect::Plain).unwrap();
        let text = folder.path().join("page.txt");
        std::fs::write(&text, &page.stdout).unwrap();
        let verdict = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(std::fs::File::open(&text).unwrap())
            .output()
            .expect("promtool is installed (tests/run does that)");
        let said = [verdict.stdout, verdict.stderr].concat();
        assert!(verdict.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
        simulator.stop().await;
    }
}
