//! The configuration file: read once, checked whole, and turned into types that cannot be wrong.
//!
//! This room exists so that everything behind it may rely on its settings: whoever holds a
//! [`Config`] holds limits in range, secrets that were found and addresses that can be called.
//! It hides YAML, the environment and the files that secrets lie in. It knows nothing of HTTP
//! clients, polls or metrics.
//!
//! A faulty file is refused as a whole, with every fault at its line and column ([`Faults`]).

use std::fmt;
use std::path::Path;

mod fault;
mod load;
mod mask;
mod read;
mod settings;
mod suggest;
mod values;
mod yaml;

pub use fault::{Fault, Faults};
pub use load::load;
pub use settings::{
    AccessKey, AlibabaConfig, Backend, ChainEnvironment, Collect, Config, DelayThresholds, Discover, HuaweiConfig,
    HuaweiCredentials, Limits, OmsConfig, ProjectKind, ProjectRef, ReplayConfig, SourceConfig, TlsConfig,
};

/// What a configuration may refer to outside its own text.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// The folder that relative paths (`password_file`, `ca_file`) start from: the one that the
    /// configuration file lies in, as Prometheus does it.
    pub directory: &'s Path,
    /// The value of an environment variable, or none where it is unset or not UTF-8.
    pub environment: &'s dyn Fn(&str) -> Option<String>,
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("directory", &self.directory).finish_non_exhaustive()
    }
}

/// Reads a configuration from its text. `file` is the name that faults carry.
///
/// Apart from the files that the text names, nothing outside the arguments is looked at.
///
/// # Errors
/// All faults of the text, sorted by position.
pub fn parse(file: &str, text: &str, surroundings: &Surroundings<'_>) -> Result<Config, Faults> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (tree, mut faults) = yaml::parse(text);
    let config = match &tree {
        Some(root) => read::config(root, surroundings, &mut faults),
        None if faults.is_empty() => {
            faults.push(read::empty());
            None
        }
        None => None,
    };
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        _ => Err(Faults::in_text(file, text, tree.as_ref(), faults)),
    }
}
