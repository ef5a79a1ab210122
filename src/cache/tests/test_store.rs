//! A store in memory that counts what it is asked, and can fail, change, lie and be slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;

use super::answered;
use crate::store::{
    ByteRange, EntityTag, Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault,
    StoreKey,
};

/// How long the pieces are that bodies arrive in.
const PIECE_BYTES: usize = 1_000;

#[derive(Debug, Default)]
struct State {
    objects: HashMap<String, (ObjectMeta, Bytes)>,
    /// One for each `get`.
    gets: Vec<(Option<ByteRange>, Option<EntityTag>)>,
    not_modified: usize,
    heads: usize,
    fault: Option<StoreError>,
    missing_bytes: usize,
    cuts: usize,
}

/// The store; `gate` closed, bodies stand still after their first piece.
#[derive(Debug)]
pub(super) struct TestStore {
    state: Mutex<State>,
    gate: Arc<Semaphore>,
}

impl TestStore {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            gate: Arc::new(Semaphore::new(1)),
        })
    }

    pub(super) fn put(&self, key: &str, etag: &str, body: impl Into<Bytes>) {
        self.put_with(key, etag, body, None);
    }

    pub(super) fn put_with(
        &self,
        key: &str,
        etag: &str,
        body: impl Into<Bytes>,
        cache_control: Option<&str>,
    ) {
        let body = body.into();
        let meta = ObjectMeta {
            cache_control: cache_control.map(Into::into),
            ..answered::meta(body.len() as u64, etag)
        };
        let mut state = self.state.lock().unwrap();
        state.objects.insert(key.into(), (meta, body));
    }

    pub(super) fn remove(&self, key: &str) {
        self.state.lock().unwrap().objects.remove(key);
    }

    /// Every call fails until this is undone with `None`.
    pub(super) fn fail(&self, fault: impl Into<Option<StoreError>>) {
        self.state.lock().unwrap().fault = fault.into();
    }

    /// Bodies end so many bytes early, without an error.
    pub(super) fn cut_bodies(&self, missing_bytes: usize) {
        self.cut_next_bodies(usize::MAX, missing_bytes);
    }

    /// The next so many bodies do.
    pub(super) fn cut_next_bodies(&self, count: usize, missing_bytes: usize) {
        let mut state = self.state.lock().unwrap();
        (state.cuts, state.missing_bytes) = (count, missing_bytes);
    }

    /// How often an object had not changed.
    pub(super) fn not_modified(&self) -> usize {
        self.state.lock().unwrap().not_modified
    }

    pub(super) fn close_gate(&self) {
        self.gate.forget_permits(1);
    }

    pub(super) fn open_gate(&self) {
        self.gate.add_permits(1);
    }

    pub(super) fn gets(&self) -> Vec<(Option<ByteRange>, Option<EntityTag>)> {
        self.state.lock().unwrap().gets.clone()
    }

    /// How many `get`s and `head`s there were.
    pub(super) fn calls(&self) -> (usize, usize) {
        let state = self.state.lock().unwrap();
        (state.gets.len(), state.heads)
    }

    fn read(&self, read: Read<'_>) -> Result<Fetched, StoreError> {
        let mut state = self.state.lock().unwrap();
        state.gets.push((read.range, read.if_match.cloned()));
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        let object = state.objects.get(read.key.as_str());
        let (meta, body) = object.cloned().ok_or(StoreError::NotFound)?;
        let range = answered::range(&meta, &read);
        state.not_modified += usize::from(range == Err(StoreError::NotModified));
        let range = range?;
        let mut bytes = body.slice(range.start as usize..range.end as usize);
        if state.cuts > 0 {
            state.cuts -= 1;
            bytes.truncate(bytes.len() - state.missing_bytes.min(bytes.len()));
        }
        let pieces: Vec<Bytes> = bytes
            .chunks(PIECE_BYTES)
            .map(Bytes::copy_from_slice)
            .collect();
        let gate = Arc::clone(&self.gate);
        let body = stream::iter(pieces.into_iter().enumerate())
            .then(move |(number, piece)| {
                let gate = Arc::clone(&gate);
                async move {
                    if number > 0 {
                        drop(gate.acquire().await);
                    }
                    Ok(piece)
                }
            })
            .boxed();
        Ok(Fetched { meta, range, body })
    }
}

impl Store for TestStore {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let mut state = self.state.lock().unwrap();
            state.heads += 1;
            if let Some(fault) = state.fault {
                return Err(fault);
            }
            let object = state.objects.get(key.as_str());
            object
                .map(|(meta, _)| meta.clone())
                .ok_or(StoreError::NotFound)
        }
        .boxed()
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.read(read)
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
        "test"
    }
}
