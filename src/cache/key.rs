//! What tells cached objects apart.

use std::sync::Arc;

/// The name of one cached object. Two sites never share one, even over the same store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey {
    /// The site's name.
    pub site: Arc<str>,
    /// Which opening of its store: what another store held under the same name is never served.
    pub store: u64,
    /// The object's key in the site's store.
    pub path: Arc<str>,
    /// The store's version id, where the request names one.
    pub version: Option<Arc<str>>,
    /// A digest of the query parameters that the site names, where the request has one.
    pub variant: Option<[u8; 32]>,
}

impl CacheKey {
    /// What the key itself weighs.
    pub(super) fn len_bytes(&self) -> usize {
        let version = self.version.as_deref().map_or(0, str::len);
        let variant = self.variant.map_or(0, |digest| digest.len());
        self.site.len() + self.path.len() + version + variant
    }
}

/// A block of a version, by the version's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BlockKey {
    pub(super) version: u64,
    pub(super) index: u64,
}

/// The name of what is kept.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Object(CacheKey),
    Block(BlockKey),
}
