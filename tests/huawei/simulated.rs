//! Against the simulator, which checks every signature strictly: all that is sent is right.

use migration_exporter::sim::{
    DrsV5, Fault, FaultKind, HUAWEI_KEY, HUAWEI_PROJECT_ID, HUAWEI_REGION, HUAWEI_TEMPORARY_KEY, HUAWEI_USER, Options,
    Service, Simulator,
};

use super::page::{Bench, parsed};

async fn start(options: Options) -> Simulator {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Simulator::start(listener, options).await.unwrap()
}

fn source(simulator: &Simulator, credentials: &str) -> Bench {
    let (drs, iam) = (simulator.huawei_url(), simulator.iam_url());
    Bench::new(&parsed(&format!(
        "sources:\n  - name: drs\n    huawei_drs:\n      region: {HUAWEI_REGION}\n      project_id: {HUAWEI_PROJECT_ID}\n      \
         endpoint: '{drs}'\n      iam_endpoint: '{iam}'\n      object_types: [table, view]\n      per_object_series: 5\n      \
         {credentials}\n    requests_per_second: 1000\n    discover: {{}}\n"
    )))
}

fn key() -> String {
    format!("access_key: {}\n      secret_key: {}", HUAWEI_KEY.id, HUAWEI_KEY.secret)
}

fn temporary() -> String {
    let (id, secret) = (HUAWEI_TEMPORARY_KEY.id, HUAWEI_TEMPORARY_KEY.secret);
    format!(
        "access_key: {id}\n      secret_key: {secret}\n      security_token: '{}'",
        HUAWEI_TEMPORARY_KEY.token.unwrap()
    )
}

fn user(password: &str) -> String {
    format!("iam_user: {{ domain: {}, user: {}, password: {password} }}", HUAWEI_USER.domain, HUAWEI_USER.name)
}

#[tokio::test]
async fn every_request_passes_the_gate_with_each_kind_of_credentials() {
    for credentials in [key(), temporary(), user(HUAWEI_USER.password)] {
        let simulator = start(Options::default()).await;
        let page = source(&simulator, &credentials).poll().await;
        assert!(page.good, "{:?}", page.messages());
        assert_eq!(simulator.refused(), 0);
        for action in ["ShowJobList", "BatchListProgresses", "ShowProgressData"] {
            assert!(simulator.count_at(Service::HuaweiDrs, action) > 0, "{action}");
        }
        assert!(page.all("migration_objects").len() >= 6 && page.all("migration_object_progress_ratio").len() >= 5);
        page.lacks(&["migration_exporter_ignored_values_total"]);
        simulator.stop().await;
    }
}

#[tokio::test]
async fn a_clock_of_twenty_minutes_ahead_is_told() {
    let simulator = start(Options::default()).await;
    simulator.clock().advance(std::time::Duration::from_mins(20));
    let page = source(&simulator, &key()).poll().await;
    assert_eq!(page.reasons(), ["clock_skew"]);
    assert_eq!(simulator.refused(), 1);
    simulator.stop().await;
}

#[tokio::test]
async fn tokens_that_the_service_forgets_are_renewed() {
    let simulator = start(Options::default()).await;
    let bench = source(&simulator, &user(HUAWEI_USER.password));
    assert!(bench.poll().await.good);
    for _ in 0..2 {
        simulator.forget_tokens();
        assert!(bench.poll().await.good);
    }
    assert_eq!(simulator.count_at(Service::HuaweiIam, "KeystoneCreateUserTokenByPassword"), 3);
    assert_eq!(simulator.refused(), 2);
    simulator.stop().await;
}

#[tokio::test]
async fn a_region_without_objects_is_asked_once() {
    let simulator = start(Options { drs_v5: DrsV5::Absent, ..Options::default() }).await;
    let bench = source(&simulator, &key());
    assert!(bench.poll().await.good && bench.poll().await.good);
    assert_eq!(simulator.count("ShowProgressData"), 1);
    simulator.stop().await;
}

#[tokio::test]
async fn a_job_that_vanishes_goes_with_its_objects() {
    let simulator = start(Options::default()).await;
    let bench = source(&simulator, &key());
    let page = bench.poll().await;
    let job = simulator.jobs().into_iter().find(|job| !page.all(&objects(&job.id)).is_empty()).unwrap();
    simulator.hide(&job.id);
    bench.poll().await.lacks(&[&objects(&job.id), &format!(r#"migration_project_up{{project_id="{}"}}"#, job.id)]);
    simulator.stop().await;
}

fn objects(job: &str) -> String {
    format!(r#"migration_objects{{project_id="{job}"}}"#)
}

#[tokio::test]
async fn a_job_with_an_error_of_its_own_leaves_its_batch_alone() {
    let simulator = start(Options::default()).await;
    let bench = source(&simulator, &key());
    let all = bench.poll().await.all("migration_project_up").len();
    let busy = simulator.jobs().into_iter().find(|job| job.kind == "sync").unwrap();
    let kind = FaultKind::Envelope { code: "DRS.M00304".to_owned(), message: "not now".to_owned() };
    simulator.faults().set(Fault::new(kind).on("BatchListProgresses").about(&busy.id));
    let page = bench.poll().await;
    let down = page.all("migration_project_up").into_iter().filter(|up| *up < 1.0).count();
    assert_eq!((down, page.all("migration_project_up").len()), (1, all));
    simulator.stop().await;
}
