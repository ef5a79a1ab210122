//! Numbers drawn from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Clones draw from the same row.
#[derive(Clone, Debug)]
pub(super) struct Draw(Arc<AtomicU64>);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// Less than `end`. SplitMix64 (Steele, Lea, Flood 2014).
    pub(super) fn below(&self, end: usize) -> usize {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    /// Whether one of a thousand cases of which so many are.
    pub(super) fn permille(&self, part: usize) -> bool {
        self.below(1_000) < part
    }

    /// Lets the others go first, some times.
    pub(super) async fn wait(&self, most: usize) {
        for _ in 0..self.below(most + 1) {
            tokio::task::yield_now().await;
        }
    }
}
