//! ListProjectFullVerifyResult: how many tables came out of the verification with which result,
//! counted over all pages.

use serde_json::json;

use super::super::{Oms, envelope, wire};
use super::about;
use crate::domain::Verification;
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::Gaps;

/// Tables asked for at once.
const PAGE_SIZE: usize = 150;
/// 30,000 tables; a server that never ends its list is stopped here.
const MAX_PAGES: u32 = 200;

/// One page of the result.
pub(super) struct Page {
    inconsistent: Option<f64>,
    results: Vec<Option<String>>,
    /// The first table, by which a page that comes again is recognised.
    first: Option<(Option<String>, Option<String>)>,
    total: Option<f64>,
}

impl Page {
    /// How many tables are on it.
    pub(super) fn tables(&self) -> usize {
        self.results.len()
    }
}

impl Oms {
    /// Reads the result of a project's verification.
    pub(super) async fn verification(&self, id: &str, poll: &Poll<'_>) -> Result<Verification, SourceError> {
        let mut sum = Verification::default();
        let mut first = None;
        let mut seen = 0_u32;
        for number in 1..=MAX_PAGES {
            let page = self.verification_page(id, number, poll).await?;
            if number > 1 && page.first == first {
                break;
            }
            sum.inconsistent = page.inconsistent.or(sum.inconsistent);
            first = page.first;
            let items = page.results.len();
            seen += u32::try_from(items).unwrap_or(u32::MAX);
            for result in page.results.into_iter().flatten() {
                *sum.tables.entry(result).or_default() += 1;
            }
            if items < PAGE_SIZE && page.total.is_none_or(|total| f64::from(seen) >= total || items == 0) {
                break;
            }
        }
        Ok(sum)
    }

    /// Reads one page of it.
    pub(super) async fn verification_page(&self, id: &str, number: u32, poll: &Poll<'_>) -> Result<Page, SourceError> {
        let mut wanted = about(id);
        wanted.insert("pageNumber".to_owned(), json!(number));
        wanted.insert("pageSize".to_owned(), json!(PAGE_SIZE));
        self.call(poll, "ListProjectFullVerifyResult", &wanted, |answer| {
            let mut gaps = Gaps::default();
            let text = answer.text();
            let opened = envelope::open::<wire::FullVerifyResult<'_>>(answer, &text)?;
            let total = gaps.amount("totalCount", opened.total_count);
            let found = gaps.list("data", opened.data).into_iter().next().unwrap_or_default();
            let inconsistent = gaps.amount("differentNumber", found.different_number);
            let tables = gaps.list("fullVerifyTableStatistics", found.tables);
            let mut silent = Gaps::default();
            let first = tables
                .first()
                .map(|table| (silent.text("", table.source_schema_name), silent.text("", table.source_table_name)));
            let results = tables.into_iter().map(|table| gaps.text("resultType", table.result_type)).collect();
            Ok((Page { inconsistent, results, first, total }, gaps))
        })
        .await
    }
}
