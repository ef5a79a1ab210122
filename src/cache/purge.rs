//! Forgetting what an operator says is out of date, also what is just being asked for.

use futures_util::future::BoxFuture;

use super::{CacheKey, Objects, Shares};
use crate::state::{Extent, Purge};

impl Purge for Shares {
    fn purge<'a>(&'a self, site: &'a str, extent: &'a Extent) -> BoxFuture<'a, u64> {
        Box::pin(async move { self.of(site).purge(site, extent) })
    }
}

impl Objects {
    /// How many objects were forgotten.
    pub(super) fn purge(&self, site: &str, extent: &Extent) -> u64 {
        let is_meant = |key: &CacheKey| *key.site == *site && extent.covers(&key.path);
        // In this order: who asks from now on asks the store, and what was asked before is not
        // kept; only then is what is kept complete. Blocks go by versions, which are gone then.
        self.lookups.recall(is_meant);
        self.blocks.shelf.forget_all(is_meant)
    }
}
