//! Asking the store: for an object that is not kept, or whether one that is kept still holds.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::oneshot;

use super::CacheOutcome;
use super::entry::{Known, Whole, is_no_store, same_version};
use super::shelf::Shelf;
use super::source::Source;
use crate::store::{Fetched, ObjectMeta, StoreError};

/// What one question to the store brings to all who wait for it.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// The whole object.
    Whole(Arc<Whole>, CacheOutcome),
    /// The metadata of an object that is not kept, and why not.
    NotKept(Arc<ObjectMeta>, CacheOutcome),
}

/// What the store says of an object that was kept.
enum Checked {
    Same(Arc<Whole>),
    Other(Arc<ObjectMeta>),
}

impl Shelf {
    /// Brings the object, by a `HEAD` where a body is kept and still holds, else by one `GET`. A
    /// stream that is not kept goes to `in_hand`, for the reader who caused it.
    pub(super) async fn bring(
        &self,
        source: &Source,
        in_hand: oneshot::Sender<Fetched>,
    ) -> Result<Landed, StoreError> {
        let generation = self.generation().await;
        if let Some(whole) = self.bodies.get(&source.key).await {
            if whole.known.is_fresh(source.fresh_for) {
                return Ok(Landed::Whole(whole, CacheOutcome::Hit));
            }
            match self.check(source, Some(whole), generation).await? {
                Checked::Same(whole) => {
                    return Ok(Landed::Whole(whole, CacheOutcome::Revalidated));
                }
                Checked::Other(meta) if self.is_too_large(&meta) => {
                    let outcome = self.streamed(&meta);
                    return Ok(Landed::NotKept(meta, outcome));
                }
                Checked::Other(_) => {}
            }
        }
        self.fill(source, in_hand, generation).await
    }

    /// What the store says of the object now.
    pub(super) async fn ask(
        &self,
        source: &Source,
    ) -> Result<(Arc<ObjectMeta>, CacheOutcome), StoreError> {
        let generation = self.generation().await;
        let whole = self.bodies.get(&source.key).await;
        Ok(match self.check(source, whole, generation).await? {
            Checked::Same(whole) => (Arc::clone(&whole.known.meta), CacheOutcome::Revalidated),
            Checked::Other(meta) => (meta, CacheOutcome::Metadata),
        })
    }

    /// Why an object that is not held in memory is not: it may not be, or is too large.
    pub(super) fn streamed(&self, meta: &ObjectMeta) -> CacheOutcome {
        if is_no_store(meta) {
            CacheOutcome::NoStore
        } else {
            CacheOutcome::TooLarge
        }
    }

    async fn check(
        &self,
        source: &Source,
        whole: Option<Arc<Whole>>,
        generation: u64,
    ) -> Result<Checked, StoreError> {
        let meta = match source.head().await {
            Ok(meta) => Arc::new(meta),
            Err(error) => return Err(self.failed(source, error).await),
        };
        if let Some(whole) = whole
            && meta.etag.is_some()
            && same_version(&meta, &whole.known.meta)
            && !is_no_store(&meta)
        {
            let whole = Arc::new(Whole {
                known: Known::now(meta),
                body: whole.body.clone(),
            });
            self.keep(&source.key, Arc::clone(&whole), generation).await;
            return Ok(Checked::Same(whole));
        }
        self.keep_meta(&source.key, &meta, generation).await;
        Ok(Checked::Other(meta))
    }

    async fn fill(
        &self,
        source: &Source,
        in_hand: oneshot::Sender<Fetched>,
        generation: u64,
    ) -> Result<Landed, StoreError> {
        let fetched = match source.first(self.max_object_bytes).await {
            Ok(fetched) => fetched,
            Err(error) => return Err(self.failed(source, error).await),
        };
        let meta = Arc::new(fetched.meta.clone());
        let outcome = if is_no_store(&meta) || self.is_too_large(&meta) {
            self.streamed(&meta)
        } else if let Some(_reserved) = self.reserve(meta.len_bytes) {
            let body = collect(fetched).await?;
            let known = Known::now(meta);
            let whole = Arc::new(Whole { known, body });
            self.keep(&source.key, Arc::clone(&whole), generation).await;
            return Ok(Landed::Whole(whole, CacheOutcome::Miss));
        } else {
            CacheOutcome::NoMemory
        };
        self.keep_meta(&source.key, &meta, generation).await;
        // Refused where the reader who caused it has left: then the stream is dropped.
        let _ = in_hand.send(fetched);
        Ok(Landed::NotKept(meta, outcome))
    }

    /// An object that is gone is forgotten; other failures may pass.
    async fn failed(&self, source: &Source, error: StoreError) -> StoreError {
        if error == StoreError::NotFound {
            self.forget(&source.key).await;
        }
        error
    }
}

/// The whole body, which must have the length announced.
async fn collect(mut fetched: Fetched) -> Result<Bytes, StoreError> {
    let len_bytes = fetched.meta.len_bytes;
    if fetched.range != (0..len_bytes) {
        return Err(StoreError::BodyLength);
    }
    let mut body = BytesMut::with_capacity(usize::try_from(len_bytes).unwrap_or_default());
    while let Some(chunk) = fetched.body.next().await {
        let chunk = chunk?;
        if (body.len() + chunk.len()) as u64 > len_bytes {
            return Err(StoreError::BodyLength);
        }
        body.extend_from_slice(&chunk);
    }
    if body.len() as u64 == len_bytes {
        Ok(body.freeze())
    } else {
        Err(StoreError::BodyLength)
    }
}
