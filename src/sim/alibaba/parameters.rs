//! The parameters of a call: a form in which lists are JSON arrays in text. They become what the
//! service behind the gateway takes.

use serde_json::{Map, Value, json};

use super::Rejection;
use crate::sim::{
    oms::Call,
    signature::{Signed, decode},
};

/// The one type of body that is read.
const FORM: &str = "application/x-www-form-urlencoded";

/// What a parameter's text has to be.
#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    /// It has to be there.
    Needed,
    Number,
    Truth,
    List,
}

/// The call of this action, or what is wrong with it. Parameters that it does not have are passed
/// over.
pub(super) fn read(action: &str, request: &Signed<'_>) -> Result<Call, Rejection> {
    let known = parameters(action).ok_or_else(|| Rejection::unknown_action(action))?;
    let form = form(request);
    let mut body = Map::new();
    for (name, kind) in known {
        let text = form.iter().find(|(given, _)| given == name).map(|(_, text)| text.as_str());
        match (text, kind) {
            (None | Some(""), Form::Needed) => return Err(Rejection::missing(name)),
            (None, _) => {}
            (Some(text), kind) => {
                let value = value(text, *kind).ok_or_else(|| Rejection::invalid(name))?;
                body.insert(camel(name), value);
            }
        }
    }
    Ok(Call::of(action, body))
}

/// The project that a request is about, whatever else is wrong with it.
pub(super) fn project(request: &Signed<'_>) -> Option<String> {
    form(request).into_iter().find(|(name, _)| name == "Id" || name == "ProjectId").map(|(_, text)| text)
}

fn form(request: &Signed<'_>) -> Vec<(String, String)> {
    if !request.header("content-type").is_some_and(|kind| kind.starts_with(FORM)) {
        return Vec::new();
    }
    let text = std::str::from_utf8(request.body).unwrap_or_default();
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, text)| (decode(name), decode(text))).collect()
}

fn parameters(action: &str) -> Option<&'static [(&'static str, Form)]> {
    Some(match action {
        "ListAllLabels" => &[],
        "ListProjects" => &[
            ("SearchKey", Form::Text),
            ("Type", Form::Text),
            ("Status", Form::List),
            ("LabelIds", Form::List),
            ("SourceEndpointTypes", Form::List),
            ("SinkEndpointTypes", Form::List),
            ("VisibleSubProject", Form::Truth),
            ("SortField", Form::Text),
            ("Order", Form::Text),
            ("PageNumber", Form::Number),
            ("PageSize", Form::Number),
        ],
        "DescribeProject" | "DescribeProjectSteps" | "DescribeProjectProgress" | "DescribeProjectComponents" => {
            &[("Id", Form::Needed)]
        }
        "ListProjectFullVerifyResult" => &[
            ("ProjectId", Form::Needed),
            ("SourceSchemas", Form::List),
            ("DestSchemas", Form::List),
            ("Status", Form::Text),
            ("PageNumber", Form::Number),
            ("PageSize", Form::Number),
        ],
        _ => return None,
    })
}

fn value(text: &str, form: Form) -> Option<Value> {
    match form {
        Form::Text | Form::Needed => Some(json!(text)),
        Form::Number => text.parse::<i64>().ok().map(|number| json!(number)),
        Form::Truth => text.to_ascii_lowercase().parse::<bool>().ok().map(|truth| json!(truth)),
        Form::List => serde_json::from_str(text).ok().filter(Value::is_array),
    }
}

/// With a small first letter.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
