//! The spelling of this edition: members with a capital letter, except inside what a step measures;
//! the word "null" where text is missing, and nothing at all where anything else is; blanks and line
//! ends where the document has them; hyphens in the one place where it has those.

use serde_json::{Map, Value, json};

/// Members that are text. Without a value they say "null".
const TEXTS: [&str; 17] = [
    "alarmContent",
    "connExtraAttributes",
    "connectionInfo",
    "dataWorksBusinessName",
    "destConnId",
    "errorCode",
    "errorMsg",
    "failedTime",
    "finishTime",
    "gmtFinish",
    "nlsLengthSemantics",
    "ocpName",
    "operatingSystem",
    "proposal",
    "runningStep",
    "startTime",
    "target",
];

/// Members that are lists of text. Without a value they are one "null".
const LISTS: [&str; 2] = ["subtopics", "reverseSubtopics"];

/// Members whose own members keep their names: what a step measures, and names that are data.
const KEPT: [&str; 3] = ["stepInfo", "ruleToRecentlyTriggerCount", "connExtraAttributes"];

/// Members with a line end that does not belong there.
const UNTRIMMED: [&str; 4] = ["gmtModified", "host", "username", "resourceOwner"];

/// The same data in this spelling.
pub(super) fn respelt(data: Value) -> Value {
    match data {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter_map(|(name, value)| member(&name, value)).collect())
        }
        Value::Array(items) => items.into_iter().map(respelt).collect(),
        other => other,
    }
}

fn member(name: &str, value: Value) -> Option<(String, Value)> {
    let value = match value {
        Value::Null if TEXTS.contains(&name) => json!("null"),
        Value::Null if LISTS.contains(&name) => json!(["null"]),
        Value::Null if name == "openMonitor" => json!(true),
        Value::Null => return None,
        Value::Object(members) if KEPT.contains(&name) => Value::Object(Map::from_iter(members)),
        Value::String(text) if text.is_empty() && TEXTS.contains(&name) => json!("null"),
        Value::String(text) if UNTRIMMED.contains(&name) => json!(format!("{text}\n")),
        Value::String(text) if name == "runningStep" => json!(text.replace('_', "-")),
        Value::String(text) if name == "port" => text.parse().map_or(json!(text), |port: u16| json!(port)),
        other => respelt(other),
    };
    Some((pascal(name), value))
}

/// With a capital first letter.
fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
