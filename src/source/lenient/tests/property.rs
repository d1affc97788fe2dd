//! Whatever the shapes are given: valid JSON is always read, anything else is an error.

use proptest::prelude::*;

use super::super::{Gaps, Obj, read};
use super::{Thing, any_json};

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_json_is_always_read(json in any_json()) {
        let found = read::<Obj<Thing<'_>>>(&json);
        prop_assert!(found.is_ok(), "{:?} from {}", found, json);
    }

    #[test]
    fn what_stands_in_one_place_does_not_matter_to_another(json in any_json(), place in 0..3_usize) {
        let key = ["name", "extra", "counts"][place];
        let text = format!(r#"{{"parts":[{{"size":1}}],"{key}":{json},"syncDelay":5}}"#);
        let Ok(Obj::Given(thing)) = read::<Obj<Thing<'_>>>(&text) else { panic!("not read: {text}") };
        let mut gaps = Gaps::default();
        prop_assert_eq!(gaps.number("syncDelay", thing.sync_delay), Some(5.0));
        prop_assert_eq!(gaps.list("parts", thing.parts).len(), 1);
        prop_assert!(gaps.counts().next().is_none());
    }

    #[test]
    fn half_an_answer_is_an_error(json in any_json(), cut in any::<prop::sample::Index>()) {
        let whole = format!(r#"{{"name":{json}}}"#);
        let end = cut.index(whole.len());
        let text = String::from_utf8_lossy(&whole.as_bytes()[..end]);
        prop_assert!(read::<Obj<Thing<'_>>>(&text).is_err());
    }
}
