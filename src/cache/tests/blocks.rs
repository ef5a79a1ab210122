//! Objects of several blocks: what of them is asked of the store, and how often.

use futures_util::StreamExt;
use futures_util::future::join_all;

use super::*;
use crate::store::EntityTag;
use ByteRange::{From, FromTo, Suffix};

const LEN_BYTES: usize = 250_000;

fn large() -> (Objects, Arc<TestStore>) {
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    (objects(), store)
}

fn etag() -> Option<EntityTag> {
    EntityTag::strong("\"1\"")
}

fn block(first: u64, end: u64) -> Option<ByteRange> {
    let last = end - 1;
    Some(FromTo { first, last })
}

#[tokio::test]
async fn a_cold_read_is_one_get_a_block_and_a_warm_one_none() {
    let (objects, store) = large();
    let miss = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(miss, Ok((CacheOutcome::Miss, content(LEN_BYTES))));
    let gets = [
        (block(0, 100_000), None),
        (block(100_000, 200_000), etag()),
        (block(200_000, 250_000), etag()),
    ];
    assert_eq!(store.gets(), gets);
    let hit = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(LEN_BYTES))));
    assert_eq!(store.calls(), (3, 0));
}

#[tokio::test]
async fn one_byte_reads_one_block_wherever_it_lies() {
    for (wanted, at, asked) in [
        (
            FromTo {
                first: 199_999,
                last: 199_999,
            },
            199_999,
            block(100_000, 200_000),
        ),
        (
            FromTo {
                first: 200_000,
                last: 200_000,
            },
            200_000,
            block(200_000, 300_000),
        ),
        (
            Suffix { len_bytes: 1 },
            249_999,
            Some(Suffix { len_bytes: 100_000 }),
        ),
    ] {
        let (objects, store) = large();
        let one = read(&objects, &store, "film", range(wanted)).await;
        let byte = content(LEN_BYTES).slice(at..=at);
        assert_eq!(one, Ok((CacheOutcome::Miss, byte.clone())));
        let hit = read(&objects, &store, "film", range(wanted)).await;
        assert_eq!(hit, Ok((CacheOutcome::Hit, byte)));
        assert_eq!(store.gets(), [(asked, None)], "and no HEAD");
        assert_eq!(store.calls().1, 0);
    }
}

#[tokio::test]
async fn a_cold_suffix_longer_than_the_last_block_has_that_one_at_hand() {
    let (objects, store) = large();
    let wanted = range(Suffix { len_bytes: 60_000 });
    let suffix = read(&objects, &store, "film", wanted).await;
    let end = content(LEN_BYTES).slice(LEN_BYTES - 60_000..);
    assert_eq!(suffix, Ok((CacheOutcome::Miss, end)));
    let gets = [
        (Some(Suffix { len_bytes: 100_000 }), None),
        (block(100_000, 200_000), etag()),
    ];
    assert_eq!(store.gets(), gets);
}

#[tokio::test]
async fn a_range_over_borders_is_put_together_without_a_seam() {
    let (objects, store) = large();
    for (first, last) in [(99_999, 100_000), (50_000, 249_999), (65_535, 200_000)] {
        let wanted = range(FromTo {
            first: first as u64,
            last: last as u64,
        });
        let (_, bytes) = read(&objects, &store, "film", wanted).await.unwrap();
        assert_eq!(bytes, content(LEN_BYTES).slice(first..=last));
    }
    assert_eq!(store.calls(), (3, 0), "each block once");
}

#[tokio::test]
async fn many_cold_readers_cost_one_get_a_block() {
    let (objects, store) = large();
    let reads = join_all((0..100).map(|_| read(&objects, &store, "film", WHOLE))).await;
    let mut misses = 0;
    for read in reads {
        let (outcome, bytes) = read.unwrap();
        assert_eq!(bytes, content(LEN_BYTES));
        misses += usize::from(outcome == CacheOutcome::Miss);
    }
    assert_eq!((store.calls(), misses), ((3, 0), 1));
}

#[tokio::test]
async fn a_reader_of_an_arriving_block_has_its_bytes_before_its_end() {
    let (objects, store) = large();
    store.close_gate();
    let mut first = open(&objects, &store, "film", WHOLE).await.unwrap();
    let mut second = open(&objects, &store, "film", WHOLE).await.unwrap();
    assert_eq!(first.outcome, CacheOutcome::Miss);
    assert_eq!(second.outcome, CacheOutcome::Shared);
    for reader in [&mut first, &mut second] {
        let bytes = reader.body.next().await.unwrap().unwrap();
        assert_eq!(bytes, content(LEN_BYTES).slice(..1_000));
    }
    store.open_gate();
    let rest = content(LEN_BYTES).slice(1_000..);
    assert_eq!(bytes(first).await, Ok(rest.clone()));
    assert_eq!(bytes(second).await, Ok(rest));
}

#[tokio::test]
async fn the_next_blocks_come_when_the_store_is_asked_and_not_before() {
    let (objects, store) = large();
    let mut opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    let mut read_bytes = 0;
    while read_bytes < 99_000 {
        read_bytes += opened.body.next().await.unwrap().unwrap().len();
    }
    assert_eq!(store.calls(), (1, 0));
    drop(opened);
}

