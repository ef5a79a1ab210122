//! What a store says of an object, and the object's bytes on their way.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use super::StoreError;

/// An object's key in a store: a site's prefix and a canonical path without its first `/`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreKey(Arc<str>);

impl StoreKey {
    /// Only the object stage of a request and tests make keys.
    pub fn new(key: impl Into<Arc<str>>) -> Self {
        Self(key.into())
    }

    /// The key as the store knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({:?})", &*self.0)
    }
}

/// An entity tag with its quotes, as RFC 9110 §8.8.3 writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntityTag(Arc<str>);

impl EntityTag {
    /// `None` unless `text` is a strong entity tag: quoted, of bytes 0x21 and 0x23–0x7E.
    pub fn strong(text: &str) -> Option<Self> {
        is_opaque(text).then(|| Self(text.into()))
    }

    /// `None` unless `text` is a weak entity tag: `W/` and the same.
    pub fn weak(text: &str) -> Option<Self> {
        is_opaque(text.strip_prefix("W/")?).then(|| Self(text.into()))
    }

    /// What is compared weakly: the tag without its `W/`.
    pub fn opaque(&self) -> &str {
        self.0.strip_prefix("W/").unwrap_or(&self.0)
    }

    /// The tag with its quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_opaque(text: &str) -> bool {
    let opaque = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    opaque.is_some_and(|opaque| {
        let mut bytes = opaque.bytes();
        bytes.all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte))
    })
}

/// An object's metadata of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectMeta {
    /// The whole object's length.
    pub len_bytes: u64,
    /// The version's strong entity tag; `None` where the store gives none.
    pub etag: Option<EntityTag>,
    /// A weak one, where there is no strong one: it is passed on and confirmed, and never tells
    /// which bytes are of one version.
    pub weak_etag: Option<EntityTag>,
    /// When it was last changed, in Unix seconds.
    pub last_modified_unix_secs: Option<u64>,
    /// `Content-Type` by the store's metadata, else by the key's extension.
    pub content_type: Option<String>,
    /// `Content-Encoding`, passed on.
    pub content_encoding: Option<String>,
    /// `Content-Language`, passed on.
    pub content_language: Option<String>,
    /// The object's own `Cache-Control`.
    pub cache_control: Option<String>,
    /// The object's own `Content-Disposition`.
    pub content_disposition: Option<String>,
}

impl ObjectMeta {
    /// The entity tag by which the object can be asked for again, and is told to clients.
    pub fn validator(&self) -> Option<&EntityTag> {
        self.etag.as_ref().or(self.weak_etag.as_ref())
    }
}

/// An answer of a store: metadata, and the bytes asked for as they arrive.
pub struct Fetched {
    /// The object's metadata; `len_bytes` is the whole object's, whatever the range.
    pub meta: ObjectMeta,
    /// Which bytes `body` brings, half-open.
    pub range: Range<u64>,
    /// The bytes; ends with [`StoreError::BodyLength`] rather than short.
    pub body: BoxStream<'static, Result<Bytes, StoreError>>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("meta", &self.meta)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}
