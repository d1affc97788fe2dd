//! The body of the two progress calls of OMS 3.3. The table of the document and its sample name the
//! same fields differently, so both spellings are read.

use crate::source::lenient::{Leaf, wire};

wire! {
    /// The progress of a migration or synchronisation.
    Progress<'a> {
        status: Leaf<'a>,
        importance: Leaf<'a>,
        enable_struct_migration: Leaf<'a>,
        enable_struct_sync: Leaf<'a>,
        enable_full_migration: Leaf<'a>,
        enable_full_sync: Leaf<'a>,
        enable_incr_sync: Leaf<'a>,
        current_step: Leaf<'a>,
        struct_migration_progress: Leaf<'a>,
        struct_sync_progress: Leaf<'a>,
        full_migration_progress: Leaf<'a>,
        full_sync_progress: Leaf<'a>,
        incr_sync_checkpoint: Leaf<'a>,
    }
}

impl Progress<'_> {
    /// Whether it says nothing at all of a project, which always has a status.
    pub(super) fn is_empty(&self) -> bool {
        self.status.is_nothing() && self.current_step.is_nothing() && self.importance.is_nothing()
    }
}
