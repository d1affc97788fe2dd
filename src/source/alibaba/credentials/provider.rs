//! One place to find credentials in. The set is closed: a place is a file beside this one, a
//! variant and an arm. What is missing for a place is known from the start and told when asked.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jiff::Timestamp;
use secrecy::SecretString;

use super::Credentials;
use super::cli::CliProfile;
use super::ecs::Ecs;
use super::error::Miss;
use super::ini::IniProfile;
use super::oidc::Oidc;
use super::uri::CredentialsUri;
use super::variables::Variables;

const ACCESS_KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const ACCESS_KEY_SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const SECURITY_TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

/// Tokens and profiles are a few kilobytes; a larger file is the wrong one.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// A place and its name.
#[derive(Debug)]
pub(super) struct Provider {
    name: &'static str,
    place: Result<Place, Miss>,
}

#[derive(Debug)]
enum Place {
    Fixed(Credentials),
    Oidc(Oidc),
    Cli(CliProfile),
    Ini(IniProfile),
    Ecs(Ecs),
    Uri(CredentialsUri),
}

impl Provider {
    /// Credentials that are known already.
    pub(super) fn fixed(name: &'static str, credentials: Result<Credentials, Miss>) -> Self {
        Self { name, place: credentials.map(Place::Fixed) }
    }

    /// A role that the token service gives to the bearer of a token.
    pub(super) fn oidc(place: Result<Oidc, Miss>) -> Self {
        Self { name: "OIDC role", place: place.map(Place::Oidc) }
    }

    /// A profile of the vendor's command-line client.
    pub(super) fn cli(place: Result<CliProfile, Miss>) -> Self {
        Self { name: "CLI profile", place: place.map(Place::Cli) }
    }

    /// A profile of the vendor's libraries.
    pub(super) fn ini(place: Result<IniProfile, Miss>) -> Self {
        Self { name: "INI profile", place: place.map(Place::Ini) }
    }

    /// The role of the virtual machine.
    pub(super) fn ecs(place: Result<Ecs, Miss>) -> Self {
        Self { name: "ECS role", place: place.map(Place::Ecs) }
    }

    /// A local service that gives credentials.
    pub(super) fn uri(place: Result<CredentialsUri, Miss>) -> Self {
        Self { name: "credentials URI", place: place.map(Place::Uri) }
    }

    /// What people call it.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Looks once. Files are read anew, services are asked anew.
    ///
    /// # Errors
    /// Why there are no credentials that are good at `now`.
    pub(super) async fn fetch(&self, now: Timestamp) -> Result<Credentials, Miss> {
        let credentials = match &self.place {
            Err(miss) => return Err(miss.clone()),
            Ok(Place::Fixed(credentials)) => credentials.clone(),
            Ok(Place::Oidc(oidc)) => oidc.fetch(now).await?,
            Ok(Place::Cli(cli)) => cli.fetch()?,
            Ok(Place::Ini(ini)) => ini.fetch()?,
            Ok(Place::Ecs(ecs)) => ecs.fetch().await?,
            Ok(Place::Uri(uri)) => uri.fetch().await?,
        };
        match credentials.expires {
            Some(expires) if expires <= now => Err(Miss::Expired(expires)),
            _ => Ok(credentials),
        }
    }
}

/// Credentials that stand in the environment.
///
/// # Errors
/// Which variable is missing.
pub(super) fn environment(variables: &Variables<'_>) -> Result<Credentials, Miss> {
    let [access_key_id, secret] = variables.together([ACCESS_KEY_ID, ACCESS_KEY_SECRET])?;
    let security_token = variables.get(SECURITY_TOKEN).map(SecretString::from);
    Ok(Credentials { access_key_id, secret: SecretString::from(secret), security_token, expires: None })
}

/// The text of a small file.
///
/// # Errors
/// Why it cannot be had; that it does not exist is said in the same words everywhere.
pub(super) fn read(path: &Path) -> Result<String, Miss> {
    let miss = |cause: &str| Miss::File { path: path.to_owned(), cause: cause.to_owned() };
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => miss("does not exist"),
        kind => miss(&format!("cannot be read: {kind}")),
    };
    // Opening a pipe would wait for whoever writes into it.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(miss("is no file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let length = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_FILE_BYTES) {
        return Err(miss("is larger than 1 MiB, so it is hardly the right file"));
    }
    String::from_utf8(bytes).map_err(|_| miss("is not UTF-8 text"))
}
