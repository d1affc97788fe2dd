//! The chain as a whole: the order, when it asks anew, and what it gives when it cannot.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const CLI: &str = r#"{"current": "c", "profiles": [{"name": "c", "mode": "AK", "access_key_id": "LTAI-cli", "access_key_secret": "hush"}]}"#;
const INI: &str = "[default]\ntype = access_key\naccess_key_id = LTAI-ini\naccess_key_secret = hush\n";

/// A service that a test can break and mend, with keys that are good till the given minute.
async fn moody(good: impl Fn(&Asked, Timestamp) -> Reply + Send + Sync + 'static) -> (Fake, Arc<AtomicUsize>) {
    let until = Arc::new(AtomicUsize::new(60));
    let shared = Arc::clone(&until);
    let fake = Fake::start(move |asked| match shared.load(Ordering::SeqCst) {
        0 => Reply::Say(503, String::new()),
        until => good(asked, minutes(i64::try_from(until).unwrap())),
    })
    .await;
    (fake, until)
}

#[tokio::test]
async fn the_order_is_the_vendors() {
    let oidc = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let ecs = Fake::start(|asked| metadata(asked, minutes(60))).await;
    let uri = Fake::start(|_| Reply::Say(200, issued("STS.uri", minutes(60)).to_string())).await;
    let mut world = World::new()
        .environment_keys()
        .oidc(&oidc)
        .write(".aliyun/config.json", CLI)
        .write(".alibabacloud/credentials.ini", INI)
        .metadata(&ecs)
        .set("ALIBABA_CLOUD_CREDENTIALS_URI", uri.url.to_string());
    assert_eq!(world.found().await.access_key_id, "LTAI-env");
    assert_eq!(oidc.times() + ecs.times() + uri.times(), 0, "no service is asked without need");
    world.variables.remove("ALIBABA_CLOUD_ACCESS_KEY_ID");
    assert_eq!(world.found().await.access_key_id, "STS.oidc");
    world.variables.remove("ALIBABA_CLOUD_ROLE_ARN");
    assert_eq!(world.found().await.access_key_id, "LTAI-cli");
    world.variables.insert("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "TRUE".to_owned());
    assert_eq!(world.found().await.access_key_id, "LTAI-ini");
    world.variables.insert("ALIBABA_CLOUD_CREDENTIALS_FILE", "/nowhere".to_owned());
    assert_eq!(world.found().await.access_key_id, "STS.ecs");
    world.variables.insert("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true".to_owned());
    assert_eq!(world.found().await.access_key_id, "STS.uri");
}

#[tokio::test]
async fn configured_credentials_are_the_only_ones() {
    let credentials = Credentials {
        access_key_id: "LTAI-file".to_owned(),
        secret: SecretString::from("hush"),
        security_token: None,
        expires: None,
    };
    let chain = Chain::fixed(credentials);
    assert_eq!(chain.current(noon()).await.unwrap().access_key_id, "LTAI-file");
    chain.forget(&chain.current(noon()).await.unwrap());
    assert_eq!(chain.current(noon()).await.unwrap().access_key_id, "LTAI-file");
    assert!(!format!("{chain:?}").contains(HUSH));
}

#[tokio::test]
async fn every_provider_says_in_one_line_why_it_gave_nothing() {
    let world = World::new();
    let home = world.home.path().display();
    let told = world.missed().await;
    let (start, rest) = told.split_once("ECS role").unwrap();
    let wanted = format!(
        "no credentials for Alibaba Cloud: environment (ALIBABA_CLOUD_ACCESS_KEY_ID is not set), \
         OIDC role (ALIBABA_CLOUD_ROLE_ARN is not set), CLI profile ({home}/.aliyun/config.json does not exist), \
         INI profile ({home}/.alibabacloud/credentials.ini does not exist), "
    );
    assert_eq!(start, wanted);
    assert!(rest.starts_with(" (no answer from 127.0.0.1:1: "), "{rest}");
    let end = "), credentials URI (ALIBABA_CLOUD_CREDENTIALS_URI is not set); give `access_key_id` and \
               `access_key_secret` in the configuration, or set up one of these";
    assert!(rest.ends_with(end), "{rest}");
}

#[tokio::test]
async fn a_name_with_line_breaks_or_without_end_stays_one_short_line() {
    let name = format!("a\nb\u{2028}{}", "c".repeat(5_000));
    let world = World::new().write(".aliyun/config.json", CLI).set("ALIBABA_CLOUD_PROFILE", name);
    let told = world.missed().await;
    assert!(told.len() < 2_000 && !told.contains('\u{2028}'), "{told}");
}

#[tokio::test]
async fn keys_are_kept_and_asked_for_anew_a_quarter_of_an_hour_before_they_expire() {
    let (fake, until) = moody(|_, until| sts(&format!("STS.{until}"), until)).await;
    let world = World::new().oidc(&fake);
    let chain = world.chain();
    let first = chain.current(noon()).await.unwrap();
    let same = chain.current(minutes(44)).await.unwrap();
    assert!(Arc::ptr_eq(&first, &same));
    assert_eq!(fake.times(), 1);
    until.store(105, Ordering::SeqCst);
    let next = chain.current(minutes(45)).await.unwrap();
    assert_eq!((next.expires, fake.times()), (Some(minutes(105)), 2));
}

#[tokio::test]
async fn many_who_ask_at_once_are_served_by_one_question() {
    let fake = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let world = World::new().oidc(&fake);
    let chain = world.chain();
    let all = futures_util::future::join_all((0..20).map(|_| chain.current(noon()))).await;
    assert!(all.iter().all(|found| found.as_ref().unwrap().access_key_id == "STS.oidc"));
    assert_eq!(fake.times(), 1);
}

#[tokio::test]
async fn a_failure_answers_all_who_ask_within_half_a_minute() {
    let (fake, until) = moody(|_, until| sts("STS.oidc", until)).await;
    until.store(0, Ordering::SeqCst);
    let world = World::new().oidc(&fake);
    let chain = world.chain();
    let all = futures_util::future::join_all((0..20).map(|_| chain.current(noon()))).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(fake.times(), 1, "a poll of many projects asks once");
    assert!(chain.current(noon() - jiff::SignedDuration::from_secs(1)).await.is_err());
    assert_eq!(fake.times(), 1, "nor does one who came a moment earlier and waited");
    assert!(chain.current(minutes(-5)).await.is_err());
    assert_eq!(fake.times(), 2, "a clock that was set back makes nothing recent");
    assert!(chain.current(noon()).await.is_err());
    until.store(60, Ordering::SeqCst);
    assert!(chain.current(noon() + jiff::SignedDuration::from_secs(29)).await.is_err());
    assert_eq!(chain.current(noon() + jiff::SignedDuration::from_secs(30)).await.unwrap().access_key_id, "STS.oidc");
}

#[tokio::test]
async fn old_keys_serve_while_they_are_good_and_new_ones_cannot_be_had() {
    let (fake, until) = moody(metadata).await;
    // Another provider comes to life later; it would speak for somebody else.
    let world = World::new().metadata(&fake);
    let uri = Fake::start(|_| Reply::Say(200, issued("STS.uri", minutes(600)).to_string())).await;
    let world = world.set("ALIBABA_CLOUD_CREDENTIALS_URI", uri.url.to_string());
    let chain = world.chain();
    chain.current(noon()).await.unwrap();
    until.store(0, Ordering::SeqCst);
    assert_eq!(chain.current(minutes(46)).await.unwrap().access_key_id, "STS.ecs");
    let times = fake.times();
    assert_eq!(chain.current(minutes(46)).await.unwrap().access_key_id, "STS.ecs");
    assert_eq!((fake.times(), uri.times()), (times, 0), "the failure is remembered for a while");
    assert_eq!(chain.current(minutes(59)).await.unwrap().access_key_id, "STS.ecs");
    assert_eq!(chain.current(minutes(60)).await.unwrap().access_key_id, "STS.uri", "expired keys are never given");
    until.store(1_000, Ordering::SeqCst);
    chain.forget(&chain.current(minutes(60)).await.unwrap());
    assert_eq!(chain.current(minutes(61)).await.unwrap().access_key_id, "STS.uri", "the last good one is asked first");
}

#[tokio::test]
async fn refused_keys_are_not_given_again() {
    let (fake, until) = moody(metadata).await;
    let chain = World::new().metadata(&fake).chain();
    let refused = chain.current(noon()).await.unwrap();
    until.store(0, Ordering::SeqCst);
    chain.forget(&refused);
    assert!(chain.current(noon()).await.is_err(), "not even while they have not expired");
    let times = fake.times();
    chain.forget(&refused);
    assert!(chain.current(noon()).await.is_err());
    assert_eq!(fake.times(), times, "several who were refused ask once");
    until.store(90, Ordering::SeqCst);
    assert_eq!(chain.current(minutes(1)).await.unwrap().expires, Some(minutes(90)));
}

#[tokio::test]
async fn keys_that_expired_already_are_none() {
    let fake = Fake::start(|_| sts("STS.oidc", noon())).await;
    let told = World::new().oidc(&fake).missed().await;
    assert!(told.contains("OIDC role (it gave credentials that expired at 2026-01-15T12:00:00Z)"), "{told}");
}

#[tokio::test]
async fn keys_with_a_short_life_are_not_asked_for_with_every_question() {
    let fake = Fake::start(|_| sts("STS.oidc", minutes(10))).await;
    let world = World::new().oidc(&fake);
    let chain = world.chain();
    for second in [0, 1, 29] {
        chain.current(noon() + jiff::SignedDuration::from_secs(second)).await.unwrap();
    }
    assert_eq!(fake.times(), 1);
    chain.current(minutes(1)).await.unwrap();
    assert_eq!(fake.times(), 2);
}

#[tokio::test]
async fn a_question_given_up_lets_the_next_one_ask() {
    let hangs = Arc::new(AtomicUsize::new(1));
    let shared = Arc::clone(&hangs);
    let fake = Fake::start(move |_| match shared.swap(0, Ordering::SeqCst) {
        0 => sts("STS.oidc", minutes(60)),
        _ => Reply::Hang,
    })
    .await;
    let chain = World::new().oidc(&fake);
    let chain = (chain.chain(), chain);
    let given_up = tokio::time::timeout(Duration::from_millis(100), chain.0.current(noon())).await;
    assert!(given_up.is_err());
    assert_eq!(chain.0.current(noon()).await.unwrap().access_key_id, "STS.oidc");
}

#[test]
fn a_question_can_be_asked_from_any_thread() {
    fn sendable<T: Send>(_: &T) {}
    let chain = World::new().chain();
    sendable(&chain.current(noon()));
}
