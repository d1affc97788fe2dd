//! The values that the configuration keeps to itself, found and replaced wherever they turn up: a
//! password in an error message, a host in a name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::HIDDEN;
use crate::config::{AccessKey, Backend, HuaweiCredentials, SourceConfig, TlsConfig};

/// A shorter secret is replaced only where it stands as a word of its own: every text has an `a`.
const SHORTEST_SECRET: usize = 4;
/// The same for users and hosts, which are often plain words.
const SHORTEST_NAME: usize = 6;
/// Digits of this length and more are looked for within numbers too.
const SHORTEST_NUMBER: usize = 6;
/// Where the credential chain of Alibaba Cloud finds secrets in the environment. Keys that it finds
/// elsewhere are in the headers of requests only, which are not recorded.
const SECRET_VARIABLES: [&str; 5] = [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
];
/// Stands for the account's own project at the service, which is part of paths.
const ACCOUNT: &str = "account-project";

/// What to look for.
#[derive(Debug, Default)]
pub(in crate::source) struct Planted(Vec<Needle>);

/// Which of the values are to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Reach {
    /// Secrets, users and hosts.
    All,
    /// The same but for users and hosts that are plain words, which a service may use as well.
    NoPlainWords,
    /// Secrets alone.
    Secrets,
}

struct Needle {
    text: String,
    put: &'static str,
    is_secret: bool,
    /// Replaced only where it stands alone.
    is_short: bool,
}

impl std::fmt::Debug for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needle").field("is_secret", &self.is_secret).finish_non_exhaustive()
    }
}

impl Planted {
    /// Everything that this source's configuration keeps to itself.
    pub(in crate::source) fn of(config: &SourceConfig) -> Self {
        let mut found = Self(Vec::new());
        match &config.backend {
            Backend::Oms(oms) | Backend::OmsV3(oms) => {
                found.secret(&oms.password);
                let pair = format!("{}:{}", oms.username, oms.password.expose_secret());
                found.add(STANDARD.encode(pair), HIDDEN, true);
                found.name(&oms.username);
                found.way(&oms.endpoint, &oms.tls, oms.proxy_url.as_ref());
            }
            Backend::AlibabaCloud(alibaba) => {
                alibaba.credentials.iter().for_each(|key| found.key(key));
                for variable in SECRET_VARIABLES {
                    alibaba.environment.get(variable).iter().for_each(|secret| found.secret(&secret.as_str().into()));
                }
                found.way(&alibaba.endpoint, &alibaba.tls, alibaba.proxy_url.as_ref());
            }
            Backend::HuaweiDrs(huawei) => {
                match &huawei.credentials {
                    HuaweiCredentials::AccessKey(key) => found.key(key),
                    HuaweiCredentials::User { domain, user, password } => {
                        found.secret(password);
                        found.name(domain);
                        found.name(user);
                    }
                }
                found.add(huawei.project_id.clone(), ACCOUNT, true);
                found.way(&huawei.endpoint, &huawei.tls, huawei.proxy_url.as_ref());
                found.host(&huawei.iam_endpoint);
            }
            Backend::Replay(_) => {}
        }
        // A secret that contains another one goes first, so that nothing of it is left over.
        found.0.sort_by_key(|needle| std::cmp::Reverse(needle.text.len()));
        found
    }

    /// The text without them.
    pub(in crate::source) fn replaced(&self, text: &str, reach: Reach) -> String {
        let wanted = self.0.iter().filter(|needle| needle.is_within(reach));
        wanted.fold(text.to_owned(), |text, needle| needle.replaced(&text).unwrap_or(text))
    }

    /// Whether a number shows a secret.
    pub(super) fn shows_in(&self, number: &str) -> bool {
        self.0.iter().filter(|needle| needle.is_secret).any(|needle| {
            number == needle.text || (needle.text.len() >= SHORTEST_NUMBER && number.contains(needle.text.as_str()))
        })
    }

    fn key(&mut self, key: &AccessKey) {
        self.add(key.id.clone(), HIDDEN, true);
        self.secret(&key.secret);
        key.security_token.iter().for_each(|token| self.secret(token));
    }

    fn way(&mut self, endpoint: &Url, tls: &TlsConfig, proxy: Option<&Url>) {
        self.host(endpoint);
        tls.server_name.iter().for_each(|name| self.name(name));
        if let Some(proxy) = proxy {
            self.host(proxy);
            self.name(proxy.username());
            proxy.password().iter().for_each(|password| self.secret(&SecretString::from(*password)));
        }
    }

    fn host(&mut self, url: &Url) {
        url.host_str().iter().for_each(|host| self.name(host.trim_matches(['[', ']'])));
    }

    /// A secret, as it is and as it would stand in a URL; or, of a URL, as it is meant.
    fn secret(&mut self, secret: &SecretString) {
        let secret = secret.expose_secret();
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let meant = percent_encoding::percent_decode_str(secret).decode_utf8_lossy().into_owned();
        let spellings = std::collections::BTreeSet::from([secret.to_owned(), encoded, meant]);
        for spelling in spellings {
            self.add(spelling, HIDDEN, true);
        }
    }

    fn name(&mut self, name: &str) {
        self.add(name.to_owned(), HIDDEN, false);
    }

    fn add(&mut self, text: String, put: &'static str, is_secret: bool) {
        if !text.is_empty() {
            let shortest = if is_secret { SHORTEST_SECRET } else { SHORTEST_NAME };
            let is_short = text.chars().count() < shortest;
            self.0.push(Needle { text, put, is_secret, is_short });
        }
    }
}

impl Needle {
    fn is_within(&self, reach: Reach) -> bool {
        let is_plain_word = || self.text.chars().all(|c| c.is_ascii_alphabetic());
        self.is_secret
            || match reach {
                Reach::All => true,
                Reach::NoPlainWords => !is_plain_word(),
                Reach::Secrets => false,
            }
    }

    /// The text without this one, or none where it is not there. Hosts and users are found in any
    /// case; for that, only ASCII letters are folded, which keeps every position.
    fn replaced(&self, text: &str) -> Option<String> {
        let fold = |text: &str| if self.is_secret { text.to_owned() } else { text.to_ascii_lowercase() };
        let (hay, needle) = (fold(text), fold(&self.text));
        let (mut out, mut from) = (String::new(), 0);
        for (at, found) in hay.match_indices(needle.as_str()) {
            let end = at + found.len();
            if self.is_short && !stands_alone(&hay, at, end) {
                continue;
            }
            out.push_str(text.get(from..at)?);
            out.push_str(self.put);
            from = end;
        }
        if from == 0 {
            return None;
        }
        out.push_str(text.get(from..)?);
        Some(out)
    }
}

/// Neither a letter nor a digit stands beside it.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text.get(..from).and_then(|before| before.chars().next_back());
    let after = text.get(to..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
