//! The `alibaba_cloud` map of a source: region and key pair for the API of `ApsaraDB` for OceanBase.

use super::super::values;
use super::super::yaml::Entry;
use super::super::{AlibabaConfig, Backend, ChainEnvironment, Fault};
use super::fields::{Fields, Given, Shape};
use super::keys::{self, Names};
use super::words::Vocabulary;
use super::{Reader, connection};

pub(super) const SHAPE: Shape = Shape {
    what: "`alibaba_cloud`",
    keys: &[
        "region",
        "network",
        "endpoint",
        "access_key_id",
        "access_key_id_file",
        "access_key_id_env",
        "access_key_secret",
        "access_key_secret_file",
        "access_key_secret_env",
        "security_token",
        "security_token_file",
        "security_token_env",
        "tls",
        "proxy_url",
        "time_zone",
    ],
};

const PAIR: Names = Names { id: "access_key_id", secret: "access_key_secret" };

const VPC: &str = "vpc";
const NETWORKS: &[&str] = &["public", VPC];

pub(super) fn alibaba(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let region = fields.required(reader, "region", "cn-shanghai", |value| values::region(value.text));
    let suffix = network(reader, &fields);
    let derived = region.as_ref().map(|region| format!("https://oceanbasepro{suffix}.{region}.aliyuncs.com"));
    let endpoint = connection::endpoint(reader, &fields, "endpoint", derived.as_deref());
    let credentials = match keys::optional(reader, &fields, &PAIR) {
        Given::Good(pair, _) => Some(Some(pair)),
        Given::Absent => Some(None),
        Given::Faulty => None,
    };
    let environment = match &credentials {
        Some(None) => ChainEnvironment::read(reader.surroundings.environment),
        _ => ChainEnvironment::default(),
    };
    let connection = connection::read(reader, &fields, &[endpoint.as_ref()]);
    Some(Backend::AlibabaCloud(AlibabaConfig {
        region: region?,
        endpoint: endpoint?,
        credentials: credentials?,
        environment,
        tls: connection.tls?,
        proxy_url: connection.proxy_url,
        time_zone: connection.time_zone,
    }))
}

/// What the name of the host gets for the network that it is called from.
fn network(reader: &mut Reader<'_>, fields: &Fields<'_>) -> &'static str {
    let networks = Vocabulary { what: "network", kind: "alibaba_cloud", here: NETWORKS, anywhere: NETWORKS };
    let network = fields.optional(reader, "network", |value| networks.judge(value.text));
    if let (Some(entry), Some(_)) = (fields.get("network"), fields.get("endpoint")) {
        let message = "`network` has no effect besides `endpoint`";
        reader.report(Fault::at(entry.key_span, message).help("keep one of them"));
    }
    if network.good().is_some_and(|network| network == VPC) { "-vpc" } else { "" }
}
