//! Opening an object: from memory, from what arrives, or from the store.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;

use super::blocks::Blocks;
use super::body::Body;
use super::counts::Counts;
use super::known::{Age, Known, Version};
use super::lookup::{Along, Answered, Lookups};
use super::parts::Parts;
use super::reader::Reader;
use super::source::Source;
use super::times::Times;
use super::{CacheKey, CacheOutcome, Described, KeyOf, Opened, OwnTime, Wanted};
use crate::config::model::CacheSettings;
use crate::store::{ByteRange, Fetched, ObjectMeta, Store, StoreError, StoreKey};

type Answer<T> = Result<T, StoreError>;

/// The objects of the sites that share one bound of memory. Clones share everything.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    pub(super) blocks: Blocks,
    pub(super) lookups: Lookups,
    settings: Arc<CacheSettings>,
}

impl Objects {
    /// An empty cache, whose own work runs on the runtime in which this is called.
    pub(super) fn new(settings: &CacheSettings, counts: &Arc<Counts>) -> Self {
        let blocks = Blocks::new(settings, counts);
        Self {
            lookups: Lookups::new(blocks.clone()),
            blocks,
            settings: Arc::new(settings.clone()),
        }
    }

    /// What is kept and fresh, and lies in one chunk: no lock, no way to the store, nothing to be
    /// made ready for either. `None`: [`Self::open`] knows.
    pub(super) fn at_once(
        &self,
        key: &CacheKey,
        own_time: OwnTime,
        wanted: Wanted,
        now: Instant,
    ) -> Option<Opened> {
        let known = self.blocks.shelf.known_of(key.into(), now)?;
        if known.age(self.times(own_time), now) != Age::Fresh {
            return None;
        }
        let meta = &known.version.meta;
        let Wanted::Bytes(range) = wanted else {
            return Some(without_bytes(meta, Some(0..0), CacheOutcome::Hit));
        };
        let range = resolve(range, meta).filter(|range| !range.is_empty())?;
        let chunk = self.blocks.at_once(&known.version, &range, now)?;
        Some(opened(meta, range, Body::whole(chunk), CacheOutcome::Hit))
    }

    /// What is kept and fresh, and begins in a block that is kept. Of the others some may have left:
    /// then they are brought while it is read.
    pub(super) fn kept(
        &self,
        store: &Arc<dyn Store>,
        key: KeyOf<'_>,
        store_key: impl FnOnce() -> Option<StoreKey>,
        own_time: OwnTime,
        range: Option<ByteRange>,
        now: Instant,
    ) -> Option<Opened> {
        let times = self.times(own_time);
        let known = self.blocks.shelf.known_of(key, now)?;
        if known.age(times, now) != Age::Fresh {
            return None;
        }
        let meta = &known.version.meta;
        let range = resolve(range, meta).filter(|range| !range.is_empty())?;
        if let Some(chunk) = self.blocks.at_once(&known.version, &range, now) {
            return Some(opened(meta, range, Body::whole(chunk), CacheOutcome::Hit));
        }
        let index = self.blocks.grid.index(range.start);
        let block = self.blocks.kept(&known.version, index)?;
        self.blocks.counts.kept.add();
        let source = Source::new(Arc::clone(store), key.to_key(), store_key()?, times);
        let mut reader = self.reader(&source, &known.version, range.clone());
        reader.begin_kept(&block);
        Some(opened(meta, range, Body::blocks(reader), CacheOutcome::Hit))
    }

    pub(super) async fn open(
        &self,
        store: &Arc<dyn Store>,
        key: CacheKey,
        store_key: StoreKey,
        own_time: OwnTime,
        wanted: Wanted,
    ) -> Answer<Opened> {
        let times = self.times(own_time);
        let source = Source::new(Arc::clone(store), key, store_key, times);
        let range = match wanted {
            Wanted::Metadata => return self.metadata(&source, None).await,
            Wanted::Condition(range) => return self.metadata(&source, Some(range)).await,
            Wanted::Bytes(range) => range,
        };
        match self.bytes(&source, range).await {
            // Nothing is sent yet, so it can be started again, once.
            Err(StoreError::Changed) => {
                self.blocks.shelf.forget(source.name());
                self.bytes(&source, range).await
            }
            done => done,
        }
    }

