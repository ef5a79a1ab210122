//! Objects whose time has passed, and a store that is away.

use futures_util::future::join_all;

use super::*;

const MOMENT: Duration = Duration::from_millis(200);

fn kept_for(while_revalidate: Duration, if_error: Duration) -> Objects {
    let settings = CacheSettings {
        fresh_for: MOMENT,
        stale_while_revalidate: while_revalidate,
        stale_if_error: if_error,
        ..settings()
    };
    Objects::new(&settings, &Arc::default())
}

async fn a_moment() {
    tokio::time::sleep(MOMENT + Duration::from_millis(20)).await;
}

#[tokio::test]
async fn a_stale_object_is_confirmed_by_one_question_without_its_bytes() {
    let objects = kept_for(Duration::ZERO, Duration::ZERO);
    let store = TestStore::new();
    store.put("a", "\"1\"", content(250_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    a_moment().await;
    let reads = join_all((0..20).map(|_| read(&objects, &store, "a", WHOLE))).await;
    let count = |outcome| {
        let read = Ok((outcome, content(250_000)));
        reads.iter().filter(|other| **other == read).count()
    };
    assert_eq!(count(CacheOutcome::Revalidated), 1);
    assert_eq!(count(CacheOutcome::Shared), 19);
    let hit = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(250_000))));
    assert_eq!((store.calls(), store.not_modified()), ((4, 0), 1));
}

