//! Every way in which real answers break their own documents, one test each.

mod any;
mod property;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{Gaps, Leaf, Many, Obj, Pairs, read, wire};
use crate::domain::{Ratio, Time};

pub(in crate::source) use any::any_json;

wire! {
    Thing<'a> {
        name: Leaf<'a>,
        sync_delay: Leaf<'a>,
        extra: Obj<Part<'a>>,
        parts: Many<Part<'a>>,
        counts: Obj<Pairs<'a>>,
    }
}

wire! {
    Part<'a> {
        size: Leaf<'a>,
    }
}

/// Reads an object that must be readable.
fn thing(json: &str) -> Thing<'_> {
    match read(json) {
        Ok(Obj::Given(thing)) => thing,
        other => panic!("{other:?} from {json}"),
    }
}

/// One leaf, given to `take`, and what was counted as left out.
fn taken<T>(json: &str, take: impl FnOnce(&mut Gaps, Leaf<'_>) -> T) -> (T, u64) {
    let mut gaps = Gaps::default();
    let text = format!(r#"{{"syncDelay":{json}}}"#);
    let value = take(&mut gaps, thing(&text).sync_delay);
    (value, counted(&gaps).values().sum())
}

fn counted(gaps: &Gaps) -> BTreeMap<&'static str, u64> {
    gaps.counts().map(|ignored| (ignored.field, ignored.count)).collect()
}

fn number(json: &str) -> (Option<f64>, u64) {
    taken(json, |gaps, leaf| gaps.number("f", leaf))
}

fn amount(json: &str) -> (Option<f64>, u64) {
    taken(json, |gaps, leaf| gaps.amount("f", leaf))
}

fn text(json: &str) -> (Option<String>, u64) {
    taken(json, |gaps, leaf| gaps.text("f", leaf))
}

fn flag(json: &str) -> (Option<bool>, u64) {
    taken(json, |gaps, leaf| gaps.flag("f", leaf))
}

fn time_in(zone: &TimeZone, json: &str) -> (Option<f64>, u64) {
    taken(json, |gaps, leaf| gaps.time("f", leaf, zone).map(Time::unix))
}

#[test]
fn a_list_comes_as_a_list_an_object_or_nothing() {
    for (json, sizes, ignored) in [
        (r#"[{"size":1},{"size":2}]"#, vec![1.0, 2.0], 0),
        (r#"[{"size":1},null,{"size":2}]"#, vec![1.0, 2.0], 0),
        (r#"[{"size":1},7,[],"x",true]"#, vec![1.0], 4),
        (r#"{"size":3}"#, vec![3.0], 0),
        ("[]", vec![], 0),
        ("null", vec![], 0),
        (r#""""#, vec![], 0),
        (r#""null""#, vec![], 0),
        (r#""[]""#, vec![], 1),
        ("7", vec![], 1),
        ("false", vec![], 1),
    ] {
        let text = format!(r#"{{"parts":{json},"name":"kept"}}"#);
        let thing = thing(&text);
        let mut gaps = Gaps::default();
        let found = gaps.list("parts", thing.parts);
        let read: Vec<f64> = found.into_iter().filter_map(|part| gaps.number("size", part.size)).collect();
        assert_eq!(read, sizes, "{json}");
        assert_eq!(counted(&gaps).get("parts").copied().unwrap_or_default(), ignored, "{json}");
        assert_eq!(gaps.text("name", thing.name).as_deref(), Some("kept"), "{json}");
    }
}

#[test]
fn numbers_may_be_text() {
    for (json, value) in [("12", 12.0), (r#""12""#, 12.0), (r#"" 1.5 ""#, 1.5), ("2e3", 2000.0), (r#""2E3""#, 2000.0)] {
        assert_eq!(number(json), (Some(value), 0), "{json}");
    }
    for json in [r#""27 ms""#, r#""0x10""#, r#""NaN""#, r#""inf""#, r#""1,000""#, r#""12%""#] {
        assert_eq!(number(json), (None, 1), "{json}");
    }
    assert_eq!(text("2883"), (Some("2883".to_owned()), 0), "and text may be a number");
}

#[test]
fn a_negative_zero_is_zero() {
    for json in ["-0", "-0.0", r#""-0""#] {
        assert!(number(json).0.is_some_and(f64::is_sign_positive), "{json}");
    }
}

#[test]
fn the_text_null_is_nothing() {
    for json in ["null", r#""null""#, r#""""#, r#"" null\n""#, r#""\u00a0""#, r#""\t\n""#, r#""n\u0075ll""#] {
        assert_eq!(text(json), (None, 0), "{json}");
        assert_eq!(number(json), (None, 0), "{json}");
        assert_eq!(flag(json), (None, 0), "{json}");
        assert_eq!(time_in(&TimeZone::UTC, json), (None, 0), "{json}");
    }
    assert_eq!(text(r#""nullable""#).0.as_deref(), Some("nullable"));
}

#[test]
fn blanks_newlines_tabs_and_nbsp_around_values_are_not_part_of_them() {
    assert_eq!(text(r#""\t\nCM-RESOAT1111\n""#).0.as_deref(), Some("CM-RESOAT1111"));
    assert_eq!(text("\"\u{a0}MONITORING\u{a0}\"").0.as_deref(), Some("MONITORING"));
    assert_eq!(text(r#""two words ""#).0.as_deref(), Some("two words"));
    assert_eq!(number("\"\u{a0}99\\n\""), (Some(99.0), 0));
    assert_eq!(flag(r#"" True\n""#), (Some(true), 0));
    assert_eq!(time_in(&TimeZone::UTC, r#""2023-07-13T06:26:15\n""#), (Some(1_689_229_575.0), 0));
    assert_eq!(number("\n 7\t"), (Some(7.0), 0), "blanks between tokens are JSON");
}

#[test]
fn a_wrong_type_costs_its_field_and_is_counted_under_its_name() {
    let mut gaps = Gaps::default();
    let thing = thing(r#"{"name":{"a":[1]},"syncDelay":"soon","extra":[1],"parts":5,"counts":{"a":1,"b":"x"}}"#);
    assert_eq!(gaps.text("name", thing.name), None);
    assert_eq!(gaps.number("syncDelay", thing.sync_delay), None);
    assert!(gaps.object("extra", thing.extra).is_none());
    assert!(gaps.list("parts", thing.parts).is_empty());
    assert_eq!(gaps.amounts("counts", thing.counts), [("a".to_owned(), 1.0)]);
    let each_once = ["counts", "extra", "name", "parts", "syncDelay"].map(|field| (field, 1));
    assert_eq!(counted(&gaps), BTreeMap::from(each_once));
    for json in ["true", "[]", "{}", "[1]", r#"{"x":1}"#] {
        assert_eq!(number(json), (None, 1), "{json}");
        assert_eq!(text(json), (None, 1), "{json}");
        assert_eq!(time_in(&TimeZone::UTC, json), (None, 1), "{json}");
    }
    for json in ["1", "0", r#""yes""#, "[]"] {
        assert_eq!(flag(json), (None, 1), "{json}");
    }
}

#[test]
fn minus_one_means_unknown_where_nothing_can_be_negative() {
    for json in ["-1", "-1.0", r#""-1""#, r#"" -1 ""#] {
        assert_eq!(amount(json), (None, 0), "{json}");
        assert_eq!(taken(json, |gaps, leaf| gaps.percent("f", leaf)), (None, 0), "{json}");
        assert_eq!(taken(json, |gaps, leaf| gaps.epoch("f", leaf)), (None, 0), "{json}");
    }
    assert_eq!(number("-1"), (Some(-1.0), 0), "a number as such may be -1");
}

#[test]
fn what_is_out_of_range_is_left_out_and_counted() {
    let percent = |json: &str| taken(json, |gaps, leaf| gaps.percent("f", leaf).map(Ratio::value));
    assert_eq!(percent("0"), (Some(0.0), 0));
    assert_eq!(percent(r#""99""#), (Some(0.99), 0));
    assert_eq!(percent("100"), (Some(1.0), 0));
    for json in ["842", "-3", "100.5", r#""1247""#] {
        assert_eq!(percent(json), (None, 1), "{json}");
    }
    assert_eq!(amount("-2"), (None, 1));
    let epoch = |json: &str| taken(json, |gaps, leaf| gaps.epoch("f", leaf).map(Time::unix));
    assert_eq!(epoch("1689213946"), (Some(1_689_213_946.0), 0));
    for json in ["1689213946000", "0", "-5"] {
        assert_eq!(epoch(json), (None, 1), "{json}");
    }
}

/// A lone surrogate is valid JSON that no text can hold: Java services write them when they cut a
/// message in the middle of a character.
#[test]
fn a_lone_surrogate_costs_the_text_it_stands_in() {
    const LONE: &str = r#""cut \ud83d""#;
    assert_eq!(text(LONE), (None, 1));
    assert_eq!(text(r#""\ud83d\ude00""#).0.as_deref(), Some("😀"));
    for json in [
        format!(r#"{{"name":"kept","extra":{LONE}}}"#),
        format!(r#"{{"name":"kept","parts":{LONE}}}"#),
        format!(r#"{{"name":"kept","parts":[{LONE}]}}"#),
        format!(r#"{{"name":"kept",{LONE}:1}}"#),
        format!(r#"{{"name":"kept","unwanted":{{{LONE}:{LONE}}}}}"#),
        format!(r#"{{"name":"kept","counts":{{{LONE}:1}}}}"#),
    ] {
        assert_eq!(Gaps::default().text("name", thing(&json).name).as_deref(), Some("kept"), "{json}");
    }
    assert!(matches!(read::<Obj<Thing<'_>>>(LONE), Ok(Obj::Unreadable)));
}

#[test]
fn a_number_beyond_all_numbers_costs_its_field() {
    for json in ["1e999", "-1e999", "1e400"] {
        assert_eq!(number(json), (None, 1), "{json}");
        for place in ["extra", "parts", "counts", "unwanted"] {
            let text = format!(r#"{{"name":"kept","{place}":{json}}}"#);
            assert_eq!(Gaps::default().text("name", thing(&text).name).as_deref(), Some("kept"), "{text}");
        }
    }
    assert_eq!(number("123456789012345678901234567890"), (Some(123_456_789_012_345_678_901_234_567_890.0), 0));
}

#[test]
fn a_key_that_comes_twice_counts_as_it_came_last() {
    let found = thing(r#"{"syncDelay":1,"SyncDelay":2,"name":"a","name":null}"#);
    let mut gaps = Gaps::default();
    assert_eq!(gaps.number("syncDelay", found.sync_delay), Some(2.0));
    assert_eq!(gaps.text("name", found.name), None);
    let found = thing(r#"{"counts":{"rule":1," rule":2,"rule ":3,"other":4}}"#);
    let counts = gaps.amounts("counts", found.counts);
    let last_of_each = [("other".to_owned(), 4.0), ("rule".to_owned(), 3.0)];
    assert_eq!(counts, last_of_each, "one series for each name, or the scrape would hold duplicates");
}

#[test]
fn keys_come_in_any_case() {
    for key in ["syncDelay", "SyncDelay", "sync_delay", "SYNC_DELAY", "sync-delay", "syncdelay"] {
        let text = format!(r#"{{"{key}":5}}"#);
        assert_eq!(Gaps::default().number("f", thing(&text).sync_delay), Some(5.0), "{key}");
    }
    for key in ["syncDelays", "syncDela", "", "_", "sync delay"] {
        let text = format!(r#"{{"{key}":5}}"#);
        assert_eq!(Gaps::default().number("f", thing(&text).sync_delay), None, "{key}");
    }
    let escaped = thing(r#"{"sync\u0044elay":5}"#);
    assert_eq!(Gaps::default().number("f", escaped.sync_delay), Some(5.0), "an escaped key is the same key");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let with_mark = "\u{feff}{\"name\":\"x\"}";
    assert_eq!(Gaps::default().text("name", thing(with_mark).name).as_deref(), Some("x"));
}

#[test]
fn bytes_that_are_not_utf8_cost_their_characters() {
    let body = b"{\"name\":\"caf\xe9\",\"syncDelay\":4}";
    let text = String::from_utf8_lossy(body);
    let found = thing(&text);
    assert_eq!(Gaps::default().text("name", found.name).as_deref(), Some("caf\u{fffd}"));
    assert_eq!(Gaps::default().number("f", found.sync_delay), Some(4.0));
}

#[test]
fn a_deep_nesting_does_not_exhaust_the_stack() {
    const DEPTH: usize = 200_000;
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let objects = format!("{}1{}", r#"{"parts":"#.repeat(DEPTH), "}".repeat(DEPTH));
    for nested in [deep, objects] {
        for place in ["name", "extra", "parts", "counts", "unwanted"] {
            let text = format!(r#"{{"syncDelay":5,"{place}":{nested}}}"#);
            assert_eq!(Gaps::default().number("f", thing(&text).sync_delay), Some(5.0), "{place}");
        }
    }
}

#[test]
fn times_come_with_and_without_a_zone_and_with_milliseconds() {
    const AT: f64 = 1_689_201_348.0;
    let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
    for json in [
        r#""2023-07-12T22:35:48""#,
        r#""2023-07-12 22:35:48""#,
        r#""2023-07-12T22:35:48.000""#,
        r#""2023-07-12T22:35:48Z""#,
        r#""2023-07-13T06:35:48+08:00""#,
        r#""2023-07-13T06:35:48+0800""#,
        r#""2023-07-13T06:35:48.000+08:00""#,
    ] {
        assert_eq!(time_in(&TimeZone::UTC, json), (Some(AT), 0), "{json}");
    }
    assert_eq!(time_in(&TimeZone::UTC, r#""2023-07-12T22:35:48.881""#), (Some(AT + 0.881), 0));
    assert_eq!(time_in(&shanghai, r#""2023-07-13T06:35:48""#), (Some(AT), 0));
    assert_eq!(time_in(&shanghai, r#""2023-07-12T22:35:48Z""#), (Some(AT), 0), "its own zone counts");
    for json in [r#""soon""#, r#""0000-00-00 00:00:00""#, r#""9999-12-31T23:59:59""#, r#""1969-12-31T00:00:00""#] {
        assert_eq!(time_in(&TimeZone::UTC, json), (None, 1), "{json}");
    }
    assert_eq!(time_in(&TimeZone::UTC, "1689201348"), (None, 1), "a number has no documented meaning here");
}
