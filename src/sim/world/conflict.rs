//! Rows that could not be inserted since their key was there already, as written to logs. One
//! project has some; two logs are full and the third still grows.

use super::{Act, Project, Scene, Work, scene::whole};

/// The project with conflicts.
const CLASHING: &str = "orders-mysql-to-ob";

/// Conflicts in a log that is full.
const FULL: i64 = 40;

/// A log of conflicts.
#[derive(Clone, Debug)]
pub(in crate::sim) struct ConflictLog {
    /// None for the one that is being written.
    pub(in crate::sim) number: Option<u32>,
    /// Unix seconds of the last line.
    pub(in crate::sim) written: i64,
    pub(in crate::sim) text: String,
}

/// The logs of one stage of a project.
pub(super) fn conflicts(scene: &Scene, project: &Project, act: Act) -> Vec<ConflictLog> {
    let follows = project
        .stages
        .iter()
        .any(|stage| stage.act == act && act == Act::Follow && matches!(stage.work, Work::Following(Some(_))));
    if !follows || project.summary.name != CLASHING {
        return Vec::new();
    }
    let table = project.table(0);
    let growing = (4 + whole(scene.elapsed() / 30.0)).min(FULL);
    let logs = [(Some(1), scene.at(-7200.0), 0, FULL), (Some(2), scene.at(-1800.0), FULL, FULL)];
    logs.into_iter()
        .chain([(None, scene.now(), 2 * FULL, growing)])
        .map(|(number, written, first, count)| ConflictLog {
            number,
            written,
            text: (first..first + count).map(|row| line(&table, row)).collect(),
        })
        .collect()
}

fn line(table: &str, row: i64) -> String {
    format!(
        "INSERT INTO `{table}` (`id`, `customer`, `amount`) VALUES ({}, 'customer {row}', {row}.50);\n",
        10_000 + row
    )
}
