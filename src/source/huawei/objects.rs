//! The progress of single objects: v5 progress-data, counted over all its pages. Only some regions
//! have it; one that does not is left alone for a while.
//!
//! `offset` counts objects, although the document's sample looks like a page number. So the first
//! page is asked for without it and it grows by what came; a page that comes again ends the count.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::door::Call;
use super::pages::{Pages, Verdict};
use super::{Huawei, read, refusal, wire};
use crate::domain::{Extra, ExtraKind, ExtraReading, Object, Objects, Project, ProjectStatus, Ratio, Witness};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::{Gaps, Many};

pub(super) const OPERATION: &str = "progress-data";
/// The API gives 1,000 objects at once at most.
const PAGE_SIZE: usize = 1000;
/// A million objects of one type, or a server that never ends.
const MAX_PAGES: u32 = 1000;
/// A region that does not have the API is asked again after this time.
const UNKNOWN_API_PAUSE: Duration = Duration::from_hours(1);

/// One object of a page.
struct Row {
    source: String,
    sink: String,
    progress: Option<Ratio>,
}

impl Huawei {
    /// Whether single objects are asked about at all.
    pub(in crate::source) fn has_extras(&self) -> bool {
        !self.object_types.is_empty()
    }

    /// Asks for the objects of each job that is at work, and tells the witness.
    pub(in crate::source) async fn poll_extras(&self, projects: &[Arc<Project>], witness: &dyn Witness) {
        let poll = Poll::new(witness);
        let live: Vec<&Project> = projects
            .iter()
            .map(AsRef::as_ref)
            .filter(|job| job.status.as_ref().is_none_or(ProjectStatus::is_live))
            .collect();
        self.caller.each_aside(live, |job| self.ask_objects(job, &poll)).await;
    }

    /// The first page of the first type of object, in words.
    pub(super) async fn first_objects(&self, job: &str, poll: &Poll<'_>) -> Result<String, SourceError> {
        let Some(object_type) = self.object_types.first() else { return Ok(String::new()) };
        let (rows, _) = self.objects_page(job, object_type, 0, poll).await?;
        Ok(format!("{} objects of type {object_type} on the first page", rows.len()))
    }

    async fn ask_objects(&self, job: &Project, poll: &Poll<'_>) {
        let unknown = *self.objects_unknown_until.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.is_some_and(|until| until > Instant::now()) {
            return;
        }
        let mut all = Vec::new();
        let mut failure = None;
        for object_type in &self.object_types {
            match self.objects(&job.id, object_type, poll).await {
                Ok(sum) => all.push(sum),
                Err(error) => {
                    // A type that this kind of job does not have leaves the others.
                    let of_the_type = matches!(error, SourceError::Api { .. });
                    failure = Some(error);
                    if !of_the_type {
                        // What was read before stays whole.
                        all.clear();
                        break;
                    }
                }
            }
        }
        if matches!(failure, Some(SourceError::UnknownAction { .. })) {
            let again = Instant::now() + UNKNOWN_API_PAUSE;
            *self.objects_unknown_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
        }
        let tell = |outcome| {
            poll.witness.extra(ExtraReading { id: job.id.clone(), kind: ExtraKind::Objects, outcome });
        };
        if !all.is_empty() {
            let (objects, left_out) = least_finished(all, self.per_object_series);
            if left_out > 0 {
                poll.witness.dropped("per_object_series", left_out);
            }
            tell(Ok(Extra::Objects(objects)));
        }
        if let Some(error) = failure {
            tell(Err(error.into()));
        }
    }

    /// Counts the objects of one type over all pages.
    async fn objects(&self, job: &str, object_type: &str, poll: &Poll<'_>) -> Result<Sum, SourceError> {
        let mut sum = Sum::new(object_type, self.per_object_series);
        let mut pages = Pages::of(PAGE_SIZE);
        for _ in 0..MAX_PAGES {
            let (rows, total) = self.objects_page(job, object_type, pages.seen(), poll).await?;
            let first = rows.first().map(|row| (row.source.clone(), row.sink.clone()));
            let verdict = pages.judge(first, rows.len(), total);
            if verdict == Verdict::Nothing {
                break;
            }
            for row in rows {
                sum.add(row);
            }
            if verdict == Verdict::Last {
                break;
            }
        }
        Ok(sum)
    }

