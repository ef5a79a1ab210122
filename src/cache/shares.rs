//! Who shares memory with whom: a site with a share of its own neither loses it to other sites nor
//! takes theirs. Each share is a cache of its own, as one cache with weights would choose what
//! leaves among the objects of all sites.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::{CacheKey, Objects, Opened, OwnTime, Wanted};
use crate::config::model::{CacheSettings, Site};
use crate::store::{Store, StoreError, StoreKey};

/// The objects of all sites. Clones share everything.
#[derive(Clone, Debug)]
pub struct Shares {
    settings: CacheSettings,
    evicted: Arc<AtomicU64>,
    divided: Arc<ArcSwap<Divided>>,
}

/// One cache for each share, with its bound.
#[derive(Clone, Debug)]
struct Divided {
    own: HashMap<String, (u64, Objects)>,
    /// Of the sites without a share.
    common: (u64, Objects),
}

impl Shares {
    /// Empty, with nothing divided yet.
    pub fn new(settings: &CacheSettings) -> Self {
        let evicted = Arc::new(AtomicU64::new(0));
        let common = (settings.max_bytes, Objects::new(settings, &evicted));
        let divided = Divided {
            own: HashMap::new(),
            common,
        };
        Self {
            settings: settings.clone(),
            evicted,
            divided: Arc::new(ArcSwap::from_pointee(divided)),
        }
    }

    /// Gives each of the sites its share of `cache.max_bytes`; what is left is common to the
    /// others. A share whose size is as before keeps its objects, another starts empty.
    pub fn divide<'s>(&self, sites: impl IntoIterator<Item = &'s Site>) {
        let before = self.divided.load_full();
        let mut left_bytes = self.settings.max_bytes;
        let mut own = HashMap::new();
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
            max_object_bytes: self.settings.max_object_bytes.min(max_bytes),
            ..self.settings.clone()
        };
        (max_bytes, Objects::new(&settings, &self.evicted))
    }

    /// The objects among which the site's are.
    pub(super) fn of(&self, site: &str) -> Objects {
        let divided = self.divided.load();
        let (_, objects) = divided.own.get(site).unwrap_or(&divided.common);
        objects.clone()
    }

    /// What the kept objects weigh: bodies, metadata and keys.
    pub async fn cached_bytes(&self) -> u64 {
        let divided = self.divided.load_full();
        let mut sum = divided.common.1.cached_bytes().await;
        for (_, objects) in divided.own.values() {
            sum += objects.cached_bytes().await;
        }
        sum
    }

    /// How many objects have left to make room, since the start.
    pub fn evictions(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
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
