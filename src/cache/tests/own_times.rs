//! Objects that say themselves how long they may be used.

use super::*;

fn patient() -> Objects {
    let settings = CacheSettings {
        stale_if_error: Duration::from_secs(3_600),
        ..settings()
    };
    Objects::new(&settings, &Arc::default())
}

#[tokio::test]
async fn what_says_no_cache_or_no_time_is_asked_for_each_time() {
    for own in [
        "no-cache",
        "max-age=0",
        "max-age=60, s-maxage=0",
        "max-age=x",
    ] {
        let (objects, store) = (objects(), TestStore::new());
        store.put_with("a", "\"1\"", content(5_000), Some(own));
        read(&objects, &store, "a", WHOLE).await.unwrap();
        let again = read(&objects, &store, "a", WHOLE).await;
        assert_eq!(
            again,
            Ok((CacheOutcome::Revalidated, content(5_000))),
            "{own}"
        );
        assert_eq!((store.calls(), store.not_modified()), ((2, 0), 1), "{own}");
        store.put_with("a", "\"2\"", content(6_000), Some(own));
        let changed = read(&objects, &store, "a", WHOLE).await;
        assert_eq!(changed, Ok((CacheOutcome::Miss, content(6_000))), "{own}");
    }
}

#[tokio::test]
async fn a_long_time_of_its_own_lengthens_nothing() {
    let objects = objects_with(1_000_000, Duration::ZERO);
    let store = TestStore::new();
    store.put_with(
        "a",
        "\"1\"",
        content(5_000),
        Some("max-age=31536000, immutable"),
    );
    for _ in 0..2 {
        read(&objects, &store, "a", WHOLE).await.unwrap();
    }
    assert_eq!(store.calls(), (2, 0));
}

#[tokio::test]
async fn nothing_stale_is_served_where_the_object_forbids_it() {
    for (own, is_served) in [
        ("max-age=0", true),
        ("max-age=0, must-revalidate", false),
        ("max-age=0, proxy-revalidate", false),
        ("no-cache", false),
        ("s-maxage=0", false),
    ] {
        let (objects, store) = (patient(), TestStore::new());
        store.put_with("a", "\"1\"", content(5_000), Some(own));
        read(&objects, &store, "a", WHOLE).await.unwrap();
        store.fail(StoreError::Unavailable);
        // The second finds that the first has failed.
        for _ in 0..2 {
            let away = read(&objects, &store, "a", WHOLE).await;
            let outcome = away.map(|(outcome, _)| outcome);
            match is_served {
                true => assert_eq!(outcome, Ok(CacheOutcome::StaleOnError), "{own}"),
                false => assert_eq!(outcome, Err(StoreError::Unavailable), "{own}"),
            }
        }
    }
}

#[tokio::test]
async fn a_rule_of_the_site_goes_before_the_object() {
    let (objects, store) = (objects(), TestStore::new());
    store.put_with("a", "\"1\"", content(5_000), Some("no-cache"));
    let shared: Arc<dyn Store> = Arc::clone(&store) as _;
    let an_hour = OwnTime::For(Duration::from_secs(3_600));
    for outcome in [CacheOutcome::Miss, CacheOutcome::Hit] {
        let (name, store_key) = (key("site", "a"), StoreKey::new("a"));
        let opened = objects.open(&shared, name, store_key, an_hour, WHOLE).await;
        let opened = opened.unwrap();
        assert_eq!(opened.outcome, outcome);
        bytes(opened).await.unwrap();
    }
    assert_eq!(store.calls(), (1, 0));
}
