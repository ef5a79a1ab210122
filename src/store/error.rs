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
    /// The store cannot be reached, is throttling, or answered with an error of its own.
    #[error("the store is unavailable")]
    Unavailable,
    /// The store did not answer in time.
    #[error("the store timed out")]
    Timeout,
    /// The body ended before, or went beyond, its announced length.
    #[error("the store's body has not the announced length")]
    BodyLength,
    /// The bucket or root itself does not exist, or lies elsewhere (wrong region).
    #[error("the bucket or root does not exist")]
    Misconfigured,
}
