//! What a cache can be asked to forget. The signing API asks; the cache, which it does not know,
//! does it.

use std::fmt::Debug;

use futures_util::future::BoxFuture;

/// Which objects of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every version of the object at this canonical path.
    Path(String),
    /// Every object whose canonical path begins so.
    Prefix(String),
    /// All.
    All,
}

impl Extent {
    /// Whether it has the object at this canonical path.
    pub fn covers(&self, path: &str) -> bool {
        match self {
            Self::Path(own) => own == path,
            Self::Prefix(prefix) => path.starts_with(prefix),
            Self::All => true,
        }
    }
}

/// A cache that can forget.
pub trait Purge: Debug + Send + Sync {
    /// Forgets these objects of `site`, and keeps none of them that is arriving. How many it held.
    fn purge<'a>(&'a self, site: &'a str, extent: &'a Extent) -> BoxFuture<'a, u64>;
}

/// No cache, nothing to forget.
impl Purge for () {
    fn purge<'a>(&'a self, _site: &'a str, _extent: &'a Extent) -> BoxFuture<'a, u64> {
        Box::pin(std::future::ready(0))
    }
}
