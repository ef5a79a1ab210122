//! A block that was found lately, to be had again without the shelf: looking there costs a lookup
//! and a note that it was used, for each of many requests for one small object.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use arc_swap::ArcSwapWeak;

use super::block::Block;

/// The shelf hears so often that a block is used, where it is. That is far less than a block takes
/// to become the one that was not used for longest.
const PERIOD_MILLIS: u64 = 100;

/// The first block of a version, if it was found lately. It is the shelf's: one that leaves the shelf
/// leaves here.
#[derive(Debug)]
pub(super) struct Recent {
    block: ArcSwapWeak<Block>,
    /// Periods are counted from here.
    origin: Instant,
    /// The period in which the shelf was asked for it last.
    period: AtomicU64,
}

impl Recent {
    /// None.
    pub(super) fn none() -> Self {
        Self {
            block: ArcSwapWeak::new(Weak::new()),
            origin: Instant::now(),
            period: AtomicU64::new(0),
        }
    }

    /// The block, where the shelf was asked for it in this period; else what `find` finds, which asks
    /// it.
    pub(super) fn or_find(
        &self,
        now: Instant,
        find: impl FnOnce() -> Option<Arc<Block>>,
    ) -> Option<Arc<Block>> {
        let since = now.saturating_duration_since(self.origin);
        let millis = since.as_secs() * 1_000 + u64::from(since.subsec_millis());
        // Nought is that of a version of which none was found.
        let period = 1 + millis / PERIOD_MILLIS;
        if self.period.load(Ordering::Acquire) == period
            && let Some(block) = self.block.load().upgrade()
        {
            return Some(block);
        }
        let block = find()?;
        if self.block.load().as_ptr() != Arc::as_ptr(&block) {
            self.block.store(Arc::downgrade(&block));
        }
        self.period.store(period, Ordering::Release);
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Block, PERIOD_MILLIS, Recent};

    #[test]
    fn the_shelf_is_asked_once_a_period_and_again_once_the_block_has_left() {
        let recent = Recent::none();
        let at = |period| recent.origin + period * Duration::from_millis(PERIOD_MILLIS);
        let asked = Cell::new(0);
        let find = |now, block: Option<&Arc<Block>>| {
            let found = recent.or_find(now, || {
                asked.set(asked.get() + 1);
                block.map(Arc::clone)
            });
            assert_eq!(found.as_ref().map(Arc::as_ptr), block.map(Arc::as_ptr));
        };
        let block = Arc::new(Block::new(Vec::new()));
        find(at(0), None);
        find(at(0), Some(&block));
        assert_eq!(asked.get(), 2);
        find(at(0), Some(&block));
        find(at(1) - Duration::from_millis(1), Some(&block));
        assert_eq!(asked.get(), 2);
        find(at(1), Some(&block));
        assert_eq!(asked.get(), 3);
        find(at(1), Some(&block));
        assert_eq!(asked.get(), 3);
        // It left, and another came.
        drop(block);
        find(at(1), None);
        let block = Arc::new(Block::new(Vec::new()));
        find(at(1), Some(&block));
        find(at(1), Some(&block));
        assert_eq!(asked.get(), 5);
    }
}
