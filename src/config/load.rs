//! From a path to a configuration. The only place that reads the configuration file itself and
//! the process' environment; what the text means is decided in [`super::parse`].

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::yaml::{Mark, Span};
use super::{Config, Fault, Faults, Surroundings, parse};

/// No real configuration comes near it; a wrong path (a log, a core dump) does.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads and checks a configuration file, with the real environment.
///
/// # Errors
/// That the file cannot be read, or all faults of its text.
pub fn load(path: &Path) -> Result<Config, Faults> {
    let file = path.display().to_string();
    let text = read(path).map_err(|fault| Faults::whole_file(&file, fault))?;
    let text = match String::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            return Err(not_utf8(&file, error.as_bytes(), error.utf8_error().valid_up_to()));
        }
    };
    let surroundings = Surroundings { directory: path.parent().unwrap_or(Path::new("")), environment: &environment };
    parse(&file, &text, &surroundings)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where a configuration meets the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let bytes = read_at_most(path, MAX_FILE_BYTES).map_err(|error| {
        let fault = Fault::of_file(format!("cannot be read: {}", reason(&error)));
        if error.kind() == io::ErrorKind::NotFound {
            fault.help(
                "create it, name another one with `--config.file`, \
                 or try `migration-exporter demo`, which needs none",
            )
        } else {
            fault.help("the user this process runs as must be able to read it")
        }
    })?;
    bytes.ok_or_else(|| {
        Fault::of_file("is larger than 1 MiB, so it is hardly a configuration")
            .help("check the path given with `--config.file`")
    })
}

/// The content of a file, or none if it is longer than `limit`.
pub(super) fn read_at_most(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= limit);
    Ok(fits.then_some(bytes))
}

/// What the system says, without the number that std puts behind it.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

fn not_utf8(file: &str, bytes: &[u8], valid: usize) -> Faults {
    let text = String::from_utf8_lossy(bytes);
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(1, |last| last.chars().count().saturating_add(1));
    let fault = Fault::at(Span::one(Mark { line, column }), "this byte is not UTF-8").help("save the file as UTF-8");
    Faults::in_text(file, &text, None, vec![fault])
}
