//! Objects that are kept whole.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;

use super::*;
use ByteRange::{From, FromTo, Suffix};

#[tokio::test]
async fn a_kept_object_is_served_without_asking_the_store() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(90_000));
    let miss = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(miss, Ok((CacheOutcome::Miss, content(90_000))));
    let hit = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(90_000))));
    for (wanted, bytes) in [
        (FromTo { first: 3, last: 5 }, 3..6),
        (From { first: 89_999 }, 89_999..90_000),
        (Suffix { len_bytes: 4 }, 89_996..90_000),
    ] {
        let hit = read(&objects, &store, "a", range(wanted)).await;
        assert_eq!(hit, Ok((CacheOutcome::Hit, content(90_000).slice(bytes))));
    }
    let head = open(&objects, &store, "a", Wanted::Metadata).await.unwrap();
    assert_eq!(
        (head.outcome, head.meta.len_bytes),
        (CacheOutcome::Hit, 90_000)
    );
    assert_eq!(store.calls(), (1, 0));
}

#[tokio::test]
async fn a_kept_body_comes_in_chunks_of_a_bounded_length() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(90_000));
    let opened = open(&objects, &store, "a", WHOLE).await.unwrap();
    let lengths: Vec<usize> = opened
        .body
        .map(|chunk| chunk.unwrap().len())
        .collect()
        .await;
    assert_eq!(lengths, [CHUNK_BYTES, 90_000 - CHUNK_BYTES]);
}

#[tokio::test]
async fn an_unsatisfiable_range_brings_the_metadata_and_no_bytes() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(10));
    for wanted in [From { first: 10 }, Suffix { len_bytes: 0 }] {
        let opened = open(&objects, &store, "a", range(wanted)).await.unwrap();
        assert_eq!((opened.range, opened.meta.len_bytes), (None, 10));
        assert_eq!(opened.body.left_bytes(), 0);
    }
}

#[tokio::test]
async fn two_hundred_cold_readers_cost_one_get() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(50_000));
    let reads = join_all((0..200).map(|_| read(&objects, &store, "a", WHOLE))).await;
    let outcomes: Vec<_> = reads
        .into_iter()
        .map(|read| {
            let (outcome, bytes) = read.unwrap();
            assert_eq!(bytes, content(50_000));
            outcome
        })
        .collect();
    assert_eq!(store.calls(), (1, 0));
    let misses = outcomes
        .iter()
        .filter(|outcome| **outcome == CacheOutcome::Miss);
    assert_eq!(misses.count(), 1);
    let shared = outcomes
        .iter()
        .filter(|outcome| **outcome == CacheOutcome::Shared);
    assert_eq!(shared.count(), 199);
}

#[tokio::test]
async fn a_failure_answers_all_who_wait_and_the_next_asks_again() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(10));
    store.fail(StoreError::Unavailable);
    let reads = join_all((0..50).map(|_| read(&objects, &store, "a", WHOLE))).await;
    assert!(
        reads
            .iter()
            .all(|read| *read == Err(StoreError::Unavailable))
    );
    assert_eq!(store.calls(), (1, 0));
    store.fail(None);
    let next = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(next, Ok((CacheOutcome::Miss, content(10))));
}

#[tokio::test]
async fn an_absent_object_is_asked_for_again() {
    let (objects, store) = (objects(), TestStore::new());
    assert_eq!(
        read(&objects, &store, "a", WHOLE).await,
        Err(StoreError::NotFound)
    );
    store.put("a", "\"1\"", content(10));
    assert!(read(&objects, &store, "a", WHOLE).await.is_ok());
}

#[tokio::test]
async fn a_reader_who_leaves_takes_nothing_from_the_others() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(50_000));
    store.close_gate();
    let start = |objects: &Objects| {
        let (objects, store) = (objects.clone(), Arc::clone(&store));
        tokio::spawn(async move { read(&objects, &store, "a", WHOLE).await })
    };
    let first = start(&objects);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = start(&objects);
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    store.open_gate();
    let second = second.await.unwrap();
    assert_eq!(second, Ok((CacheOutcome::Shared, content(50_000))));
    assert_eq!(store.calls(), (1, 0));
}

#[tokio::test]
async fn many_objects_weigh_no_more_than_is_allowed() {
    let objects = objects_with(100_000, Duration::from_secs(3_600));
    let store = TestStore::new();
    for number in 0..300 {
        let path = format!("object/{number}");
        store.put(&path, "\"1\"", content(number * 10));
        read(&objects, &store, &path, WHOLE).await.unwrap();
    }
    let kept_bytes = objects.blocks.shelf.kept_bytes();
    assert!((40_000..=100_000).contains(&kept_bytes), "{kept_bytes}");
}

