//! What is known of an object without asking: a version's metadata, and how old that is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Described;
use super::key::BlockKey;
use super::recent::Recent;
use super::times::{Bounds, Times};
use crate::store::ObjectMeta;

/// One version of one object, as the store told of it once. Its blocks are kept under its number:
/// what is learned anew gets a new number, so that blocks of another version, or from before a
/// purge, are never found again.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) meta: Arc<Described>,
    bounds: Bounds,
    /// Its first block.
    pub(super) first: Recent,
}

impl Version {
    pub(super) fn new(number: u64, meta: Arc<Described>) -> Self {
        let bounds = Bounds::of(&meta);
        Self {
            number,
            meta,
            bounds,
            first: Recent::none(),
        }
    }

    /// The name of one of its blocks.
    pub(super) fn block(&self, index: u64) -> BlockKey {
        let version = self.number;
        BlockKey { version, index }
    }
}

/// A version, and when the store last said that it is the object's.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) version: Arc<Version>,
    checked_at: Instant,
    /// When the store could last not be asked.
    failed_at: Option<Instant>,
}

/// What may be done with what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// Used.
    Fresh,
    /// Used, and the store asked in the background.
    Revalidate,
    /// The store is asked first.
    Ask,
    /// Used, as the store could not be asked when it last was.
    Failing {
        /// That is long enough ago to ask again, in the background.
        ask: bool,
    },
}

/// Between two questions to a store that could not be asked.
const PAUSE: Duration = Duration::from_secs(1);

impl Known {
    /// What the store has said just now.
    pub(super) fn now(version: Arc<Version>) -> Self {
        Self {
            version,
            checked_at: Instant::now(),
            failed_at: None,
        }
    }

    /// The same, and that the store could not be asked just now.
    pub(super) fn failed(&self) -> Self {
        Self {
            failed_at: Some(Instant::now()),
            ..self.clone()
        }
    }

    /// What may be done with it at this time.
    pub(super) fn age(&self, times: Times, now: Instant) -> Age {
        let times = times.within(self.version.bounds);
        let age = now.saturating_duration_since(self.checked_at);
        let stale_for = age.saturating_sub(times.fresh_for);
        if age < times.fresh_for {
            Age::Fresh
        } else if let Some(failed_at) = self.failed_at
            && stale_for < times.stale_if_error
        {
            let ask = now.saturating_duration_since(failed_at) >= PAUSE;
            Age::Failing { ask }
        } else if stale_for < times.stale_while_revalidate {
            Age::Revalidate
        } else {
            Age::Ask
        }
    }

    /// Whether it may be used although the store cannot be asked.
    pub(super) fn serves_on_error(&self, times: Times) -> bool {
        let times = times.within(self.version.bounds);
        let stale_for = self.checked_at.elapsed().saturating_sub(times.fresh_for);
        stale_for < times.stale_if_error
    }
}

/// Whether both surely describe the same bytes: a strong entity tag is compared, and nothing else,
/// as a second can hold two versions (RFC 9110 §8.8.1).
pub(super) fn same_version(one: &ObjectMeta, other: &ObjectMeta) -> bool {
    one.etag.is_some() && one.etag == other.etag && one.len_bytes == other.len_bytes
}
