//! The contract: each check is given a store and uses keys of its own.

use std::sync::Arc;

use countersign::clock::Clock;
use countersign::store::ByteRange::{From, FromTo, Suffix};
use countersign::store::{EntityTag, Probed, StoreError, unreachable_names};
use futures_util::StreamExt;
use futures_util::future::join_all;

use crate::place::{Place, bytes, pattern};
pub(crate) use crate::range_checks::*;

/// Names every check, so that each store's tests can be made of the one list.
macro_rules! for_every_check {
    ($make:ident) => {
        $make! {
            a_whole_object_comes_as_it_was_put,
            an_object_at_the_border_of_a_chunk_comes_whole,
            a_range_brings_its_bytes_and_the_whole_length,
            a_range_that_ends_beyond_the_object_is_cut,
            a_range_that_starts_at_or_beyond_the_end_is_refused_with_the_length,
            a_range_that_no_object_satisfies_is_refused_with_the_length,
            a_suffix_range_brings_the_last_bytes,
            an_empty_object_has_a_body_of_nothing_and_satisfies_no_range,
            head_tells_the_same_as_get,
            the_entity_tag_changes_with_the_content_and_only_then,
            if_match_holds_for_the_same_version_and_fails_for_another,
            if_match_is_judged_before_the_range,
            if_none_match_spares_the_bytes_of_the_same_version_only,
            a_missing_key_is_not_found,
            an_empty_key_is_not_found,
            names_are_taken_as_they_are,
            the_type_follows_from_the_extension_where_none_is_stated,
            last_modified_is_when_it_was_put,
            many_readers_at_once_get_their_own_bytes,
            a_reader_that_leaves_in_the_middle_does_no_harm,
            a_probe_of_a_good_store_finds_it_readable,
            names_that_no_path_can_say_are_found,
        }
    };
}
pub(crate) use for_every_check;

pub(crate) async fn a_whole_object_comes_as_it_was_put(place: &Place) {
    let put = pattern(1_000_000);
    place.put("whole/film.bin", &put).await;
    let got = place.get("whole/film.bin").await.unwrap();
    assert_eq!(
        (got.meta.len_bytes, got.range.clone()),
        (1_000_000, 0..1_000_000)
    );
    assert!(bytes(got).await.unwrap() == put);
}

pub(crate) async fn an_object_at_the_border_of_a_chunk_comes_whole(place: &Place) {
    for len in [1, 65_535, 65_536, 65_537, 131_072] {
        let (key, put) = (format!("border/{len}"), pattern(len));
        place.put(&key, &put).await;
        let got = place.get(&key).await.unwrap();
        assert!(bytes(got).await.unwrap() == put, "{len}");
        let last = len as u64 - 1;
        let got = place.get_range(&key, From { first: last }).await.unwrap();
        assert_eq!(
            bytes(got).await.unwrap(),
            put[len - 1..],
            "the last byte of {len}"
        );
    }
}

pub(crate) async fn head_tells_the_same_as_get(place: &Place) {
    place.put("head/a.mp4", b"0123456789").await;
    let head = place.head("head/a.mp4").await.unwrap();
    assert_eq!(head.len_bytes, 10);
    assert_eq!(head, place.get("head/a.mp4").await.unwrap().meta);
    let part = FromTo { first: 2, last: 3 };
    assert_eq!(
        head,
        place.get_range("head/a.mp4", part).await.unwrap().meta
    );
}

pub(crate) async fn the_entity_tag_changes_with_the_content_and_only_then(place: &Place) {
    place.put("tag/a", b"before").await;
    let before = place.head("tag/a").await.unwrap().etag.unwrap();
    assert_eq!(
        place.head("tag/a").await.unwrap().etag.as_ref(),
        Some(&before)
    );
    place.put("tag/a", b"behind").await;
    assert_ne!(place.head("tag/a").await.unwrap().etag.unwrap(), before);
}

pub(crate) async fn if_match_holds_for_the_same_version_and_fails_for_another(place: &Place) {
    place.put("match/a", b"before").await;
    let before = place.head("match/a").await.unwrap().etag.unwrap();
    let got = place
        .get_if("match/a", &before, Some(From { first: 2 }))
        .await
        .unwrap();
    assert_eq!(bytes(got).await.unwrap(), b"fore");
    place.put("match/a", b"behind").await;
    for range in [None, Some(From { first: 2 }), Some(Suffix { len_bytes: 1 })] {
        let refused = place.get_if("match/a", &before, range).await.unwrap_err();
        assert_eq!(refused, StoreError::Changed, "{range:?}");
    }
}

pub(crate) async fn if_match_is_judged_before_the_range(place: &Place) {
    place.put("match/order", b"0123456789").await;
    let other = EntityTag::strong("\"another\"").unwrap();
    for range in [From { first: 10 }, Suffix { len_bytes: 0 }] {
        let refused = place
            .get_if("match/order", &other, Some(range))
            .await
            .unwrap_err();
        assert_eq!(refused, StoreError::Changed, "{range:?}");
    }
}

