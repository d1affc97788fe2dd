//! The `huawei_drs` map of a source: region, project and credentials for the Data Replication
//! Service, and which objects it is asked about.

use std::ops::RangeInclusive;

use super::super::values;
use super::super::yaml::Entry;
use super::super::{Backend, Fault, HuaweiConfig, HuaweiCredentials};
use super::fields::{Fields, Given, Shape};
use super::keys::{self, Names};
use super::words::{Vocabulary, words};
use super::{Reader, connection, secret};

pub(super) const SHAPE: Shape = Shape {
    what: "`huawei_drs`",
    keys: &[
        "region",
        "project_id",
        "endpoint",
        "iam_endpoint",
        "access_key",
        "access_key_file",
        "access_key_env",
        "secret_key",
        "secret_key_file",
        "secret_key_env",
        "security_token",
        "security_token_file",
        "security_token_env",
        "iam_user",
        "object_types",
        "per_object_series",
        "tls",
        "proxy_url",
        "time_zone",
    ],
};

pub(super) const USER: Shape =
    Shape { what: "`iam_user`", keys: &["domain", "user", "password", "password_file", "password_env"] };

const PAIR: Names = Names { id: "access_key", secret: "secret_key" };

/// As the progress-data API spells them.
const OBJECT_TYPES: &[&str] =
    &["table", "event", "table_structure", "procedure", "view", "function", "database", "trigger", "table_indexs"];

/// What is read unless `object_types` says otherwise: every job has tables, and each type costs
/// a request for every thousand objects.
const DEFAULT_OBJECT_TYPE: &str = "table";

const SERIES: RangeInclusive<usize> = 0..=10_000;

pub(super) fn huawei(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let region = fields.required(reader, "region", "cn-north-4", |value| values::region(value.text));
    let project_id = fields.required(reader, "project_id", "ID", |value| values::iam_project(value.text));
    let derived = |service: &str| region.as_ref().map(|region| address(service, region));
    let endpoint = connection::endpoint(reader, &fields, "endpoint", derived("drs").as_deref());
    let iam_endpoint = connection::endpoint(reader, &fields, "iam_endpoint", derived("iam").as_deref());
    let credentials = credentials(reader, &fields);
    let object_types = object_types(reader, &fields);
    let series = fields.optional(reader, "per_object_series", |value| values::count(value.unquoted()?, &SERIES));
    let called = match &credentials {
        // Whoever signs asks for no token.
        Some(HuaweiCredentials::AccessKey(_)) => vec![endpoint.as_ref()],
        _ => vec![endpoint.as_ref(), iam_endpoint.as_ref()],
    };
    let connection = connection::read(reader, &fields, &called);
    Some(Backend::HuaweiDrs(HuaweiConfig {
        region: region?,
        project_id: project_id?,
        endpoint: endpoint?,
        iam_endpoint: iam_endpoint?,
        credentials: credentials?,
        object_types,
        per_object_series: series.good().unwrap_or(0),
        tls: connection.tls?,
        proxy_url: connection.proxy_url,
        time_zone: connection.time_zone,
    }))
}

/// Where a service of a region is; that of the European site has a domain of its own.
fn address(service: &str, region: &str) -> String {
    let end = if region == "eu-west-101" { "eu" } else { "com" };
    format!("https://{service}.{region}.myhuaweicloud.{end}")
}

/// A key pair or a user, exactly one of the two.
fn credentials(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<HuaweiCredentials> {
    let pair = keys::optional(reader, fields, &PAIR);
    let user = fields.written("iam_user").filter(|user| matches!(pair, Given::Absent) || !user.value.is_null());
    let Some(user) = user else {
        if matches!(pair, Given::Absent) {
            let help = "add `access_key` and `secret_key`, or `iam_user: { domain: …, user: …, password_file: … }`";
            reader.report(Fault::at(fields.at, "no credentials are given").help(help));
        }
        return pair.good().map(HuaweiCredentials::AccessKey);
    };
    let first_key = [PAIR.id, PAIR.secret, "security_token"].iter().find_map(|key| secret::entry(fields, key));
    if let Some(key) = first_key {
        let (first, second) = if key.key_span.start < user.key_span.start { (key, user) } else { (user, key) };
        let message = format!("`{}` is given besides `{}` (line {})", second.key, first.key, first.key_span.start.line);
        reader.report(Fault::at(second.key_span, message).help("keep one of them: a key pair, or a user"));
    }
    let user = iam_user(reader, user);
    if first_key.is_some() { None } else { user }
}

fn iam_user(reader: &mut Reader<'_>, entry: &Entry) -> Option<HuaweiCredentials> {
    let fields = Fields::read(reader, &entry.value, &USER, entry.key_span)?;
    let domain = fields.required(reader, "domain", "ACCOUNT", |value| values::label(value.text, 128));
    let user = fields.required(reader, "user", "USER", |value| values::label(value.text, 128));
    let password = secret::required(reader, &fields, "password");
    Some(HuaweiCredentials::User { domain: domain?, user: user?, password: password? })
}

fn object_types(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<String> {
    if fields.get("object_types").is_none() {
        return vec![DEFAULT_OBJECT_TYPE.to_owned()];
    }
    let types = Vocabulary { what: "object type", kind: "huawei_drs", here: OBJECT_TYPES, anywhere: OBJECT_TYPES };
    words(reader, fields, "object_types", |word| types.judge(word))
}
