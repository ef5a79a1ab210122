//! Several ranges of one request (RFC 9110 §14.2): which of them an object has, and whether they are
//! answered as such.

use std::ops::Range;

use crate::store::ByteRange;

/// The most parts of one answer. Each may cost the store a block.
pub const MAX_PARTS: usize = 8;

/// Ranges as they were asked for, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeSet(Vec<ByteRange>);

/// What a set comes to for an object of some length. Ranges beyond it are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// None lies within the object: 416.
    Nothing,
    /// One does, and is answered as if it had been the only one.
    One(Range<u64>),
    /// Two to [`MAX_PARTS`] that do not overlap, in the order asked for. Ranges that touch are two.
    Several(Vec<Range<u64>>),
    /// More, or some that overlap: the whole object, as there is no good in reading bytes twice.
    TooMuch,
}

impl RangeSet {
    /// These ranges.
    pub fn new(ranges: Vec<ByteRange>) -> Self {
        Self(ranges)
    }

    /// The range that was named first, which may lie beyond the object.
    pub fn first(&self) -> Option<ByteRange> {
        self.0.first().copied()
    }

    /// Whether one of them is such.
    pub fn any(&self, is_such: impl Fn(&ByteRange) -> bool) -> bool {
        self.0.iter().any(is_such)
    }

    /// The first range that lies within an object of `len_bytes`.
    pub fn first_within(&self, len_bytes: u64) -> Option<Range<u64>> {
        self.0.iter().find_map(|range| range.resolve(len_bytes))
    }

    /// What the set comes to for an object of `len_bytes`.
    pub fn within(&self, len_bytes: u64) -> Within {
        let ranges = self.0.iter().filter_map(|range| range.resolve(len_bytes));
        let mut ranges: Vec<_> = ranges.take(MAX_PARTS + 1).collect();
        match ranges.len() {
            0 => Within::Nothing,
            1 => Within::One(ranges.remove(0)),
            2..=MAX_PARTS if !overlap(&ranges) => Within::Several(ranges),
            _ => Within::TooMuch,
        }
    }
}

fn overlap(ranges: &[Range<u64>]) -> bool {
    let mut by_start: Vec<_> = ranges.iter().collect();
    by_start.sort_unstable_by_key(|range| range.start);
    by_start
        .windows(2)
        .any(|pair| matches!(pair, [one, next] if one.end > next.start))
}

#[cfg(test)]
mod tests {
    use super::{RangeSet, Within};
    use crate::store::ByteRange::{self, From, FromTo, Suffix};

    fn within(ranges: &[ByteRange]) -> Within {
        RangeSet::new(ranges.to_vec()).within(100)
    }

    fn bytes(first: u64, last: u64) -> ByteRange {
        FromTo { first, last }
    }

    #[test]
    fn ranges_that_only_touch_are_several_in_the_order_asked_for() {
        let set = within(&[bytes(5, 9), bytes(0, 4), Suffix { len_bytes: 1 }]);
        assert_eq!(set, Within::Several(vec![5..10, 0..5, 99..100]));
    }

    #[test]
    fn ranges_beyond_the_object_are_left_out() {
        let beyond = [
            bytes(100, 200),
            From { first: 100 },
            Suffix { len_bytes: 0 },
        ];
        assert_eq!(within(&beyond), Within::Nothing);
        let [one, two, three] = beyond;
        assert_eq!(within(&[one, bytes(3, 3), two]), Within::One(3..4));
        let set = RangeSet::new(vec![one, From { first: 90 }, three, bytes(0, 0)]);
        assert_eq!(set.within(100), Within::Several(vec![90..100, 0..1]));
        assert_eq!(set.first_within(100), Some(90..100));
        assert_eq!(set.first_within(0), None);
    }

    #[test]
    fn ranges_that_overlap_are_too_much_wherever_they_stand() {
        for set in [
            [bytes(0, 5), bytes(50, 60), bytes(5, 9)],
            [bytes(20, 29), bytes(0, 99), bytes(50, 50)],
            [bytes(95, 99), bytes(0, 0), Suffix { len_bytes: 1 }],
            [bytes(1, 1), bytes(3, 3), bytes(1, 1)],
        ] {
            assert_eq!(within(&set), Within::TooMuch, "{set:?}");
        }
    }

    #[test]
    fn eight_are_several_and_nine_are_too_much() {
        let ranges: Vec<_> = (0..9).map(|place| bytes(place * 2, place * 2)).collect();
        assert!(matches!(within(&ranges[..8]), Within::Several(ranges) if ranges.len() == 8));
        assert_eq!(within(&ranges), Within::TooMuch);
        let mut with_one_beyond = ranges[..8].to_vec();
        with_one_beyond.insert(4, bytes(100, 100));
        assert!(matches!(within(&with_one_beyond), Within::Several(_)));
    }
}
