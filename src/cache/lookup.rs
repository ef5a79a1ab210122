//! Asking the store for an object that is not known, or whether what is known of it still holds.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;

use super::blocks::Blocks;
use super::fills::{Fill, Place};
use super::flight::{Flights, Recalled};
use super::known::{Age, Known, Version, same_version};
use super::source::Source;
use super::{CacheKey, CacheOutcome, Described};
use crate::store::{ByteRange, Directives, Fetched, ObjectMeta, StoreError};

/// What one question to the store brings to all who wait for it.
#[derive(Clone, Debug)]
pub(super) enum Answered {
    /// What the object is now, and the block that came with the answer.
    Known(Known, CacheOutcome, Option<Along>),
    /// What it is, of which nothing may be kept, and why not.
    Apart(Arc<Described>, CacheOutcome),
}

/// A block that arrives with the answer. Who waited for the answer reads this one, also where it has
/// failed by then, so that a failure is not asked for again by each.
#[derive(Clone, Debug)]
pub(super) struct Along {
    pub(super) index: u64,
    pub(super) fill: Fill,
}

/// What a `HEAD` is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Nothing,
    Get,
}

/// What the reader who asked is given: a stream that begins where the question did.
pub(super) type InHand = Option<Fetched>;

/// The questions about objects, by key. Clones share everything.
#[derive(Clone, Debug)]
pub(super) struct Lookups {
    blocks: Blocks,
    gets: Flights<Result<Answered, StoreError>>,
    heads: Flights<Result<Answered, StoreError>>,
}

impl Lookups {
    pub(super) fn new(blocks: Blocks) -> Self {
        let tasks = &blocks.tasks;
        Self {
            gets: Flights::new(tasks.clone()),
            heads: Flights::new(tasks.clone()),
            blocks,
        }
    }

    /// What is being asked about these objects is not kept, and joined by nobody any more.
    pub(super) fn recall(&self, is_meant: impl Fn(&CacheKey) -> bool) {
        self.gets.recall(&is_meant);
        self.heads.recall(&is_meant);
    }

    /// The object as it is now, and the block in which `wanted` begins on its way. Asks the store,
    /// or waits for the answer of a reader who did; whether it was this one who did.
    pub(super) async fn ask(
        &self,
        source: &Source,
        wanted: Option<ByteRange>,
        stale: Option<Known>,
    ) -> Result<(Answered, InHand), StoreError> {
        let (giver, mut in_hand) = oneshot::channel();
        let flight = self.gets.join(source.key(), |recalled| {
            let (lookups, source) = (self.clone(), source.clone());
            async move {
                lookups
                    .look_up(source, wanted, stale, giver, recalled)
                    .await
            }
        });
        let (answered, led) = flight.await.ok_or(StoreError::Unavailable)?;
        let answered = match answered? {
            Answered::Known(known, CacheOutcome::Miss | CacheOutcome::Revalidated, along)
                if !led =>
            {
                Answered::Known(known, CacheOutcome::Shared, along)
            }
            answered => answered,
        };
        Ok((answered, in_hand.try_recv().ok()))
    }

    /// Asks in the background, unless somebody does already.
    pub(super) fn ask_meanwhile(&self, source: &Source, stale: Known) {
        self.gets.send(source.key(), |recalled| {
            let (lookups, source) = (self.clone(), source.clone());
            let (giver, _) = oneshot::channel();
            async move {
                lookups
                    .look_up(source, None, Some(stale), giver, recalled)
                    .await
            }
        });
    }

    /// The object's metadata, by a `HEAD`.
    pub(super) async fn ask_for_metadata(&self, source: &Source) -> Result<Answered, StoreError> {
        let flight = self.heads.join(source.key(), |recalled| {
            let (lookups, source) = (self.clone(), source.clone());
            async move { lookups.head(&source, &recalled, Within::Nothing).await }
        });
        let (answered, led) = flight.await.ok_or(StoreError::Unavailable)?;
        Ok(match answered? {
            Answered::Known(known, _, along) if !led => {
                Answered::Known(known, CacheOutcome::Shared, along)
            }
            answered => answered,
        })
    }

    async fn look_up(
        self,
        source: Source,
        wanted: Option<ByteRange>,
        stale: Option<Known>,
        giver: oneshot::Sender<Fetched>,
        recalled: Recalled,
    ) -> Result<Answered, StoreError> {
        // The flight before this one may have landed just before this one began.
        if let Some(known) = self.blocks.shelf.known(source.name())
            && known.age(source.times(), Instant::now()) == Age::Fresh
        {
            return Ok(Answered::Known(known, CacheOutcome::Hit, None));
        }
        let stale = stale.map(|known| known.version);
        let tag = stale.as_ref().and_then(|version| version.meta.validator());
        let question = self.blocks.grid.first_question(wanted);
        let fetched = match source.any(Some(question), tag).await {
            Ok(fetched) => fetched,
            Err(StoreError::NotModified) => {
                let version = stale.ok_or(StoreError::Unavailable)?;
                let known = self.keep(&source, version, &recalled);
                return Ok(Answered::Known(known, CacheOutcome::Revalidated, None));
            }
            Err(StoreError::RangeNotSatisfiable { len_bytes: 0 }) => {
                let whole = source.any(None, None).await;
                whole.map_err(|error| self.failed(&source, error, &recalled))?
            }
            // It has bytes, but not those.
            Err(StoreError::RangeNotSatisfiable { .. }) => {
                return self.head(&source, &recalled, Within::Get).await;
            }
            Err(error) => return Err(self.failed(&source, error, &recalled)),
        };
        Ok(self.settle(&source, stale, fetched, giver, &recalled))
    }

