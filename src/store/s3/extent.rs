//! Which bytes an answer brings: `Range` out, `Content-Range` and `Content-Length` in (RFC 9110 §14).

use std::ops::Range;

use crate::store::{ByteRange, StoreError};

/// Some stores read positions as signed; no object is that long.
const MAX_POSITION: u64 = i64::MAX as u64;

/// The `Range` header; `None` for a range that no object can satisfy.
pub(super) fn header(range: ByteRange) -> Option<String> {
    match range {
        ByteRange::FromTo { first, last } if first <= last && first <= MAX_POSITION => {
            Some(format!("bytes={first}-{}", last.min(MAX_POSITION)))
        }
        ByteRange::From { first } if first <= MAX_POSITION => Some(format!("bytes={first}-")),
        ByteRange::Suffix { len_bytes } if len_bytes > 0 => {
            Some(format!("bytes=-{}", len_bytes.min(MAX_POSITION)))
        }
        _ => None,
    }
}

/// The object's length and the bytes that the body is to bring.
///
/// A whole object in answer to a range is taken where the range starts at its first byte, and then
/// cut; to read up to a later byte could mean gigabytes for nothing, so that is
/// [`StoreError::Unavailable`], as is any answer that contradicts the request or itself.
pub(super) fn of(
    asked: Option<ByteRange>,
    content_range: Option<&str>,
    content_length: Option<i64>,
) -> Result<(u64, Range<u64>), StoreError> {
    let body_len = content_length.map(u64::try_from).transpose();
    let body_len = body_len.map_err(|_| StoreError::Unavailable)?;
    match (asked, content_range) {
        (None, None) => {
            let len_bytes = body_len.ok_or(StoreError::Unavailable)?;
            Ok((len_bytes, 0..len_bytes))
        }
        (Some(asked), None) => {
            let len_bytes = body_len.ok_or(StoreError::Unavailable)?;
            let range = asked
                .resolve(len_bytes)
                .ok_or(StoreError::RangeNotSatisfiable { len_bytes })?;
            if range.start == 0 {
                Ok((len_bytes, range))
            } else {
                Err(StoreError::Unavailable)
            }
        }
        // No range of nothing exists, but Garage 2.5 answers a suffix of an empty object with 206 and
        // `bytes 0-18446744073709551615/0`.
        (Some(_), Some(content_range)) if content_range.ends_with("/0") => {
            Err(StoreError::RangeNotSatisfiable { len_bytes: 0 })
        }
        (Some(asked), Some(content_range)) => {
            let (range, len_bytes) = parse(content_range).ok_or(StoreError::Unavailable)?;
            let fits = body_len.is_none_or(|len| len == range.end - range.start);
            if fits && asked.resolve(len_bytes).as_ref() == Some(&range) {
                Ok((len_bytes, range))
            } else {
                Err(StoreError::Unavailable)
            }
        }
        (None, Some(_)) => Err(StoreError::Unavailable),
    }
}

/// `bytes 0-9/100` as a half-open range and the whole length; an unknown length is no use.
fn parse(content_range: &str) -> Option<(Range<u64>, u64)> {
    let (range, len_bytes) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, len_bytes) = (number(first)?, number(last)?, number(len_bytes)?);
    (first <= last && last < len_bytes).then(|| (first..last + 1, len_bytes))
}

/// The length in the `bytes */100` of a 416 answer.
pub(super) fn unsatisfied(content_range: &str) -> Option<u64> {
    number(content_range.strip_prefix("bytes */")?)
}

fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::ByteRange::{From, FromTo, Suffix};
    use super::{StoreError, header, of, unsatisfied};

    const TEN_TO_19: Option<crate::store::ByteRange> = Some(FromTo {
        first: 10,
        last: 19,
    });

    #[test]
    fn a_range_is_written_as_the_rfc_has_it_or_not_at_all() {
        let max = u64::MAX;
        assert_eq!(
            header(FromTo { first: 0, last: 0 }).as_deref(),
            Some("bytes=0-0")
        );
        assert_eq!(header(From { first: 7 }).as_deref(), Some("bytes=7-"));
        assert_eq!(header(Suffix { len_bytes: 7 }).as_deref(), Some("bytes=-7"));
        assert_eq!(
            header(FromTo {
                first: 1,
                last: max
            })
            .as_deref(),
            Some("bytes=1-9223372036854775807")
        );
        assert_eq!(header(FromTo { first: 2, last: 1 }), None);
        assert_eq!(header(From { first: max }), None);
        assert_eq!(header(Suffix { len_bytes: 0 }), None);
    }

    #[test]
    fn a_partial_answer_is_believed_only_where_it_is_what_was_asked_for() {
        assert_eq!(
            of(TEN_TO_19, Some("bytes 10-19/100"), Some(10)),
            Ok((100, 10..20))
        );
        assert_eq!(
            of(TEN_TO_19, Some("bytes 10-14/15"), Some(5)),
            Ok((15, 10..15))
        );
        let suffix = Some(Suffix { len_bytes: 5 });
        assert_eq!(
            of(suffix, Some("bytes 95-99/100"), None),
            Ok((100, 95..100))
        );
        for wrong in [
            "bytes 0-9/100",
            "bytes 10-18/100",
            "bytes 10-19/*",
            "bytes 10-19/19",
            "bytes 19-10/100",
            "bytes +10-19/100",
            "bytes 10-19/99999999999999999999",
            "items 10-19/100",
            "",
        ] {
            assert_eq!(
                of(TEN_TO_19, Some(wrong), None),
                Err(StoreError::Unavailable),
                "{wrong}"
            );
        }
        let last = of(TEN_TO_19, Some("bytes 10-18446744073709551615/20"), None);
        assert_eq!(last, Err(StoreError::Unavailable));
        let empty = of(suffix, Some("bytes 0-18446744073709551615/0"), None);
        assert_eq!(empty, Err(StoreError::RangeNotSatisfiable { len_bytes: 0 }));
        let short = of(TEN_TO_19, Some("bytes 10-19/100"), Some(9));
        assert_eq!(short, Err(StoreError::Unavailable));
        let unasked = of(None, Some("bytes 10-19/100"), Some(10));
        assert_eq!(unasked, Err(StoreError::Unavailable));
    }

    #[test]
    fn a_whole_answer_to_a_range_is_taken_only_from_its_first_byte() {
        let first_ten = Some(FromTo { first: 0, last: 9 });
        assert_eq!(of(first_ten, None, Some(100)), Ok((100, 0..10)));
        assert_eq!(of(TEN_TO_19, None, Some(100)), Err(StoreError::Unavailable));
        let beyond = of(TEN_TO_19, None, Some(10));
        assert_eq!(
            beyond,
            Err(StoreError::RangeNotSatisfiable { len_bytes: 10 })
        );
        assert_eq!(of(None, None, Some(100)), Ok((100, 0..100)));
        assert_eq!(of(None, None, None), Err(StoreError::Unavailable));
        assert_eq!(of(None, None, Some(-1)), Err(StoreError::Unavailable));
    }

    #[test]
    fn the_length_of_an_unsatisfiable_range_is_read() {
        assert_eq!(unsatisfied("bytes */0"), Some(0));
        assert_eq!(unsatisfied("bytes */*"), None);
        assert_eq!(unsatisfied("bytes 0-9/10"), None);
    }
}
