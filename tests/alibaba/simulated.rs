//! The exporter against the simulator's gateway, which reads signatures and forms by code of its
//! own: two readings of one document have to agree.

use migration_exporter::sim::{ALIBABA_KEY, ALIBABA_TEMPORARY_KEY, AccessKey, Options, Simulator};

use super::config_in;
use super::page::Page;

async fn against_the_simulator(key: AccessKey, rest: &str) -> Page {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let simulator = Simulator::start(listener, Options::default()).await.unwrap();
    let token = key.token.map(|token| format!(", security_token: '{token}'")).unwrap_or_default();
    let keys = format!(", access_key_id: {}, access_key_secret: {}{token}", key.id, key.secret);
    let page = Page::polled(&config_in(&[], &simulator.alibaba_url(), &keys, rest)).await;
    simulator.stop().await;
    page
}

#[tokio::test]
async fn both_kinds_of_keys_pass_its_gate() {
    for key in [ALIBABA_KEY, ALIBABA_TEMPORARY_KEY] {
        let page = against_the_simulator(key, "discover: {}\ncollect: [components, verification]").await;
        assert!(page.good);
        page.holds(&[("migration_source_up", 1.0), ("migration_exporter_circuit_open", 0.0)]);
        assert!(page.all("migration_project_up").len() > 5);
        assert!(!page.all("migration_component_status").is_empty());
        assert!(!page.all("migration_verification_tables").is_empty());
        page.lacks(&["migration_exporter_ignored_values_total"]);
    }
}

#[tokio::test]
async fn a_wrong_secret_does_not_pass() {
    let page = against_the_simulator(AccessKey { secret: "wrong", ..ALIBABA_KEY }, "discover: {}").await;
    assert_eq!(page.reasons(), ["unauthorized"]);
}
