//! Objects that are forgotten on request, also while they arrive.

use std::sync::Arc;

use super::test_store::TestStore;
use super::{CacheOutcome, WHOLE, content, objects, read};
use crate::state::Extent;

#[tokio::test]
async fn what_arrives_while_it_is_purged_is_neither_kept_nor_joined() {
    let (objects, store) = (objects(), TestStore::new());
    store.put("/a", "\"1\"", content(50_000));
    store.close_gate();
    let start = || {
        let (objects, store) = (objects.clone(), Arc::clone(&store));
        tokio::spawn(async move { read(&objects, &store, "/a", WHOLE).await })
    };
    let old = start();
    while store.calls().0 < 1 {
        tokio::task::yield_now().await;
    }
    // The old version is on its way.
    store.put("/a", "\"2\"", content(40_000));
    assert_eq!(objects.purge("site", &Extent::All), 1);
    let new = start();
    while store.calls().0 < 2 {
        tokio::task::yield_now().await;
    }
    store.open_gate();
    let miss = |len_bytes| Ok((CacheOutcome::Miss, content(len_bytes)));
    assert_eq!(old.await.unwrap(), miss(50_000));
    assert_eq!(new.await.unwrap(), miss(40_000));
    let next = read(&objects, &store, "/a", WHOLE).await;
    assert_eq!(next, Ok((CacheOutcome::Hit, content(40_000))));
}

#[tokio::test]
async fn only_the_objects_that_are_meant_are_forgotten() {
    let (objects, store) = (objects(), TestStore::new());
    for path in ["/a/1", "/a/2", "/b"] {
        store.put(path, "\"1\"", content(10));
        read(&objects, &store, path, WHOLE).await.unwrap();
    }
    let purge = |site: &str, extent: Extent| objects.purge(site, &extent);
    assert_eq!(purge("other", Extent::All), 0);
    assert_eq!(purge("site", Extent::Path("/a".into())), 0);
    assert_eq!(purge("site", Extent::Prefix("/a".into())), 2);
    assert_eq!(purge("site", Extent::Path("/b".into())), 1);
    assert_eq!(purge("site", Extent::All), 0);
}
