//! Readers who are slow, and memory that is short.

use futures_util::{FutureExt, StreamExt};

use super::*;

const LEN_BYTES: usize = 1_000_000;

#[tokio::test]
async fn a_reader_whose_block_has_left_goes_on_past_the_cache() {
    let objects = objects_with(800_000, Duration::from_secs(3_600));
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    let mut slow = open(&objects, &store, "film", WHOLE).await.unwrap();
    let mut slow_bytes = slow.body.next().await.unwrap().unwrap().to_vec();
    for number in 0..12 {
        let path = format!("other/{number}");
        store.put(&path, "\"1\"", content(90_000));
        read(&objects, &store, &path, WHOLE).await.unwrap();
    }
    slow_bytes.extend_from_slice(&bytes(slow).await.unwrap());
    assert_eq!(slow_bytes, content(LEN_BYTES));
    assert!(objects.blocks.counts.read().blocks.contains(&("lost", 1)));
}

#[tokio::test]
async fn a_slow_reader_holds_no_block_of_an_object() {
    let objects = objects_with(800_000, Duration::from_secs(3_600));
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    let mut slow = open(&objects, &store, "film", WHOLE).await.unwrap();
    slow.body.next().await.unwrap().unwrap();
    while objects.blocks.fills.count() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(objects.blocks.shelf.arriving_bytes(), 0);
    assert_eq!(objects.purge("site", &crate::state::Extent::All), 1);
    let rest = bytes(slow).await.unwrap();
    assert_eq!(rest, content(LEN_BYTES).slice(LEN_BYTES - rest.len()..));
}

#[tokio::test]
async fn what_finds_no_memory_is_read_past_the_cache_and_later_kept() {
    // Memory for what arrives: four blocks.
    let objects = objects_with(800_000, Duration::from_secs(3_600));
    let store = TestStore::new();
    for path in ["a", "b", "c", "d", "late"] {
        store.put(path, "\"1\"", content(LEN_BYTES));
    }
    store.close_gate();
    let mut early = Vec::new();
    for path in ["a", "b", "c", "d"] {
        let opened = open(&objects, &store, path, WHOLE).await.unwrap();
        early.push(opened);
    }
    let late = open(&objects, &store, "late", WHOLE).await.unwrap();
    assert_eq!(late.outcome, CacheOutcome::NoMemory);
    let wanted = range(ByteRange::From { first: 150_000 });
    let middle = {
        let (objects, store) = (objects.clone(), Arc::clone(&store));
        tokio::spawn(async move { open(&objects, &store, "late", wanted).await.unwrap() })
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    store.open_gate();
    assert_eq!(bytes(late).await, Ok(content(LEN_BYTES)));
    let middle = middle.await.unwrap();
    assert_eq!(bytes(middle).await, Ok(content(LEN_BYTES).slice(150_000..)));
    for opened in early {
        assert_eq!(bytes(opened).await, Ok(content(LEN_BYTES)));
    }
    assert_eq!(objects.blocks.shelf.arriving_bytes(), 0);
    let wanted = range(ByteRange::FromTo { first: 0, last: 9 });
    let later = read(&objects, &store, "late", wanted).await;
    assert_eq!(later, Ok((CacheOutcome::Miss, content(10))));
}

#[tokio::test]
async fn a_cache_without_memory_still_serves() {
    let objects = objects_with(0, Duration::from_secs(3_600));
    let store = TestStore::new();
    store.put("a", "\"1\"", content(300_000));
    for _ in 0..2 {
        let (outcome, bytes) = read(&objects, &store, "a", WHOLE).await.unwrap();
        assert_eq!((outcome, bytes), (CacheOutcome::NoMemory, content(300_000)));
    }
}

#[tokio::test]
async fn a_cold_suffix_longer_than_a_block_that_finds_no_memory_is_right() {
    // Memory for what arrives: two blocks.
    let objects = objects_with(400_000, Duration::from_secs(3_600));
    let store = TestStore::new();
    store.put("early", "\"1\"", content(2 * BLOCK_BYTES as usize));
    store.put("late", "\"1\"", content(500_000));
    store.close_gate();
    let mut early = Vec::new();
    for first in [0, BLOCK_BYTES] {
        let wanted = range(ByteRange::From { first });
        early.push(open(&objects, &store, "early", wanted).await.unwrap());
    }
    let wanted = range(ByteRange::Suffix { len_bytes: 250_000 });
    let late = {
        let (objects, store) = (objects.clone(), Arc::clone(&store));
        tokio::spawn(async move { open(&objects, &store, "late", wanted).await.unwrap() })
    };
    while store.gets().len() < 3 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    store.open_gate();
    let late = late.await.unwrap();
    assert_eq!(late.outcome, CacheOutcome::NoMemory);
    assert_eq!(bytes(late).await, Ok(content(500_000).slice(250_000..)));
}

#[tokio::test]
async fn who_takes_all_that_is_there_has_no_further_piece_asked_for() {
    let objects = objects_with(0, Duration::from_secs(3_600));
    let store = TestStore::new();
    store.put("film", "\"1\"", content(LEN_BYTES));
    let mut body = open(&objects, &store, "film", WHOLE).await.unwrap().body;
    let (mut all, mut most, mut at_once) = (0, 0, 0);
    loop {
        match body.next().now_or_never() {
            Some(Some(chunk)) => at_once += chunk.unwrap().len(),
            Some(None) => break,
            None => {
                (all, most) = (all + at_once, most.max(at_once));
                at_once = 0;
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(all + at_once, LEN_BYTES);
    assert!(most.max(at_once) as u64 <= BLOCK_BYTES, "{most}");
}
