//! What the cache counts of blocks, for the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How readers found blocks, and what became of connections that broke. All shares of a process
/// count here.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) kept: Count,
    pub(super) shared: Count,
    pub(super) brought: Count,
    pub(super) ahead: Count,
    pub(super) no_memory: Count,
    pub(super) lost: Count,
    pub(super) evicted: Count,
    pub(super) healed: Count,
    pub(super) broken: Count,
}

/// The counts since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Blocks that readers came to, by how they were found: `hit`, `shared` (it was arriving),
    /// `miss` (brought by this reader), `ahead` (brought before a reader came), `no_memory` (read
    /// past the cache), `lost` (it left the cache under a slow reader).
    pub blocks: [(&'static str, u64); 6],
    /// Bodies of the store that broke and were asked for again from the byte reached: `healed`, or
    /// `broken`, where the block failed all the same.
    pub breaks: [(&'static str, u64); 2],
    /// Blocks and metadata that left to make room.
    pub evictions: u64,
}

impl Counts {
    pub(super) fn read(&self) -> Counted {
        let read = |count: &Count| count.0.load(Ordering::Relaxed);
        Counted {
            blocks: [
                ("hit", read(&self.kept)),
                ("shared", read(&self.shared)),
                ("miss", read(&self.brought)),
                ("ahead", read(&self.ahead)),
                ("no_memory", read(&self.no_memory)),
                ("lost", read(&self.lost)),
            ],
            breaks: [
                ("healed", read(&self.healed)),
                ("broken", read(&self.broken)),
            ],
            evictions: read(&self.evicted),
        }
    }
}
