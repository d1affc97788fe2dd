//! The documents tell the truth: the table of metrics is the code's, examples are accepted, and no
//! metric is named that does not exist.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use migration_exporter::config::{self, Surroundings};
    use migration_exporter::metrics::{self, Kind};

    const BEGIN: &str = "<!-- families:begin -->\n";
    const END: &str = "<!-- families:end -->";

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// Every document with its text.
    fn documents() -> Vec<(PathBuf, String)> {
        let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
        let pages = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        let top = ["README.md", "CHANGELOG.md"].map(|name| root().join(name));
        let all: Vec<_> = pages.chain(top).map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
        assert!(all.len() >= 4);
        all
    }

    /// The contents of the code blocks in this language.
    fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
        let begin = format!("```{language}\n");
        let rest = text.split(begin.as_str()).skip(1);
        rest.map(|block| block.split("```").next().unwrap()).collect()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "how a developer says that the file is to be rewritten")]
    fn the_table_of_metrics_is_the_codes() {
        let path = root().join("docs/metrics.md");
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).expect("the table has a begin");
        let (table, after) = rest.split_once(END).expect("the table has an end");
        let wanted = metrics::markdown();
        if std::env::var("UPDATE_EXPECTED").is_ok_and(|update| update == "1") {
            fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
            return;
        }
        assert!(table == wanted, "docs/metrics.md is old; run: UPDATE_EXPECTED=1 cargo test --test docs");
    }

    #[test]
    fn every_example_configuration_is_accepted() {
        let mut accepted = 0;
        for (path, text) in documents() {
            for block in blocks(&text, "yaml") {
                // Files for other programs say in their first line which one they are.
                if block.starts_with("# ") {
                    continue;
                }
                let folder = tempfile::tempdir().unwrap();
                let block = with_files(block, folder.path());
                let environment = |_: &str| Some("secret".to_owned());
                let surroundings = Surroundings { directory: folder.path(), environment: &environment };
                let config = config::parse("example.yml", &block, &surroundings);
                assert!(config.is_ok(), "{}: {}", path.display(), config.unwrap_err());
                accepted += 1;
            }
        }
        assert!(accepted >= 2, "{accepted}");
    }

    /// Puts the files and folders that an example names into a folder, and names them there.
    fn with_files(block: &str, folder: &Path) -> String {
        let moved = block.replace("_file: /", "_file: ").replace("directory: /", "directory: ");
        for named in moved.split("directory: ").skip(1) {
            fs::create_dir_all(folder.join(named.split([' ', '}', '\n']).next().unwrap())).unwrap();
        }
        for named in moved.lines().filter_map(|line| line.split_once("_file: ")) {
            let file = folder.join(named.1.trim());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "secret\n").unwrap();
        }
        moved
    }

    #[test]
    fn every_metric_that_is_named_exists() {
        let mut known: BTreeSet<String> = BTreeSet::new();
        for family in metrics::families() {
            known.insert(family.name.to_owned());
            if family.kind == Kind::Histogram {
                known.extend(["_bucket", "_sum", "_count"].map(|suffix| format!("{}{suffix}", family.name)));
            }
        }
        for (path, text) in documents() {
            let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            for word in words.filter(|word| word.starts_with("migration_") || word.starts_with("process_")) {
                assert!(known.contains(word), "{} names {word}", path.display());
            }
        }
    }

    /// Every key that a map of the configuration may have, as the fault about a wrong map lists them.
    #[test]
    fn every_key_of_the_configuration_is_documented() {
        let text = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
        let source = "sources:\n  - name: a\n    ";
        for wrong in [
            "defaults: [x]".to_owned(),
            "sources: [x]".to_owned(),
            format!("{source}oms: [x]"),
            format!("{source}delay_thresholds: [x]"),
            format!("{source}discover: [x]"),
            format!("{source}oms: {{ endpoint: 'https://h', tls: [x] }}"),
            format!("{source}alibaba_cloud: [x]"),
            format!("{source}oms_v3: [x]"),
            format!("{source}huawei_drs: [x]"),
            format!("{source}huawei_drs: {{ region: r, project_id: p, iam_user: [x] }}"),
        ] {
            let surroundings = Surroundings { directory: Path::new("."), environment: &|_| None };
            let faults = config::parse("x.yml", &wrong, &surroundings).unwrap_err();
            let helps = faults.faults().iter().filter_map(|fault| fault.help.as_deref());
            let keys: Vec<&str> = helps
                .filter_map(|help| help.split_once("possible keys: "))
                .flat_map(|(_, keys)| keys.split(", "))
                .collect();
            assert!(keys.len() >= 3, "{wrong}: {faults}");
            for key in keys {
                let plain = key.trim_matches('`');
                let named = [format!("`{plain}`"), format!("`{plain}:")];
                assert!(named.iter().any(|named| text.contains(named)), "{plain} is not documented");
            }
        }
    }

    #[test]
    fn every_flag_and_variable_is_documented_and_every_documented_one_exists() {
        let text = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
        let help = |args: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_migration-exporter")).args(args).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let help = ["run", "simulate", "poll", "doctor", "record"].map(|command| help(&[command, "--help"])).concat();
        let words = |text: &str| -> BTreeSet<String> {
            let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
            let words = words.map(|word| word.trim_end_matches(['.', '-']).to_owned());
            words.filter(|word| word.starts_with("--") || word.starts_with("MIGRATION_EXPORTER_")).collect()
        };
        let mut known = words(&help);
        assert!(known.remove("--help") && known.len() > 10, "{known:?}");
        assert_eq!(words(&text), known);
    }

    /// Policies allow what is asked for, and nothing else.
    #[test]
    fn the_policy_for_alibaba_cloud_names_actions_that_the_code_asks_for() {
        let text = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
        let [policy] = blocks(&text, "json")[..] else { panic!("not one policy") };
        let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
        let actions = policy["Statement"][0]["Action"].as_array().unwrap();
        let room = ["oms.rs", "oms/list.rs", "oms/extras/components.rs", "oms/extras/verification.rs"];
        let code = room.map(|file| fs::read_to_string(root().join("src/source").join(file)).unwrap()).concat();
        let asked: BTreeSet<&str> = code.split('"').filter(|text| is_action(text)).collect();
        let allowed: BTreeSet<&str> =
            actions.iter().map(|action| action.as_str().unwrap().strip_prefix("oceanbase:").unwrap()).collect();
        assert_eq!(allowed, asked);
        for action in allowed {
            assert!(text.contains(&format!("| `oceanbase:{action}` |")), "{action} has no row");
        }
    }

    fn is_action(text: &str) -> bool {
        let begins = ["List", "Describe"].iter().any(|verb| text.starts_with(verb));
        begins && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    /// A reader who follows a link arrives.
    #[test]
    fn every_link_within_the_project_leads_somewhere() {
        for (path, text) in documents() {
            for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
                let file = link.split('#').next().unwrap();
                let outside = link.starts_with("http") || file.is_empty();
                assert!(outside || path.parent().unwrap().join(file).exists(), "{}: {link}", path.display());
            }
        }
    }
}
