//! The whole exposition, ready to be copied. It is stitched from the projects' lines when the store
//! changed, and again when a reading becomes too old to be shown; a scrape in between copies it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::chunk::Chunk;
use super::family::{Family, Format, Out, Samples, push_label};
use super::gzip::Packed;
use super::{About, Live, families, process};
use crate::store::{Snapshot, Store};

/// Renders what a store knows, and keeps it until it changes.
#[derive(Debug)]
pub struct Exposition {
    store: Arc<Store>,
    live: Arc<Live>,
    about: Mutex<About>,
    cache: Mutex<Cache>,
}

/// A project's place in the cache: its source and its id.
type Place = (String, String);

#[derive(Debug, Default)]
struct Cache {
    chunks: BTreeMap<Place, Kept>,
    page: Option<Arc<Page>>,
}

/// A project's lines and what they were rendered from.
#[derive(Clone, Debug)]
struct Kept {
    revision: u64,
    /// When a part of it becomes stale.
    expires: Option<Instant>,
    chunk: Arc<Chunk>,
}

/// The stitched samples at one version of the store.
#[derive(Debug)]
struct Page {
    version: u64,
    about: About,
    /// When a part of this page becomes stale.
    expires: Option<Instant>,
    lines: String,
    blocks: Vec<(&'static Family, Range<usize>)>,
    packed: [OnceLock<Packed>; 2],
}

impl Exposition {
    /// Will render `store` and `live`.
    pub fn new(store: Arc<Store>, live: Arc<Live>) -> Self {
        Self { store, live, about: Mutex::default(), cache: Mutex::default() }
    }

    /// Notes what the exporter knows of itself.
    pub fn set_about(&self, about: About) {
        *self.about.lock().unwrap_or_else(PoisonError::into_inner) = about;
    }

    /// Stitches now what the next scrape would have to wait for.
    pub fn refresh(&self, now: Instant) {
        drop(self.page(now));
    }

    /// The exposition as text.
    pub fn plain(&self, format: Format, now: Instant) -> Vec<u8> {
        let page = self.page(now);
        let tail = self.tail(format);
        let mut body = page.headed(format, tail.len());
        body.push_str(&tail);
        body.into_bytes()
    }

    /// The exposition, gzipped.
    pub fn gzipped(&self, format: Format, now: Instant) -> Vec<u8> {
        let page = self.page(now);
        let slot = match format {
            Format::Text => &page.packed[0],
            Format::OpenMetrics => &page.packed[1],
        };
        let packed = slot.get_or_init(|| Packed::new(page.headed(format, 0).as_bytes()));
        packed.with_tail(self.tail(format).as_bytes())
    }

    /// What differs at every scrape, and the end.
    fn tail(&self, format: Format) -> String {
        let mut tail = String::with_capacity(16 << 10);
        self.live.render(format, &mut tail);
        process::render(format, &mut tail);
        if format == Format::OpenMetrics {
            tail.push_str("# EOF\n");
        }
        tail
    }

    /// The current page, stitched anew if the kept one no longer holds.
    fn page(&self, now: Instant) -> Arc<Page> {
        let about = *self.about.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = cache.page.as_ref().filter(|page| page.holds(self.store.version(), about, now)) {
            return Arc::clone(page);
        }
        let snapshot = self.store.snapshot();
        cache.chunks = chunks(&snapshot, std::mem::take(&mut cache.chunks), now);
        let page = Arc::new(Page::stitch(&snapshot, &cache.chunks, about));
        cache.page = Some(Arc::clone(&page));
        page
    }
}

/// Renders the projects that changed and keeps the others' lines.
fn chunks(snapshot: &Snapshot, mut before: BTreeMap<Place, Kept>, now: Instant) -> BTreeMap<Place, Kept> {
    let mut after = BTreeMap::new();
    for source in &snapshot.sources {
        for state in source.projects.values() {
            let place = (source.setup.name.clone(), state.id.clone());
            let holds = |kept: &Kept| kept.revision == state.revision && kept.expires.is_none_or(|end| now <= end);
            let kept = before.remove(&place).filter(holds);
            let kept = kept.unwrap_or_else(|| Kept {
                revision: state.revision,
                expires: state.next_expiry(now, source.setup.stale_after),
                chunk: Arc::new(Chunk::render(&source.setup, state, now)),
            });
            after.insert(place, kept);
        }
    }
    after
}

impl Page {
    fn holds(&self, version: u64, about: About, now: Instant) -> bool {
        self.version == version && self.about == about && self.expires.is_none_or(|expires| now <= expires)
    }

    fn stitch(snapshot: &Snapshot, chunks: &BTreeMap<Place, Kept>, about: About) -> Self {
        let mut lines = String::new();
        let mut blocks = Vec::new();
        for (place, family) in families().enumerate() {
            let begin = lines.len();
            match family.samples {
                Samples::Exporter(take) => take(&about, &mut Out { text: &mut lines, family, prefix: "" }),
                Samples::Source(take) => {
                    for source in &snapshot.sources {
                        let mut prefix = String::new();
                        push_label(&mut prefix, "source", &source.setup.name);
                        take(source, &mut Out { text: &mut lines, family, prefix: &prefix });
                    }
                }
                Samples::Watch(_) | Samples::Project(_) | Samples::Extra(_) | Samples::Step(_) => {
                    for kept in chunks.values() {
                        lines.push_str(kept.chunk.lines(place));
                    }
                }
                Samples::Live(_) => {}
            }
            if lines.len() > begin {
                blocks.push((family, begin..lines.len()));
            }
        }
        let expires = chunks.values().filter_map(|kept| kept.expires).min();
        Self { version: snapshot.version, about, expires, lines, blocks, packed: Default::default() }
    }

    /// The samples with the headers of a format.
    fn headed(&self, format: Format, spare: usize) -> String {
        const HEADER_BYTES: usize = 256;
        let mut body = String::with_capacity(self.lines.len() + self.blocks.len() * HEADER_BYTES + spare);
        for (family, range) in &self.blocks {
            family.header(format, &mut body);
            body.push_str(self.lines.get(range.clone()).unwrap_or_default());
        }
        body
    }
}