#[tokio::test]
async fn a_stale_object_that_changed_is_fetched_anew_and_one_that_is_gone_forgotten() {
    let objects = objects_with(1_000_000, Duration::ZERO);
    let store = TestStore::new();
    store.put("a", "\"1\"", content(5_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    store.put("a", "\"2\"", content(6_000));
    let anew = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(anew, Ok((CacheOutcome::Miss, content(6_000))));
    assert_eq!(store.calls(), (2, 0));
    store.remove("a");
    let gone = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(gone, Err(StoreError::NotFound));
    assert!(
        objects
            .blocks
            .shelf
            .known(&super::super::key::Name::Object(key("site", "a")))
            .is_none()
    );
}

#[tokio::test]
async fn metadata_is_confirmed_by_a_head_and_keeps_its_blocks() {
    let objects = kept_for(Duration::ZERO, Duration::ZERO);
    let store = TestStore::new();
    store.put("a", "\"1\"", content(5_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    a_moment().await;
    let head = open(&objects, &store, "a", Wanted::Metadata).await.unwrap();
    assert_eq!(head.outcome, CacheOutcome::Revalidated);
    let hit = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(hit, Ok((CacheOutcome::Hit, content(5_000))));
    assert_eq!(store.calls(), (1, 1));
}

#[tokio::test]
async fn a_stale_object_is_served_while_the_store_is_asked() {
    let objects = kept_for(MOMENT, Duration::ZERO);
    let store = TestStore::new();
    store.put("a", "\"1\"", content(5_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    store.put("a", "\"2\"", content(6_000));
    a_moment().await;
    let reads = join_all((0..10).map(|_| read(&objects, &store, "a", WHOLE))).await;
    for read in reads {
        assert_eq!(read, Ok((CacheOutcome::Stale, content(5_000))));
    }
    while store.calls().0 < 2 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let new = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(new, Ok((CacheOutcome::Hit, content(6_000))));
    assert_eq!(store.calls(), (2, 0), "by one question");
}

#[tokio::test]
async fn a_stale_object_is_served_where_the_store_is_away_and_not_where_it_refuses() {
    for (fault, is_served) in [
        (StoreError::Unavailable, true),
        (StoreError::Timeout, true),
        (StoreError::Denied, false),
        (StoreError::NotFound, false),
    ] {
        let objects = kept_for(Duration::ZERO, Duration::from_secs(60));
        let store = TestStore::new();
        store.put("a", "\"1\"", content(5_000));
        read(&objects, &store, "a", WHOLE).await.unwrap();
        store.fail(fault);
        a_moment().await;
        for _ in 0..3 {
            let bytes = read(&objects, &store, "a", WHOLE).await;
            match is_served {
                true => assert_eq!(bytes, Ok((CacheOutcome::StaleOnError, content(5_000)))),
                false => assert_eq!(bytes, Err(fault)),
            }
            let head = open(&objects, &store, "a", Wanted::Metadata).await;
            assert_eq!(head.is_ok(), is_served, "{fault}");
        }
        if is_served {
            assert_eq!(store.calls(), (2, 0), "not asked again at once");
            store.fail(None);
            tokio::time::sleep(Duration::from_millis(1_050)).await;
            read(&objects, &store, "a", WHOLE).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            let hit = read(&objects, &store, "a", WHOLE).await;
            assert_eq!(hit, Ok((CacheOutcome::Hit, content(5_000))));
        }
    }
}

#[tokio::test]
async fn a_store_that_stays_away_is_asked_once_in_a_while_and_not_by_each() {
    for while_revalidate in [Duration::ZERO, MOMENT] {
        let objects = kept_for(while_revalidate, Duration::from_secs(60));
        let store = TestStore::new();
        store.put("a", "\"1\"", content(5_000));
        read(&objects, &store, "a", WHOLE).await.unwrap();
        store.fail(StoreError::Unavailable);
        a_moment().await;
        let several = async || {
            for _ in 0..10 {
                read(&objects, &store, "a", WHOLE).await.unwrap();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        several().await;
        assert_eq!(store.calls(), (2, 0));
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        several().await;
        assert_eq!(store.calls(), (3, 0), "in the background, once");
    }
}

#[tokio::test]
async fn a_purge_while_the_store_is_asked_in_vain_is_not_undone() {
    let objects = kept_for(Duration::ZERO, Duration::from_secs(60));
    let store = TestStore::new();
    store.put("a", "\"1\"", content(5_000));
    read(&objects, &store, "a", WHOLE).await.unwrap();
    store.fail(StoreError::Unavailable);
    a_moment().await;
    let asked = {
        let (objects, store) = (objects.clone(), Arc::clone(&store));
        tokio::spawn(async move { read(&objects, &store, "a", WHOLE).await })
    };
    tokio::task::yield_now().await;
    objects.purge("site", &crate::state::Extent::All);
    asked.await.unwrap().unwrap();
    let gone = read(&objects, &store, "a", WHOLE).await;
    assert_eq!(gone, Err(StoreError::Unavailable));
}

#[tokio::test]
async fn what_is_asked_for_each_time_is_never_served_stale() {
    let objects = kept_for(MOMENT, Duration::from_secs(60));
    let store = TestStore::new();
    store.put("a", "\"1\"", content(10));
    let kept: Arc<dyn Store> = Arc::clone(&store) as _;
    let never = OwnTime::For(Duration::ZERO);
    let open = async || {
        let name = StoreKey::new("a");
        let key = key("site", "a");
        objects.open(&kept, key, name, never, WHOLE).await
    };
    open().await.unwrap();
    assert_eq!(open().await.unwrap().outcome, CacheOutcome::Revalidated);
    store.fail(StoreError::Unavailable);
    assert_eq!(open().await.unwrap_err(), StoreError::Unavailable);
}

#[tokio::test]
async fn an_absent_object_is_not_asked_for_again_for_a_moment() {
    let settings = CacheSettings {
        negative_for: MOMENT,
        ..settings()
    };
    let objects = Objects::new(&settings, &Arc::default());
    let store = TestStore::new();
    for _ in 0..3 {
        let read = read(&objects, &store, "a", WHOLE).await;
        assert_eq!(read, Err(StoreError::NotFound));
    }
    assert_eq!(store.calls(), (1, 0));
    store.put("a", "\"1\"", content(10));
    a_moment().await;
    assert!(read(&objects, &store, "a", WHOLE).await.is_ok());
}
