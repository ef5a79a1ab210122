//! Byte ranges as RFC 9110 §14.1.2 has them, before and after the length is known.

use std::ops::Range;

/// One byte range of a request, with inclusive positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteRange {
    /// `first-last`; `first ≤ last`.
    FromTo {
        /// Position of the first byte.
        first: u64,
        /// Position of the last byte, inclusive.
        last: u64,
    },
    /// `first-`.
    From {
        /// Position of the first byte.
        first: u64,
    },
    /// `-len`: the last `len` bytes.
    Suffix {
        /// How many bytes from the end; 0 is never satisfiable.
        len_bytes: u64,
    },
}

impl ByteRange {
    /// The half-open range of an object of `len_bytes`; `None` where it is not satisfiable.
    pub fn resolve(self, len_bytes: u64) -> Option<Range<u64>> {
        match self {
            Self::FromTo { first, last } if first < len_bytes && first <= last => {
                Some(first..last.saturating_add(1).min(len_bytes))
            }
            Self::From { first } if first < len_bytes => Some(first..len_bytes),
            Self::Suffix { len_bytes: suffix } if suffix > 0 && len_bytes > 0 => {
                Some(len_bytes.saturating_sub(suffix)..len_bytes)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ByteRange::{From, FromTo, Suffix};

    #[test]
    fn a_range_is_cut_to_the_object_and_refused_beyond_it() {
        assert_eq!(FromTo { first: 0, last: 0 }.resolve(10), Some(0..1));
        assert_eq!(FromTo { first: 9, last: 99 }.resolve(10), Some(9..10));
        assert_eq!(
            FromTo {
                first: 10,
                last: 10
            }
            .resolve(10),
            None
        );
        assert_eq!(
            FromTo {
                first: 0,
                last: u64::MAX
            }
            .resolve(10),
            Some(0..10)
        );
        assert_eq!(From { first: 9 }.resolve(10), Some(9..10));
        assert_eq!(From { first: 10 }.resolve(10), None);
    }

    #[test]
    fn a_suffix_longer_than_the_object_is_all_of_it_and_an_empty_one_nothing() {
        assert_eq!(Suffix { len_bytes: 3 }.resolve(10), Some(7..10));
        assert_eq!(Suffix { len_bytes: 99 }.resolve(10), Some(0..10));
        assert_eq!(Suffix { len_bytes: 0 }.resolve(10), None);
        assert_eq!(Suffix { len_bytes: 1 }.resolve(0), None);
    }
}
