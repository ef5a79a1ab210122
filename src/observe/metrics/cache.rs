//! What the cache has counted, and what it holds.

use metrics::Label;

use super::Metrics;
use super::names::{ARRIVING, ARRIVING_BYTES, BLOCKS, BREAKS, EVICTIONS};

/// The cache's figures now.
#[derive(Clone, Copy, Debug)]
pub struct CacheFigures {
    /// Blocks and metadata that left to make room, since the start.
    pub evictions: u64,
    /// Blocks that readers came to, since the start, by how they were found.
    pub blocks: [(&'static str, u64); 6],
    /// Bodies of stores that broke, since the start, by what became of them.
    pub breaks: [(&'static str, u64); 2],
    /// Blocks on their way from a store.
    pub arriving_blocks: usize,
    /// The memory that is reserved for them.
    pub arriving_bytes: u64,
}

impl Metrics {
    /// The cache's figures now.
    pub fn cache(&self, now: &CacheFigures) {
        self.total(EVICTIONS, vec![], now.evictions);
        self.counted(BLOCKS, "found", &now.blocks);
        self.counted(BREAKS, "result", &now.breaks);
        self.set(ARRIVING, vec![], now.arriving_blocks as u64);
        self.set(ARRIVING_BYTES, vec![], now.arriving_bytes);
    }

    fn counted(&self, name: &'static str, label: &'static str, counts: &[(&'static str, u64)]) {
        for (value, count) in counts {
            self.total(name, vec![Label::new(label, *value)], *count);
        }
    }
}
