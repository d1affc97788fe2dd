//! Discovery: the v3 job list. It wants to know the use of the jobs it lists, so it is asked once
//! for each use; its pages are numbered from 1.

use std::collections::BTreeMap;

use serde_json::json;

use super::door::Call;
use super::lift::{self, Listed};
use super::pages::{Pages, Verdict};
use super::{Huawei, read, wire};
use crate::config::Discover;
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::Gaps;

/// Jobs asked for at once; the API gives 100 at most.
const PAGE_SIZE: usize = 100;
/// 20,000 jobs of one use; a server that never ends its list is stopped here.
const MAX_PAGES: u32 = 200;
/// What jobs are for, as the API and as the common vocabulary have it.
const USES: [(&str, &str); 3] = [("migration", "MIGRATION"), ("sync", "SYNC"), ("cloudDataGuard", "DISASTER_RECOVERY")];

/// One page of the list.
struct Page {
    jobs: Vec<Listed>,
    /// How many there were, those without an id included.
    count: usize,
    total: Option<f64>,
}

/// A look at the list.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// A wanted job: the first that is at work, else the first.
    pub(super) wanted: Option<Listed>,
    /// Jobs that were listed until then.
    pub(super) seen: usize,
}

impl Huawei {
    /// Looks at the first page of each use until a wanted job is found.
    pub(super) async fn sample(&self, discover: &Discover, poll: &Poll<'_>) -> Result<Sample, SourceError> {
        let mut sample = Sample::default();
        for use_type in uses(discover) {
            let page = self.list_page(use_type, 1, discover, poll).await?;
            sample.seen += page.count;
            let wanted: Vec<Listed> = page.jobs.into_iter().filter(|job| wants(discover, job)).collect();
            let is_live = |job: &&Listed| job.status.as_deref().is_some_and(|native| lift::status(native).is_live());
            sample.wanted = wanted.iter().find(is_live).or(wanted.first()).cloned();
            if let Some(job) = &mut sample.wanted {
                job.use_type.get_or_insert_with(|| use_type.to_owned());
                break;
            }
        }
        Ok(sample)
    }

    /// Lists the wanted jobs of all wanted uses into `found`.
    pub(super) async fn list(
        &self,
        discover: &Discover,
        poll: &Poll<'_>,
        found: &mut BTreeMap<String, Listed>,
    ) -> Result<(), SourceError> {
        for use_type in uses(discover) {
            self.list_use(use_type, discover, poll, found).await?;
        }
        Ok(())
    }

    async fn list_use(
        &self,
        use_type: &'static str,
        discover: &Discover,
        poll: &Poll<'_>,
        found: &mut BTreeMap<String, Listed>,
    ) -> Result<(), SourceError> {
        let mut pages = Pages::of(PAGE_SIZE);
        for number in 1..=MAX_PAGES {
            let page = self.list_page(use_type, number, discover, poll).await?;
            let verdict = pages.judge(page.jobs.first().map(|job| job.id.clone()), page.count, page.total);
            if verdict == Verdict::Nothing {
                break;
            }
            for job in page.jobs.into_iter().filter(|job| wants(discover, job)) {
                let job = Listed { use_type: job.use_type.or_else(|| Some(use_type.to_owned())), ..job };
                found.insert(job.id.clone(), job);
            }
            if verdict == Verdict::Last {
                break;
            }
        }
        Ok(())
    }

    async fn list_page(
        &self,
        use_type: &'static str,
        number: u32,
        discover: &Discover,
        poll: &Poll<'_>,
    ) -> Result<Page, SourceError> {
        let mut body = json!({ "cur_page": number, "per_page": PAGE_SIZE, "db_use_type": use_type });
        if let (Some(fields), Some(search)) = (body.as_object_mut(), &discover.search) {
            fields.insert("name".to_owned(), json!(search));
        }
        let call = Call { operation: "jobs", path: self.door.path("v3", "jobs"), query: Vec::new(), body: Some(body) };
        self.call(poll, &call, |_, text| {
            let mut gaps = Gaps::default();
            let page = read::<wire::JobList<'_>>(text)?;
            if matches!(page.jobs, crate::source::lenient::Many::Absent) && page.total_record.is_nothing() {
                return Err(SourceError::Foreign { hint: "`jobs` is missing" });
            }
            let total = gaps.amount("total_record", page.total_record);
            let jobs = gaps.list("jobs", page.jobs);
            let count = jobs.len();
            let jobs = jobs.iter().filter_map(|job| lift::listed(job, &self.zone, &mut gaps)).collect();
            Ok((Page { jobs, count, total }, gaps))
        })
        .await
    }
}

/// The uses that are wanted, as the API has them.
fn uses(discover: &Discover) -> impl Iterator<Item = &'static str> {
    let wanted = |kind: &str| discover.types.is_empty() || discover.types.iter().any(|wanted| wanted == kind);
    USES.into_iter().filter(move |(_, kind)| wanted(kind)).map(|(use_type, _)| use_type)
}

/// The states are those of the common vocabulary, which the API cannot filter by.
fn wants(discover: &Discover, job: &Listed) -> bool {
    let status = job.status.as_deref().map(lift::status);
    let fits = status.is_none_or(|status| {
        discover.statuses.is_empty() || discover.statuses.iter().any(|wanted| wanted == status.as_str())
    });
    fits && !discover.exclude.contains(&job.id)
}
