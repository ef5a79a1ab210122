//! What the stores of these tests say of an object.

use std::ops::Range;

use crate::store::{EntityTag, ObjectMeta, Read, StoreError};

/// An object of which only length and entity tag matter.
pub(super) fn meta(len_bytes: u64, etag: &str) -> ObjectMeta {
    ObjectMeta {
        len_bytes,
        etag: EntityTag::strong(etag),
        weak_etag: EntityTag::weak(etag),
        last_modified_unix_secs: Some(1),
        content_type: None,
        content_encoding: None,
        content_language: None,
        cache_control: None,
        content_disposition: None,
    }
}

/// Which bytes a read of this object brings.
pub(super) fn range(meta: &ObjectMeta, read: &Read<'_>) -> Result<Range<u64>, StoreError> {
    if read.if_match.is_some() && read.if_match != meta.etag.as_ref() {
        return Err(StoreError::Changed);
    }
    if read.if_none_match.is_some() && read.if_none_match == meta.validator() {
        return Err(StoreError::NotModified);
    }
    let len_bytes = meta.len_bytes;
    read.range.map_or(Ok(0..len_bytes), |range| {
        let range = range.resolve(len_bytes);
        range.ok_or(StoreError::RangeNotSatisfiable { len_bytes })
    })
}
