//! Each provider alone: what it asks, what it gives, and what it says when it gives nothing.

use super::*;

fn token(credentials: &Credentials) -> Option<&str> {
    credentials.security_token.as_ref().map(ExposeSecret::expose_secret)
}

#[tokio::test]
async fn the_environment_gives_keys_without_the_blanks_around_them() {
    let world = World::new().environment_keys();
    let found = world.found().await;
    assert_eq!((found.access_key_id.as_str(), found.secret.expose_secret()), ("LTAI-env", "hush-env"));
    assert_eq!((token(&found), found.expires), (None, None));
    let world = world.set("ALIBABA_CLOUD_SECURITY_TOKEN", format!("{HUSH}-sts"));
    assert_eq!(token(&*world.found().await), Some("hush-sts"));
}

#[tokio::test]
async fn half_an_environment_is_said_to_be_half() {
    let told = World::new().set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", HUSH).missed().await;
    let half = "environment (ALIBABA_CLOUD_ACCESS_KEY_SECRET is set but ALIBABA_CLOUD_ACCESS_KEY_ID is not)";
    assert!(told.contains(half), "{told}");
    let told = World::new().set("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/x").missed().await;
    assert!(told.contains("ALIBABA_CLOUD_ROLE_ARN is set but ALIBABA_CLOUD_OIDC_PROVIDER_ARN is not"), "{told}");
}

