//! What can go wrong at a store, sorted by what the client is told.

/// A store's refusal or failure. Comparable and without text: the message belongs to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such object (or version).
    #[error("no such object")]
    NotFound,
    /// The store refused our credentials or policy (S3 `AccessDenied`, a file without read permission).
    #[error("the store denied access")]
    Denied,
    /// The range starts at or beyond the object's end.
    #[error("the range starts beyond the object's {len_bytes} bytes")]
    RangeNotSatisfiable {
        /// The object's whole length.
        len_bytes: u64,
    },
    /// The object no longer has the entity tag asked for.
    #[error("the object changed")]
    Changed,
    /// The object still has the entity tag that is known; no answer to a client.
    #[error("the object has not changed")]
    NotModified,
    /// The store cannot be reached, or answered with an error of its own.
    #[error("the store is unavailable")]
    Unavailable,
    /// The store asks for fewer requests (S3 `SlowDown` and any other 503, 429).
    #[error("the store is throttling")]
    Throttled {
        /// The store's own `Retry-After` in seconds, where it sent one.
        retry_after_secs: Option<u32>,
    },
    /// The store did not answer in time.
    #[error("the store timed out")]
    Timeout,
    /// The store was not asked: too many fetches are in flight, and too many wait or for too long.
    #[error("too many fetches from the store are in flight")]
    Overloaded,
    /// The body ended before, or went beyond, its announced length.
    #[error("the store's body has not the announced length")]
    BodyLength,
    /// The body does not have the checksum that the store gave for it. Nothing of it can be trusted,
    /// also what has already been read: it is not to be gone on with from the byte reached.
    #[error("the store's body has not the announced checksum")]
    Corrupt,
    /// The bucket or root itself does not exist, or lies elsewhere (wrong region).
    #[error("the bucket or root does not exist")]
    Misconfigured,
}

impl StoreError {
    /// Whether something is wrong with the store or the way to it. The others are everyday answers.
    pub const fn is_failure(self) -> bool {
        !matches!(
            self,
            Self::NotFound | Self::RangeNotSatisfiable { .. } | Self::Changed | Self::NotModified
        )
    }

    /// Whether the same question may find an answer a moment later. The others are answers: what
    /// they say holds until somebody changes an object or a setting.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Unavailable
            | Self::Throttled { .. }
            | Self::Timeout
            | Self::Overloaded
            | Self::BodyLength
            | Self::Corrupt => true,
            Self::NotFound
            | Self::Denied
            | Self::RangeNotSatisfiable { .. }
            | Self::Changed
            | Self::NotModified
            | Self::Misconfigured => false,
        }
    }
}
