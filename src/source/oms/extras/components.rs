//! DescribeProjectComponents: the processes that do the work, added up by kind and direction. Their
//! names carry addresses and serial numbers that change at every restart, so they are not kept.

use std::collections::BTreeMap;

use super::super::door::Params;
use super::super::{Oms, envelope, wire};
use crate::domain::{Component, MAX_DELAY};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::Gaps;

impl Oms {
    /// Reads the components of a project.
    pub(super) async fn components(&self, id: &str, poll: &Poll<'_>) -> Result<Vec<Component>, SourceError> {
        let wanted = Params::from_iter([("id".to_owned(), id.into())]);
        self.call(poll, "DescribeProjectComponents", &wanted, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::Components<'_>>(answer, &text)?;
            // A project that has none is answered with nothing at all by some.
            let found = gaps.list("data", opened.data).into_iter().next().unwrap_or_default();
            Ok((added_up(found, &mut gaps), gaps))
        })
        .await
    }
}

fn added_up(found: wire::Components<'_>, gaps: &mut Gaps) -> Vec<Component> {
    let lists = [
        ("store", "forward", "storeList", found.stores),
        ("store", "reverse", "reverseStoreList", found.reverse_stores),
        ("incr_sync", "forward", "incrSyncComponents", found.syncing),
        ("incr_sync", "reverse", "reverseIncrSyncComponents", found.reverse_syncing),
        ("full_import", "forward", "fullImportComponents", found.importing),
        ("full_verify", "forward", "fullVerifyComponents", found.verifying),
    ];
    let components = lists
        .into_iter()
        .map(|(name, direction, field, list)| component(name, direction, gaps.list(field, list), gaps));
    let told = |sum: &Component| !sum.by_status.is_empty() || sum.delay.is_some() || sum.transactions.is_some();
    components.filter(told).collect()
}

fn component(
    name: &'static str,
    direction: &'static str,
    members: Vec<wire::Component<'_>>,
    gaps: &mut Gaps,
) -> Component {
    let mut sum = Component { name, direction, by_status: BTreeMap::new(), delay: None, transactions: None };
    for member in members {
        if let Some(status) = gaps.text("status", member.status) {
            *sum.by_status.entry(status).or_default() += 1;
        }
        match gaps.amount("delay", member.delay) {
            Some(delay) if delay > MAX_DELAY => gaps.ignore("delay"),
            Some(delay) => sum.delay = Some(sum.delay.map_or(delay, |worst| worst.max(delay))),
            None => {}
        }
        if let Some(rate) = gaps.amount("tps", member.tps) {
            sum.transactions = Some(sum.transactions.unwrap_or_default() + rate);
        }
    }
    sum
}
