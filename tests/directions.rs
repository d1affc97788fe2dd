//! Holds every file's imports against the table at the top of `src/lib.rs`, and the house rules
//! that no lint knows. What a room may know is read from that table, so the two cannot part.

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The most lines of a production file.
    const LONGEST_FILE: usize = 450;
    /// Parts without a row in the table: they use nothing of ours.
    const PLAIN: [&str; 3] = ["lib", "build", "shutdown"];

    /// A file of `src`, the tests at its foot cut off.
    struct File {
        path: PathBuf,
        /// The modules that lead to it, such as `config`, `read`, `oms`.
        modules: Vec<String>,
        text: String,
    }

    impl File {
        fn room(&self) -> &str {
            &self.modules[0]
        }

        /// The lines that are code.
        fn code(&self) -> impl Iterator<Item = (usize, &str)> {
            let lines = self.text.lines().enumerate().map(|(number, line)| (number + 1, line));
            lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
        }

        fn at(&self, line: usize) -> String {
            format!("{}:{line}", self.path.display())
        }
    }

    /// All files but those that hold only tests.
    fn production() -> Vec<File> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files = rust_files(&root).into_iter().filter(|path| !is_test(path));
        let file = |path: PathBuf| {
            let whole = fs::read_to_string(&path).unwrap();
            let text = whole.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            let inside = path.strip_prefix(&root).unwrap().with_extension("");
            let modules = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            File { path: Path::new("src").join(path.strip_prefix(&root).unwrap()), modules, text }
        };
        let files: Vec<File> = files.map(file).collect();
        assert!(files.len() > 50, "the sources were found");
        files
    }

    fn rust_files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
        files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
    }

    fn is_test(path: &Path) -> bool {
        path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// What each room may know, as the table says it.
    fn table() -> BTreeMap<String, BTreeSet<String>> {
        let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
        let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | [`"));
        let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
        let raw: Vec<(String, String)> =
            cells.map(|cells| (cells[0].trim_end_matches("`]").to_owned(), cells[2].to_owned())).collect();
        let rooms: BTreeSet<String> = raw.iter().map(|(room, _)| room.clone()).collect();
        assert!(rooms.len() >= 10, "the table was found: {rooms:?}");
        let words = |text: &str| -> BTreeSet<String> {
            let words = text.split([',', ' ']).filter(|word| !word.is_empty() && *word != "and");
            words.map(str::to_owned).inspect(|word| assert!(rooms.contains(word), "{word} in the table")).collect()
        };
        let meaning = |text: &str| match text {
            "–" => BTreeSet::new(),
            "all" => rooms.clone(),
            text => match text.strip_prefix("all but ") {
                Some(but) => &rooms - &words(but),
                None => words(text),
            },
        };
        raw.iter().map(|(room, text)| (room.clone(), meaning(text))).collect()
    }

    /// The rooms that a file names, and where.
    fn named(file: &File) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let code: Vec<(usize, &str)> = file.code().collect();
        for (place, (number, line)) in code.iter().enumerate() {
            for marker in ["crate::", "migration_exporter::"] {
                for here in line.split(marker).skip(1) {
                    // A list in braces may go on in further lines.
                    let rest: String = std::iter::once(here)
                        .chain(code[place + 1..].iter().map(|(_, line)| *line))
                        .take(if here.starts_with('{') { 40 } else { 1 })
                        .collect();
                    found.extend(heads(&rest).into_iter().map(|room| (room, file.at(*number))));
                }
            }
            let climb = "super::".repeat(file.modules.len());
            if let Some((_, rest)) = line.split_once(&climb) {
                found.extend(heads(rest).into_iter().map(|room| (room, file.at(*number))));
            }
        }
        found
    }

    /// The first names of a path, or of each path of a list in braces.
    fn heads(path: &str) -> Vec<String> {
        let head = |path: &str| -> String {
            path.trim().chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
        };
        let Some(list) = path.strip_prefix('{') else { return vec![head(path)] };
        let (mut parts, mut depth) = (vec![String::new()], 0);
        for letter in list.chars() {
            match letter {
                '}' if depth == 0 => break,
                ',' if depth == 0 => parts.push(String::new()),
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 0 => parts.last_mut().unwrap().push(letter),
                _ => {}
            }
        }
        parts.iter().map(|part| head(part)).filter(|head| !head.is_empty()).collect()
    }

    #[test]
    fn no_room_knows_more_than_the_table_lets_it() {
        let table = table();
        let mut faults = Vec::new();
        for file in production() {
            let room = file.room();
            let allowed = match room {
                "main" => BTreeSet::from(["cli".to_owned()]),
                plain if PLAIN.contains(&plain) => BTreeSet::new(),
                room => table.get(room).unwrap_or_else(|| panic!("{room} has no row in src/lib.rs")).clone(),
            };
            let may_stop = ["app", "cli"].contains(&room);
            for (known, at) in named(&file) {
                let known = known.as_str();
                if known != room && !allowed.contains(known) && !(known == "shutdown" && may_stop) {
                    faults.push(format!("{at}: {room} may not know {known}"));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// The edges that matter most, said once more: a wrong table would not go unnoticed.
    #[test]
    fn the_table_keeps_the_rooms_that_must_be_apart_apart() {
        let table = table();
        for room in ["config", "domain", "sim"] {
            assert!(table[room].is_empty(), "{room} uses nothing of ours");
        }
        for (room, stranger) in [
            ("source", "store"),
            ("source", "metrics"),
            ("store", "metrics"),
            ("metrics", "source"),
            ("http", "source"),
        ] {
            assert!(!table[room].contains(stranger), "{room} must not know {stranger}");
        }
        let users = |room: &str| -> Vec<String> {
            let files = production().into_iter().filter(|file| file.room() != room);
            files
                .filter(|file| named(file).iter().any(|(known, _)| known == room))
                .map(|f| f.room().to_owned())
                .collect()
        };
        assert!(users("sim").iter().all(|user| user == "cli"), "the daemon does without the simulator");
        assert!(users("cli").iter().all(|user| user == "main"));
    }

    #[test]
    fn the_reader_of_imports_sees_them_all() {
        let file = |text: &str| File {
            path: PathBuf::from("x.rs"),
            modules: vec!["poll".to_owned(), "ear".to_owned()],
            text: text.to_owned(),
        };
        for (text, wanted) in [
            ("use crate::store::{Moment, Store};", vec!["store"]),
            ("use crate::{http, shutdown};", vec!["http", "shutdown"]),
            ("use crate::{\n    domain::{Call, Time},\n    sim,\n};\nuse std::fmt;", vec!["domain", "sim"]),
            ("fn f() -> crate::domain::Time { crate::cli::main() }", vec!["domain", "cli"]),
            ("use super::super::store::Store;", vec!["store"]),
            ("use super::Verdict;\n// crate::sim in a comment", vec![]),
        ] {
            let found: Vec<String> = named(&file(text)).into_iter().map(|(room, _)| room).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn the_domain_knows_no_vendor_and_no_wire_format() {
        for file in production().iter().filter(|file| file.room() == "domain") {
            let text = file.text.to_lowercase();
            for word in ["serde", "oceanbase", "oms", "alibaba", "aliyun", "huawei"] {
                assert!(
                    !text.split(|c: char| !c.is_ascii_alphanumeric()).any(|found| found == word),
                    "{word} in {}",
                    file.path.display()
                );
            }
        }
    }

    #[test]
    fn every_file_says_what_it_is_for_and_is_short_enough_to_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for path in ["src", "tests"].iter().flat_map(|folder| rust_files(&root.join(folder))) {
            let text = fs::read_to_string(&path).unwrap();
            // A placeholder for tests to come has nothing to say yet.
            assert!(text.trim().is_empty() || text.starts_with("//! "), "{} begins without //!", path.display());
        }
        for file in production() {
            let lines = file.text.lines().count();
            assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.path.display());
            assert!(!file.path.ends_with("mod.rs"), "{}: write x.rs and x/", file.path.display());
        }
    }

    #[test]
    fn nothing_gives_up_by_panicking() {
        for file in production() {
            for (number, line) in file.code() {
                for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("] {
                    assert!(!line.contains(word), "{}: {word}", file.at(number));
                }
            }
        }
    }
}
