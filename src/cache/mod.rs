//! Objects in memory: small ones whole, large ones by their metadata only.
//!
//! A cold object is read by one ranged `GET`, which brings its metadata too, whatever the number
//! of readers. Kept objects are served without asking the store for their [`OwnTime`], then
//! confirmed by a `HEAD`. Memory: at most `cache.max_bytes` kept and as much arriving.
//! A site with a share of its own is kept apart from the others.

mod chunks;
mod entry;
mod fill;
mod flight;
mod key;
mod outcome;
mod pass_through;
mod purge;
mod shares;
mod shelf;
mod source;

#[cfg(test)]
mod test_store;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::oneshot;

pub use self::chunks::{Body, MAX_CHUNK_BYTES};
use self::entry::Whole;
use self::fill::Landed;
use self::flight::Flights;
pub use self::key::CacheKey;
pub use self::outcome::CacheOutcome;
pub use self::shares::Shares;
use self::shelf::Shelf;
use self::source::Source;
use crate::config::model::CacheSettings;
use crate::store::{ByteRange, Fetched, ObjectMeta, Store, StoreError, StoreKey};

/// The part of an object that a read wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// No bytes. The store is asked for metadata only.
    Metadata,
    /// This range; `None`: all bytes.
    Bytes(Option<ByteRange>),
}

/// How long an object that is kept is served without asking the store; its own `no-store` comes
/// first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnTime {
    /// `cache.fresh_for`.
    #[default]
    Default,
    /// What the site's rule for the path says; nought: the store is asked each time.
    For(Duration),
}

/// An object, opened.
#[derive(Debug)]
pub struct Opened {
    /// The object's metadata; all bytes of `body` are of this version.
    pub meta: Arc<ObjectMeta>,
    /// Which bytes `body` brings, half-open; `0..0` for [`Wanted::Metadata`]. `None`: the range
    /// wanted is not satisfiable, and `body` is empty.
    pub range: Option<Range<u64>>,
    /// The bytes.
    pub body: Body,
    /// How it went.
    pub outcome: CacheOutcome,
}

type Answer<T> = Result<T, StoreError>;

/// The objects of the sites that share one bound of memory. Clones share everything.
#[derive(Clone, Debug)]
struct Objects {
    shelf: Arc<Shelf>,
    fills: Flights<Answer<Landed>>,
    heads: Flights<Answer<(Arc<ObjectMeta>, CacheOutcome)>>,
}

impl Objects {
    /// An empty cache. What leaves it to make room is counted in `evicted`.
    fn new(settings: &CacheSettings, evicted: &Arc<AtomicU64>) -> Self {
        Self {
            shelf: Arc::new(Shelf::new(settings, evicted)),
            fills: Flights::default(),
            heads: Flights::default(),
        }
    }

    async fn cached_bytes(&self) -> u64 {
        // Weights are counted with the cache's own upkeep, which otherwise waits for traffic.
        self.shelf.bodies.run_pending_tasks().await;
        self.shelf.bodies.weighted_size()
    }

    async fn open(
        &self,
        store: &Arc<dyn Store>,
        key: CacheKey,
        store_key: StoreKey,
        own_time: OwnTime,
        wanted: Wanted,
    ) -> Result<Opened, StoreError> {
        let store = Arc::clone(store);
        let source = Source {
            store,
            key,
            store_key,
            fresh_for: match own_time {
                OwnTime::Default => self.shelf.fresh_for,
                OwnTime::For(time) => time,
            },
        };
        let Wanted::Bytes(range) = wanted else {
            return self.metadata(source).await;
        };
        match self.bytes(&source, range).await {
            // Nothing is sent yet, so it can be started again, once.
            Err(StoreError::Changed) => {
                self.shelf.forget(&source.key).await;
                self.bytes(&source, range).await
            }
            done => done,
        }
    }

    async fn bytes(&self, source: &Source, range: Option<ByteRange>) -> Answer<Opened> {
        if let Some(whole) = self.shelf.fresh(source).await {
            return Ok(from_memory(&whole, range, CacheOutcome::Hit));
        }
        if let Some(meta) = self.shelf.large(source, range).await {
            let generation = self.shelf.generation().await;
            let opened = from_store(source, meta, None, range, CacheOutcome::TooLarge).await?;
            let meta = &opened.meta;
            self.shelf.keep_meta(&source.key, meta, generation).await;
            return Ok(opened);
        }
        let (landed, in_hand) = self.land(source).await?;
        match landed {
            Landed::Whole(whole, outcome) => Ok(from_memory(&whole, range, outcome)),
            Landed::NotKept(meta, outcome) => {
                from_store(source, meta, in_hand, range, outcome).await
            }
        }
    }

    /// Asks the store, or waits for the answer of a reader who did.
    async fn land(&self, source: &Source) -> Answer<(Landed, Option<Fetched>)> {
        let (giver, mut in_hand) = oneshot::channel();
        let work = {
            let (shelf, source) = (Arc::clone(&self.shelf), source.clone());
            async move { shelf.bring(&source, giver).await }
        };
        let flight = self.fills.join(&source.key, work).await;
        let (landed, led) = flight.ok_or(StoreError::Unavailable)?;
        let landed = match landed? {
            Landed::Whole(whole, _) if !led => Landed::Whole(whole, CacheOutcome::Shared),
            landed => landed,
        };
        Ok((landed, in_hand.try_recv().ok()))
    }

    async fn metadata(&self, source: Source) -> Answer<Opened> {
        if let Some(meta) = self.shelf.fresh_meta(&source).await {
            return Ok(without_bytes(meta, Some(0..0), CacheOutcome::Hit));
        }
        let (shelf, key) = (Arc::clone(&self.shelf), source.key.clone());
        let work = async move { shelf.ask(&source).await };
        let flight = self.heads.join(&key, work).await;
        let (answer, led) = flight.ok_or(StoreError::Unavailable)?;
        let (meta, outcome) = answer?;
        let outcome = if led { outcome } else { CacheOutcome::Shared };
        Ok(without_bytes(meta, Some(0..0), outcome))
    }
}

fn from_memory(whole: &Whole, range: Option<ByteRange>, outcome: CacheOutcome) -> Opened {
    let meta = Arc::clone(&whole.known.meta);
    let Some(range) = resolve(range, &meta) else {
        return without_bytes(meta, None, outcome);
    };
    Opened {
        meta,
        body: Body::cached(chunks::slice(&whole.body, &range)),
        range: Some(range),
        outcome,
    }
}

async fn from_store(
    source: &Source,
    meta: Arc<ObjectMeta>,
    in_hand: Option<Fetched>,
    range: Option<ByteRange>,
    outcome: CacheOutcome,
) -> Answer<Opened> {
    let Some(range) = resolve(range, &meta) else {
        return Ok(without_bytes(meta, None, outcome));
    };
    let (meta, body) = pass_through::open(source.clone(), meta, in_hand, range.clone()).await?;
    Ok(Opened {
        meta,
        range: Some(range),
        body,
        outcome,
    })
}

fn without_bytes(
    meta: Arc<ObjectMeta>,
    range: Option<Range<u64>>,
    outcome: CacheOutcome,
) -> Opened {
    Opened {
        meta,
        range,
        body: Body::empty(),
        outcome,
    }
}

fn resolve(range: Option<ByteRange>, meta: &ObjectMeta) -> Option<Range<u64>> {
    range.map_or(Some(0..meta.len_bytes), |range| {
        range.resolve(meta.len_bytes)
    })
}
