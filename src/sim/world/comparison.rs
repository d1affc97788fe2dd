//! What comparing a project's tables has found. Almost all agree; in one project two do not.

use super::{Act, Project, StageState, Work};

/// The project with differences, and the tables that have them.
const DIFFERENT: &str = "orders-mysql-to-ob";
const MISMATCHED: u32 = 3;
const MISSING: u32 = 9;

/// One table as compared so far.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Compared {
    pub(in crate::sim) table: String,
    /// Rows compared, of how many.
    pub(in crate::sim) done: i64,
    pub(in crate::sim) total: i64,
    pub(in crate::sim) finding: Finding,
}

/// What is known about a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Finding {
    Waiting,
    Comparing,
    Same,
    /// Rows that differ, and rows that only the source has.
    Different {
        mismatched: i64,
        source_only: i64,
    },
    /// The sink has no such table.
    NoTable,
}

impl Compared {
    /// Whether the two sides are known to differ.
    pub(in crate::sim) fn differs(&self) -> bool {
        matches!(self.finding, Finding::Different { .. } | Finding::NoTable)
    }
}

/// All tables, one after the other; none where nothing has been compared.
pub(super) fn comparison(project: &Project) -> Option<Vec<Compared>> {
    let stage = project.stages.iter().find(|stage| stage.act == Act::Verify && stage.state != StageState::Waiting)?;
    let Work::Copying(copying) = stage.work else {
        return None;
    };
    let tables = i64::from(project.tables.max(1));
    let each = (copying.total / tables).max(1);
    let compared = (0..project.tables).map(|index| {
        let done =
            if copying.done >= copying.total { each } else { (copying.done - i64::from(index) * each).clamp(0, each) };
        Compared { table: project.table(index), done, total: each, finding: finding(project, index, done, each) }
    });
    Some(compared.collect())
}

fn finding(project: &Project, index: u32, done: i64, total: i64) -> Finding {
    match index {
        _ if done == 0 => Finding::Waiting,
        _ if done < total => Finding::Comparing,
        MISMATCHED if project.summary.name == DIFFERENT => Finding::Different { mismatched: 3, source_only: 1 },
        MISSING if project.summary.name == DIFFERENT => Finding::NoTable,
        _ => Finding::Same,
    }
}
