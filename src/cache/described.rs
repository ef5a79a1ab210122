//! An object's metadata, and what whoever answers has made of it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;

use crate::store::ObjectMeta;

/// Metadata of one version, with room for the header lines that say the same: they are made once
/// and not for each answer.
#[derive(Debug)]
pub struct Described {
    meta: ObjectMeta,
    lines: [OnceLock<HeaderMap>; 2],
    texts: [OnceLock<Box<[u8]>>; 2],
}

impl Described {
    /// What the store said.
    pub fn new(meta: ObjectMeta) -> Arc<Self> {
        Arc::new(Self {
            meta,
            lines: Default::default(),
            texts: Default::default(),
        })
    }

    /// The lines of one of two kinds, made by `make` where they are not there yet.
    pub fn lines(&self, kind: bool, make: impl FnOnce(&ObjectMeta) -> HeaderMap) -> &HeaderMap {
        self.lines[usize::from(kind)].get_or_init(|| make(&self.meta))
    }

    /// The same as they are sent.
    pub fn text(&self, kind: bool, make: impl FnOnce(&ObjectMeta) -> Vec<u8>) -> &[u8] {
        self.texts[usize::from(kind)].get_or_init(|| make(&self.meta).into())
    }
}

impl Deref for Described {
    type Target = ObjectMeta;

    fn deref(&self) -> &ObjectMeta {
        &self.meta
    }
}

impl From<ObjectMeta> for Described {
    fn from(meta: ObjectMeta) -> Self {
        Self {
            meta,
            lines: Default::default(),
            texts: Default::default(),
        }
    }
}
