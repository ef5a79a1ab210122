//! The cache over a store that counts.

mod answered;
mod blocks;
mod borders;
mod conditions;
mod given_up;
mod healed;
mod kept;
mod own_times;
mod purged;
mod shares;
mod simulated;
mod slow;
mod stale;
mod test_store;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;

use self::test_store::TestStore;
use super::{CHUNK_BYTES, CacheKey, CacheOutcome, Objects, Opened, OwnTime, Wanted};
use crate::config::model::CacheSettings;
use crate::store::{ByteRange, Store, StoreError, StoreKey};

/// How long blocks are in these tests.
const BLOCK_BYTES: u64 = 100_000;

const WHOLE: Wanted = Wanted::Bytes(None);

fn range(range: ByteRange) -> Wanted {
    Wanted::Bytes(Some(range))
}

fn objects() -> Objects {
    objects_with(4_000_000, Duration::from_secs(3_600))
}

fn objects_with(max_bytes: u64, fresh_for: Duration) -> Objects {
    let settings = CacheSettings {
        max_bytes,
        fresh_for,
        ..settings()
    };
    Objects::new(&settings, &Arc::default())
}

/// Nothing stale, nothing ahead.
fn settings() -> CacheSettings {
    CacheSettings {
        max_bytes: 4_000_000,
        block_bytes: BLOCK_BYTES,
        read_ahead_blocks: 0,
        fresh_for: Duration::from_secs(3_600),
        stale_while_revalidate: Duration::ZERO,
        stale_if_error: Duration::ZERO,
        negative_for: Duration::ZERO,
    }
}

/// Bytes of which every part differs from every other of some length.
fn content(len_bytes: usize) -> Bytes {
    (0..len_bytes).map(|at| (at % 251) as u8).collect()
}

/// An object as it is, in the first store.
fn key(site: &str, path: &str) -> CacheKey {
    CacheKey {
        site: site.into(),
        store: 0,
        path: path.into(),
        version: None,
        variant: None,
    }
}

async fn open(
    objects: &Objects,
    store: &Arc<TestStore>,
    path: &str,
    wanted: Wanted,
) -> Result<Opened, StoreError> {
    let store: Arc<dyn Store> = Arc::clone(store) as _;
    let store_key = StoreKey::new(path);
    let own_time = OwnTime::Default;
    objects
        .open(&store, key("site", path), store_key, own_time, wanted)
        .await
}

async fn bytes(opened: Opened) -> Result<Bytes, StoreError> {
    let chunks: Vec<Bytes> = opened.body.try_collect().await?;
    Ok(chunks.concat().into())
}

/// Opens and reads: how it went, and the bytes.
async fn read(
    objects: &Objects,
    store: &Arc<TestStore>,
    path: &str,
    wanted: Wanted,
) -> Result<(CacheOutcome, Bytes), StoreError> {
    let opened = open(objects, store, path, wanted).await?;
    let len_bytes = opened
        .range
        .as_ref()
        .map_or(0, |range| range.end - range.start);
    assert_eq!(opened.body.left_bytes(), len_bytes);
    Ok((opened.outcome, bytes(opened).await?))
}
