//! Objects in memory, in blocks: aligned pieces of one version of an object.
//!
//! A cold object is read by one ranged `GET` for the block that a reader wants first, which brings
//! its metadata too. Each block is fetched once whatever the number of readers, who read it as it
//! arrives. Memory: at most `cache.max_bytes`, what arrives included.
//! A site with a share of its own is kept apart from the others.
//!
//! The way of a read: `objects` → (`lookup`, where the store must be asked what the object is) →
//! `reader`, block after block → `blocks` → `fills` → `bring`.

mod arriving;
mod block;
mod blocks;
mod body;
mod bring;
mod counts;
mod described;
mod fills;
mod flight;
mod grid;
mod key;
mod known;
mod lately;
mod lookup;
mod objects;
mod outcome;
mod parts;
mod purge;
mod reader;
mod recent;
mod shares;
mod shelf;
mod source;
mod sync;
mod tasks;
mod times;
mod wanted;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

pub use self::block::CHUNK_BYTES;
pub use self::body::Body;
pub use self::counts::Counted;
pub use self::described::Described;
pub use self::key::{CacheKey, KeyOf};
use self::objects::Objects;
pub use self::outcome::CacheOutcome;
pub use self::parts::Parts;
pub use self::shares::{Arriving, Shares};
use crate::store::ByteRange;

/// The part of an object that a read wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// No bytes. The store is asked for metadata only.
    Metadata,
    /// No bytes yet, but perhaps these: as [`Wanted::Metadata`], but what is stale is confirmed by a
    /// question that brings the bytes where the object has changed.
    Condition(Option<ByteRange>),
    /// This range; `None`: all bytes.
    Bytes(Option<ByteRange>),
}

/// How long an object that is kept is served without asking the store; its own `no-store` comes
/// first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnTime {
    /// `cache.fresh_for`, and no longer than the object's own `Cache-Control` allows.
    #[default]
    Default,
    /// What the site's rule for the path says; nought: the store is asked each time, and nothing
    /// stale is served.
    For(Duration),
}

/// An object, opened.
#[derive(Debug)]
pub struct Opened {
    /// The object's metadata; all bytes of `body` are of this version.
    pub meta: Arc<Described>,
    /// Which bytes `body` brings, half-open; `0..0` where none were wanted. `None`: the range
    /// wanted is not satisfiable, and `body` is empty.
    pub range: Option<Range<u64>>,
    /// The bytes.
    pub body: Body,
    /// How it went.
    pub outcome: CacheOutcome,
    /// For further ranges of the same version; `None` where versions cannot be told apart, as the
    /// store gives no entity tag, and where there are no bytes.
    pub parts: Option<Parts>,
}
