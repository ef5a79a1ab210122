//! What is kept, and how much of it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use moka::notification::RemovalCause;
use tokio::sync::{OwnedSemaphorePermit, RwLock, Semaphore};

use super::CacheKey;
use super::entry::{Known, Whole, is_no_store};
use super::source::Source;
use crate::config::model::CacheSettings;
use crate::store::{ByteRange, ObjectMeta};

/// For how many objects metadata is kept without a body.
const MAX_KNOWN: u64 = 10_000;

/// What arrives is reserved in this unit.
const RESERVED_UNIT_BYTES: u64 = 1 << 10;

/// moka weighs an entry in 32 bits.
const MAX_BODY_BYTES: u64 = u32::MAX as u64 / 2;

/// Whole objects, the metadata of others, and the memory for objects that are arriving.
pub(super) struct Shelf {
    pub(super) bodies: Cache<CacheKey, Arc<Whole>>,
    pub(super) metas: Cache<CacheKey, Known>,
    arriving: Arc<Semaphore>,
    /// Counts purges. What was asked of the store before the last one is not kept.
    generation: RwLock<u64>,
    pub(super) max_object_bytes: u64,
    pub(super) fresh_for: Duration,
}

impl Shelf {
    /// `evicted` counts the bodies that leave to make room.
    pub(super) fn new(settings: &CacheSettings, evicted: &Arc<AtomicU64>) -> Self {
        let units = settings.max_bytes.div_ceil(RESERVED_UNIT_BYTES);
        let units = usize::try_from(units).unwrap_or(usize::MAX);
        let counted = Arc::clone(evicted);
        Self {
            bodies: Cache::builder()
                .max_capacity(settings.max_bytes)
                .eviction_listener(move |_, _, cause| {
                    if cause == RemovalCause::Size {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                })
                .weigher(Whole::weight_bytes)
                .build(),
            metas: Cache::new(MAX_KNOWN),
            generation: RwLock::new(0),
            arriving: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
            max_object_bytes: settings.max_object_bytes.min(MAX_BODY_BYTES),
            fresh_for: settings.fresh_for,
        }
    }

    /// A whole object that may be served without asking the store.
    pub(super) async fn fresh(&self, source: &Source) -> Option<Arc<Whole>> {
        let whole = self.bodies.get(&source.key).await?;
        whole.known.is_fresh(source.fresh_for).then_some(whole)
    }

    /// The metadata that may be served without asking the store.
    pub(super) async fn fresh_meta(&self, source: &Source) -> Option<Arc<ObjectMeta>> {
        if let Some(whole) = self.fresh(source).await {
            return Some(Arc::clone(&whole.known.meta));
        }
        let known = self.metas.get(&source.key).await?;
        known.is_fresh(source.fresh_for).then_some(known.meta)
    }

    /// The metadata of an object that is known to be too large. It may be stale where the read
    /// itself will ask the store whether it still holds.
    pub(super) async fn large(
        &self,
        source: &Source,
        range: Option<ByteRange>,
    ) -> Option<Arc<ObjectMeta>> {
        let known = self.metas.get(&source.key).await?;
        let checked = known.is_fresh(source.fresh_for)
            || range.is_none_or(|range| range.resolve(known.meta.len_bytes).is_some());
        (checked && self.is_too_large(&known.meta)).then_some(known.meta)
    }

    pub(super) fn is_too_large(&self, meta: &ObjectMeta) -> bool {
        meta.len_bytes > self.max_object_bytes
    }

    /// Memory for an object that arrives, until the permit is dropped; `None` where there is none.
    pub(super) fn reserve(&self, len_bytes: u64) -> Option<OwnedSemaphorePermit> {
        let units = len_bytes.div_ceil(RESERVED_UNIT_BYTES).max(1);
        let units = u32::try_from(units).ok()?;
        Arc::clone(&self.arriving)
            .try_acquire_many_owned(units)
            .ok()
    }

    /// To be asked before the store is.
    pub(super) async fn generation(&self) -> u64 {
        *self.generation.read().await
    }

    /// From now on nothing is kept that was asked for before.
    pub(super) async fn end_purge_generation(&self) {
        let mut generation = self.generation.write().await;
        *generation = generation.wrapping_add(1);
    }

    /// Forgets the objects of these keys; how many there were.
    pub(super) async fn forget_all(&self, is_meant: impl Fn(&CacheKey) -> bool) -> u64 {
        let bodies = self.bodies.iter().map(|(key, _)| key);
        let mut keys: HashSet<CacheKey> = bodies
            .filter(|key| is_meant(key))
            .map(|key| CacheKey::clone(&key))
            .collect();
        let metas = self.metas.iter().map(|(key, _)| key);
        keys.extend(
            metas
                .filter(|key| is_meant(key))
                .map(|key| CacheKey::clone(&key)),
        );
        for key in &keys {
            self.forget(key).await;
        }
        keys.len() as u64
    }

    /// Keeps an object as the store has it now, if it was asked in this generation.
    pub(super) async fn keep(&self, key: &CacheKey, whole: Arc<Whole>, asked_in: u64) {
        let generation = self.generation.read().await;
        if *generation != asked_in {
            return;
        }
        self.metas.invalidate(key).await;
        self.bodies.insert(key.clone(), whole).await;
    }

    /// Keeps what the store says now of an object whose body is not kept, if it was asked in this
    /// generation.
    pub(super) async fn keep_meta(&self, key: &CacheKey, meta: &Arc<ObjectMeta>, asked_in: u64) {
        let generation = self.generation.read().await;
        if *generation != asked_in {
            return;
        }
        self.forget(key).await;
        if !is_no_store(meta) {
            let known = Known::now(Arc::clone(meta));
            self.metas.insert(key.clone(), known).await;
        }
    }

    pub(super) async fn forget(&self, key: &CacheKey) {
        self.bodies.invalidate(key).await;
        self.metas.invalidate(key).await;
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("cached_bytes", &self.bodies.weighted_size())
            .field("max_object_bytes", &self.max_object_bytes)
            .field("fresh_for", &self.fresh_for)
            .finish_non_exhaustive()
    }
}
