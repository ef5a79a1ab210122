//! Who shares memory with whom: a site with a share of its own neither loses it to other sites nor
//! takes theirs. Each share is a cache of its own, as one cache with weights would choose what
//! leaves among the objects of all sites.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;

use super::counts::Counts;
use super::{CacheKey, Counted, KeyOf, Objects, Opened, OwnTime, Wanted};
use crate::config::model::{CacheSettings, Site};
use crate::keyed;
use crate::store::{ByteRange, Store, StoreError, StoreKey};

/// The objects of all sites. Clones share everything.
#[derive(Clone, Debug)]
pub struct Shares {
    settings: CacheSettings,
    counts: Arc<Counts>,
    divided: Arc<ArcSwap<Divided>>,
}

/// Blocks on their way from the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arriving {
    /// How many.
    pub blocks: usize,
    /// The memory that they will take.
    pub bytes: u64,
}

/// One cache for each share, with its bound.
#[derive(Clone, Debug)]
struct Divided {
    own: keyed::Map<String, (u64, Objects)>,
    /// Of the sites without a share.
    common: (u64, Objects),
}

impl Divided {
    /// The objects among which the site's are.
    fn of(&self, site: &str) -> &Objects {
        let (_, objects) = self.own.get(site).unwrap_or(&self.common);
        objects
    }

    fn all(&self) -> impl Iterator<Item = &Objects> {
        let own = self.own.values().chain([&self.common]);
        own.map(|(_, objects)| objects)
    }
}

impl Shares {
    /// Empty, with nothing divided yet.
    pub fn new(settings: &CacheSettings) -> Self {
        let counts = Arc::default();
        let common = (settings.max_bytes, Objects::new(settings, &counts));
        let divided = Divided {
            own: keyed::Map::default(),
            common,
        };
        Self {
            settings: settings.clone(),
            counts,
            divided: Arc::new(ArcSwap::from_pointee(divided)),
        }
    }

    /// Gives each of the sites its share of `cache.max_bytes`; what is left is common to the
    /// others. A share whose size is as before keeps its objects, another starts empty.
    pub fn divide<'s>(&self, sites: impl IntoIterator<Item = &'s Site>) {
        let before = self.divided.load_full();
        let mut left_bytes = self.settings.max_bytes;
        let mut own = keyed::Map::default();
        for site in sites {
            let Some(max_bytes) = site.serving.cache_max_bytes else {
                continue;
            };
            left_bytes = left_bytes.saturating_sub(max_bytes);
            let name = site.token.name();
            let share = self.resized(before.own.get(name), max_bytes);
            own.insert(name.to_owned(), share);
        }
        let common = self.resized(Some(&before.common), left_bytes);
        self.divided.store(Arc::new(Divided { own, common }));
    }

    fn resized(&self, before: Option<&(u64, Objects)>, max_bytes: u64) -> (u64, Objects) {
        if let Some(share) = before.filter(|(bytes, _)| *bytes == max_bytes) {
            return share.clone();
        }
        let settings = CacheSettings {
            max_bytes,
            ..self.settings.clone()
        };
        (max_bytes, Objects::new(&settings, &self.counts))
    }

    /// The objects among which the site's are.
    pub(super) fn of(&self, site: &str) -> Objects {
        self.divided.load().of(site).clone()
    }

    /// What the kept objects weigh: bodies, metadata and keys.
    pub fn cached_bytes(&self) -> u64 {
        let divided = self.divided.load();
        let all = divided.all();
        all.map(|objects| objects.blocks.shelf.kept_bytes()).sum()
    }

    /// What has been counted since the start.
    pub fn counted(&self) -> Counted {
        self.counts.read()
    }

    /// What arrives now: how many blocks, and the memory that is reserved for them.
    pub fn arriving(&self) -> Arriving {
        let divided = self.divided.load();
        divided
            .all()
            .fold(Arriving::default(), |sum, objects| Arriving {
                blocks: sum.blocks + objects.blocks.fills.count(),
                bytes: sum.bytes + objects.blocks.shelf.arriving_bytes(),
            })
    }

    /// Opens an object for reading where that needs nothing but memory: it is kept, fresh, and
    /// lies in one piece. `None` says nothing of it: [`Self::open`] does. Further ranges of what
    /// is opened so cannot be had.
    pub fn at_once(
        &self,
        key: &CacheKey,
        own_time: OwnTime,
        wanted: Wanted,
        now: Instant,
    ) -> Option<Opened> {
        self.divided
            .load()
            .of(&key.site)
            .at_once(key, own_time, wanted, now)
    }

    /// Opens bytes of an object for reading where the first of them need nothing but memory: it is
    /// kept and fresh, and so is the block in which they begin. `None` says nothing of it:
    /// [`Self::open`] does. Further ranges of what is opened so cannot be had.
    pub fn kept(
        &self,
        store: &Arc<dyn Store>,
        key: KeyOf<'_>,
        store_key: impl FnOnce() -> Option<StoreKey>,
        own_time: OwnTime,
        range: Option<ByteRange>,
        now: Instant,
    ) -> Option<Opened> {
        self.divided
            .load()
            .of(key.site)
            .kept(store, key, store_key, own_time, range, now)
    }

    /// Opens an object for reading: `key` is what it is kept by, `store_key` its name in `store`,
    /// `own_time` how long it may be served without asking the store.
    ///
    /// # Errors
    ///
    /// Those of the store, but a range that is not satisfiable: see [`Opened::range`].
    /// [`StoreError::Changed`] where the object changes more often than it can be read.
    pub async fn open(
        &self,
        store: &Arc<dyn Store>,
        key: CacheKey,
        store_key: StoreKey,
        own_time: OwnTime,
        wanted: Wanted,
    ) -> Result<Opened, StoreError> {
        let objects = self.of(&key.site);
        objects.open(store, key, store_key, own_time, wanted).await
    }
}
