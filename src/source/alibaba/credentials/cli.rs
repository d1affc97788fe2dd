//! The profiles of the vendor's command-line client, in `~/.aliyun/config.json`. Two of its modes
//! hold keys; the others are ways to get some, which this program does not go.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::error::Miss;
use super::variables::Variables;
use super::{Credentials, provider};

const DISABLED: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";
/// Names the profile for the command-line client and the INI file alike.
pub(super) const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";

/// A profile and the file it stands in.
#[derive(Debug)]
pub(super) struct CliProfile {
    path: PathBuf,
    /// None means the one that the file calls `current`.
    profile: Option<String>,
}

/// The file. It has no `Debug`.
#[derive(Deserialize)]
struct Profiles {
    current: Option<String>,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<String>,
    sts_token: Option<String>,
}

impl CliProfile {
    /// # Errors
    /// When it is switched off, or there is no home directory.
    pub(super) fn new(variables: &Variables<'_>, home: Option<&Path>) -> Result<Self, Miss> {
        if variables.is_true(DISABLED) {
            return Err(Miss::Off(DISABLED));
        }
        let path = home.ok_or(Miss::NoHome)?.join(".aliyun").join("config.json");
        Ok(Self { path, profile: variables.get(PROFILE) })
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Why there are no keys in it.
    pub(super) fn fetch(&self) -> Result<Credentials, Miss> {
        let text = provider::read(&self.path)?;
        let file = |cause: String| Miss::File { path: self.path.clone(), cause };
        // What the reader says might quote a secret; where it stands has to do.
        let Profiles { current, profiles } =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
                file(format!(
                    "is not as the command-line client writes it (line {}, column {})",
                    error.line(),
                    error.column()
                ))
            })?;
        let Some(wanted) = self.profile.clone().or(current).filter(|name| !name.is_empty()) else {
            return Err(file("names no current profile".to_owned()));
        };
        let found = profiles.into_iter().find(|profile| profile.name.as_deref() == Some(&wanted));
        let profile = found.ok_or("does not exist".to_owned()).and_then(Profile::credentials);
        profile.map_err(|cause| Miss::Profile { profile: wanted, path: self.path.clone(), cause })
    }
}

impl Profile {
    fn credentials(self) -> Result<Credentials, String> {
        let Self { name: _, mode, access_key_id, access_key_secret, sts_token } = self;
        let security_token = match mode.as_deref() {
            Some("AK") => None,
            Some("StsToken") => Some(SecretString::from(filled("sts_token", sts_token)?)),
            Some(other) => {
                return Err(format!("has the mode {other:?}, which is not supported: only AK and StsToken are"));
            }
            None => return Err("has no mode".to_owned()),
        };
        Ok(Credentials {
            access_key_id: filled("access_key_id", access_key_id)?,
            secret: SecretString::from(filled("access_key_secret", access_key_secret)?),
            security_token,
            expires: None,
        })
    }
}

/// A value that is there, without the blanks around it.
///
/// # Errors
/// That it is not.
pub(super) fn filled(key: &str, value: Option<String>) -> Result<String, String> {
    let value = value.unwrap_or_default();
    let value = value.trim();
    if value.is_empty() { Err(format!("has no {key}")) } else { Ok(value.to_owned()) }
}