    fn times(&self, own_time: OwnTime) -> Times {
        let settings = &self.settings;
        let fresh_for = match own_time {
            OwnTime::Default => settings.fresh_for,
            OwnTime::For(time) => time,
        };
        // Who wants the store asked each time wants nothing stale.
        let asks_always = fresh_for.is_zero();
        let unless = |time| if asks_always { fresh_for } else { time };
        Times {
            fresh_for,
            stale_while_revalidate: unless(settings.stale_while_revalidate).min(fresh_for),
            stale_if_error: unless(settings.stale_if_error),
            are_a_rule: own_time != OwnTime::Default,
        }
    }

    async fn bytes(&self, source: &Source, range: Option<ByteRange>) -> Answer<Opened> {
        let stale = match self.at_hand(source)? {
            AtHand::Use(known, outcome) => {
                let block = FirstBlock::default();
                return self
                    .read(source, known.version, outcome, range, block)
                    .await;
            }
            AtHand::Ask(stale) => stale,
        };
        let (answered, in_hand) = match self.lookups.ask(source, range, stale.clone()).await {
            Ok(answered) => answered,
            Err(error) => (in_spite_of(error, source, stale)?, None),
        };
        match answered {
            Answered::Known(known, outcome, along) => {
                let block = FirstBlock { along, in_hand };
                self.read(source, known.version, outcome, range, block)
                    .await
            }
            Answered::Apart(meta, outcome) => {
                self.read_apart(source, meta, outcome, range, in_hand).await
            }
        }
    }

    /// `next`: the bytes that are wanted then, perhaps.
    async fn metadata(&self, source: &Source, next: Option<Option<ByteRange>>) -> Answer<Opened> {
        let stale = match self.at_hand(source)? {
            AtHand::Use(known, outcome) => {
                return Ok(without_bytes(&known.version.meta, Some(0..0), outcome));
            }
            AtHand::Ask(stale) => stale,
        };
        let asked = match (next, &stale) {
            (Some(range), Some(known)) if known.version.meta.validator().is_some() => {
                let asked = self.lookups.ask(source, range, stale.clone()).await;
                asked.map(|(answered, _)| answered)
            }
            _ => self.lookups.ask_for_metadata(source).await,
        };
        let answered = match asked {
            Ok(answered) => answered,
            Err(error) => in_spite_of(error, source, stale)?,
        };
        Ok(match answered {
            Answered::Known(known, outcome, _) => {
                without_bytes(&known.version.meta, Some(0..0), outcome)
            }
            Answered::Apart(meta, _) => without_bytes(&meta, Some(0..0), CacheOutcome::Metadata),
        })
    }

    /// What is known of the object and what may be done with it.
    fn at_hand(&self, source: &Source) -> Answer<AtHand> {
        let Some(known) = self.blocks.shelf.known(source.name()) else {
            let absent_for = self.settings.negative_for;
            return match self.blocks.shelf.is_absent(source.name(), absent_for) {
                true => Err(StoreError::NotFound),
                false => Ok(AtHand::Ask(None)),
            };
        };
        let (outcome, ask) = match known.age(source.times(), Instant::now()) {
            Age::Fresh => (CacheOutcome::Hit, false),
            Age::Revalidate => (CacheOutcome::Stale, true),
            Age::Failing { ask } => (CacheOutcome::StaleOnError, ask),
            Age::Ask => return Ok(AtHand::Ask(Some(known))),
        };
        if ask {
            self.lookups.ask_meanwhile(source, known.clone());
        }
        Ok(AtHand::Use(known, outcome))
    }

    async fn read(
        &self,
        source: &Source,
        version: Arc<Version>,
        how: CacheOutcome,
        range: Option<ByteRange>,
        first: FirstBlock,
    ) -> Answer<Opened> {
        let meta = Arc::clone(&version.meta);
        let Some(range) = resolve(range, &meta) else {
            return Ok(without_bytes(&meta, None, how));
        };
        if range.is_empty() {
            return Ok(without_bytes(&meta, Some(range), how));
        }
        // What was asked for with a long suffix begins behind it: only its last block was.
        let is_start = |fetched: &Fetched| fetched.range.contains(&range.start);
        if let Some(fetched) = first.in_hand.filter(is_start) {
            let reader = |rest| self.reader(source, &version, rest).apart();
            let body = continued(fetched, &range, reader).begun().await?;
            let parts = Parts::new(self.blocks.clone(), source.clone(), Arc::clone(&version));
            return Ok(Opened {
                parts: Some(parts),
                ..opened(&meta, range, body, CacheOutcome::NoMemory)
            });
        }
        if how == CacheOutcome::Shared && first.along.is_some() {
            self.blocks.counts.shared.add();
        }
        let mut reader = self.reader(source, &version, range.clone());
        let found = reader.begin(first.along).await?;
        let outcome = match (how, found) {
            // The block is there, as the store has just been asked for it.
            (how, CacheOutcome::Hit) => how,
            (CacheOutcome::Miss, CacheOutcome::Shared) => CacheOutcome::Miss,
            (_, found) => found,
        };
        let parts = Parts::new(self.blocks.clone(), source.clone(), version);
        Ok(Opened {
            parts: Some(parts),
            ..opened(&meta, range, Body::blocks(reader), outcome)
        })
    }

