//! What is kept, and how much of it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::block::{Block, CHUNK_BYTES};
use super::counts::Counts;
use super::key::{BlockKey, KeyOf, Name, NameOf};
use super::known::{Known, Version};
use super::lately::Lately;
use super::{CacheKey, Described};
use crate::keyed::Keyed;
use crate::store::ObjectMeta;

/// What an entry takes beside its block or its strings: an object of one small block has two, and of
/// a million such objects each took 3,900 bytes of resident memory (`benches/run --load many`).
const ENTRY_BYTES: usize = 1_792;

/// What arrives is reserved in this unit.
const RESERVED_UNIT_BYTES: u64 = 1 << 10;

#[derive(Clone, Debug)]
enum Entry {
    Known(Known),
    /// The store had no such object.
    Absent(Instant),
    Block(Arc<Block>),
}

/// Metadata and blocks, which share one bound, and the memory for blocks that are arriving.
///
/// What was not used for longest leaves first, and nothing that has just arrived is refused: its
/// readers are still coming, and each would fetch it again.
pub(super) struct Shelf {
    entries: Cache<Name, Entry, Keyed>,
    lately: Lately,
    arriving: Arc<Semaphore>,
    arriving_units: usize,
    versions: AtomicU64,
}

impl Shelf {
    /// At most `max_bytes`, of which an eighth, but 16 blocks where that is at most a half, is for
    /// what arrives. What leaves to make room is counted.
    pub(super) fn new(max_bytes: u64, block_bytes: u64, counts: &Arc<Counts>) -> Self {
        let sixteen = block_bytes.saturating_mul(16).min(max_bytes / 2);
        let arriving_bytes = (max_bytes / 8).max(sixteen);
        let units = usize::try_from(arriving_bytes.div_ceil(RESERVED_UNIT_BYTES));
        let units = units.unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let counted = Arc::clone(counts);
        let hashes = Keyed::default();
        let entries = Cache::builder()
            .max_capacity(max_bytes - arriving_bytes)
            .eviction_policy(EvictionPolicy::lru())
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    counted.evicted.add();
                }
            })
            .weigher(|name, entry| u32::try_from(weight_bytes(name, entry)).unwrap_or(u32::MAX))
            .build_with_hasher(hashes.clone());
        Self {
            lately: Lately::new(hashes),
            entries,
            arriving: Arc::new(Semaphore::new(units)),
            arriving_units: units,
            versions: AtomicU64::new(0),
        }
    }

    /// What is known of the object of this key.
    pub(super) fn known_of(&self, key: KeyOf<'_>, now: Instant) -> Option<Known> {
        let find = || match self.entries.get(&NameOf::Object(key))? {
            Entry::Known(known) => Some(known),
            Entry::Absent(_) | Entry::Block(_) => None,
        };
        self.lately.or_find(key, now, find)
    }

    /// What is known of an object.
    pub(super) fn known(&self, name: &Name) -> Option<Known> {
        match self.entries.get(name)? {
            Entry::Known(known) => Some(known),
            Entry::Absent(_) | Entry::Block(_) => None,
        }
    }

    /// Whether the store said within this time that there is no such object.
    pub(super) fn is_absent(&self, name: &Name, within: Duration) -> bool {
        !within.is_zero()
            && matches!(self.entries.get(name), Some(Entry::Absent(at)) if at.elapsed() < within)
    }

    /// A block that is complete.
    pub(super) fn block(&self, key: BlockKey) -> Option<Arc<Block>> {
        match self.entries.get(&NameOf::Block(&key))? {
            Entry::Block(block) => Some(block),
            Entry::Known(_) | Entry::Absent(_) => None,
        }
    }

    /// Whether a block is complete; it does not count as used.
    pub(super) fn has_block(&self, key: BlockKey) -> bool {
        self.entries.contains_key(&NameOf::Block(&key))
    }

    /// A version of which nothing is kept yet.
    pub(super) fn new_version(&self, meta: Arc<Described>) -> Arc<Version> {
        let number = self.versions.fetch_add(1, Ordering::Relaxed);
        Arc::new(Version::new(number, meta))
    }

    /// Keeps what is known of an object.
    pub(super) fn keep(&self, key: &CacheKey, known: Known) {
        self.put(key, Entry::Known(known));
    }

    /// Keeps that there is no such object.
    pub(super) fn keep_absent(&self, key: &CacheKey) {
        self.put(key, Entry::Absent(Instant::now()));
    }

    fn put(&self, key: &CacheKey, entry: Entry) {
        self.entries.insert(Name::Object(key.clone()), entry);
        self.lately.changed(NameOf::Object(key.into()));
    }

    /// Keeps a block.
    pub(super) fn keep_block(&self, key: BlockKey, block: Arc<Block>) {
        let is_large = block.weight_bytes() >= CHUNK_BYTES;
        self.entries.insert(Name::Block(key), Entry::Block(block));
        // What has to leave leaves some insertions later, which for large blocks is too late.
        if is_large {
            self.entries.run_pending_tasks();
        }
    }

    /// Forgets an object. Its blocks cannot be found any more and leave in their time; who reads
    /// one goes on.
    pub(super) fn forget(&self, name: &Name) {
        self.entries.invalidate(name);
        if let Name::Object(key) = name {
            self.lately.changed(NameOf::Object(key.into()));
        }
    }

    /// Forgets an object unless another version of it is known by now.
    pub(super) fn forget_version(&self, name: &Name, version: &Version) {
        let known = self.known(name);
        if known.is_some_and(|known| known.version.number == version.number) {
            self.forget(name);
        }
    }

    /// Forgets the objects of these keys; how many there were.
    pub(super) fn forget_all(&self, is_meant: impl Fn(&CacheKey) -> bool) -> u64 {
        let mut count = 0;
        for (name, entry) in &self.entries {
            if let Name::Object(key) = &*name
                && is_meant(key)
            {
                count += u64::from(matches!(entry, Entry::Known(_)));
                self.forget(&name);
            }
        }
        count
    }

    /// Memory for a block that arrives, until the permit is dropped; `None` where there is none.
    pub(super) fn reserve(&self, len_bytes: u64) -> Option<OwnedSemaphorePermit> {
        let units = len_bytes.div_ceil(RESERVED_UNIT_BYTES).max(1);
        let units = u32::try_from(units).ok()?;
        let arriving = Arc::clone(&self.arriving);
        arriving.try_acquire_many_owned(units).ok()
    }

    /// Whether at least half of the memory for what arrives is free.
    pub(super) fn has_room_to_spare(&self) -> bool {
        self.arriving.available_permits() >= self.arriving_units / 2
    }

    /// The memory that is reserved for what arrives.
    pub(super) fn arriving_bytes(&self) -> u64 {
        let units = self.arriving_units - self.arriving.available_permits();
        units as u64 * RESERVED_UNIT_BYTES
    }

    /// What the kept objects weigh.
    pub(super) fn kept_bytes(&self) -> u64 {
        // Weights are counted with the cache's own upkeep, which otherwise waits for traffic.
        self.entries.run_pending_tasks();
        self.entries.weighted_size()
    }
}

fn weight_bytes(name: &Name, entry: &Entry) -> usize {
    let name_bytes = match name {
        Name::Object(key) => key.len_bytes(),
        Name::Block(_) => 0,
    };
    let entry_bytes = match entry {
        Entry::Known(known) => texts_bytes(&known.version.meta),
        Entry::Absent(_) => 0,
        Entry::Block(block) => block.weight_bytes(),
    };
    name_bytes + entry_bytes + ENTRY_BYTES
}

fn texts_bytes(meta: &ObjectMeta) -> usize {
    let texts = [
        meta.content_type.as_deref(),
        meta.content_encoding.as_deref(),
        meta.content_language.as_deref(),
        meta.cache_control.as_deref(),
        meta.content_disposition.as_deref(),
        meta.validator().map(|etag| etag.as_str()),
    ];
    texts.into_iter().flatten().map(str::len).sum()
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("kept_bytes", &self.entries.weighted_size())
            .finish_non_exhaustive()
    }
}
