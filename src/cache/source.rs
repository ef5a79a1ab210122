//! One object at its store.

use std::ops::Range;
use std::sync::Arc;

use super::CacheKey;
use super::key::Name;
use super::known::same_version;
use super::times::Times;
use crate::store::{ByteRange, EntityTag, Fetched, ObjectMeta, Read, Store, StoreError, StoreKey};

/// Where an object comes from, the name that it is kept by, and for how long. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Source(Arc<Place>);

#[derive(Debug)]
struct Place {
    store: Arc<dyn Store>,
    key: CacheKey,
    name: Name,
    store_key: StoreKey,
    times: Times,
}

impl Source {
    pub(super) fn new(
        store: Arc<dyn Store>,
        key: CacheKey,
        store_key: StoreKey,
        times: Times,
    ) -> Self {
        Self(Arc::new(Place {
            store,
            name: Name::Object(key.clone()),
            key,
            store_key,
            times,
        }))
    }

    pub(super) fn name(&self) -> &Name {
        &self.0.name
    }

    pub(super) fn key(&self) -> &CacheKey {
        &self.0.key
    }

    pub(super) fn times(&self) -> Times {
        self.0.times
    }

    pub(super) async fn head(&self) -> Result<ObjectMeta, StoreError> {
        let version = self.key().version.as_deref();
        self.0.store.head(&self.0.store_key, version).await
    }

    /// These bytes of whatever version there is; [`StoreError::NotModified`] where it is `known`.
    pub(super) async fn any(
        &self,
        range: Option<ByteRange>,
        known: Option<&EntityTag>,
    ) -> Result<Fetched, StoreError> {
        self.get(range, None, known).await
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
        match self.get(wanted, meta.etag.as_ref(), None).await {
            Ok(fetched) if fetched.range == *range && is_version(&fetched.meta, meta) => {
                Ok(fetched)
            }
            Ok(_) | Err(StoreError::RangeNotSatisfiable { .. }) => Err(StoreError::Changed),
            Err(error) => Err(error),
        }
    }

    /// Whether one more question may be asked, because an answer broke off.
    pub(super) fn may_ask_again(&self) -> bool {
        self.0.store.may_retry()
    }

    async fn get(
        &self,
        range: Option<ByteRange>,
        if_match: Option<&EntityTag>,
        if_none_match: Option<&EntityTag>,
    ) -> Result<Fetched, StoreError> {
        let read = Read {
            key: &self.0.store_key,
            range,
            if_match,
            if_none_match,
            version: self.key().version.as_deref(),
        };
        self.0.store.get(read).await
    }
}

/// Whether a later answer is of the version wanted. Where the store gives no entity tags, as far
/// as length and date tell; such objects are not put together from several answers.
fn is_version(answered: &ObjectMeta, wanted: &ObjectMeta) -> bool {
    same_version(answered, wanted)
        || answered.etag.is_none()
            && wanted.etag.is_none()
            && answered.len_bytes == wanted.len_bytes
            && answered.last_modified_unix_secs == wanted.last_modified_unix_secs
}
