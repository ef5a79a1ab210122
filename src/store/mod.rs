//! Where objects come from. A store is given a typed key and range, never headers or tokens.

mod content_type;
mod directives;
mod error;
mod fault;
pub mod fs;
mod gate;
mod object;
mod on_runtime;
mod open;
mod range;
pub mod s3;

use std::fmt::Debug;

use futures_util::future::BoxFuture;

pub use self::directives::Directives;
pub use self::error::StoreError;
pub use self::fault::{Probed, StoreFault};
pub use self::gate::{Gate, GateEvent, GateWatch, Turn, Unwatched};
pub use self::object::{EntityTag, Fetched, ObjectMeta, StoreKey};
pub use self::open::open;
pub use self::range::ByteRange;

/// One read: which object, which bytes, and of which version.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The object.
    pub key: &'a StoreKey,
    /// `None`: all of it.
    pub range: Option<ByteRange>,
    /// Fail with [`StoreError::Changed`] unless the object still has this entity tag (`If-Match`).
    pub if_match: Option<&'a EntityTag>,
    /// Fail with [`StoreError::NotModified`] where it has this one (`If-None-Match`). A store may
    /// not know it, and bring the object.
    pub if_none_match: Option<&'a EntityTag>,
    /// The store's version id, for stores that keep versions.
    pub version: Option<&'a str>,
}

/// How many names [`Store::names`] brings at most.
pub const MAX_NAMES: usize = 1_000;

/// A place that objects are read from. Every implementation passes the contract suite in
/// `tests/store_contract`.
pub trait Store: Debug + Send + Sync + 'static {
    /// The object's metadata, without its bytes.
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>>;

    /// The object's metadata and a stream of the bytes asked for, in one call to the store.
    /// A range that starts at or beyond the end is [`StoreError::RangeNotSatisfiable`]; one that
    /// only ends beyond it is cut to the object. The stream ends with its first error.
    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>>;

    /// Whether the store can be reached and read with what is configured; for start-up,
    /// `config check` and `/readyz`. The fault says in a sentence what to do.
    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>>;

    /// The store's first names that start with `prefix`, at most [`MAX_NAMES`], in no promised
    /// order. Bytes that are not UTF-8 are written `\xE9`, which no path can name.
    fn names<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>>;

    /// Takes one retry out of the budget that [`Gate`] has for this store; false where none is left.
    /// For the reader of a body that broke: it drops the broken body, asks this, and on true asks
    /// [`Self::get`] for the rest, from the byte reached and with `if_match`; on false, or after
    /// [`StoreError::Corrupt`], it fails as the body did. [`Self::head`] and [`Self::get`] take
    /// theirs by themselves. A store itself has no budget, and says yes; what stands before one asks
    /// it.
    fn may_retry(&self) -> bool;

    /// A short word for logs and metrics: `fs` or `s3`.
    fn kind(&self) -> &'static str;
}

/// Up to `limit` of the store's first [`MAX_NAMES`] names under `prefix` that no request can
/// reach, such as `a//b`; `reachable` judges a name without its prefix.
///
/// # Errors
///
/// Those of [`Store::names`].
pub async fn unreachable_names(
    store: &dyn Store,
    prefix: &str,
    limit: usize,
    reachable: impl Fn(&str) -> bool,
) -> Result<Vec<String>, StoreError> {
    let mut names = store.names(prefix).await?;
    names.retain(|name| !name.strip_prefix(prefix).is_some_and(&reachable));
    names.truncate(limit);
    Ok(names)
}
