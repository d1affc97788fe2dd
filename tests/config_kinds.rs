//! What each kind of service is read as, from `tests/config/kinds.ok.yml`. What is refused, and in
//! which words, stands in the `*.bad.yml` beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "outside of the test functions as well, a failure here is a failed test"
)]

use std::path::Path;

use migration_exporter::config::{
    self, AccessKey, AlibabaConfig, Backend, Collect, Config, Faults, HuaweiConfig, HuaweiCredentials, ProjectKind,
    Surroundings,
};
use proptest::prelude::*;
use proptest::sample::Index;
use secrecy::ExposeSecret;

const FOLDER: &str = "tests/config";

fn text() -> String {
    std::fs::read_to_string(Path::new(FOLDER).join("kinds.ok.yml")).unwrap()
}

fn parse(text: &str) -> Result<Config, Faults> {
    let environment = |name: &str| (name == "OMS_PASSWORD").then(|| "s3cret-from-environment".to_owned());
    config::parse("kinds.yml", text, &Surroundings { directory: Path::new(FOLDER), environment: &environment })
}

fn ok(text: &str) -> Config {
    parse(text).unwrap_or_else(|faults| panic!("{faults}"))
}

fn source<'c>(config: &'c Config, name: &str) -> &'c config::SourceConfig {
    config.sources.iter().find(|source| source.name == name).unwrap()
}

fn alibaba<'c>(config: &'c Config, name: &str) -> &'c AlibabaConfig {
    match &source(config, name).backend {
        Backend::AlibabaCloud(alibaba) => alibaba,
        other => panic!("{other:?}"),
    }
}

fn huawei<'c>(config: &'c Config, name: &str) -> &'c HuaweiConfig {
    match &source(config, name).backend {
        Backend::HuaweiDrs(huawei) => huawei,
        other => panic!("{other:?}"),
    }
}

/// The parts of a key pair: id, secret, token.
fn parts(pair: &AccessKey) -> (&str, &str, Option<&str>) {
    (&pair.id, pair.secret.expose_secret(), pair.security_token.as_ref().map(ExposeSecret::expose_secret))
}

#[test]
fn the_label_kind_is_the_key_of_the_file() {
    let config = ok(&text());
    let kinds: Vec<&str> = config.sources.iter().map(|source| source.backend.kind()).collect();
    let (oms, v3, alibaba, huawei) = ("oms", "oms_v3", "alibaba_cloud", "huawei_drs");
    assert_eq!(kinds, [oms, v3, alibaba, alibaba, alibaba, alibaba, huawei, huawei, huawei, "replay"]);
}

#[test]
fn an_old_oms_knows_the_kind_of_each_project() {
    let config = ok(&text());
    let old = source(&config, "oms-old");
    let Backend::OmsV3(oms) = &old.backend else { panic!("{old:?}") };
    assert_eq!(oms.endpoint.as_str(), "http://10.0.0.7:8089/");
    assert_eq!(oms.time_zone.iana_name(), Some("Asia/Shanghai"));
    assert_eq!(old.projects[0].kind, Some(ProjectKind::Sync));
    assert_eq!(old.projects[1].kind, Some(ProjectKind::Migration));
    assert_eq!(old.projects[1].name.as_deref(), Some("Old orders"));
}

#[test]
fn alibaba_derives_its_endpoint_from_region_and_network() {
    let config = ok(&text());
    let endpoint = |name| alibaba(&config, name).endpoint.as_str();
    assert_eq!(endpoint("aliyun-chain"), "https://oceanbasepro.cn-shanghai.aliyuncs.com/");
    assert_eq!(endpoint("aliyun-public"), "https://oceanbasepro.cn-beijing.aliyuncs.com/");
    assert_eq!(endpoint("aliyun-vpc"), "https://oceanbasepro-vpc.cn-hangzhou.aliyuncs.com/");
    assert_eq!(endpoint("aliyun-override"), "https://gateway.internal:8443/");
    assert_eq!(alibaba(&config, "aliyun-override").region, "cn-beijing");
}

#[test]
fn a_key_pair_is_read_in_any_of_three_ways_or_left_to_the_chain() {
    let config = ok(&text());
    assert_eq!(alibaba(&config, "aliyun-chain").credentials, None);
    let pair = |name| parts(alibaba(&config, name).credentials.as_ref().unwrap());
    assert_eq!(pair("aliyun-vpc"), ("LTAI5tFromFile", "s3cret-from-environment", Some("t0ken")));
    assert_eq!(pair("aliyun-override"), ("LTAI5tPlain", "s3cret", None));
    let HuaweiCredentials::AccessKey(pair) = &huawei(&config, "drs-keys").credentials else { panic!() };
    assert_eq!(parts(pair), ("HPUAPlain", "s3cret", None));
}