#[tokio::test]
async fn a_role_is_assumed_with_a_token_and_without_a_signature() {
    let fake = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let world = World::new().oidc(&fake).set("ALIBABA_CLOUD_ROLE_SESSION_NAME", "session");
    let found = world.found().await;
    assert_eq!(found.access_key_id, "STS.oidc");
    assert_eq!(found.secret.expose_secret(), "hush-secret-of-STS.oidc");
    assert_eq!((token(&found), found.expires), (Some("hush-token-of-STS.oidc"), Some(minutes(60))));
    let asked = fake.asked().remove(0);
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/"));
    let query = "Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON&Timestamp=2026-01-15T12%3A00%3A00Z";
    assert_eq!(asked.uri.query(), Some(query), "no token in the address, which is logged on the way");
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    let wanted = [
        ("DurationSeconds", "3600"),
        ("OIDCProviderArn", "acs:ram::1:oidc-provider/ack"),
        ("OIDCToken", "hush-first"),
        ("RoleArn", "acs:ram::1:role/exporter"),
        ("RoleSessionName", "session"),
    ];
    assert_eq!(form, wanted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    assert_eq!(asked.header("authorization"), None);
}

#[tokio::test]
async fn the_token_file_is_read_for_every_question() {
    let fake = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let world = World::new().oidc(&fake);
    let chain = world.chain();
    chain.current(noon()).await.unwrap();
    let world = world.write("oidc-token", "hush-second");
    chain.current(minutes(50)).await.unwrap();
    let bodies: Vec<String> = fake.asked().into_iter().map(|asked| asked.body).collect();
    assert!(bodies[0].contains("OIDCToken=hush-first&") && bodies[1].contains("OIDCToken=hush-second&"), "{bodies:?}");
    drop(world);
}

#[tokio::test]
async fn what_the_token_service_refuses_is_told_by_its_code() {
    let body = json!({ "Code": "AuthenticationFail.OIDCToken.Expired", "Message": "hush", "RequestId": "1" });
    let fake = Fake::start(move |_| Reply::Say(400, body.to_string())).await;
    let told = World::new().oidc(&fake).missed().await;
    assert!(told.contains("answers with HTTP 400 AuthenticationFail.OIDCToken.Expired)"), "{told}");
    let fake = Fake::start(|_| Reply::Say(400, json!({ "Code": "hush hush" }).to_string())).await;
    let told = World::new().oidc(&fake).missed().await;
    assert!(told.contains("answers with HTTP 400)"), "what is no code is not told: {told}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let to = elsewhere.url.clone();
    let fake = Fake::start(move |_| Reply::Redirect(to.clone())).await;
    let told = World::new().oidc(&fake).metadata(&fake).missed().await;
    assert!(told.contains("answers with HTTP 307"), "{told}");
    assert_eq!(elsewhere.times(), 0);
}

#[tokio::test]
async fn answers_that_make_no_sense_are_told_and_not_shown() {
    let mut no_token = issued("STS.x", minutes(60));
    no_token.as_object_mut().unwrap().remove("SecurityToken");
    let mut empty = issued("STS.x", minutes(60));
    empty["AccessKeySecret"] = json!(" ");
    let mut late = issued("STS.x", minutes(60));
    late["Expiration"] = json!("hush");
    let cases = [
        ("<html>hush</html>".to_owned(), "is not as documented (line 1, column 1)"),
        (String::new(), "is not as documented (line 1, column 0)"),
        (json!({ "Credentials": "hush" }).to_string(), "is not as documented"),
        (json!({ "Credentials": no_token }).to_string(), "is not as documented"),
        (json!({ "Credentials": empty }).to_string(), "has an empty key or token"),
        (json!({ "Credentials": late }).to_string(), "has an Expiration that is no time"),
        (format!("\"{}\"", HUSH.repeat(20_000)), "is larger than 64 KiB"),
    ];
    for (body, wanted) in cases {
        let fake = Fake::start(move |_| Reply::Say(200, body.clone())).await;
        let told = World::new().oidc(&fake).missed().await;
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[tokio::test]
async fn token_files_that_cannot_be_used_are_named() {
    let fake = Fake::start(|_| sts("STS.oidc", minutes(60))).await;
    let world = World::new().oidc(&fake);
    let told = world.write("oidc-token", " \n").missed().await;
    assert!(told.contains("oidc-token is empty)"), "{told}");
    let world = World::new().oidc(&fake).set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/nowhere/token");
    assert!(world.missed().await.contains("/nowhere/token does not exist"));
    let world = World::new().oidc(&fake).set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/dev/zero");
    assert!(world.missed().await.contains("/dev/zero is no file"));
    assert_eq!(fake.times(), 0);
}

#[tokio::test]
async fn a_service_that_hangs_is_left_after_a_while() {
    let fake = Fake::start(|_| Reply::Hang).await;
    let mut world = World::new().oidc(&fake).metadata(&fake);
    world.endpoints.timeout = Duration::from_millis(50);
    world.endpoints.metadata_timeout = Duration::from_millis(60);
    let told = world.missed().await;
    assert!(told.contains("within 50ms") && told.contains("within 60ms"), "{told}");
}

const CLI: &str = r#"{
  "current": "keys",
  "profiles": [
    {"name": "keys", "mode": "AK", "access_key_id": "LTAI-cli", "access_key_secret": "hush-cli", "region_id": "cn-hangzhou"},
    {"name": "temporary", "mode": "StsToken", "access_key_id": "STS.cli", "access_key_secret": "hush-cli", "sts_token": "hush-token"},
    {"name": "login", "mode": "CloudSSO", "access_token": "hush"},
    {"name": "bare", "mode": "AK", "access_key_id": "LTAI-cli"}
  ],
  "meta_path": ""
}"#;

#[tokio::test]
async fn a_profile_of_the_command_line_client_is_the_current_one_or_the_named_one() {
    let world = World::new().write(".aliyun/config.json", CLI);
    let found = world.found().await;
    assert_eq!((found.access_key_id.as_str(), token(&found)), ("LTAI-cli", None));
    let world = world.set("ALIBABA_CLOUD_PROFILE", "temporary");
    let found = world.found().await;
    assert_eq!((found.access_key_id.as_str(), token(&found)), ("STS.cli", Some("hush-token")));
    let told = world.set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true").missed().await;
    assert!(told.contains("CLI profile (switched off by ALIBABA_CLOUD_CLI_PROFILE_DISABLED)"), "{told}");
}

#[tokio::test]
async fn profiles_of_the_command_line_client_say_what_is_wrong_with_them() {
    let cases = [
        ("login", "has the mode \"CloudSSO\", which is not supported: only AK and StsToken are"),
        ("bare", "has no access_key_secret"),
        ("absent", "profile \"absent\" in "),
    ];
    for (profile, wanted) in cases {
        let world = World::new().write(".aliyun/config.json", CLI).set("ALIBABA_CLOUD_PROFILE", profile);
        let told = world.missed().await;
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    for (text, wanted) in [
        ("{\"current\": hush}", "is not as the command-line client writes it (line 1, column 13)"),
        ("{\"profiles\": \"hush\"}", "is not as the command-line client writes it"),
        ("{}", "names no current profile"),
    ] {
        let told = World::new().write(".aliyun/config.json", text).missed().await;
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[tokio::test]
async fn a_profile_of_the_libraries_is_read_under_both_names() {
    let text = "[default]\ntype = access_key\naccess_key_id = LTAI-ini # mine\naccess_key_secret = hush-ini\n\
                [other]\ntype = sts\naccess_key_id = STS.ini\naccess_key_secret = hush-ini\nsecurity_token = hush-token\n\
                [machine]\ntype = ecs_ram_role\nrole_name = r\n";
    for name in [".alibabacloud/credentials.ini", ".alibabacloud/credentials"] {
        let found = World::new().write(name, text).found().await;
        assert_eq!((found.access_key_id.as_str(), found.secret.expose_secret()), ("LTAI-ini", "hush-ini"));
    }
    let world = World::new().write("mine", text);
    let file = world.path("mine");
    let world = world.set("ALIBABA_CLOUD_CREDENTIALS_FILE", file).set("ALIBABA_CLOUD_PROFILE", "other");
    assert_eq!(token(&*world.found().await), Some("hush-token"));
    let told = world.set("ALIBABA_CLOUD_PROFILE", "machine").missed().await;
    assert!(told.contains("the type \"ecs_ram_role\", which is not supported"), "{told}");
}

#[tokio::test]
async fn the_role_of_a_machine_is_found_and_asked_with_a_session_token() {
    let fake = Fake::start(|asked| metadata(asked, minutes(60))).await;
    let found = World::new().metadata(&fake).found().await;
    assert_eq!((found.access_key_id.as_str(), found.expires), ("STS.ecs", Some(minutes(60))));
    assert_eq!(fake.times(), 3);
    let named = World::new().metadata(&fake).set("ALIBABA_CLOUD_ECS_METADATA", "the-role");
    assert_eq!(named.found().await.access_key_id, "STS.ecs");
    assert_eq!(fake.times(), 5, "a named role is not looked up");
    let off = named.set("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true").missed().await;
    assert!(off.contains("ECS role (switched off by ALIBABA_CLOUD_ECS_METADATA_DISABLED)"), "{off}");
    assert_eq!(fake.times(), 5);
}

#[tokio::test]
async fn without_session_tokens_the_first_version_is_asked_unless_that_is_forbidden() {
    let fake = Fake::start(|asked| match (asked.uri.path(), asked.header("x-aliyun-ecs-metadata-token")) {
        ("/latest/api/token", _) => Reply::Say(404, String::new()),
        (_, Some(_)) => Reply::Say(401, String::new()),
        ("/latest/meta-data/ram/security-credentials/", None) => Reply::Say(200, "r".to_owned()),
        (_, None) => Reply::Say(200, issued("STS.v1", minutes(60)).to_string()),
    })
    .await;
    let world = World::new().metadata(&fake);
    assert_eq!(world.found().await.access_key_id, "STS.v1");
    let before = fake.times();
    let told = world.set("ALIBABA_CLOUD_IMDSV1_DISABLED", "true").missed().await;
    assert!(told.contains("answers with HTTP 404"), "{told}");
    assert_eq!(fake.times(), before + 1, "only the session token was asked for");
}

#[tokio::test]
async fn a_machine_without_a_role_and_odd_answers_are_told() {
    let cases: [(u16, &str, &str, &str); 5] = [
        (404, "", "", "says that this machine has no such role"),
        (200, "../../user-data", "", "is no name of a role"),
        (200, "..", "", "is no name of a role"),
        (200, "r", "hush", "is not as documented"),
        (200, "r", "{\"Code\":\"Failed\"}", "answers with HTTP 200 Failed"),
    ];
    for (status, role, body, wanted) in cases {
        let fake = Fake::start(move |asked| match asked.uri.path() {
            "/latest/api/token" => Reply::Say(200, "t".to_owned()),
            "/latest/meta-data/ram/security-credentials/" => Reply::Say(status, role.to_owned()),
            _ => Reply::Say(200, body.to_owned()),
        })
        .await;
        let told = World::new().metadata(&fake).missed().await;
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    let told = World::new().set("ALIBABA_CLOUD_ECS_METADATA", "a/b").missed().await;
    assert!(told.contains("ALIBABA_CLOUD_ECS_METADATA is no name of a role"), "{told}");
}

#[tokio::test]
async fn a_credentials_uri_is_asked_as_it_is_written_and_shown_without_its_path() {
    let fake = Fake::start(|_| Reply::Say(200, issued("STS.uri", minutes(60)).to_string())).await;
    let uri = format!("{}keys/{HUSH}?who={HUSH}", fake.url);
    assert_eq!(World::new().set("ALIBABA_CLOUD_CREDENTIALS_URI", &uri).found().await.access_key_id, "STS.uri");
    assert_eq!(fake.asked()[0].uri.to_string(), "/keys/hush?who=hush");
    let dead = World::new().set("ALIBABA_CLOUD_CREDENTIALS_URI", "http://hush:hush@127.0.0.1:1/hush");
    let told = dead.missed().await;
    assert!(told.contains("credentials URI (no answer from 127.0.0.1:1: "), "{told}");
    let told = World::new().set("ALIBABA_CLOUD_CREDENTIALS_URI", "file:///hush").missed().await;
    assert!(told.contains("ALIBABA_CLOUD_CREDENTIALS_URI is no http:// or https:// address"), "{told}");
}