pub(crate) async fn if_none_match_spares_the_bytes_of_the_same_version_only(place: &Place) {
    place.put("unless/a", b"before").await;
    let before = place.head("unless/a").await.unwrap().etag.unwrap();
    let ranges = [None, Some(FromTo { first: 0, last: 1 })];
    for range in ranges {
        let spared = place.get_unless("unless/a", &before, range).await;
        assert_eq!(spared.unwrap_err(), StoreError::NotModified, "{range:?}");
    }
    place.put("unless/a", b"behind").await;
    for range in ranges {
        let got = place.get_unless("unless/a", &before, range).await.unwrap();
        assert_ne!(got.meta.etag.as_ref(), Some(&before));
        assert!(b"behind".starts_with(&bytes(got).await.unwrap()));
    }
}

pub(crate) async fn a_missing_key_is_not_found(place: &Place) {
    place.put("missing/there", b"x").await;
    let tag = EntityTag::strong("\"x\"").unwrap();
    for key in [
        "missing/not-there",
        "missing",
        "missing/there/below",
        "Missing/there",
    ] {
        assert_eq!(
            place.head(key).await.unwrap_err(),
            StoreError::NotFound,
            "{key}"
        );
        assert_eq!(
            place.get(key).await.unwrap_err(),
            StoreError::NotFound,
            "{key}"
        );
        let range = place.get_range(key, From { first: 3 }).await.unwrap_err();
        assert_eq!(range, StoreError::NotFound, "{key}");
        let matched = place.get_if(key, &tag, None).await.unwrap_err();
        assert_eq!(matched, StoreError::NotFound, "{key}");
    }
}

pub(crate) async fn an_empty_key_is_not_found(place: &Place) {
    assert_eq!(place.head("").await.unwrap_err(), StoreError::NotFound);
    assert_eq!(place.get("").await.unwrap_err(), StoreError::NotFound);
}

pub(crate) async fn names_are_taken_as_they_are(place: &Place) {
    let names = [
        "a b+c'(~@$\u{e9}",
        "caf\u{e9}.txt",
        "cafe\u{301}.txt",
        "a%2Fb",
        "a%252Fb",
        "a/b",
        "100%",
        "a+b",
        "a b",
        "a;b=c,d&e!*",
        "..a/...",
        "日本/映画.mp4",
        "\u{1f3ac}",
        "\"quoted\" <b>",
    ];
    for name in names {
        place.put(&format!("names/{name}"), name.as_bytes()).await;
    }
    for name in names {
        let key = format!("names/{name}");
        let got = place
            .get(&key)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(bytes(got).await.unwrap(), name.as_bytes(), "{name}");
        let head = place
            .head(&key)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(head.len_bytes, name.len() as u64, "{name}");
    }
}

pub(crate) async fn the_type_follows_from_the_extension_where_none_is_stated(place: &Place) {
    for (key, kind) in [
        ("type/a.m3u8", Some("application/vnd.apple.mpegurl")),
        ("type/a.ts", Some("video/mp2t")),
        ("type/a.png", Some("image/png")),
        ("type/a", None),
    ] {
        place.put(key, b"x").await;
        let head = place.head(key).await.unwrap();
        assert_eq!(head.content_type.as_deref(), kind, "{key}");
    }
}

pub(crate) async fn last_modified_is_when_it_was_put(place: &Place) {
    let before = Clock::system().now_unix_secs();
    place.put("time/a", b"x").await;
    let modified = place.head("time/a").await.unwrap().last_modified_unix_secs;
    let after = Clock::system().now_unix_secs();
    // S3's seconds are cut, the file system's come from a coarse clock.
    assert!(
        (before - 1..=after).contains(&modified.unwrap()),
        "{modified:?}"
    );
}

pub(crate) async fn many_readers_at_once_get_their_own_bytes(place: &Place) {
    let put = Arc::new(pattern(300_000));
    place.put("many/a", &put).await;
    let readers = (0..40_usize).map(|reader| {
        let put = Arc::clone(&put);
        async move {
            let first = reader * 5_000;
            let range = FromTo {
                first: first as u64,
                last: first as u64 + 99_999,
            };
            let got = place.get_range("many/a", range).await.unwrap();
            assert!(
                bytes(got).await.unwrap() == put[first..first + 100_000],
                "{reader}"
            );
        }
    });
    join_all(readers).await;
}

pub(crate) async fn a_reader_that_leaves_in_the_middle_does_no_harm(place: &Place) {
    place.put("leave/a", &pattern(2_000_000)).await;
    for _ in 0..20 {
        let mut got = place.get("leave/a").await.unwrap();
        assert!(got.body.next().await.unwrap().is_ok());
        drop(got);
    }
    let got = place.get("leave/a").await.unwrap();
    assert_eq!(bytes(got).await.unwrap().len(), 2_000_000);
}

pub(crate) async fn a_probe_of_a_good_store_finds_it_readable(place: &Place) {
    assert_eq!(place.store.probe().await, Ok(Probed::Readable));
}

pub(crate) async fn names_that_no_path_can_say_are_found(place: &Place) {
    for key in [
        "list/a/fine",
        "list/b\\ad",
        "list/c/tab\t",
        "list-not/b\\ad",
    ] {
        place.put(key, b"x").await;
    }
    let plain = |name: &str| !name.contains(['\\', '\t']);
    let mut names = unreachable_names(&*place.store, "list/", 10, plain)
        .await
        .unwrap();
    names.sort();
    assert_eq!(names, ["list/b\\ad", "list/c/tab\t"]);
    let one = unreachable_names(&*place.store, "list/", 1, plain)
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
    let none = unreachable_names(&*place.store, "no-such/", 10, plain)
        .await
        .unwrap();
    assert_eq!(none, [""; 0]);
}
