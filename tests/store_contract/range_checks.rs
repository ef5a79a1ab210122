//! The contract's part about ranges.

use countersign::store::ByteRange::{From, FromTo, Suffix};
use countersign::store::StoreError;

use crate::place::{Place, bytes, pattern};

pub(crate) async fn a_range_brings_its_bytes_and_the_whole_length(place: &Place) {
    let put = pattern(200_000);
    place.put("range/a", &put).await;
    for (range, bounds) in [
        (FromTo { first: 0, last: 0 }, 0..1),
        (
            FromTo {
                first: 65_535,
                last: 65_536,
            },
            65_535..65_537,
        ),
        (
            FromTo {
                first: 1,
                last: 199_998,
            },
            1..199_999,
        ),
        (
            FromTo {
                first: 199_999,
                last: 199_999,
            },
            199_999..200_000,
        ),
        (From { first: 0 }, 0..200_000),
        (From { first: 70_000 }, 70_000..200_000),
    ] {
        let got = place.get_range("range/a", range).await.unwrap();
        assert_eq!(got.meta.len_bytes, 200_000, "{range:?}");
        assert_eq!(
            got.range,
            bounds.start as u64..bounds.end as u64,
            "{range:?}"
        );
        assert!(bytes(got).await.unwrap() == put[bounds], "{range:?}");
    }
}

pub(crate) async fn a_range_that_ends_beyond_the_object_is_cut(place: &Place) {
    place.put("range/cut", b"0123456789").await;
    for last in [10, 1_000, i64::MAX as u64, u64::MAX] {
        let got = place
            .get_range("range/cut", FromTo { first: 7, last })
            .await
            .unwrap();
        assert_eq!(got.range, 7..10, "{last}");
        assert_eq!(bytes(got).await.unwrap(), b"789", "{last}");
    }
}

pub(crate) async fn a_range_that_starts_at_or_beyond_the_end_is_refused_with_the_length(
    place: &Place,
) {
    place.put("range/beyond", b"0123456789").await;
    for range in [
        FromTo {
            first: 10,
            last: 10,
        },
        FromTo {
            first: 11,
            last: u64::MAX,
        },
        From { first: 10 },
        From { first: u64::MAX },
    ] {
        let refused = place.get_range("range/beyond", range).await.unwrap_err();
        let expected = StoreError::RangeNotSatisfiable { len_bytes: 10 };
        assert_eq!(refused, expected, "{range:?}");
    }
}

pub(crate) async fn a_range_that_no_object_satisfies_is_refused_with_the_length(place: &Place) {
    place.put("range/never", b"0123456789").await;
    for range in [Suffix { len_bytes: 0 }, FromTo { first: 5, last: 2 }] {
        let refused = place.get_range("range/never", range).await.unwrap_err();
        let expected = StoreError::RangeNotSatisfiable { len_bytes: 10 };
        assert_eq!(refused, expected, "{range:?}");
        let missing = place.get_range("range/missing", range).await.unwrap_err();
        assert_eq!(missing, StoreError::NotFound, "{range:?}");
    }
}

pub(crate) async fn a_suffix_range_brings_the_last_bytes(place: &Place) {
    place.put("range/suffix", b"0123456789").await;
    for (len_bytes, text) in [(1, "9"), (10, "0123456789"), (u64::MAX, "0123456789")] {
        let got = place
            .get_range("range/suffix", Suffix { len_bytes })
            .await
            .unwrap();
        assert_eq!(got.range, 10 - text.len() as u64..10);
        assert_eq!(bytes(got).await.unwrap(), text.as_bytes(), "{len_bytes}");
    }
}

pub(crate) async fn an_empty_object_has_a_body_of_nothing_and_satisfies_no_range(place: &Place) {
    place.put("empty", b"").await;
    let got = place.get("empty").await.unwrap();
    assert_eq!((got.meta.len_bytes, got.range.clone()), (0, 0..0));
    assert_eq!(bytes(got).await.unwrap(), b"");
    for range in [
        FromTo { first: 0, last: 0 },
        From { first: 0 },
        Suffix { len_bytes: 1 },
    ] {
        let refused = place.get_range("empty", range).await.unwrap_err();
        assert_eq!(
            refused,
            StoreError::RangeNotSatisfiable { len_bytes: 0 },
            "{range:?}"
        );
    }
}
