//! Objects that are streamed past the cache.

use futures_util::StreamExt;
use futures_util::future::join_all;

use super::super::test_store::TestStore;
use super::*;
use crate::store::EntityTag;
use ByteRange::{From, FromTo, Suffix};

const LEN_BYTES: usize = 250_000;

/// The first `get` of any cold object.
const FIRST: ByteRange = FromTo {
    first: 0,
    last: MAX_OBJECT_BYTES - 1,
};

fn large() -> (Objects, Arc<TestStore>) {
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    (objects(), store)
}

fn etag() -> Option<EntityTag> {
    EntityTag::strong("\"1\"")
}

#[tokio::test]
async fn the_limit_itself_is_kept_and_one_byte_more_streamed() {
    let (objects, store) = (objects(), TestStore::new());
    let limit = MAX_OBJECT_BYTES as usize;
    store.put("limit", "\"1\"", content(limit));
    store.put("more", "\"1\"", content(limit + 1));
    let kept = read(&objects, &store, "limit", WHOLE).await;
    assert_eq!(kept, Ok((CacheOutcome::Miss, content(limit))));
    let hit = read(&objects, &store, "limit", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(limit))));
    assert_eq!(store.calls(), (1, 0));
    let streamed = read(&objects, &store, "more", WHOLE).await;
    assert_eq!(streamed, Ok((CacheOutcome::TooLarge, content(limit + 1))));
    assert_eq!(store.calls(), (3, 0));
}

#[tokio::test]
async fn the_first_stream_is_used_and_continued_only_when_it_has_been_read() {
    let (objects, store) = large();
    let mut opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    assert_eq!(opened.outcome, CacheOutcome::TooLarge);
    let first = opened.body.next().await.unwrap().unwrap();
    assert_eq!(store.gets(), [(Some(FIRST), None)]);
    let rest = bytes(opened).await.unwrap();
    assert_eq!([first, rest].concat(), content(LEN_BYTES));
    let second = FromTo {
        first: MAX_OBJECT_BYTES,
        last: LEN_BYTES as u64 - 1,
    };
    assert_eq!(store.gets()[1..], [(Some(second), etag())]);
}

#[tokio::test]
async fn a_short_range_at_the_start_is_cut_from_the_first_stream() {
    let (objects, store) = large();
    let wanted = range(FromTo {
        first: 0,
        last: 1_499,
    });
    let start = read(&objects, &store, "film", wanted).await;
    assert_eq!(start, Ok((CacheOutcome::TooLarge, content(1_500))));
    assert_eq!(store.calls(), (1, 0));
}

#[tokio::test]
async fn later_ranges_are_one_get_each_of_the_same_version() {
    let (objects, store) = large();
    for (wanted, part) in [
        (
            FromTo {
                first: 200_000,
                last: 200_009,
            },
            200_000..200_010,
        ),
        (Suffix { len_bytes: 10 }, 249_990..250_000),
        (From { first: 0 }, 0..250_000),
        (FromTo { first: 5, last: 9 }, 5..10),
    ] {
        let part = content(LEN_BYTES).slice(part);
        let streamed = read(&objects, &store, "film", range(wanted)).await;
        assert_eq!(streamed, Ok((CacheOutcome::TooLarge, part)));
    }
    let gets = store.gets();
    assert_eq!((gets.len(), store.calls().1), (5, 0));
    assert_eq!(gets[0], (Some(FIRST), None));
    assert!(gets[1..].iter().all(|(_, if_match)| *if_match == etag()));
}

#[tokio::test]
async fn a_cold_suffix_is_resolved_by_the_first_get() {
    let (objects, store) = large();
    let suffix = read(&objects, &store, "film", range(Suffix { len_bytes: 3 })).await;
    let part = content(LEN_BYTES).slice(LEN_BYTES - 3..);
    assert_eq!(suffix, Ok((CacheOutcome::TooLarge, part)));
    assert_eq!(store.calls(), (2, 0));
}

#[tokio::test]
async fn an_unsatisfiable_range_of_a_known_object_asks_the_store_nothing() {
    let (objects, store) = large();
    open(&objects, &store, "film", Wanted::Metadata)
        .await
        .unwrap();
    let wanted = range(From {
        first: LEN_BYTES as u64,
    });
    let opened = open(&objects, &store, "film", wanted).await.unwrap();
    assert_eq!(
        (opened.range, opened.outcome),
        (None, CacheOutcome::TooLarge)
    );
    assert_eq!(store.calls(), (0, 1));
}

#[tokio::test]
async fn a_stale_length_is_not_believed_where_it_refuses_a_range() {
    let objects = objects_with(1_000_000, Duration::ZERO);
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    open(&objects, &store, "film", Wanted::Metadata)
        .await
        .unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES + 1));
    let wanted = range(From {
        first: LEN_BYTES as u64,
    });
    let (_, bytes) = read(&objects, &store, "film", wanted).await.unwrap();
    assert_eq!(bytes, content(LEN_BYTES + 1).slice(LEN_BYTES..));
}

#[tokio::test]
async fn a_change_between_the_two_gets_ends_the_stream_with_an_error() {
    let (objects, store) = large();
    let mut opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES));
    let mut read_bytes = 0;
    let fault = loop {
        match opened.body.next().await.unwrap() {
            Ok(chunk) => read_bytes += chunk.len() as u64,
            Err(fault) => break fault,
        }
    };
    assert_eq!((read_bytes, fault), (MAX_OBJECT_BYTES, StoreError::Changed));
    assert!(opened.body.next().await.is_none());
}

#[tokio::test]
async fn a_change_before_the_first_byte_starts_again_with_the_new_version() {
    let (objects, store) = large();
    open(&objects, &store, "film", WHOLE).await.unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES + 7));
    let opened = open(&objects, &store, "film", range(Suffix { len_bytes: 9 }))
        .await
        .unwrap();
    assert_eq!(opened.meta.etag, EntityTag::strong("\"2\""));
    assert_eq!(
        bytes(opened).await,
        Ok(content(LEN_BYTES + 7).slice(LEN_BYTES - 2..))
    );
}

#[tokio::test]
async fn a_large_object_that_has_become_small_is_kept() {
    let (objects, store) = large();
    open(&objects, &store, "film", WHOLE).await.unwrap();
    store.put("film", "\"2\"", content(10));
    let small = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(small, Ok((CacheOutcome::Miss, content(10))));
    let hit = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(10))));
}

#[tokio::test]
async fn a_store_whose_first_stream_ends_early_never_shifts_the_rest() {
    let (objects, store) = large();
    store.cut_bodies(1);
    let streamed = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(streamed, Err(StoreError::BodyLength));
    assert_eq!(store.calls(), (1, 0));
}

#[tokio::test]
async fn readers_who_come_together_each_get_the_whole() {
    let (objects, store) = large();
    let reads = join_all((0..5).map(|_| read(&objects, &store, "film", WHOLE))).await;
    for read in reads {
        assert_eq!(read, Ok((CacheOutcome::TooLarge, content(LEN_BYTES))));
    }
    let cold = store
        .gets()
        .into_iter()
        .filter(|(_, if_match)| if_match.is_none());
    assert_eq!(cold.count(), 1);
}
