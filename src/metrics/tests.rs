//! Names that people and services make up must not break the page: whatever a label holds, the
//! line structure stays, and reading the page gives the value back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::family::{Out, escaped};
use super::{Exposition, Format, Live, families};
use crate::domain::{Project, Reading, Step, Thresholds, Watched};
use crate::store::{Moment, PollEnd, Setup, Store};
use reader::{Dialect, Family, read};

#[path = "../../tests/support/reader.rs"]
mod reader;

/// A page about one project with this name, tag and step.
fn page(format: Format, value: &str) -> String {
    let store = Arc::new(Store::default());
    store.add(Setup {
        name: "oms".to_owned(),
        kind: "oms",
        stale_after: Duration::from_mins(5),
        thresholds: Thresholds::default(),
        projects: Vec::new(),
    });
    let step = Step { name: value.to_owned(), order: Some(1.0), ..Step::default() };
    let project = Project {
        id: "np_1".to_owned(),
        name: Some(value.to_owned()),
        owner: Some(value.to_owned()),
        labels: vec![value.to_owned()],
        steps: vec![step],
        ..Project::default()
    };
    let at = Moment::now();
    store.begin("oms");
    store.record("oms", Reading { id: "np_1".to_owned(), outcome: Ok(Box::new(project)) }, at);
    let watched = Watched { ids: BTreeSet::from(["np_1".to_owned()]), failure: None };
    store.finish("oms", PollEnd { watched, up: true, took: Duration::ZERO, at, held: false, next: at.mono });
    let exposition = Exposition::new(store, Arc::new(Live::default()));
    String::from_utf8(exposition.plain(format, Instant::now())).unwrap()
}

/// The values of a label in one family, which OpenMetrics may call by a shorter name.
fn values<'a>(page: &'a [Family], family: &str, label: &str) -> Vec<&'a str> {
    let family = page.iter().find(|one| one.name == family || format!("{}_info", one.name) == family).unwrap();
    let labels = family.samples.iter().flat_map(|sample| &sample.labels);
    labels.filter(|(name, _)| name == label).map(|(_, value)| value.as_str()).collect()
}

fn check(value: &str) {
    for (format, dialect) in [(Format::Text, Dialect::Plain), (Format::OpenMetrics, Dialect::OpenMetrics)] {
        let page = read(&page(format, value), dialect).unwrap();
        let wanted = value;
        assert_eq!(values(&page, "migration_project_up", "project"), [wanted]);
        assert_eq!(values(&page, "migration_project_label", "label"), [wanted]);
        assert_eq!(values(&page, "migration_project_info", "project_owner"), [wanted]);
        assert_eq!(values(&page, "migration_step_info", "step"), [wanted]);
        let up = page.iter().find(|family| family.name == "migration_project_up").unwrap();
        assert_eq!(
            up.samples.first().map(|sample| (sample.name.as_str(), sample.value)),
            Some((up.name.as_str(), 1.0))
        );
        assert_eq!((up.kind.as_str(), up.help.ends_with('.')), ("gauge", true));
    }
}

#[test]
fn names_out_of_a_bad_dream_do_not_break_the_page() {
    for value in [
        "",
        "\"",
        "\\",
        "\\n",
        "a\nb",
        "}\n# EOF\n",
        "\r\n\t\0\u{7f}\u{85}",
        "订单 🦀 e\u{301}",
        "x\"} 1\nmigration_project_up{project=\"forged",
    ] {
        check(value);
    }
    check(&"🦀".repeat(10_000));
    check(&"\\\"\n".repeat(10_000));
}

proptest! {
    #[test]
    fn any_name_survives_the_whole_page(value in "(?s).{0,300}") {
        check(&value);
    }

    #[test]
    fn any_label_value_can_be_read_back(value in prop_oneof!["(?s).{0,400}", "[\"\\\\\na]{0,400}"]) {
        let family = families().find(|family| family.name == "migration_project_label").unwrap();
        let mut line = String::new();
        Out { text: &mut line, family, prefix: "" }.put_with(&[&value], 1.0);
        let text = format!("# HELP {0} x\n# TYPE {0} gauge\n{line}", family.name);
        let page = read(&text, Dialect::Plain).unwrap();
        prop_assert_eq!(values(&page, family.name, "label"), [value.as_str()]);
        prop_assert!(!escaped(&value).contains('\n'));
    }
}

/// Names, help and labels as every reader of them takes for granted.
#[test]
fn the_table_is_sound() {
    let mut names = BTreeSet::new();
    for family in families() {
        assert!(names.insert(family.name), "{} is declared twice", family.name);
        assert!(!family.help.is_empty() && !family.help.contains(['\n', '\\', '|']), "{}", family.name);
        assert!(!family.help.ends_with('.'), "{}: the formats put a full stop there", family.name);
        let mut labels = BTreeSet::new();
        assert!(family.label_names().all(|label| labels.insert(label)), "{}", family.name);
        assert!(!labels.contains("le") && !labels.contains("job") && !labels.contains("instance"), "{}", family.name);
    }
}
