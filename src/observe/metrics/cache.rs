//! What the cache has counted, and what it holds.

use metrics::{Key, Label, Recorder};

use super::names::{ARRIVING, ARRIVING_BYTES, BLOCKS, BREAKS, EVICTIONS};
use super::{METADATA, Metrics};

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
        let evictions = Key::from_static_name(EVICTIONS);
        let counter = self.recorder.register_counter(&evictions, &METADATA);
        counter.absolute(now.evictions);
        self.counted(BLOCKS, "found", &now.blocks);
        self.counted(BREAKS, "result", &now.breaks);
        self.set_count(ARRIVING, now.arriving_blocks);
        let bytes = usize::try_from(now.arriving_bytes).unwrap_or(usize::MAX);
        self.set_count(ARRIVING_BYTES, bytes);
    }

    fn counted(&self, name: &'static str, label: &'static str, counts: &[(&'static str, u64)]) {
        for (value, count) in counts {
            let key = Key::from_parts(name, vec![Label::new(label, *value)]);
            let counter = self.recorder.register_counter(&key, &METADATA);
            counter.absolute(*count);
        }
    }
}
