//! Metadata for a condition, behind which bytes may be wanted.

use super::*;

fn always_asking() -> Objects {
    objects_with(1_000_000, Duration::ZERO)
}

#[tokio::test]
async fn what_is_stale_is_confirmed_by_one_question() {
    let (objects, store) = (always_asking(), TestStore::new());
    for (tag, name) in [("\"1\"", "strong"), ("W/\"1\"", "weak")] {
        store.put(name, tag, content(5_000));
        read(&objects, &store, name, WHOLE).await.unwrap();
        let before = (store.calls().0, store.not_modified());
        let opened = open(&objects, &store, name, Wanted::Condition(None)).await;
        let opened = opened.unwrap();
        assert_eq!(opened.outcome, CacheOutcome::Revalidated, "{name}");
        assert_eq!(opened.meta.validator().unwrap().as_str(), tag);
        assert!(bytes(opened).await.unwrap().is_empty());
        let after = (store.calls().0, store.not_modified());
        assert_eq!(after, (before.0 + 1, before.1 + 1), "{name}");
    }
    assert_eq!(store.calls().1, 0);
}

#[tokio::test]
async fn what_has_changed_comes_with_the_bytes_that_are_wanted_next() {
    let short = Duration::from_millis(200);
    let (objects, store) = (objects_with(1_000_000, short), TestStore::new());
    store.put("a", "\"1\"", content(250_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    tokio::time::sleep(short + Duration::from_millis(20)).await;
    store.put("a", "\"2\"", content(240_000));
    let before = store.calls();
    let wanted = ByteRange::FromTo {
        first: 150_000,
        last: 150_009,
    };
    let opened = open(&objects, &store, "a", Wanted::Condition(Some(wanted))).await;
    assert_eq!(opened.unwrap().meta.len_bytes, 240_000);
    let (_, part) = read(&objects, &store, "a", range(wanted)).await.unwrap();
    assert_eq!(part, content(240_000).slice(150_000..150_010));
    assert_eq!(store.calls(), (before.0 + 1, before.1));
}

#[tokio::test]
async fn nothing_is_read_where_nothing_is_known() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("a", "\"1\"", content(5_000));
    let opened = open(&objects, &store, "a", Wanted::Condition(None)).await;
    assert_eq!(opened.unwrap().outcome, CacheOutcome::Metadata);
    assert_eq!(store.calls(), (0, 1));
}
