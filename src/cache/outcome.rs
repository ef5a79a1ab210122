//! Every way a read can go, by name.

/// How the cache answered a read; for the access log, the metrics and `Cache-Status` (RFC 9211).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheOutcome {
    /// Kept and fresh: the store was not asked.
    Hit,
    /// Fetched from the store by this read, and kept.
    Miss,
    /// Waited for what another read had asked the store.
    Shared,
    /// Kept, and the store confirmed that it has not changed.
    Revalidated,
    /// Larger than `cache.max_object_bytes`: streamed from the store.
    TooLarge,
    /// The object's own `Cache-Control` says `no-store`: streamed from the store.
    NoStore,
    /// Other fills hold all the memory there is for them: streamed from the store.
    NoMemory,
    /// Only metadata was wanted, and the store was asked for it.
    Metadata,
}

impl CacheOutcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Hit,
        Self::Miss,
        Self::Shared,
        Self::Revalidated,
        Self::TooLarge,
        Self::NoStore,
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
            Self::TooLarge => "too_large",
            Self::NoStore => "no_store",
            Self::NoMemory => "no_memory",
            Self::Metadata => "metadata",
        }
    }
}
