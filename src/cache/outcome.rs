//! Every way a read can go, by name.

/// How the cache answered a read, as its first block was found; for the access log, the metrics
/// and `Cache-Status` (RFC 9211).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheOutcome {
    /// Kept and fresh: the store was not asked.
    Hit,
    /// Fetched from the store by this read, and kept.
    Miss,
    /// Waited for what another read had asked the store, or read what was arriving for it.
    Shared,
    /// Kept, and the store confirmed that it has not changed.
    Revalidated,
    /// Kept and stale, within `cache.stale_while_revalidate`: the store is asked meanwhile.
    Stale,
    /// Kept and stale, within `cache.stale_if_error`: the store could not be asked.
    StaleOnError,
    /// The object's own `Cache-Control` says `no-store`: read past the cache.
    NoStore,
    /// Without an entity tag pieces of it cannot be told apart from another version's: larger than
    /// a block, it is read past the cache, at once.
    NoValidator,
    /// What arrives for others holds all the memory there is for that: read past the cache.
    NoMemory,
    /// Only metadata was wanted, and the store was asked for it.
    Metadata,
}

impl CacheOutcome {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Hit,
        Self::Miss,
        Self::Shared,
        Self::Revalidated,
        Self::Stale,
        Self::StaleOnError,
        Self::NoStore,
        Self::NoValidator,
        Self::NoMemory,
        Self::Metadata,
    ];

    /// A word of `a`–`z` and `_`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Shared => "shared",
            Self::Revalidated => "revalidated",
            Self::Stale => "stale",
            Self::StaleOnError => "stale_on_error",
            Self::NoStore => "no_store",
            Self::NoValidator => "no_validator",
            Self::NoMemory => "no_memory",
            Self::Metadata => "metadata",
        }
    }
}