    /// What an answer with bytes means for what is kept.
    fn settle(
        &self,
        source: &Source,
        stale: Option<Arc<Version>>,
        fetched: Fetched,
        giver: oneshot::Sender<Fetched>,
        recalled: &Recalled,
    ) -> Answered {
        let meta = Described::new(fetched.meta.clone());
        if let Some(outcome) = self.apart(&meta) {
            self.blocks.shelf.forget(source.name());
            // Refused where the reader who asked has left: then the stream is dropped.
            let _ = giver.send(fetched);
            return Answered::Apart(meta, outcome);
        }
        let version = self.version(source, stale, Arc::clone(&meta), recalled);
        let mut along = None;
        if let Some(index) = self.blocks.grid.brought(&fetched.range, meta.len_bytes) {
            match self.blocks.find_unread(&version, index) {
                Place::Begun(fill, bringing) => {
                    self.blocks.counts.brought.add();
                    self.blocks.start(source, &version, bringing, Some(fetched));
                    along = Some(Along { index, fill });
                }
                Place::NoMemory => drop(giver.send(fetched)),
                Place::Kept(_) | Place::Arriving(_) => {}
            }
        }
        let known = self.keep(source, version, recalled);
        Answered::Known(known, CacheOutcome::Miss, along)
    }

    /// Why nothing of an object is kept, if so.
    fn apart(&self, meta: &ObjectMeta) -> Option<CacheOutcome> {
        let cache_control = meta.cache_control.as_deref().unwrap_or_default();
        // RFC 9111 §5.2.2.5.
        if Directives::of(cache_control).no_store {
            Some(CacheOutcome::NoStore)
        } else if meta.etag.is_none()
            && self.blocks.grid.index(meta.len_bytes.saturating_sub(1)) > 0
        {
            Some(CacheOutcome::NoValidator)
        } else {
            None
        }
    }

    /// What a `HEAD` says of the object.
    async fn head(
        &self,
        source: &Source,
        recalled: &Recalled,
        within: Within,
    ) -> Result<Answered, StoreError> {
        let stale = self
            .blocks
            .shelf
            .known(source.name())
            .map(|known| known.version);
        let meta = match source.head().await {
            Ok(meta) => Described::new(meta),
            Err(error) => return Err(self.failed(source, error, recalled)),
        };
        if let Some(outcome) = self.apart(&meta) {
            self.blocks.shelf.forget(source.name());
            return Ok(Answered::Apart(meta, outcome));
        }
        let is_same = stale
            .as_ref()
            .is_some_and(|version| same_version(&version.meta, &meta));
        let version = self.version(source, stale, meta, recalled);
        // A `GET` that is under way tells the same, and brings a block. Who comes before it has landed
        // joins it, and would ask for that block once more if this were kept already.
        let is_told = within == Within::Nothing && self.gets.is_under_way(source.key());
        let known = match is_told {
            true => Known::now(version),
            false => self.keep(source, version, recalled),
        };
        Ok(Answered::Known(
            known,
            match is_same {
                true => CacheOutcome::Revalidated,
                false => CacheOutcome::Metadata,
            },
            None,
        ))
    }

    /// The version under whose number its blocks are kept, if it is surely the same; else a new one.
    fn version(
        &self,
        source: &Source,
        stale: Option<Arc<Version>>,
        meta: Arc<Described>,
        recalled: &Recalled,
    ) -> Arc<Version> {
        // A `HEAD` and a `GET` may have been asked at once: the first answer's blocks are kept.
        // Not where this one was asked before a purge, and that one behind it.
        let known = self.blocks.shelf.known(source.name());
        let known = known.filter(|_| !recalled.is_so());
        let known = known.map(|known| known.version);
        let mut before = known.into_iter().chain(stale);
        match before.find(|before| same_version(&before.meta, &meta)) {
            Some(same) => {
                let number = same.number;
                Arc::new(Version::new(number, meta))
            }
            None => self.blocks.shelf.new_version(meta),
        }
    }

    fn keep(&self, source: &Source, version: Arc<Version>, recalled: &Recalled) -> Known {
        let known = Known::now(version);
        self.blocks.shelf.keep(source.key(), known.clone());
        if recalled.is_so() {
            self.blocks
                .shelf
                .forget_version(source.name(), &known.version);
        }
        known
    }

    /// An object that is gone is forgotten. That the store is away is noted, whoever asked: it is
    /// not asked again at once.
    fn failed(&self, source: &Source, error: StoreError, recalled: &Recalled) -> StoreError {
        let shelf = &self.blocks.shelf;
        if error == StoreError::NotFound {
            shelf.keep_absent(source.key());
        } else if error.may_pass()
            && let Some(known) = shelf.known(source.name())
        {
            shelf.keep(source.key(), known.failed());
        }
        if recalled.is_so() {
            shelf.forget(source.name());
        }
        error
    }
}
