//! `ListProjectFullVerifyResult`: how each table compared, a page at a time. Progress is a ratio as
//! text, as captured.

use serde_json::{Map, Value, json};

use super::{
    Refusal, Told,
    filter::{Cut, texts},
};
use crate::sim::world::{Compared, Finding, Project};

/// The data of the action. A project that compares nothing has no tables, and no number of
/// different ones either.
pub(super) fn result(project: &Project, body: &Map<String, Value>) -> Result<Told, Refusal> {
    let cut = Cut::read(body).map_err(|fault| Refusal::parameter(&fault))?;
    let names = |name| texts(body, name).map_err(|fault| Refusal::parameter(&fault));
    let (sources, sinks) = (names("sourceSchemas")?, names("destSchemas")?);
    let schema = project.schema();
    let of_interest = |wanted: &[String]| wanted.is_empty() || wanted.iter().any(|name| name == schema);
    let status = body.get("status").and_then(Value::as_str).unwrap_or_default();
    let compared = project.comparison();
    let different = compared.as_ref().map(|tables| tables.iter().filter(|table| table.differs()).count());
    let found: Vec<_> = compared
        .iter()
        .flatten()
        .filter(|_| of_interest(&sources) && of_interest(&sinks))
        .filter(|table| status.is_empty() || status == state(table))
        .collect();
    let page: Value = found.iter().skip(cut.skipped()).take(cut.taken()).map(|table| line(schema, table)).collect();
    let data = json!({ "differentNumber": different, "fullVerifyTableStatistics": page });
    Ok(Told { page: cut.of(found.len()), data: data.to_string() })
}

fn line(schema: &str, table: &Compared) -> Value {
    let (kind, chinese) = verdict(table.finding);
    let (mismatched, source_only) = match table.finding {
        Finding::Different { mismatched, source_only } => (mismatched, source_only),
        Finding::NoTable => (0, table.done),
        _ => (0, 0),
    };
    json!({
        "sourceTableName": table.table,
        "sourceSchemaName": schema,
        "destSchemaName": schema,
        "sourceOnlyCount": source_only,
        "destOnlyCount": 0,
        "mismatchedCount": mismatched,
        "consistentCount": table.done - mismatched - source_only,
        "progress": ratio(table),
        "message": chinese.1,
        "status": state(table),
        "resultType": kind,
        "resultDesc": chinese.0,
        "errorDetails": null,
    })
}

/// Whole hundredths and at least one digit after the point: `1.0`, `0.43`.
fn ratio(table: &Compared) -> String {
    let hundredths = table.done.saturating_mul(100).checked_div(table.total).unwrap_or(0);
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{whole}.0"),
        (whole, rest) => format!("{whole}.{rest:02}"),
    }
}

fn state(table: &Compared) -> &'static str {
    match table.finding {
        Finding::Waiting | Finding::Comparing => "RUNNING",
        Finding::NoTable => "ERROR",
        Finding::Same | Finding::Different { .. } => "FINISHED",
    }
}

/// The kind of result, and what it is called in Chinese and in English.
fn verdict(finding: Finding) -> (&'static str, (&'static str, &'static str)) {
    match finding {
        Finding::Waiting | Finding::Comparing => ("RUNNING", ("运行中", "Running")),
        Finding::Same => ("CONSISTENT", ("一致", "Consistent")),
        Finding::Different { .. } => ("INCONSISTENT", ("不一致", "Inconsistent")),
        Finding::NoTable => ("TARGET_TABLE_NOT_EXIST", ("目标表不存在", "Target table does not exist")),
    }
}
