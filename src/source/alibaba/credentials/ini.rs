//! The profiles of the vendor's libraries, in an INI file. Its two types that hold keys are read;
//! the others are ways to get some, which this program does not go.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::cli::{PROFILE, filled};
use super::error::Miss;
use super::variables::Variables;
use super::{Credentials, provider};

const FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
const DEFAULT_PROFILE: &str = "default";
/// Libraries for different languages look for different names; the first that exists counts.
const NAMES: [&str; 2] = ["credentials.ini", "credentials"];

/// A profile and the files it may stand in.
#[derive(Debug)]
pub(super) struct IniProfile {
    paths: Vec<PathBuf>,
    profile: String,
}

impl IniProfile {
    /// # Errors
    /// When no file is named and there is no home directory.
    pub(super) fn new(variables: &Variables<'_>, home: Option<&Path>) -> Result<Self, Miss> {
        let paths = match (variables.get(FILE), home) {
            (Some(path), _) => vec![PathBuf::from(path)],
            (None, Some(home)) => NAMES.iter().map(|name| home.join(".alibabacloud").join(name)).collect(),
            (None, None) => return Err(Miss::NoHome),
        };
        Ok(Self { paths, profile: variables.get(PROFILE).unwrap_or_else(|| DEFAULT_PROFILE.to_owned()) })
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Why there are no keys in it.
    pub(super) fn fetch(&self) -> Result<Credentials, Miss> {
        let there = self.paths.iter().find(|path| path.exists()).or(self.paths.first());
        let path = there.ok_or(Miss::NoHome)?;
        let text = provider::read(path)?;
        let found = section(&text, &self.profile).ok_or("does not exist".to_owned()).and_then(credentials);
        found.map_err(|cause| Miss::Profile { profile: self.profile.clone(), path: path.clone(), cause })
    }
}

/// The keys and values of a section, if it is there. Keys are in lower case. `#` and `;` begin a
/// comment line, and `#` ends a value; lines of no known form are passed over.
fn section(text: &str, wanted: &str) -> Option<BTreeMap<String, String>> {
    let mut found: Option<BTreeMap<String, String>> = None;
    let mut inside = false;
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            inside = name == wanted;
            if inside {
                found.get_or_insert_default();
            }
        } else if let (true, Some((key, value))) = (inside, line.split_once(['=', ':'])) {
            let value = value.split('#').next().unwrap_or_default().trim();
            found.get_or_insert_default().insert(key.trim().to_lowercase(), value.to_owned());
        }
    }
    found
}

fn credentials(mut section: BTreeMap<String, String>) -> Result<Credentials, String> {
    let mut take = |key: &str| filled(key, section.remove(key));
    let security_token = match take("type")?.as_str() {
        "access_key" => None,
        "sts" => Some(SecretString::from(take("security_token")?)),
        other => return Err(format!("has the type {other:?}, which is not supported: only access_key and sts are")),
    };
    Ok(Credentials {
        access_key_id: take("access_key_id")?,
        secret: SecretString::from(take("access_key_secret")?),
        security_token,
        expires: None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_section_is_read_as_the_vendor_reads_it() {
        let text = "\u{feff}; none of\n[other]\na = 1\n[ default ]\na = 2\n[default]\r\nA = 3 # a comment\nb:4=5\n# c = 6\nd\n";
        let section = section(text, "default").unwrap();
        let pairs: Vec<_> = section.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "3"), ("b", "4=5")]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\[\\]=:#;a-c\\n \\PC]{0,80}", name in "[a-c]?") {
            let _found = section(&text, &name).map(credentials);
        }
    }
}
