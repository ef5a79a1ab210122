//! One object at its store.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::CacheKey;
use super::entry::same_version;
use crate::store::{ByteRange, Fetched, ObjectMeta, Read, Store, StoreError, StoreKey};

/// Where an object comes from, and the name that it is kept by.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) store: Arc<dyn Store>,
    pub(super) key: CacheKey,
    pub(super) store_key: StoreKey,
    /// How long what is kept of it is served without asking the store.
    pub(super) fresh_for: Duration,
}

impl Source {
    pub(super) async fn head(&self) -> Result<ObjectMeta, StoreError> {
        let version = self.key.version.as_deref();
        self.store.head(&self.store_key, version).await
    }

    /// The object's first `len_bytes` at most, of whatever version it has.
    pub(super) async fn first(&self, len_bytes: u64) -> Result<Fetched, StoreError> {
        let first = ByteRange::FromTo {
            first: 0,
            last: len_bytes.saturating_sub(1),
        };
        match self.get(Some(first), None).await {
            // An empty object has no first byte; it is read without a range.
            Err(StoreError::RangeNotSatisfiable { .. }) => self.get(None, None).await,
            fetched => fetched,
        }
    }

    /// These bytes of this version; [`StoreError::Changed`] where there is another by now.
    pub(super) async fn exactly(
        &self,
        meta: &ObjectMeta,
        range: &Range<u64>,
    ) -> Result<Fetched, StoreError> {
        let wanted = (*range != (0..meta.len_bytes)).then(|| ByteRange::FromTo {
            first: range.start,
            last: range.end.saturating_sub(1),
        });
        match self.get(wanted, Some(meta)).await {
            Ok(fetched) if same_version(&fetched.meta, meta) && fetched.range == *range => {
                Ok(fetched)
            }
            Ok(_) | Err(StoreError::RangeNotSatisfiable { .. }) => Err(StoreError::Changed),
            Err(error) => Err(error),
        }
    }

    async fn get(
        &self,
        range: Option<ByteRange>,
        version_of: Option<&ObjectMeta>,
    ) -> Result<Fetched, StoreError> {
        let read = Read {
            key: &self.store_key,
            range,
            if_match: version_of.and_then(|meta| meta.etag.as_ref()),
            version: self.key.version.as_deref(),
        };
        self.store.get(read).await
    }
}
