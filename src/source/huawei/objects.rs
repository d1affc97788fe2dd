//! The progress of single objects: v5 progress-data, counted over all its pages. Only some regions
//! have it; one that does not is left alone for a while.
//!
//! `offset` counts objects, although the document's sample looks like a page number. So the first
//! page is asked for without it and it grows by what came; a page that comes again ends the count.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::door::Call;
use super::{Huawei, read, wire};
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
        self.caller.each(live, |job| self.ask_objects(job, &poll)).await;
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
        let mut outcome = Ok(());
        for object_type in &self.object_types {
            match self.objects(&job.id, object_type, poll).await {
                Ok(objects) => all.push(objects),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        if matches!(outcome, Err(SourceError::UnknownAction { .. })) {
            let again = Instant::now() + UNKNOWN_API_PAUSE;
            *self.objects_unknown_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
        }
        let outcome = outcome.map(|()| Extra::Objects(all)).map_err(Into::into);
        poll.witness.extra(ExtraReading { id: job.id.clone(), kind: ExtraKind::Objects, outcome });
    }

    /// Counts the objects of one type over all pages.
    async fn objects(&self, job: &str, object_type: &str, poll: &Poll<'_>) -> Result<Objects, SourceError> {
        let mut sum = Sum::new(object_type, self.per_object_series);
        let mut seen = 0_usize;
        let mut first = None;
        for number in 0..MAX_PAGES {
            let (rows, total) = self.objects_page(job, object_type, seen, poll).await?;
            let begins_with = rows.first().map(|row| (row.source.clone(), row.sink.clone()));
            if rows.is_empty() || (number > 0 && begins_with == first) {
                break;
            }
            first = begins_with;
            let count = rows.len();
            seen += count;
            for row in rows {
                sum.add(row);
            }
            let so_far = u32::try_from(seen).map_or(f64::MAX, f64::from);
            // A full page whose total is itself may only tell of itself.
            let told = total.is_some_and(|total| so_far >= total && (count < PAGE_SIZE || seen > count));
            if told || (total.is_none() && count < PAGE_SIZE) {
                break;
            }
        }
        let (objects, left_out) = sum.done();
        if left_out > 0 {
            poll.witness.dropped("per_object_series", left_out);
        }
        Ok(objects)
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
        self.call(poll, &call, |_, text| {
            let mut gaps = Gaps::default();
            let page = read::<wire::ProgressData<'_>>(text)?;
            if matches!(page.rows, Many::Absent) && page.count.is_nothing() {
                return Err(SourceError::Foreign { hint: "`flow_compare_data` is missing" });
            }
            let total = gaps.amount("count", page.count);
            let rows = gaps.list("flow_compare_data", page.rows);
            let rows = rows.iter().map(|wire| row(wire, &mut gaps)).collect();
            Ok(((rows, total), gaps))
        })
        .await
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
}

impl Sum {
    fn new(object_type: &str, wanted: usize) -> Self {
        let objects = Objects { object_type: object_type.to_owned(), ..Objects::default() };
        Self { objects, progress: 0.0, wanted, single: BTreeMap::new(), all: 0 }
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
            self.single.insert((row.source, row.sink), progress);
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

    /// The sum, and how many objects have no series of their own although series were wanted.
    fn done(mut self) -> (Objects, u64) {
        self.keep_wanted();
        let kept = u64::try_from(self.single.len()).unwrap_or(u64::MAX);
        let left_out = if self.wanted > 0 { self.all.saturating_sub(kept) } else { 0 };
        let mean = (self.all > 0).then(|| self.progress / crate::domain::float(self.all));
        let object = |((source, sink), progress)| Object { source, sink, progress };
        let mut single: Vec<Object> = self.single.into_iter().map(object).collect();
        single.sort_by(|a, b| a.progress.value().total_cmp(&b.progress.value()));
        (Objects { progress: mean, single, ..self.objects }, left_out)
    }
}