#[tokio::test]
async fn a_reader_is_read_ahead_of_within_its_range_only() {
    let store = TestStore::new();
    store.put("film", "\"1\"", content(1_000_000));
    for (end, ahead) in [(1_000_000, 3), (250_000, 3), (200_000, 2), (100_000, 1)] {
        let settings = CacheSettings {
            read_ahead_blocks: 2,
            ..settings()
        };
        let objects = Objects::new(&settings, &Arc::default());
        let last = end - 1;
        let before = store.calls().0;
        let wanted = range(FromTo { first: 0, last });
        let mut opened = open(&objects, &store, "film", wanted).await.unwrap();
        let mut read_bytes = 0;
        while read_bytes < 60_000 {
            read_bytes += opened.body.next().await.unwrap().unwrap().len();
        }
        while store.calls().0 - before < ahead {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(store.calls().0 - before, ahead, "{end}");
        let rest = bytes(opened).await.unwrap();
        assert_eq!(read_bytes + rest.len(), end as usize);
    }
}

#[tokio::test]
async fn metadata_without_blocks_makes_a_range_one_get_of_that_version() {
    let (objects, store) = large();
    open(&objects, &store, "film", Wanted::Metadata)
        .await
        .unwrap();
    let wanted = range(From { first: 240_000 });
    let (outcome, bytes) = read(&objects, &store, "film", wanted).await.unwrap();
    assert_eq!(outcome, CacheOutcome::Miss);
    assert_eq!(bytes, content(LEN_BYTES).slice(240_000..));
    assert_eq!(store.gets(), [(block(200_000, 250_000), etag())]);
}

#[tokio::test]
async fn an_unsatisfiable_range_of_a_cold_object_asks_for_its_length() {
    let (objects, store) = large();
    let wanted = range(From {
        first: LEN_BYTES as u64,
    });
    let opened = open(&objects, &store, "film", wanted).await.unwrap();
    assert_eq!(
        (opened.range, opened.meta.len_bytes),
        (None, LEN_BYTES as u64)
    );
    let again = open(&objects, &store, "film", wanted).await.unwrap();
    assert_eq!((again.range, again.outcome), (None, CacheOutcome::Hit));
}

#[tokio::test]
async fn further_parts_of_an_open_object_are_of_its_version() {
    let (objects, store) = large();
    let opened = open(
        &objects,
        &store,
        "film",
        range(FromTo { first: 0, last: 9 }),
    )
    .await
    .unwrap();
    let parts = opened.parts.clone().unwrap();
    let last: Vec<Bytes> = parts.body(249_990..999_999).try_collect().await.unwrap();
    assert_eq!(last.concat(), content(LEN_BYTES).slice(249_990..));
    store.put("film", "\"2\"", content(LEN_BYTES));
    let changed: Result<Vec<Bytes>, _> = parts.body(100_000..100_001).try_collect().await;
    assert_eq!(changed, Err(StoreError::Changed));
}

#[tokio::test]
async fn a_change_between_two_blocks_ends_the_body_with_an_error() {
    let (objects, store) = large();
    let mut opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    let first = opened.body.next().await.unwrap().unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES));
    let mut read_bytes = first.len();
    let fault = loop {
        match opened.body.next().await.unwrap() {
            Ok(chunk) => read_bytes += chunk.len(),
            Err(fault) => break fault,
        }
    };
    assert_eq!((read_bytes, fault), (100_000, StoreError::Changed));
    assert!(opened.body.next().await.is_none());
    let anew = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(anew, Ok((CacheOutcome::Miss, content(LEN_BYTES))));
}

#[tokio::test]
async fn a_change_before_the_first_byte_starts_again_with_the_new_version() {
    let (objects, store) = large();
    read(&objects, &store, "film", range(From { first: 240_000 }))
        .await
        .unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES + 7));
    let opened = open(&objects, &store, "film", range(From { first: 9 }))
        .await
        .unwrap();
    assert_eq!(opened.meta.etag, EntityTag::strong("\"2\""));
    assert_eq!(bytes(opened).await, Ok(content(LEN_BYTES + 7).slice(9..)));
}

#[tokio::test]
async fn a_large_object_that_may_not_be_stored_is_read_in_pieces() {
    let (objects, store) = (objects(), TestStore::new());
    store.put_with("film", "\"1\"", content(400_000), Some("no-store"));
    for wanted in [WHOLE, range(From { first: 150_000 })] {
        let (outcome, bytes) = read(&objects, &store, "film", wanted).await.unwrap();
        let first = if wanted == WHOLE { 0 } else { 150_000 };
        assert_eq!(outcome, CacheOutcome::NoStore);
        assert_eq!(bytes, content(400_000).slice(first..));
    }
    assert_eq!(objects.blocks.shelf.kept_bytes(), 0);
}

#[tokio::test]
async fn further_ranges_are_of_the_version_that_was_opened_stored_or_not() {
    for cache_control in [None, Some("no-store")] {
        let (objects, store) = (objects(), TestStore::new());
        store.put_with("film", "\"1\"", content(LEN_BYTES), cache_control);
        let first = range(FromTo { first: 0, last: 9 });
        let opened = open(&objects, &store, "film", first).await.unwrap();
        let asked = store.calls();
        let parts = opened.parts.unwrap();
        let (further, later) = (parts.body(99_990..100_010), parts.body(200_000..200_001));
        assert_eq!(store.calls(), asked, "nothing is asked before it is read");
        let chunks: Vec<Bytes> = further.try_collect().await.unwrap();
        assert_eq!(chunks.concat(), content(LEN_BYTES).slice(99_990..100_010));
        store.put_with("film", "\"2\"", content(LEN_BYTES), cache_control);
        let changed: Result<Vec<Bytes>, _> = later.try_collect().await;
        assert_eq!(changed, Err(StoreError::Changed));
    }
}
