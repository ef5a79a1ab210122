//! The blocks of objects: those in memory, and those on their way.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::block::{Block, CHUNK_BYTES};
use super::counts::Counts;
use super::fills::{Bringing, Fill, Fills, Place};
use super::grid::Grid;
use super::known::Version;
use super::shelf::Shelf;
use super::source::Source;
use super::tasks::Tasks;
use crate::config::model::CacheSettings;
use crate::store::Fetched;

/// What the sites share that share one bound of memory. Clones share everything.
#[derive(Clone)]
pub(super) struct Blocks(Arc<Inner>);

pub(super) struct Inner {
    pub(super) shelf: Shelf,
    pub(super) fills: Fills,
    pub(super) grid: Grid,
    pub(super) tasks: Tasks,
    pub(super) counts: Arc<Counts>,
    read_ahead_blocks: u32,
}

impl Deref for Blocks {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Blocks {
    /// None yet. What brings them runs on the runtime in which this is called.
    pub(super) fn new(settings: &CacheSettings, counts: &Arc<Counts>) -> Self {
        Self(Arc::new(Inner {
            shelf: Shelf::new(settings.max_bytes, settings.block_bytes, counts),
            fills: Fills::default(),
            grid: Grid::new(settings.block_bytes),
            tasks: Tasks::current(),
            counts: Arc::clone(counts),
            read_ahead_blocks: settings.read_ahead_blocks,
        }))
    }

    /// A block that is complete.
    pub(super) fn kept(&self, version: &Version, index: u64) -> Option<Arc<Block>> {
        self.shelf.block(version.block(index))
    }

    /// These bytes, where one chunk of a complete block holds them all.
    pub(super) fn at_once(
        &self,
        version: &Version,
        range: &Range<u64>,
        now: Instant,
    ) -> Option<Bytes> {
        let index = self.grid.index(range.start);
        let start = self.grid.block(index, version.meta.len_bytes).start;
        let at = usize::try_from(range.start - start).ok()?;
        let len_bytes = usize::try_from(range.end - range.start).ok()?;
        if at % CHUNK_BYTES + len_bytes > CHUNK_BYTES {
            return None;
        }
        let block = match index {
            0 => version.first.or_find(now, || self.kept(version, index))?,
            _ => self.kept(version, index)?,
        };
        let chunk = block.chunk(at, len_bytes);
        if chunk.len() != len_bytes {
            return None;
        }
        self.counts.kept.add();
        Some(chunk)
    }

    /// Where a reader finds a block.
    pub(super) fn find(&self, version: &Version, index: u64) -> Place {
        let place = self.find_unread(version, index);
        match &place {
            Place::Kept(_) => self.counts.kept.add(),
            Place::Arriving(_) => self.counts.shared.add(),
            Place::Begun(..) => self.counts.brought.add(),
            Place::NoMemory => self.counts.no_memory.add(),
        }
        place
    }

    /// The same, without a reader.
    pub(super) fn find_unread(&self, version: &Version, index: u64) -> Place {
        let block = self.grid.block(index, version.meta.len_bytes);
        let len_bytes = block.end - block.start;
        self.fills
            .find(&self.shelf, version.block(index), len_bytes)
    }

    /// Brings a block in the background.
    pub(super) fn start(
        &self,
        source: &Source,
        version: &Arc<Version>,
        bringing: Bringing,
        in_hand: Option<Fetched>,
    ) {
        let (source, version) = (source.clone(), Arc::clone(version));
        let bring = self.clone().bring(source, version, bringing, in_hand);
        self.tasks.start(bring);
    }

    /// Brings the next blocks of `wanted` before a reader comes to them, where memory is plenty; those
    /// that are on their way now.
    pub(super) fn read_ahead(
        &self,
        source: &Source,
        version: &Arc<Version>,
        wanted: Range<u64>,
    ) -> Vec<Fill> {
        let first = self.grid.index(wanted.start);
        let last = self.grid.index(wanted.end.saturating_sub(1));
        let most = u64::from(self.read_ahead_blocks);
        let mut ahead = Vec::new();
        for index in (first..=last).take(usize::try_from(most).unwrap_or_default()) {
            let is_kept = self.shelf.has_block(version.block(index));
            if is_kept || !self.shelf.has_room_to_spare() {
                continue;
            }
            match self.find_unread(version, index) {
                Place::Begun(fill, bringing) => {
                    self.counts.ahead.add();
                    self.start(source, version, bringing, None);
                    ahead.push(fill);
                }
                Place::Arriving(fill) => ahead.push(fill),
                Place::Kept(_) | Place::NoMemory => {}
            }
        }
        ahead
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks")
            .field("shelf", &self.shelf)
            .field("fills", &self.fills)
            .finish_non_exhaustive()
    }
}
