//! What the standard credential chain of Alibaba Cloud finds in the environment. It is copied once,
//! together with the configuration, because nothing behind the configuration may read the
//! environment. What the variables mean is unknown here.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// Where home directories are told of.
const HOME: &str = "HOME";

/// Every variable that the chain asks for; the vendor's names.
const NAMES: [&str; 17] = [
    HOME,
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
    "ALIBABA_CLOUD_CREDENTIALS_FILE",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_ECS_METADATA",
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    "ALIBABA_CLOUD_IMDSV1_DISABLED",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_ROLE_SESSION_NAME",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_STS_REGION",
    "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED",
];

/// The part of the environment that a credential chain may see. Any value may be a secret.
#[derive(Clone, Default)]
pub struct ChainEnvironment(BTreeMap<&'static str, SecretString>);

impl ChainEnvironment {
    /// Copies it.
    pub fn read(environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let value = |name: &'static str| Some((name, SecretString::from(environment(name)?)));
        Self(NAMES.into_iter().filter_map(value).collect())
    }

    /// The value of a variable; none also where it is not one of the chain's.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.expose_secret().to_owned())
    }

    /// The home directory of the user.
    pub fn home(&self) -> Option<String> {
        self.get(HOME).filter(|home| !home.is_empty())
    }
}

impl PartialEq for ChainEnvironment {
    fn eq(&self, other: &Self) -> bool {
        let Self(variables) = self;
        let same = |name| self.get(name) == other.get(name);
        variables.len() == other.0.len() && variables.keys().all(|name| same(name))
    }
}

impl fmt::Debug for ChainEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_chain_asks_for_is_copied_and_nothing_is_shown() {
        let environment = ChainEnvironment::read(&|name| Some(format!("value of {name}")));
        assert_eq!(environment.home().as_deref(), Some("value of HOME"));
        assert!(environment.get("ALIBABA_CLOUD_SECURITY_TOKEN").is_some());
        assert_eq!(environment.get("PATH"), None);
        let shown = format!("{environment:?}");
        assert!(shown.contains("ALIBABA_CLOUD_PROFILE") && !shown.contains("value"), "{shown}");
    }

    #[test]
    fn a_changed_value_is_noticed() {
        let one = ChainEnvironment::read(&|name| (name == HOME).then(|| "/root".to_owned()));
        let other = ChainEnvironment::read(&|name| (name == HOME).then(|| "/home".to_owned()));
        assert_eq!(one, one.clone());
        assert_ne!(one, other);
        assert_ne!(one, ChainEnvironment::default());
    }
}
