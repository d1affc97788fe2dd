//! What signs a request to Alibaba Cloud, and the chain of places where it may be found.
//!
//! The places and their order are those of the vendor's own clients, so that what works with them
//! works here. A [`Chain`] hides where the keys came from, when they expire and who asks for new
//! ones. It may not know the process' environment: variables and home directory are handed in once,
//! and time comes in with every question.

mod cli;
mod ecs;
mod error;
mod exchange;
mod ini;
mod issued;
mod memory;
mod oidc;
mod provider;
mod uri;
mod variables;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

pub(super) use error::CredentialsError;
use error::Tried;
use memory::Memory;
use provider::Provider;
use variables::Variables;

/// What signs a request.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    /// The public part of the key; not empty.
    pub(super) access_key_id: String,
    /// The secret part of the key; not empty.
    pub(super) secret: SecretString,
    /// Goes with temporary keys; not empty.
    pub(super) security_token: Option<SecretString>,
    /// When the service stops to accept them; none for keys that last.
    pub(super) expires: Option<Timestamp>,
}

/// What a standard chain is built from.
pub(super) struct Surroundings<'a> {
    /// The environment, read now and never again.
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Where `.aliyun` and `.alibabacloud` are looked for.
    pub(super) home: Option<PathBuf>,
    /// Speaks with the token service (STS), perhaps through the source's proxy. It must not follow
    /// redirects: they would hand a role's token on.
    pub(super) client: reqwest::Client,
    /// Where the services are that give keys.
    pub(super) endpoints: Endpoints,
}

/// Where the services are that give keys, and how long they may take. The default is right outside
/// tests.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    /// The token service; none derives it from the region in the environment.
    pub(super) sts: Option<Url>,
    /// The metadata service; none is where every virtual machine has it.
    pub(super) metadata: Option<Url>,
    /// For one answer of the metadata service. Where there is none, packets vanish, so every start
    /// outside the cloud waits that long.
    pub(super) metadata_timeout: Duration,
    /// For one answer of the token service or the credentials URI.
    pub(super) timeout: Duration,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { sts: None, metadata: None, metadata_timeout: Duration::from_secs(1), timeout: Duration::from_secs(5) }
    }
}

/// The places to look for credentials in, in their order, and what was found.
#[derive(Debug)]
pub(super) struct Chain {
    providers: Vec<Provider>,
    memory: Mutex<Memory>,
    /// Held by the one who asks the providers.
    turn: tokio::sync::Mutex<()>,
}

impl Chain {
    /// Credentials of the configuration: nothing else is tried.
    pub(super) fn fixed(credentials: Credentials) -> Self {
        Self::of(vec![Provider::fixed("configuration", Ok(credentials))])
    }

    /// The standard chain. Nothing is asked yet.
    ///
    /// # Errors
    /// When the client for the metadata service cannot be set up.
    pub(super) fn standard(surroundings: &Surroundings<'_>) -> Result<Self, reqwest::Error> {
        let Surroundings { environment, home, client, endpoints } = surroundings;
        let variables = Variables::new(*environment);
        let home = home.as_deref();
        let direct = exchange::direct()?;
        Ok(Self::of(vec![
            Provider::fixed("environment", provider::environment(&variables)),
            Provider::oidc(oidc::Oidc::new(&variables, client, endpoints)),
            Provider::cli(cli::CliProfile::new(&variables, home)),
            Provider::ini(ini::IniProfile::new(&variables, home)),
            Provider::ecs(ecs::Ecs::new(&variables, &direct, endpoints)),
            Provider::uri(uri::CredentialsUri::new(&variables, &direct, endpoints)),
        ]))
    }

    fn of(providers: Vec<Provider>) -> Self {
        Self { providers, memory: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Credentials that are good at `now`, from memory or fresh. One caller at a time asks the
    /// providers, the others wait for what it finds. Credentials that are still good are given
    /// when new ones cannot be had.
    ///
    /// # Errors
    /// When no provider gave any. The error is remembered for a while, so that the projects of one
    /// poll do not ask one after the other.
    pub(super) async fn current(&self, now: Timestamp) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(answer) = self.memory().answer(now) {
            return answer;
        }
        let _turn = self.turn.lock().await;
        // Somebody else may have asked while this one waited for its turn.
        if let Some(answer) = self.memory().answer(now) {
            return answer;
        }
        let first = self.memory().last_good();
        let found = self.ask(first, now).await;
        self.memory().learn(found, now)
    }

    /// Forgets these credentials, after the service refused them: keys are replaced before they
    /// expire, and a refused one is not given again. The next question asks the providers anew.
    /// When others are held by now, somebody else who was refused has asked already.
    pub(super) fn forget(&self, refused: &Credentials) {
        self.memory().forget(refused);
    }

    /// Asks the providers in their order, but `first` before the others.
    async fn ask(&self, first: Option<usize>, now: Timestamp) -> Result<(usize, Credentials), CredentialsError> {
        let holds = |position: &usize| Some(*position) == first;
        let others = (0..self.providers.len()).filter(|position| !holds(position));
        let mut tried = Vec::new();
        for position in first.into_iter().chain(others) {
            let Some(provider) = self.providers.get(position) else { continue };
            match provider.fetch(now).await {
                Ok(credentials) => {
                    tracing::debug!(provider = provider.name(), "credentials found");
                    return Ok((position, credentials));
                }
                Err(miss) if Some(position) == first && self.memory().still_good(now) => {
                    // Another provider would speak for somebody else; there is time to try again.
                    return Err(CredentialsError::new(vec![Tried { provider: provider.name(), miss }]));
                }
                Err(miss) => tried.push((position, Tried { provider: provider.name(), miss })),
            }
        }
        tried.sort_by_key(|(position, _)| *position);
        Err(CredentialsError::new(tried.into_iter().map(|(_, tried)| tried).collect()))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