#[tokio::test]
async fn an_object_that_may_not_be_stored_is_not_kept() {
    let (objects, store) = (objects(), TestStore::new());
    store.put_with("a", "\"1\"", content(5_000), Some("private, No-Store"));
    let wanted = range(From { first: 10 });
    for _ in 0..2 {
        let (outcome, bytes) = read(&objects, &store, "a", WHOLE).await.unwrap();
        assert_eq!((outcome, bytes), (CacheOutcome::NoStore, content(5_000)));
        let (outcome, bytes) = read(&objects, &store, "a", wanted).await.unwrap();
        assert_eq!(
            (outcome, bytes),
            (CacheOutcome::NoStore, content(5_000).slice(10..))
        );
    }
    assert_eq!(store.calls(), (4, 0));
    for _ in 0..2 {
        let head = open(&objects, &store, "a", Wanted::Metadata).await.unwrap();
        assert_eq!(head.outcome, CacheOutcome::Metadata);
    }
    assert_eq!(objects.blocks.shelf.kept_bytes(), 0);
}

#[tokio::test]
async fn an_empty_object_is_kept_too() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(0));
    let first = open(&objects, &store, "a", WHOLE).await.unwrap();
    assert_eq!(
        (first.outcome, first.range.clone()),
        (CacheOutcome::Miss, Some(0..0))
    );
    assert!(bytes(first).await.unwrap().is_empty());
    assert_eq!(store.calls(), (2, 0));
    let hit = open(&objects, &store, "a", range(From { first: 0 }))
        .await
        .unwrap();
    assert_eq!((hit.outcome, hit.range), (CacheOutcome::Hit, None));
    assert_eq!(store.calls(), (2, 0));
}

#[tokio::test]
async fn metadata_is_had_without_a_body_and_by_one_head() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(5_000));
    let heads = join_all((0..20).map(|_| open(&objects, &store, "a", Wanted::Metadata))).await;
    let metadata = heads
        .iter()
        .filter(|head| head.as_ref().unwrap().outcome == CacheOutcome::Metadata);
    assert_eq!(metadata.count(), 1);
    let again = open(&objects, &store, "a", Wanted::Metadata).await.unwrap();
    assert_eq!(
        (again.outcome, again.range),
        (CacheOutcome::Hit, Some(0..0))
    );
    assert_eq!(store.calls(), (0, 1));
    let body = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(body, Ok((CacheOutcome::Miss, content(5_000))));
}

#[tokio::test]
async fn sites_stores_and_versions_do_not_share_objects() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(10));
    let kept: Arc<dyn Store> = Arc::clone(&store) as _;
    for (site, store, version, variant) in [
        ("one", 0, None, None),
        ("two", 0, None, None),
        ("one", 1, None, None),
        ("one", 0, Some("v"), None),
        ("one", 0, None, Some([1; 32])),
    ] {
        let key = CacheKey {
            site: site.into(),
            store,
            path: "a".into(),
            version: version.map(Into::into),
            variant,
        };
        let name = StoreKey::new("a");
        let opened = objects.open(&kept, key, name, OwnTime::Default, WHOLE);
        assert_eq!(opened.await.unwrap().outcome, CacheOutcome::Miss);
    }
}

#[tokio::test]
async fn an_own_time_goes_before_the_setting_and_after_no_store() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(10));
    store.put_with("secret", "\"1\"", content(10), Some("no-store"));
    let kept: Arc<dyn Store> = Arc::clone(&store) as _;
    let outcome = async |path: &str, own_time| {
        let name = StoreKey::new(path);
        let opened = objects
            .open(&kept, key("site", path), name, own_time, WHOLE)
            .await;
        opened.unwrap().outcome
    };
    let (always, never) = (OwnTime::For(Duration::MAX), OwnTime::For(Duration::ZERO));
    assert_eq!(outcome("a", never).await, CacheOutcome::Miss);
    assert_eq!(outcome("a", never).await, CacheOutcome::Revalidated);
    assert_eq!(outcome("a", OwnTime::Default).await, CacheOutcome::Hit);
    assert_eq!(outcome("a", always).await, CacheOutcome::Hit);
    for _ in 0..2 {
        assert_eq!(outcome("secret", always).await, CacheOutcome::NoStore);
    }
}

#[tokio::test]
async fn what_is_hit_from_memory_stays_there_while_others_come_and_go() {
    let (objects, store) = (
        objects_with(1_000_000, Duration::from_secs(3_600)),
        TestStore::new(),
    );
    let hit = |path: &str, now| {
        let key = key("site", path);
        let opened = objects.at_once(&key, OwnTime::Default, WHOLE, now);
        opened.map(|opened| opened.body.left_bytes())
    };
    let mut now = Instant::now();
    for path in ["hot", "cold"] {
        store.put(path, "\"1\"", content(60_000));
        read(&objects, &store, path, WHOLE).await.unwrap();
        // It is kept once its last bytes have been handed on.
        while hit(path, now).is_none() {
            tokio::task::yield_now().await;
        }
    }
    // Ten times as much as there is room for.
    for other in 0..80 {
        let path = format!("{other}");
        store.put(&path, "\"1\"", content(60_000));
        read(&objects, &store, &path, WHOLE).await.unwrap();
        // Whose upkeep is done at each reading, and otherwise from time to time.
        objects.blocks.shelf.kept_bytes();
        now += Duration::from_millis(50);
        assert_eq!(hit("hot", now), Some(60_000), "after {other}");
    }
    assert_eq!(hit("cold", now), None);
}
