//! Sites with a share of their own, and those that have the rest in common.

use std::sync::Arc;

use super::super::{CacheOutcome, OwnTime, Shares};
use super::test_store::TestStore;
use super::{WHOLE, bytes, content, key, settings};
use crate::config::model::CacheSettings;
use crate::config::{Config, Flag, Inputs};
use crate::state::{Extent, Purge};
use crate::store::{Store, StoreKey};

/// Sites by name, with their shares.
fn config(shares: &[(&str, Option<u64>)]) -> Config {
    let mut flags = vec![
        Flag::set("cache.max_bytes", "1000000"),
        Flag::set("cache.block_bytes", "64KiB"),
    ];
    for (index, (name, share)) in shares.iter().enumerate() {
        let mut set = |setting: &str, value: &str| {
            flags.push(Flag::set(&format!("site.{index}.{setting}"), value));
        };
        set("name", name);
        set("hosts", &format!("{name}.test"));
        set("store.type", "fs");
        set("store.root", "/");
        set("key.0.kid", "k1");
        set("key.0.alg", "HS256");
        set("key.0.secret", &format!("{index:064x}"));
        if let Some(share) = share {
            set("cache_max_bytes", &share.to_string());
        }
    }
    let inputs = Inputs {
        flags,
        ..Inputs::default()
    };
    Config::load(&inputs)
        .unwrap_or_else(|faults| panic!("{faults}"))
        .0
}

fn shares() -> Shares {
    Shares::new(&CacheSettings {
        max_bytes: 1_000_000,
        ..settings()
    })
}

async fn read(shares: &Shares, store: &Arc<TestStore>, site: &str, path: &str) -> CacheOutcome {
    let store: Arc<dyn Store> = Arc::clone(store) as _;
    let name = StoreKey::new(path);
    let opened = shares
        .open(&store, key(site, path), name, OwnTime::Default, WHOLE)
        .await;
    let opened = opened.unwrap();
    let outcome = opened.outcome;
    bytes(opened).await.unwrap();
    outcome
}

/// Reads much more than there is room for, often enough that it would be preferred.
async fn flood(shares: &Shares, store: &Arc<TestStore>, site: &str) {
    for number in 0..30 {
        let path = format!("/flood/{number}");
        store.put(&path, "\"1\"", content(90_000));
        for _ in 0..10 {
            read(shares, store, site, &path).await;
        }
        shares.cached_bytes();
    }
}

#[tokio::test]
async fn a_site_with_a_share_loses_nothing_to_a_flood_at_another_and_takes_nothing() {
    let store = TestStore::new();
    store.put("/a", "\"1\"", content(90_000));
    for (share, after) in [
        (Some(200_000), CacheOutcome::Hit),
        (None, CacheOutcome::Miss),
    ] {
        let (shares, config) = (shares(), config(&[("product", share), ("staging", None)]));
        shares.divide(&config.sites);
        assert_eq!(
            read(&shares, &store, "product", "/a").await,
            CacheOutcome::Miss
        );
        flood(&shares, &store, "staging").await;
        assert_eq!(read(&shares, &store, "product", "/a").await, after);
        assert!(shares.counted().evictions > 0);
        assert!(shares.cached_bytes() <= 1_000_000);
    }
    let (shares, config) = (
        shares(),
        config(&[("product", Some(200_000)), ("staging", None)]),
    );
    shares.divide(&config.sites);
    flood(&shares, &store, "product").await;
    assert!(shares.cached_bytes() <= 200_000);
}

#[tokio::test]
async fn a_share_of_the_same_size_keeps_its_objects_when_it_is_divided_again() {
    let (shares, store) = (shares(), TestStore::new());
    store.put("/a", "\"1\"", content(1_000));
    let share = |bytes| {
        config(&[
            ("one", Some(bytes)),
            ("two", None),
            ("three", Some(300_000)),
        ])
    };
    shares.divide(&share(150_000).sites);
    for site in ["one", "two", "three"] {
        assert_eq!(read(&shares, &store, site, "/a").await, CacheOutcome::Miss);
    }
    shares.divide(&share(150_000).sites);
    for site in ["one", "two", "three"] {
        assert_eq!(read(&shares, &store, site, "/a").await, CacheOutcome::Hit);
    }
    shares.divide(&share(200_000).sites);
    let after = [CacheOutcome::Miss, CacheOutcome::Miss, CacheOutcome::Hit];
    for (site, after) in ["one", "two", "three"].into_iter().zip(after) {
        assert_eq!(read(&shares, &store, site, "/a").await, after, "{site}");
    }
}

#[tokio::test]
async fn a_purge_finds_the_objects_of_each_share_and_of_no_other_site() {
    let (shares, store) = (shares(), TestStore::new());
    store.put("/a", "\"1\"", content(1_000));
    shares.divide(&config(&[("one", Some(150_000)), ("two", None)]).sites);
    for site in ["one", "two"] {
        read(&shares, &store, site, "/a").await;
        let other = if site == "one" { "two" } else { "one" };
        read(&shares, &store, other, "/a").await;
        assert_eq!(shares.purge(site, &Extent::All).await, 1);
        assert_eq!(read(&shares, &store, other, "/a").await, CacheOutcome::Hit);
        assert_eq!(read(&shares, &store, site, "/a").await, CacheOutcome::Miss);
    }
}