    /// What may not be kept: pieces of one version, or one answer of the store where versions
    /// cannot be told apart.
    async fn read_apart(
        &self,
        source: &Source,
        meta: Arc<Described>,
        outcome: CacheOutcome,
        range: Option<ByteRange>,
        in_hand: Option<Fetched>,
    ) -> Answer<Opened> {
        let Some(range) = resolve(range, &meta) else {
            return Ok(without_bytes(&meta, None, outcome));
        };
        if range.is_empty() {
            return Ok(without_bytes(&meta, Some(range), outcome));
        }
        let holds = |fetched: &Fetched| {
            let has_start = fetched.range.contains(&range.start);
            has_start && (meta.etag.is_some() || range.end <= fetched.range.end)
        };
        let version = self.blocks.shelf.new_version(Arc::clone(&meta));
        let reader = |rest| self.reader(source, &version, rest).apart();
        let body = match in_hand.filter(holds) {
            Some(fetched) => continued(fetched, &range, reader).begun().await?,
            None if meta.etag.is_none() => {
                let fetched = source.exactly(&meta, &range).await?;
                let body = Body::stream(fetched.body, range.end - range.start);
                body.begun().await?
            }
            None => {
                let mut reader = reader(range.clone());
                reader.begin(None).await?;
                Body::blocks(reader)
            }
        };
        // What has no entity tag is not put together from several answers.
        let parts = || Parts::new(self.blocks.clone(), source.clone(), Arc::clone(&version));
        Ok(Opened {
            parts: meta.etag.is_some().then(|| parts().apart()),
            ..opened(&meta, range, body, outcome)
        })
    }

    fn reader(&self, source: &Source, version: &Arc<Version>, range: Range<u64>) -> Reader {
        Reader::new(
            self.blocks.clone(),
            source.clone(),
            Arc::clone(version),
            range,
        )
    }
}

/// What is known of an object.
enum AtHand {
    /// It may be used.
    Use(Known, CacheOutcome),
    /// The store is to be asked first, with what is stale.
    Ask(Option<Known>),
}

/// What is known, stale as it is, where the store cannot be asked.
fn in_spite_of(error: StoreError, source: &Source, stale: Option<Known>) -> Answer<Answered> {
    match stale {
        Some(known) if error.may_pass() && known.serves_on_error(source.times()) => {
            Ok(Answered::Known(known, CacheOutcome::StaleOnError, None))
        }
        _ => Err(error),
    }
}

/// What is there of the first block where the store has just been asked.
#[derive(Default)]
struct FirstBlock {
    along: Option<Along>,
    /// A stream that nothing else reads, as there was no memory for it.
    in_hand: Option<Fetched>,
}

/// The bytes of `range`: those that `fetched` brings, then those of a reader of the rest.
fn continued(
    fetched: Fetched,
    range: &Range<u64>,
    reader: impl FnOnce(Range<u64>) -> Reader,
) -> Body {
    let len_bytes = range.end - range.start;
    let end = fetched.range.end.clamp(range.start, range.end);
    let first = super::body::between(fetched, range.start..end);
    if end == range.end {
        return first;
    }
    let rest = Body::blocks(reader(end..range.end));
    Body::stream(first.chain(rest), len_bytes)
}

fn opened(meta: &Arc<Described>, range: Range<u64>, body: Body, outcome: CacheOutcome) -> Opened {
    Opened {
        meta: Arc::clone(meta),
        range: Some(range),
        body,
        outcome,
        parts: None,
    }
}

fn without_bytes(
    meta: &Arc<Described>,
    range: Option<Range<u64>>,
    outcome: CacheOutcome,
) -> Opened {
    Opened {
        meta: Arc::clone(meta),
        range,
        body: Body::empty(),
        outcome,
        parts: None,
    }
}

fn resolve(range: Option<ByteRange>, meta: &ObjectMeta) -> Option<Range<u64>> {
    range.map_or(Some(0..meta.len_bytes), |range| {
        range.resolve(meta.len_bytes)
    })
}
