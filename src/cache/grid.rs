//! Where an object is divided: blocks of one length, aligned, the last one shorter.

use std::ops::Range;

use crate::store::ByteRange;

/// The length of every block but an object's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    block_bytes: u64,
}

impl Grid {
    /// A block has at least one byte.
    pub(super) fn new(block_bytes: u64) -> Self {
        let block_bytes = block_bytes.max(1);
        Self { block_bytes }
    }

    /// The block in which the byte at `at` lies.
    pub(super) fn index(self, at: u64) -> u64 {
        at / self.block_bytes
    }

    /// The bytes of a block of an object of `len_bytes`; empty behind its end.
    pub(super) fn block(self, index: u64, len_bytes: u64) -> Range<u64> {
        let first = index.saturating_mul(self.block_bytes).min(len_bytes);
        first..first.saturating_add(self.block_bytes).min(len_bytes)
    }

    /// What to ask a store for, of an object whose length is not known: the block in which `wanted`
    /// begins. Of a suffix that is not known; its last bytes always hold the last block.
    pub(super) fn first_question(self, wanted: Option<ByteRange>) -> ByteRange {
        let at = match wanted {
            None => 0,
            Some(ByteRange::FromTo { first, .. } | ByteRange::From { first }) => first,
            Some(ByteRange::Suffix { .. }) => {
                let len_bytes = self.block_bytes;
                return ByteRange::Suffix { len_bytes };
            }
        };
        let first = self.index(at) * self.block_bytes;
        let last = first.saturating_add(self.block_bytes - 1);
        ByteRange::FromTo { first, last }
    }

    /// The block that an answer with these bytes holds whole: the last one where it reaches to the
    /// object's end, else that in which it begins. `None` where there is none, or as much as a block
    /// would have to be skipped before it.
    pub(super) fn brought(self, range: &Range<u64>, len_bytes: u64) -> Option<u64> {
        let last = len_bytes.checked_sub(1)?;
        let is_to_end = range.end == len_bytes;
        let index = self.index(if is_to_end { last } else { range.start });
        let block = self.block(index, len_bytes);
        let skipped = block.start.checked_sub(range.start)?;
        (block.end <= range.end && skipped < self.block_bytes).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Grid;
    use crate::store::ByteRange::{From, FromTo, Suffix};

    #[test]
    fn a_border_belongs_to_the_block_behind_it() {
        let grid = Grid::new(100);
        assert_eq!((grid.index(0), grid.index(99), grid.index(100)), (0, 0, 1));
        assert_eq!(grid.block(0, 250), 0..100);
        assert_eq!(grid.block(2, 250), 200..250);
        assert_eq!(grid.block(1, 200), 100..200);
        assert!(grid.block(2, 200).is_empty());
        assert!(grid.block(0, 0).is_empty());
    }

    #[test]
    fn the_first_question_is_for_one_block() {
        let grid = Grid::new(100);
        let block = |first| FromTo {
            first,
            last: first + 99,
        };
        assert_eq!(grid.first_question(None), block(0));
        assert_eq!(grid.first_question(Some(From { first: 199 })), block(100));
        let inside = FromTo {
            first: 200,
            last: 999,
        };
        assert_eq!(grid.first_question(Some(inside)), block(200));
        let suffix = Suffix { len_bytes: 5_000 };
        assert_eq!(grid.first_question(Some(suffix)), Suffix { len_bytes: 100 });
        let last = u64::MAX;
        assert_eq!(
            grid.first_question(Some(From { first: last })),
            FromTo {
                first: last / 100 * 100,
                last
            }
        );
    }

    #[test]
    fn an_answer_brings_the_block_that_it_holds_whole_without_much_to_skip() {
        let grid = Grid::new(100);
        for (range, len_bytes, brought) in [
            (0..100, 250, Some(0)),
            (100..200, 250, Some(1)),
            (150..250, 250, Some(2)),
            (0..50, 50, Some(0)),
            (100..200, 200, Some(1)),
            (0..250, 250, None),
            (0..50, 250, None),
            (0..0, 0, None),
        ] {
            assert_eq!(grid.brought(&range, len_bytes), brought, "{range:?}");
        }
    }

    proptest! {
        #[test]
        fn blocks_cover_an_object_without_a_gap(block_bytes in 1_u64..50, len_bytes in 0_u64..500) {
            let grid = Grid::new(block_bytes);
            let mut at = 0;
            while at < len_bytes {
                let block = grid.block(grid.index(at), len_bytes);
                prop_assert_eq!(block.start, at);
                prop_assert!(block.end > at && block.end - at <= block_bytes);
                at = block.end;
            }
            prop_assert_eq!(at, len_bytes);
        }
    }
}