#[test]
fn huawei_derives_both_endpoints_from_the_region() {
    let config = ok(&text());
    let endpoints = |name| {
        let huawei = huawei(&config, name);
        (huawei.endpoint.as_str(), huawei.iam_endpoint.as_str())
    };
    let com = ("https://drs.cn-north-4.myhuaweicloud.com/", "https://iam.cn-north-4.myhuaweicloud.com/");
    assert_eq!(endpoints("drs-keys"), com);
    let eu = ("https://drs.eu-west-101.myhuaweicloud.eu/", "https://iam.eu-west-101.myhuaweicloud.eu/");
    assert_eq!(endpoints("drs-user"), eu);
    assert_eq!(endpoints("drs-override"), ("http://127.0.0.1:9000/", "https://iam.internal/"));
}

#[test]
fn huawei_reads_tables_and_no_single_objects_unless_told_otherwise() {
    let config = ok(&text());
    let objects = |name| {
        let huawei = huawei(&config, name);
        (huawei.object_types.iter().map(String::as_str).collect::<Vec<_>>(), huawei.per_object_series)
    };
    assert_eq!(objects("drs-override"), (vec!["table"], 0));
    assert_eq!(objects("drs-user"), (vec![], 0));
    assert_eq!(objects("drs-keys"), (vec!["table", "view", "table_indexs"], 10_000));
}

#[test]
fn an_iam_user_has_an_account_and_a_password() {
    let config = ok(&text());
    let drs = huawei(&config, "drs-user");
    let HuaweiCredentials::User { domain, user, password } = &drs.credentials else { panic!("{drs:?}") };
    assert_eq!((domain.as_str(), user.as_str(), password.expose_secret()), ("acme", "exporter:1", "s3cret-from-file"));
    let discover = source(&config, "drs-user").discover.clone().unwrap();
    assert_eq!(discover.types, ["MIGRATION", "SYNC", "DISASTER_RECOVERY"]);
}

#[test]
fn a_record_is_looked_for_beside_the_file() {
    let config = ok(&text());
    let captured = source(&config, "captured");
    let Backend::Replay(replay) = &captured.backend else { panic!("{captured:?}") };
    assert_eq!(replay.directory, Path::new(FOLDER).join("./capture"));
    assert_eq!((captured.projects.len(), &captured.discover), (0, &None));
}

#[test]
fn extras_are_off_unless_asked_for() {
    let config = ok(&text());
    let collect = |name| source(&config, name).collect;
    assert_eq!(collect("oms-extras"), Collect { components: true, verification: true, conflicts: true });
    assert_eq!(collect("aliyun-vpc"), Collect { components: true, ..Collect::default() });
    assert_eq!(collect("drs-keys"), Collect::default());
}

#[test]
fn no_debug_text_shows_a_secret() {
    let debug = format!("{:?}", ok(&text()));
    for secret in ["s3cret", "t0ken", "pr0xy", "LTAI5t", "HPUA"] {
        assert!(!debug.contains(secret), "{secret}: {debug}");
    }
    assert!(debug.contains("5237e10fe9aa4ad5b16b6a5245248314"), "{debug}");
}

#[test]
fn a_reload_sees_every_changed_key() {
    let text = text();
    let before = ok(&text);
    assert_eq!(before, ok(&text));
    let changes = [
        ("HPUAPlain", "HPUAOther"),
        ("secret_key: s3cret", "secret_key: other"),
        ("access_key_secret: s3cret", "access_key_secret: other"),
        ("security_token: t0ken", "security_token: other"),
        ("      security_token: t0ken\n", ""),
        ("password_file: password.txt", "password: other"),
        ("[conflicts, components, verification]", "[components, verification]"),
    ];
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        assert_ne!(before, ok(&text.replace(old, new)), "{old}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn keys_stay_hidden_whatever_stands_around_them(
        lines in prop::collection::vec((any::<Index>(), "[a-z:{}\\[\\]\"'| &*!-]{0,12}"), 0..4)
    ) {
        let text = text();
        let text = ["s3cret", "t0ken", "LTAI5tPlain", "HPUAPlain"]
            .iter()
            .fold(text, |text, secret| text.replace(secret, "hunter2"));
        let mut text: Vec<String> = text.lines().map(str::to_owned).collect();
        for (place, line) in lines {
            text.insert(place.index(text.len() + 1), line);
        }
        if let Err(faults) = parse(&text.join("\n")) {
            prop_assert!(!faults.to_string().contains("hunter"), "{}", faults);
        }
    }
}