    async fn objects_page(
        &self,
        job: &str,
        object_type: &str,
        offset: usize,
        poll: &Poll<'_>,
    ) -> Result<(Vec<Row>, Option<f64>), SourceError> {
        let mut query = vec![("limit", PAGE_SIZE.to_string())];
        if offset > 0 {
            query.push(("offset", offset.to_string()));
        }
        let job = crate::source::signature::encode(job);
        let path = self.door.path("v5", &format!("jobs/{job}/progress-data/{object_type}"));
        let call = Call { operation: OPERATION, path, query, body: None };
        let outcome = self.call(poll, &call, |_, text| {
            let mut gaps = Gaps::default();
            let page = read::<wire::ProgressData<'_>>(text)?;
            if matches!(page.rows, Many::Absent) && page.count.is_nothing() && page.create_time.is_nothing() {
                let (code, message) =
                    (gaps.text("error_code", page.error_code), gaps.text("error_msg", page.error_msg));
                let foreign = SourceError::Foreign { hint: "`flow_compare_data` is missing" };
                return Err(refusal::of_item(code, message).unwrap_or(foreign));
            }
            let total = gaps.amount("count", page.count);
            let rows = gaps.list("flow_compare_data", page.rows);
            let rows = rows.iter().map(|wire| row(wire, &mut gaps)).collect();
            Ok(((rows, total), gaps))
        });
        // This is the one call that a region may lack.
        outcome.await.map_err(|error| match error {
            SourceError::Status { status: 404 } => SourceError::UnknownAction { operation: OPERATION },
            other => other,
        })
    }
}

fn row(wire: &wire::Row<'_>, gaps: &mut Gaps) -> Row {
    let mut name = |database, object| {
        let parts = [gaps.text("src_db", database), gaps.text("src_tb", object)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(".")
    };
    let source = name(wire.src_db, wire.src_tb);
    let sink = name(wire.dst_db, wire.dst_tb);
    Row { source, sink, progress: gaps.percent("progress", wire.progress) }
}

/// Adds up objects and keeps the least finished ones, as many as are wanted.
struct Sum {
    objects: Objects,
    progress: f64,
    wanted: usize,
    single: BTreeMap<(String, String), Ratio>,
    all: u64,
    /// Objects that came again, as they do where the pages move.
    again: u64,
}

impl Sum {
    fn new(object_type: &str, wanted: usize) -> Self {
        let objects = Objects { object_type: object_type.to_owned(), ..Objects::default() };
        Self { objects, progress: 0.0, wanted, single: BTreeMap::new(), all: 0, again: 0 }
    }

    /// An object whose progress is not told is in no state.
    fn add(&mut self, row: Row) {
        let Some(progress) = row.progress else { return };
        let Objects { pending, running, completed, .. } = &mut self.objects;
        *match progress.value() {
            0.0 => pending,
            done if done >= 1.0 => completed,
            _ => running,
        } += 1;
        self.progress += progress.value();
        self.all += 1;
        if self.wanted > 0 {
            self.again += u64::from(self.single.insert((row.source, row.sink), progress).is_some());
            if self.single.len() > self.wanted.saturating_mul(2).max(1000) {
                self.keep_wanted();
            }
        }
    }

    fn keep_wanted(&mut self) {
        let mut all: Vec<_> = std::mem::take(&mut self.single).into_iter().collect();
        all.sort_by(|(_, a), (_, b)| a.value().total_cmp(&b.value()));
        all.truncate(self.wanted);
        self.single = all.into_iter().collect();
    }
}

/// What was added up of a job's types, with as many single objects of the job as are wanted, the
/// least finished first; and how many have no series of their own although series were wanted.
fn least_finished(sums: Vec<Sum>, wanted: usize) -> (Vec<Objects>, u64) {
    let distinct: u64 = sums.iter().map(|sum| sum.all.saturating_sub(sum.again)).sum();
    let mut single = Vec::new();
    let mut all = Vec::new();
    for (place, sum) in sums.into_iter().enumerate() {
        let object = |((source, sink), progress)| (place, Object { source, sink, progress });
        single.extend(sum.single.into_iter().map(object));
        let progress = (sum.all > 0).then(|| sum.progress / crate::domain::float(sum.all));
        all.push(Objects { progress, ..sum.objects });
    }
    single.sort_by(|(_, a), (_, b)| a.progress.value().total_cmp(&b.progress.value()));
    single.truncate(wanted);
    let kept = u64::try_from(single.len()).unwrap_or(u64::MAX);
    for (place, object) in single {
        if let Some(objects) = all.get_mut(place) {
            objects.single.push(object);
        }
    }
    (all, if wanted > 0 { distinct.saturating_sub(kept) } else { 0 })
}
