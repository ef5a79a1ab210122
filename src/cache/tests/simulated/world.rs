//! What happens in a simulated world, and what must hold of it.

use std::ops::Range;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures_util::{StreamExt, TryStreamExt};
use tokio::task::JoinSet;

use super::super::{BLOCK_BYTES, Objects, key};
use super::draw::Draw;
use super::store::{SimulatedStore, Version};
use crate::cache::{Body, Opened, OwnTime, Wanted};
use crate::config::model::CacheSettings;
use crate::state::Extent;
use crate::store::{ByteRange, Store, StoreError, StoreKey};

const OBJECTS: usize = 4;
const READERS: usize = 6;
const READS: usize = 6;

/// Clones are the same world.
#[derive(Clone)]
pub(super) struct World {
    draw: Draw,
    objects: Objects,
    store: Arc<SimulatedStore>,
    max_bytes: u64,
    /// Whether objects are overwritten and purged.
    changes: bool,
    fails: bool,
    /// By object: what was there when it was purged last.
    floors: Arc<Mutex<[usize; OBJECTS]>>,
}

impl World {
    /// Of a thousand calls to the store so many fail.
    pub(super) fn new(draw: Draw, settings: &CacheSettings, faults: usize) -> Self {
        Self {
            objects: Objects::new(settings, &Arc::default()),
            store: SimulatedStore::new(draw.clone(), OBJECTS, faults),
            draw,
            max_bytes: settings.max_bytes,
            changes: false,
            fails: faults > 0,
            floors: Arc::default(),
        }
    }

    pub(super) fn changing(self) -> Self {
        let changes = true;
        Self { changes, ..self }
    }

    async fn reader(self) {
        for _ in 0..READS {
            self.draw.wait(6).await;
            self.read().await;
        }
    }

    /// One read, which may be given up at any await.
    async fn read(&self) {
        let object = self.draw.below(OBJECTS);
        let wanted = self.wanted();
        let floor = self.floors.lock().unwrap()[object];
        match self.maybe_leave(self.open(object, wanted)).await {
            None => {}
            Some(Ok(opened)) => self.body(object, floor, wanted, opened).await,
            Some(Err(error)) => assert!(self.may_be(error), "{error:?}"),
        }
    }

    async fn open(&self, object: usize, wanted: Wanted) -> Result<Opened, StoreError> {
        let path = object.to_string();
        let store: Arc<dyn Store> = Arc::clone(&self.store) as _;
        let (name, store_key) = (key("site", &path), StoreKey::new(&*path));
        let own_time = OwnTime::Default;
        let open = self.objects.open(&store, name, store_key, own_time, wanted);
        open.await
    }

    fn wanted(&self) -> Wanted {
        let place = || self.draw.below(5 * BLOCK_BYTES as usize) as u64;
        let first = place();
        Wanted::Bytes(match self.draw.below(8) {
            0 => return Wanted::Metadata,
            1 => return Wanted::Condition(Some(ByteRange::From { first })),
            2..=3 => None,
            4 => Some(ByteRange::From { first }),
            5 => Some(ByteRange::Suffix { len_bytes: place() }),
            _ => {
                let last = first + place();
                Some(ByteRange::FromTo { first, last })
            }
        })
    }

    fn may_be(&self, error: StoreError) -> bool {
        match error {
            StoreError::Changed => self.changes,
            StoreError::Denied => self.fails,
            error => error.may_pass() && self.fails,
        }
    }

