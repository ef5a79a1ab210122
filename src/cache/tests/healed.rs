//! Bodies of the store that break off.

use super::*;
use crate::store::EntityTag;
use ByteRange::FromTo;

const LEN_BYTES: usize = 250_000;

#[tokio::test]
async fn a_body_that_breaks_is_made_good_from_the_byte_reached() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("film", "\"1\"", content(LEN_BYTES));
    store.cut_next_bodies(1, 30_000);
    let read = read(&objects, &store, "film", WHOLE).await;
    assert_eq!(read, Ok((CacheOutcome::Miss, content(LEN_BYTES))));
    let rest = FromTo {
        first: 70_000,
        last: 99_999,
    };
    let tag = EntityTag::strong("\"1\"");
    assert_eq!(store.gets()[1], (Some(rest), tag));
    assert_eq!(
        objects.blocks.counts.read().breaks,
        [("healed", 1), ("broken", 0)]
    );
}

#[tokio::test]
async fn a_body_that_breaks_before_the_first_byte_wanted_fails_before_the_answers_head() {
    for (max_bytes, etag, cache_control) in [
        (4_000_000, "\"1\"", None),
        (4_000_000, "\"1\"", Some("no-store")),
        // No strong tag.
        (4_000_000, "W/", None),
        (0, "\"1\"", None),
    ] {
        let objects = objects_with(max_bytes, Duration::from_secs(3_600));
        let store = TestStore::new();
        store.put_with("film", etag, content(LEN_BYTES), cache_control);
        store.cut_bodies(50_000);
        for wanted in [
            range(FromTo {
                first: 60_000,
                last: 99_999,
            }),
            WHOLE,
        ] {
            let opened = open(&objects, &store, "film", wanted).await;
            match wanted {
                // What comes first is sent, as far as it comes.
                WHOLE => drop(opened.unwrap()),
                _ => assert_eq!(opened.unwrap_err(), StoreError::BodyLength),
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_breaks_again_and_again_is_cut_and_not_kept() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(5_000));
    store.cut_bodies(1);
    let broken = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(broken, Err(StoreError::BodyLength));
    assert_eq!(store.calls(), (2, 0), "the rest is asked for once");
    store.cut_next_bodies(0, 0);
    let next = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(next, Ok((CacheOutcome::Miss, content(5_000))));
}

#[tokio::test]
async fn the_rest_of_another_version_is_never_appended() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("film", "\"1\"", content(LEN_BYTES));
    store.close_gate();
    store.cut_next_bodies(1, 30_000);
    let opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    store.put("film", "\"2\"", content(LEN_BYTES));
    store.open_gate();
    assert_eq!(bytes(opened).await, Err(StoreError::Changed));
}

#[tokio::test]
async fn without_an_entity_tag_nothing_is_made_good() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "none", content(5_000));
    store.close_gate();
    store.cut_next_bodies(1, 1_000);
    let opened = open(&objects, &store, "a", WHOLE).await.unwrap();
    store.open_gate();
    assert_eq!(bytes(opened).await, Err(StoreError::BodyLength));
    assert_eq!(store.calls(), (1, 0));
}

#[tokio::test]
async fn a_piece_past_the_cache_is_made_good_too() {
    let (objects, store) = (objects(), TestStore::new());
    store.put_with("film", "\"1\"", content(LEN_BYTES), Some("no-store"));
    let opened = open(&objects, &store, "film", WHOLE).await.unwrap();
    store.cut_next_bodies(1, 10_000);
    assert_eq!(bytes(opened).await, Ok(content(LEN_BYTES)));
}
