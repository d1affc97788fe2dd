//! The `replay` map of a source: the folder of recorded answers. What is in it is for the room
//! that plays them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::load;
use super::super::values::{self, Problem};
use super::super::yaml::Entry;
use super::super::{Backend, ReplayConfig};
use super::Reader;
use super::fields::{Fields, Shape};

pub(super) const SHAPE: Shape = Shape { what: "`replay`", keys: &["directory"] };

pub(super) fn replay(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backend> {
    let fields = Fields::read(reader, &entry.value, &SHAPE, entry.key_span)?;
    let home = reader.surroundings.directory;
    let directory = fields.required(reader, "directory", "PATH", |value| folder(home, value.text))?;
    Some(Backend::Replay(ReplayConfig { directory }))
}

fn folder(home: &Path, text: &str) -> Result<PathBuf, Problem> {
    let record = "name the folder that `migration-exporter record` wrote";
    if text.trim().is_empty() {
        return Err(Problem::new("this is empty", record));
    }
    let path = home.join(text);
    let name = values::quoted(&path.display().to_string());
    match fs::read_dir(&path) {
        Ok(_) => Ok(path),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(Problem::new(format!("{name} is no folder"), record))
        }
        Err(error) => Err(Problem::new(
            format!("{name} cannot be read: {}", load::reason(&error)),
            "correct the path (a relative one starts at the folder of this file), \
             or let this user read it",
        )),
    }
}
