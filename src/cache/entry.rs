//! What is kept: whole objects, and the metadata of those that are not kept whole.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::CacheKey;
use crate::store::ObjectMeta;

/// What an entry takes beside its body and its strings, roughly; so that empty objects weigh too.
const OVERHEAD_BYTES: usize = 512;

/// Metadata, and when the store last said so.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) meta: Arc<ObjectMeta>,
    checked_at: Instant,
}

impl Known {
    /// What the store has said just now.
    pub(super) fn now(meta: Arc<ObjectMeta>) -> Self {
        let checked_at = Instant::now();
        Self { meta, checked_at }
    }

    /// Whether it may be served without asking the store.
    pub(super) fn is_fresh(&self, fresh_for: Duration) -> bool {
        self.checked_at.elapsed() < fresh_for
    }
}

/// An object with its whole body.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) known: Known,
    pub(super) body: Bytes,
}

impl Whole {
    /// An entry's weight in bytes.
    pub(super) fn weight_bytes(key: &CacheKey, whole: &Arc<Self>) -> u32 {
        let meta = &whole.known.meta;
        let texts = [
            meta.content_type.as_deref(),
            meta.content_encoding.as_deref(),
            meta.content_language.as_deref(),
            meta.cache_control.as_deref(),
            meta.content_disposition.as_deref(),
            meta.etag.as_ref().map(|etag| etag.as_str()),
        ];
        let texts_bytes: usize = texts.into_iter().flatten().map(str::len).sum();
        let weight = whole.body.len() + texts_bytes + key.len_bytes() + OVERHEAD_BYTES;
        u32::try_from(weight).unwrap_or(u32::MAX)
    }
}

/// Whether both describe one version of an object. Without entity tags, length and date must do.
pub(super) fn same_version(one: &ObjectMeta, other: &ObjectMeta) -> bool {
    one.etag == other.etag
        && (one.etag.is_some()
            || (one.len_bytes == other.len_bytes
                && one.last_modified_unix_secs == other.last_modified_unix_secs))
}

/// Whether the object's own `Cache-Control` says `no-store` (RFC 9111 §5.2.2.5).
pub(super) fn is_no_store(meta: &ObjectMeta) -> bool {
    meta.cache_control.as_deref().is_some_and(|field| {
        field
            .split(',')
            .any(|directive| directive.trim().eq_ignore_ascii_case("no-store"))
    })
}