    /// The bytes are those of one version, which was not there before a purge.
    async fn body(&self, object: usize, floor: usize, wanted: Wanted, opened: Opened) {
        let tag = opened.meta.etag.as_ref().unwrap().as_str();
        let number = tag.trim_matches('"').parse().unwrap();
        let version = Version { object, number };
        assert!(number >= floor, "{version:?} was purged, at {floor}");
        assert!(number <= self.store.now(object).number, "not yet there");
        let len_bytes = version.len_bytes();
        assert_eq!(opened.meta.len_bytes, len_bytes);
        let range = match wanted {
            Wanted::Metadata | Wanted::Condition(_) => Some(0..0),
            Wanted::Bytes(None) => Some(0..len_bytes),
            Wanted::Bytes(Some(range)) => range.resolve(len_bytes),
        };
        assert_eq!(opened.range, range, "{version:?}");
        let parts = opened.parts;
        self.bytes(version, range.unwrap_or_default(), opened.body)
            .await;
        if let Some(parts) = parts.filter(|_| self.draw.below(4) == 0) {
            let first = self.draw.below(len_bytes as usize) as u64;
            let part = first..first + self.draw.below((len_bytes - first) as usize + 1) as u64;
            self.bytes(version, part.clone(), parts.body(part)).await;
        }
    }

    /// Whole, or an error behind a part that is right.
    async fn bytes(&self, version: Version, range: Range<u64>, mut body: Body) {
        assert_eq!(body.left_bytes(), range.end - range.start);
        let mut at = range.start;
        loop {
            let Some(next) = self.maybe_leave(body.next()).await else {
                return;
            };
            match next {
                None => break,
                Some(Err(error)) => {
                    assert!(self.may_be(error), "{error:?}");
                    assert!(body.next().await.is_none(), "bytes behind an error");
                    return;
                }
                Some(Ok(bytes)) => {
                    let end = at + bytes.len() as u64;
                    assert!(end <= range.end && !bytes.is_empty());
                    assert!(
                        bytes == version.bytes(at..end),
                        "{version:?} at {at}: other bytes"
                    );
                    at = end;
                }
            }
            if self.draw.below(4) == 0 {
                self.draw.wait(9).await;
            }
        }
        assert_eq!(at, range.end, "{version:?}: short, and no error");
    }

    /// `None`: the reader has left, in one of thirty waits.
    async fn maybe_leave<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.draw.below(30) == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    async fn change(self) {
        for _ in 0..20 {
            self.draw.wait(30).await;
            let object = self.draw.below(OBJECTS);
            match self.draw.below(3) {
                0 | 1 => self.store.overwrite(object),
                _ => {
                    let mut floors = self.floors.lock().unwrap();
                    for (object, floor) in floors.iter_mut().enumerate() {
                        *floor = self.store.now(object).number;
                    }
                    self.objects.purge("site", &Extent::All);
                }
            }
        }
    }
}

/// Runs the world to its end; then nothing is under way, and no memory is taken for it.
pub(super) async fn run(seed: u64, world: World) {
    let mut tasks = JoinSet::new();
    for _ in 0..READERS {
        tasks.spawn(world.clone().reader());
    }
    if world.changes {
        tasks.spawn(world.clone().change());
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            panic!("seed {seed}: {error}");
        }
    }
    let blocks = &world.objects.blocks;
    while blocks.fills.count() > 0 || blocks.shelf.arriving_bytes() > 0 {
        tokio::task::yield_now().await;
    }
    let kept_bytes = blocks.shelf.kept_bytes();
    assert!(
        kept_bytes <= world.max_bytes,
        "seed {seed}: {kept_bytes} kept"
    );
    if !world.changes && !world.fails {
        world.was_calm(seed).await;
    }
}

impl World {
    /// Nothing was fetched in vain.
    async fn was_calm(&self, seed: u64) {
        let gets = self.store.gets();
        let often = gets.iter().find(|(_, count)| **count > 1);
        assert_eq!(often, None, "seed {seed}: it was fetched again");
        for object in 0..OBJECTS {
            let opened = self.open(object, Wanted::Bytes(None)).await.unwrap();
            let bytes = opened.body.try_collect::<Vec<_>>().await.unwrap().concat();
            let all = self.store.now(object);
            assert!(bytes == all.bytes(0..all.len_bytes()));
        }
        let then = self.store.gets();
        let again = gets.iter().find(|(block, count)| then[*block] != **count);
        assert_eq!(again, None, "seed {seed}: it was kept, and not found");
    }
}
