//! From a path that was verified to what the store and the cache call its object.

use sha2::{Digest, Sha256};

use super::Site;
use crate::store::StoreKey;

impl Site {
    /// The object's key in the store: the path without `cut_prefix` and its first `/`, behind
    /// `store.prefix`, with the index where the path ends in `/`. `None`: the path is not below
    /// `cut_prefix`, so there is no object.
    pub fn store_key(&self, path: &str) -> Option<StoreKey> {
        let serving = &self.config.serving;
        let cut = serving.cut_prefix.as_deref().unwrap_or_default();
        // With its slash, so that `/media` cuts `/media/a` and neither `/mediaX/a` nor `/media`.
        let name = path.strip_prefix(cut)?.strip_prefix('/')?;
        let is_folder = name.is_empty() || name.ends_with('/');
        let index = serving.index.as_deref().filter(|_| is_folder);
        let prefix = &self.config.store_prefix;
        let index = index.unwrap_or_default();
        Some(StoreKey::new(format!("{prefix}{name}{index}")))
    }

    /// What tells apart the cached objects of one path: a digest of the parameters that the site
    /// names, as they were sent; `None` where the query has none of them.
    pub fn variant(&self, query: Option<&str>) -> Option<[u8; 32]> {
        let named = &self.config.serving.cache_key_params;
        if named.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        let mut is_there = false;
        for name in named {
            for pair in query.unwrap_or_default().split('&') {
                let (own, _) = pair.split_once('=').unwrap_or((pair, ""));
                if own == name {
                    is_there = true;
                    digest.update(pair.as_bytes());
                    digest.update(b"&");
                }
            }
        }
        is_there.then(|| digest.finalize().into())
    }
}
