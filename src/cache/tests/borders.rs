//! Objects around the length of a block, and stores that say little of them.

use super::*;
use ByteRange::{From, Suffix};

const BLOCK: usize = BLOCK_BYTES as usize;

#[tokio::test]
async fn objects_of_every_length_around_blocks_and_chunks_come_whole() {
    for len in [
        1,
        CHUNK_BYTES - 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        2 * BLOCK - 1,
        2 * BLOCK,
        2 * BLOCK + 1,
    ] {
        let (objects, store) = (objects(), TestStore::new());
        store.put("a", "\"1\"", content(len));
        for outcome in [CacheOutcome::Miss, CacheOutcome::Hit] {
            let whole = read(&objects, &store, "a", WHOLE).await;
            assert_eq!(whole, Ok((outcome, content(len))), "{len}");
        }
        assert_eq!(store.calls(), (len.div_ceil(BLOCK), 0), "{len}");
        for wanted in [
            From {
                first: len as u64 - 1,
            },
            Suffix { len_bytes: 1 },
        ] {
            let last = read(&objects, &store, "a", range(wanted)).await;
            let last_byte = content(len).slice(len - 1..);
            assert_eq!(last, Ok((CacheOutcome::Hit, last_byte)), "{len}");
        }
    }
}

#[tokio::test]
async fn a_cold_suffix_of_an_object_of_any_length_is_right() {
    for len in [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1] {
        for suffix in [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let (objects, store) = (objects(), TestStore::new());
            store.put("a", "\"1\"", content(len));
            let wanted = range(Suffix {
                len_bytes: suffix as u64,
            });
            let (_, bytes) = read(&objects, &store, "a", wanted).await.unwrap();
            let expected = content(len).slice(len.saturating_sub(suffix)..);
            assert_eq!(bytes, expected, "{suffix} of {len}");
        }
    }
}

#[tokio::test]
async fn a_cold_suffix_of_nothing_is_not_satisfiable() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(0));
    let wanted = range(Suffix { len_bytes: 5 });
    let opened = open(&objects, &store, "a", wanted).await.unwrap();
    assert_eq!((opened.range, opened.meta.len_bytes), (None, 0));
}

#[tokio::test]
async fn without_an_entity_tag_a_block_is_kept_and_more_is_one_answer_past_the_cache() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("small", "none", content(BLOCK));
    store.put("large", "none", content(BLOCK + 1));
    for outcome in [CacheOutcome::Miss, CacheOutcome::Hit] {
        let small = read(&objects, &store, "small", WHOLE).await;
        assert_eq!(small, Ok((outcome, content(BLOCK))));
    }
    assert_eq!(store.calls(), (1, 0));
    for first in [0, 10, BLOCK] {
        let wanted = range(From {
            first: first as u64,
        });
        let large = read(&objects, &store, "large", wanted).await;
        let bytes = content(BLOCK + 1).slice(first..);
        assert_eq!(large, Ok((CacheOutcome::NoValidator, bytes)));
        let again = open(&objects, &store, "large", wanted).await.unwrap();
        assert!(again.parts.is_none(), "two answers may be of two versions");
    }
}

#[tokio::test]
async fn without_an_entity_tag_a_stale_object_is_fetched_anew() {
    let objects = objects_with(4_000_000, Duration::ZERO);
    let store = TestStore::new();
    store.put("a", "none", content(10));
    for _ in 0..2 {
        let read = read(&objects, &store, "a", WHOLE).await;
        assert_eq!(read, Ok((CacheOutcome::Miss, content(10))));
    }
}
