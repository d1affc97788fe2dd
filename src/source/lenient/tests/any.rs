//! Any JSON at all, as text: also what a tree of values cannot hold, such as keys that come twice,
//! lone surrogates and numbers beyond all numbers.

use proptest::prelude::*;

/// The inside of a JSON string and its quotes.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 _.:+-]{1,6}",
        1 => prop::sample::select(vec![
            "null", "-1", "842", "\\n", "\\t", "\\\"", "\\\\", "\\u0000", "\\ud83d", "\\ude00", "\u{a0}", "😀", "1e999",
            "2023-07-12T22:35:48.881", "INCR_TRANSFER", "FAILED",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A JSON value of a few levels.
pub(in crate::source) fn any_json() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1",
        "99",
        "100",
        "842",
        "-61",
        "1e999",
        "-1e999",
        "1e-999",
        "1689213946",
        "1689213946000",
        "18446744073709551616",
        "0.1",
    ]);
    let leaf =
        prop_oneof![literal.prop_map(str::to_owned), any::<i64>().prop_map(|number| number.to_string()), any_text(),];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let pair = (any_key(), inner.clone()).prop_map(|(key, value)| format!("{key}:{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|members| format!("[{}]", members.join(","))),
            prop::collection::vec(pair, 0..5).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
        ]
    })
}

/// A key that the readers look for, or any.
fn any_key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "success",
        "code",
        "data",
        "Data",
        "id",
        "name",
        "status",
        "steps",
        "stepInfo",
        "extraInfo",
        "progress",
        "order",
        "labels",
        "alarmStats",
        "syncDelay",
        "incrTimestampCheckpoint",
        "errorDetail",
        "ruleToRecentlyTriggerCount",
        "parts",
        "extra",
        "counts",
        "size",
    ]);
    prop_oneof![known.prop_map(|key| format!("\"{key}\"")), any_text()]
}
