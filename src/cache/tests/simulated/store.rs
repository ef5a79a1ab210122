//! The store of a simulated world.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use super::super::{BLOCK_BYTES, answered};
use super::draw::Draw;
use crate::store::{
    ByteRange, Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey, Turn,
};

/// Around borders of blocks.
const LENS: [u64; 7] = [
    0,
    1,
    BLOCK_BYTES - 1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    2 * BLOCK_BYTES + 70_000,
    4 * BLOCK_BYTES,
];

/// Of two versions no byte at the same place is the same.
const PERIOD: usize = 251;

static PATTERN: LazyLock<Bytes> = LazyLock::new(|| {
    let len = PERIOD + 5 * BLOCK_BYTES as usize;
    (0..len).map(|at| (at % PERIOD) as u8).collect()
});

/// One version of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    pub(super) object: usize,
    pub(super) number: usize,
}

impl Version {
    pub(super) fn len_bytes(self) -> u64 {
        LENS[(self.object * 5 + self.number * 3) % LENS.len()]
    }

    pub(super) fn bytes(self, range: Range<u64>) -> Bytes {
        let from = (self.object * 7 + self.number) % PERIOD;
        PATTERN.slice(from + range.start as usize..from + range.end as usize)
    }

    fn meta(self) -> ObjectMeta {
        answered::meta(self.len_bytes(), &format!("\"{}\"", self.number))
    }
}

/// Objects are named by numbers.
#[derive(Debug)]
pub(super) struct SimulatedStore {
    draw: Draw,
    /// Of a thousand calls, and of a thousand pieces of a body, so many fail.
    faults: usize,
    /// By object.
    numbers: Mutex<Vec<usize>>,
    /// By version and block.
    gets: Mutex<HashMap<(Version, u64), usize>>,
}

impl SimulatedStore {
    pub(super) fn new(draw: Draw, objects: usize, faults: usize) -> Arc<Self> {
        let numbers = Mutex::new(vec![0; objects]);
        Arc::new(Self {
            draw,
            faults,
            numbers,
            gets: Mutex::default(),
        })
    }

    pub(super) fn overwrite(&self, object: usize) {
        self.numbers.lock().unwrap()[object] += 1;
    }

    pub(super) fn now(&self, object: usize) -> Version {
        let number = self.numbers.lock().unwrap()[object];
        Version { object, number }
    }

    /// How often each block was asked for that was.
    pub(super) fn gets(&self) -> HashMap<(Version, u64), usize> {
        self.gets.lock().unwrap().clone()
    }

    /// Waits for its turn and for an answer, and fails at times.
    async fn call(&self, key: &StoreKey) -> Result<Version, StoreError> {
        self.turn().await;
        self.draw.wait(2).await;
        if self.draw.permille(self.faults) {
            return Err(self.fault());
        }
        let now = self.now(key.as_str().parse().unwrap());
        self.draw.wait(2).await;
        Ok(now)
    }

    async fn turn(&self) {
        let _turn = Turn::awaited();
        self.draw.wait(4).await;
    }

    fn fault(&self) -> StoreError {
        [
            StoreError::Unavailable,
            StoreError::Timeout,
            StoreError::Overloaded,
            StoreError::Denied,
        ][self.draw.below(4)]
    }

    fn answer(&self, version: Version, read: &Read<'_>) -> Result<Fetched, StoreError> {
        let meta = version.meta();
        let range = answered::range(&meta, read)?;
        // Of a suffix, it is the last block that is meant.
        let meant = match read.range {
            Some(ByteRange::Suffix { .. }) => meta.len_bytes.saturating_sub(1),
            _ => range.start,
        };
        let block = meant / BLOCK_BYTES;
        *self
            .gets
            .lock()
            .unwrap()
            .entry((version, block))
            .or_default() += 1;
        Ok(Fetched {
            meta,
            body: self.body(version.bytes(range.clone())),
            range,
        })
    }

    /// In pieces of any length; breaks off at times, with an error or without.
    fn body(&self, bytes: Bytes) -> stream::BoxStream<'static, Result<Bytes, StoreError>> {
        let (draw, faults) = (self.draw.clone(), self.faults);
        stream::unfold(Some(bytes), move |left| {
            let draw = draw.clone();
            async move {
                let mut left = left.filter(|left| !left.is_empty())?;
                draw.wait(3).await;
                if draw.permille(faults) {
                    let error = [StoreError::Timeout, StoreError::Corrupt].get(draw.below(3))?;
                    return Some((Err(*error), None));
                }
                let most = [1, 999, 50_000, 200_000][draw.below(4)];
                let piece = left.split_to(most.min(left.len()));
                Some((Ok(piece), Some(left)))
            }
        })
        .boxed()
    }
}

impl Store for SimulatedStore {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        async move { Ok(self.call(key).await?.meta()) }.boxed()
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        async move {
            let version = self.call(read.key).await?;
            self.answer(version, &read)
        }
        .boxed()
    }

    fn may_retry(&self) -> bool {
        true
    }

    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        async { Ok(Probed::Readable) }.boxed()
    }

    fn names<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn kind(&self) -> &'static str {
        "simulated"
    }
}
