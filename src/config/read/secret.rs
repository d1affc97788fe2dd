//! Secrets: any key `KEY` that holds one may be given as `KEY`, `KEY_file` or `KEY_env`, and in
//! one way only. One rule for every kind of source. No message here repeats a secret.

use std::path::Path;

use secrecy::SecretString;

use super::super::yaml::Entry;
use super::super::{Fault, load, mask, values};
use super::Reader;
use super::fields::{Fields, Given, Value};
use values::Problem;

/// A token is a few kilobytes; a larger file is the wrong one.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// A secret that must be there.
pub(super) fn required(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<SecretString> {
    let given = optional(reader, fields, key);
    if matches!(given, Given::Absent) {
        let help = advice(key);
        let fault = match spellings(key).iter().find_map(|key| fields.written(key)) {
            Some(entry) => Fault::at(entry.key_span, format!("`{}` has no value", entry.key)),
            None => Fault::at(fields.at, format!("no `{key}` is given")),
        };
        reader.report(fault.help(help));
    }
    given.good()
}

/// How to give the secret `key`.
pub(super) fn advice(key: &str) -> String {
    format!("add `{key}_file: PATH`, `{key}_env: VARIABLE` or `{key}: …`")
}

/// The entry that gives the secret `key`, in whatever way.
pub(super) fn entry<'n>(fields: &Fields<'n>, key: &str) -> Option<&'n Entry> {
    spellings(key).iter().find_map(|key| fields.get(key))
}

/// A secret that may be left out.
pub(super) fn optional(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Given<SecretString> {
    let keys = spellings(key);
    let mut given: Vec<&Entry> = keys.iter().filter_map(|key| fields.get(key)).collect();
    given.sort_by_key(|entry| entry.key_span.start);
    if let [first, second, ..] = given.as_slice() {
        let message = format!("`{}` is given besides `{}` (line {})", second.key, first.key, first.key_span.start.line);
        reader.report(Fault::at(second.key_span, message).help("keep one of them"));
        return Given::Faulty;
    }
    let [plain, file, variable] = &keys;
    if fields.get(file).is_some() {
        let directory = reader.surroundings.directory;
        return fields.optional(reader, file, |value| from_file(value, directory));
    }
    if fields.get(variable).is_some() {
        let environment = reader.surroundings.environment;
        return fields.optional(reader, variable, |value| from_variable(value, environment));
    }
    fields.optional(reader, plain, |value| {
        if value.text.is_empty() {
            return Err(Problem::new("this is empty", "write the secret, or name a file or variable that holds it"));
        }
        Ok(SecretString::from(value.text))
    })
}

fn spellings(key: &str) -> [String; 3] {
    [key.to_owned(), format!("{key}_file"), format!("{key}_env")]
}

fn from_file(value: &Value<'_>, directory: &Path) -> Result<SecretString, Problem> {
    let path = directory.join(value.text);
    let name = values::quoted(&path.display().to_string());
    let bytes = load::read_at_most(&path, MAX_SECRET_BYTES).map_err(|error| {
        Problem::new(
            format!("{name} cannot be read: {}", load::reason(&error)),
            "correct the path (a relative one starts at the folder of this file), \
             or let this user read it",
        )
    })?;
    let Some(bytes) = bytes else {
        let message = format!("{name} is larger than 64 KiB");
        return Err(Problem::new(message, "name a file that holds the secret and nothing else"));
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        let message = format!("{name} is not UTF-8 text");
        Problem::new(message, "name a file that holds the secret and nothing else")
    })?;
    // Editors and `echo` end a file with a line break; what else is in it belongs to the secret.
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(Problem::new(format!("{name} is empty"), "write the secret into it"));
    }
    Ok(SecretString::from(text))
}

fn from_variable(value: &Value<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Result<SecretString, Problem> {
    if !mask::is_variable(value.text) {
        return Err(Problem::new(
            "this is no name of an environment variable",
            "write the variable's name, as in `OMS_PASSWORD`, without `$` and not the secret itself",
        ));
    }
    let name = values::quoted(value.text);
    match environment(value.text) {
        Some(text) if !text.is_empty() => Ok(SecretString::from(text)),
        Some(_) => Err(Problem::new(
            format!("the environment variable {name} is empty"),
            "set it to the secret where this process is started",
        )),
        None => Err(Problem::new(
            format!("the environment variable {name} is not set"),
            "set it where this process is started (a shell's own variable needs `export`)",
        )),
    }
}
