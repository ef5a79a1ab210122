//! The `Range` header (RFC 9110 §14.2).

use http::{HeaderMap, header};

use super::range_set::RangeSet;
use crate::store::ByteRange;

/// A header with more ranges than these is as if it were not there, whether they lie within the
/// object or not: what is read of a header is bounded.
pub const MAX_WRITTEN: usize = 32;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: no range, one of another unit, or one that is not well-formed.
    Whole,
    /// One range.
    One(ByteRange),
    /// Several ranges.
    Several(RangeSet),
}

impl Asked {
    /// The range that is read first; `None`: all of it.
    pub fn first(&self) -> Option<ByteRange> {
        match self {
            Self::Whole => None,
            Self::One(range) => Some(*range),
            Self::Several(set) => set.first(),
        }
    }

    /// Whether it is all of an object without bytes: a suffix of nothing can be satisfied (RFC 9110
    /// §14.1.2), but no `Content-Range` can say so.
    pub fn is_all_of_nothing(&self, len_bytes: u64) -> bool {
        let is_suffix = |range: &ByteRange| matches!(range, ByteRange::Suffix { len_bytes: 1.. });
        len_bytes == 0
            && match self {
                Self::Whole => true,
                Self::One(range) => is_suffix(range),
                Self::Several(set) => set.any(is_suffix),
            }
    }
}

/// Reads the header. A range that breaks the syntax is as if it were not there.
pub fn asked(headers: &HeaderMap) -> Asked {
    let mut lines = headers.get_all(header::RANGE).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => written(line.as_bytes()),
        _ => Asked::Whole,
    }
}

/// Reads the value of the one line.
pub fn written(line: &[u8]) -> Asked {
    let text = str::from_utf8(line).ok().filter(|text| text.is_ascii());
    let Some((unit, set)) = text.and_then(|text| text.split_once('=')) else {
        return Asked::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let ranges = set
        .split(',')
        .map(str::trim)
        .filter(|range| !range.is_empty());
    let ranges: Option<Vec<_>> = ranges.take(MAX_WRITTEN + 1).map(range).collect();
    match ranges.as_deref() {
        None | Some([]) => Asked::Whole,
        Some([range]) => Asked::One(*range),
        Some(ranges) if ranges.len() > MAX_WRITTEN => Asked::Whole,
        Some(ranges) => Asked::Several(RangeSet::new(ranges.to_vec())),
    }
}

fn range(text: &str) -> Option<ByteRange> {
    let (first, last) = text.split_once('-')?;
    match (first.trim_end(), last.trim_start()) {
        ("", suffix) => Some(ByteRange::Suffix {
            len_bytes: position(suffix)?,
        }),
        (first, "") => Some(ByteRange::From {
            first: position(first)?,
        }),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(ByteRange::FromTo { first, last })
        }
    }
}

/// Figures of any number; beyond 2⁶⁴ they mean "beyond every object".
fn position(text: &str) -> Option<u64> {
    let figures = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    figures.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::RANGE};
    use proptest::prelude::*;

    use super::{Asked, MAX_WRITTEN, RangeSet, asked};
    use crate::store::ByteRange::{From, FromTo, Suffix};

    fn of(value: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(value).unwrap());
        asked(&headers)
    }

    #[test]
    fn the_three_forms_of_one_range_are_read() {
        assert_eq!(of("bytes=0-0"), Asked::One(FromTo { first: 0, last: 0 }));
        assert_eq!(of("Bytes = 5-"), Asked::One(From { first: 5 }));
        assert_eq!(of("bytes=-5"), Asked::One(Suffix { len_bytes: 5 }));
        assert_eq!(
            of("bytes=, 1-2 ,"),
            Asked::One(FromTo { first: 1, last: 2 })
        );
        let last = u64::MAX;
        assert_eq!(
            of("bytes=1-99999999999999999999999"),
            Asked::One(FromTo { first: 1, last })
        );
    }

    #[test]
    fn several_ranges_are_a_set_in_their_order() {
        let set = RangeSet::new(vec![From { first: 5 }, FromTo { first: 0, last: 1 }]);
        assert_eq!(of("bytes=5- ,, 0-1"), Asked::Several(set));
    }

    #[test]
    fn one_wrong_range_makes_the_set_wrong_and_so_does_one_too_many() {
        for value in [
            "bytes=0-1,a",
            "bytes=a,0-1",
            "bytes=0-1,3-2",
            "bytes=0-1;3-4",
        ] {
            assert_eq!(of(value), Asked::Whole, "{value}");
        }
        let most = format!("bytes={}", ["0-1"; MAX_WRITTEN].join(","));
        assert!(matches!(of(&most), Asked::Several(_)));
        assert_eq!(of(&format!("{most},0-1")), Asked::Whole);
    }

    #[test]
    fn what_is_no_range_is_ignored() {
        for value in [
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=2-1",
            "bytes=a-b",
            "bytes=+1-2",
            "items=0-1",
            "bytes=1",
        ] {
            assert_eq!(of(value), Asked::Whole, "{value}");
        }
        assert_eq!(asked(&HeaderMap::new()), Asked::Whole);
    }

    proptest! {
        #[test]
        fn no_range_panics_and_one_that_is_read_is_in_order(value in "bytes=[0-9,\\- ]{0,30}") {
            if let Asked::One(FromTo { first, last }) = of(&value) {
                prop_assert!(first <= last);
            }
        }
    }
}
