//! What `/metrics` says about the simulated world, read by a strict reader of our own: both formats
//! are well-formed, say the same, and say what the table of families promises.

#[cfg(test)]
#[path = "support/reader.rs"]
mod reader;
#[cfg(test)]
#[path = "support/world.rs"]
mod world;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read as _;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Instant;

    use migration_exporter::app::{App, ServeOptions};
    use migration_exporter::config::{self, Surroundings};
    use migration_exporter::metrics::{self, Exposition, Format, Kind};
    use migration_exporter::sim::Simulator;
    use tokio_util::sync::CancellationToken;

    use super::reader::{Dialect, Family, Sample, read};
    use super::world;

    /// Every family that OMS feeds without optional extras and that the simulated world has.
    const FED_BY_OMS: [&str; 50] = [
        "migration_source_up",
        "migration_project_up",
        "migration_project_last_success_timestamp_seconds",
        "migration_project_info",
        "migration_project_label",
        "migration_project_status",
        "migration_project_created_timestamp_seconds",
        "migration_project_start_timestamp_seconds",
        "migration_project_finish_timestamp_seconds",
        "migration_project_running_step_info",
        "migration_step_info",
        "migration_step_status",
        "migration_step_progress_ratio",
        "migration_step_start_timestamp_seconds",
        "migration_step_finish_timestamp_seconds",
        "migration_step_processed_records",
        "migration_step_estimated_records",
        "migration_step_source_records_per_second",
        "migration_step_sink_records_per_second",
        "migration_step_source_response_time_seconds",
        "migration_step_sink_response_time_seconds",
        "migration_step_source_bytes_per_second",
        "migration_step_sink_bytes_per_second",
        "migration_step_source_reference_records_per_second",
        "migration_step_sink_reference_records_per_second",
        "migration_step_source_reference_response_time_seconds",
        "migration_step_sink_reference_response_time_seconds",
        "migration_step_source_reference_bytes_per_second",
        "migration_step_checkpoint_timestamp_seconds",
        "migration_step_checkpoint_sample_timestamp_seconds",
        "migration_step_error_info",
        "migration_sync_delay_seconds",
        "migration_sync_delay_sample_timestamp_seconds",
        "migration_sync_checkpoint_timestamp_seconds",
        "migration_sync_delay_threshold_seconds",
        "migration_step_last_advance_timestamp_seconds",
        "migration_alarm_active",
        "migration_recent_alarms",
        "migration_recent_alarms_by_rule",
        "migration_exporter_build_info",
        "migration_exporter_polls_total",
        "migration_exporter_poll_failures_total",
        "migration_exporter_poll_duration_seconds",
        "migration_exporter_api_requests_total",
        "migration_exporter_api_request_duration_seconds",
        "migration_exporter_api_throttled_seconds_total",
        "migration_exporter_circuit_open",
        "migration_exporter_projects",
        "migration_exporter_config_last_reload_successful",
        "migration_exporter_config_last_reload_success_timestamp_seconds",
    ];

    /// Families for what the simulated world does not have: a service that says whether it watches
    /// for alarms, or how far a whole project is, values that cannot be true, too many series.
    const FED_BY_OTHERS: [&str; 5] = [
        "migration_project_native_status_info",
        "migration_project_progress_ratio",
        "migration_alarm_monitoring_enabled",
        "migration_exporter_ignored_values_total",
        "migration_exporter_dropped_series_total",
    ];

    fn app(simulator: &Simulator) -> App {
        let surroundings = Surroundings { directory: Path::new("."), environment: &|_| None };
        let config = config::parse("test.yml", &world::config(simulator, "30m"), &surroundings).unwrap();
        App::new(&config).unwrap()
    }

    /// Everything that one poll of the simulated world leads to.
    async fn polled() -> Arc<Exposition> {
        let simulator = world::frozen().await;
        let app = app(&simulator);
        let exposition = app.exposition();
        assert!(app.poll_once().await);
        simulator.stop().await;
        exposition
    }

    fn text(exposition: &Exposition, format: Format) -> String {
        String::from_utf8(exposition.plain(format, Instant::now())).unwrap()
    }

    /// The samples as lines that can be compared, without what differs from one look to the next.
    fn steady(families: &[Family]) -> Vec<String> {
        let samples = families.iter().flat_map(|family| &family.samples);
        samples.filter(|sample| !sample.name.starts_with("process_")).map(|sample| format!("{sample:?}")).collect()
    }

    #[tokio::test]
    async fn both_formats_are_well_formed_and_hold_the_same_samples() {
        let exposition = polled().await;
        let plain = read(&text(&exposition, Format::Text), Dialect::Plain).unwrap();
        let open = read(&text(&exposition, Format::OpenMetrics), Dialect::OpenMetrics).unwrap();
        assert_eq!(steady(&plain), steady(&open));
        assert!(steady(&plain).len() > 800, "the whole world is there");
        let names = |families: &[Family]| -> BTreeSet<String> {
            families.iter().flat_map(|family| &family.samples).map(|sample| sample.name.clone()).collect()
        };
        assert_eq!(names(&plain), names(&open), "process_* included");
    }

    #[tokio::test]
    async fn every_sample_is_as_the_table_declares_it() {
        let exposition = polled().await;
        for (format, dialect) in [(Format::Text, Dialect::Plain), (Format::OpenMetrics, Dialect::OpenMetrics)] {
            for family in read(&text(&exposition, format), dialect).unwrap() {
                let declared = metrics::families()
                    .find(|declared| declared.name == family.name || of_open_metrics(declared) == family.name)
                    .unwrap_or_else(|| panic!("{} is not declared", family.name));
                assert_eq!(family.help, format!("{}.", declared.help));
                assert_eq!(family.kind, kind(declared.kind, dialect), "{}", family.name);
                let wanted: Vec<&str> = declared.label_names().collect();
                for sample in &family.samples {
                    assert_eq!(label_names(sample), wanted, "{}", sample.name);
                }
            }
        }
    }

    fn of_open_metrics(declared: &metrics::Family) -> &str {
        match declared.kind {
            Kind::Counter => declared.name.strip_suffix("_total").unwrap(),
            Kind::Info => declared.name.strip_suffix("_info").unwrap(),
            _ => declared.name,
        }
    }

    fn kind(kind: Kind, dialect: Dialect) -> &'static str {
        match kind {
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
            Kind::Info if dialect == Dialect::OpenMetrics => "info",
            Kind::Gauge | Kind::StateSet | Kind::Info => "gauge",
        }
    }

    /// Without the label that makes buckets of a histogram.
    fn label_names(sample: &Sample) -> Vec<&str> {
        let bucket = sample.name.ends_with("_bucket");
        sample.labels.iter().map(|(name, _)| name.as_str()).filter(|name| !(bucket && *name == "le")).collect()
    }

    #[tokio::test]
    async fn every_promised_family_is_there() {
        let exposition = polled().await;
        let plain = read(&text(&exposition, Format::Text), Dialect::Plain).unwrap();
        let shown: BTreeSet<&str> = plain.iter().map(|family| family.name.as_str()).collect();
        let missing: Vec<_> = FED_BY_OMS.iter().filter(|name| !shown.contains(*name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let declared: BTreeSet<&str> = metrics::families().map(|family| family.name).collect();
        let undeclared: Vec<_> = FED_BY_OTHERS.iter().filter(|name| !declared.contains(*name)).collect();
        assert!(undeclared.is_empty(), "{undeclared:?}");
    }

    /// The states that hold are told from those that do not, and something is going on.
    #[tokio::test]
    async fn a_state_set_has_one_state_that_holds() {
        let exposition = polled().await;
        let plain = read(&text(&exposition, Format::Text), Dialect::Plain).unwrap();
        let status = plain.iter().find(|family| family.name == "migration_project_status").unwrap();
        let ids: BTreeSet<&str> = status.samples.iter().map(|sample| sample.labels[1].1.as_str()).collect();
        assert_eq!(ids.len(), 12);
        for id in ids {
            let of_project = status.samples.iter().filter(|sample| sample.labels[1].1 == id);
            let sum: f64 = of_project.map(|sample| sample.value).sum();
            assert!((sum - 1.0).abs() < f64::EPSILON, "{id}: {sum}");
        }
    }

    #[tokio::test]
    async fn gzip_unpacks_to_the_same_text_again_and_again() {
        let simulator = world::frozen().await;
        let app = app(&simulator);
        let store = app.store();
        let stop = CancellationToken::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/m", listener.local_addr().unwrap());
        let options = ServeOptions { telemetry_path: "/m".to_owned() };
        let serve = app.run(vec![listener], &options, stop.clone());
        let ask = async {
            while !store.is_ready() {
                tokio::task::yield_now().await;
            }
            for accept in ["text/plain", "application/openmetrics-text; version=1.0.0"] {
                let (_, plain) = get(&url, accept, "identity").await;
                for _ in 0..2 {
                    let (encoding, packed) = get(&url, accept, "gzip").await;
                    assert_eq!(encoding, "gzip");
                    assert!(packed.len() * 5 < plain.len(), "{} of {}", packed.len(), plain.len());
                    let mut unpacked = Vec::new();
                    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
                    assert_eq!(without_process(&unpacked), without_process(&plain));
                }
            }
            stop.cancel();
        };
        let (served, ()) = tokio::join!(serve, ask);
        served.unwrap();
        simulator.stop().await;
    }

    /// The content encoding and the body, as they were sent.
    async fn get(url: &str, accept: &str, encoding: &str) -> (String, Vec<u8>) {
        let client = reqwest::Client::builder().no_gzip().timeout(std::time::Duration::from_secs(20)).build().unwrap();
        let request = client.get(url).header("accept", accept).header("accept-encoding", encoding);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let wanted = accept.split(';').next().unwrap();
        assert!(header("content-type").starts_with(wanted), "{}", header("content-type"));
        let encoding = header("content-encoding");
        (encoding, answer.bytes().await.unwrap().to_vec())
    }

    fn without_process(text: &[u8]) -> Vec<&str> {
        let text = std::str::from_utf8(text).unwrap();
        text.lines().filter(|line| !line.starts_with("process_")).collect()
    }
}
