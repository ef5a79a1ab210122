//! An object's metadata, and what whoever answers has made of it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::store::ObjectMeta;

/// Metadata of one version, with room for the header lines that say the same: they are made once
/// and not for each answer. As text, which is a sixth of a header map: there may be millions.
#[derive(Debug)]
pub struct Described {
    meta: ObjectMeta,
    texts: [OnceLock<Bytes>; 2],
}

impl Described {
    /// What the store said.
    pub fn new(meta: ObjectMeta) -> Arc<Self> {
        Arc::new(meta.into())
    }

    /// The lines of one of two kinds, made by `make` where they are not there yet.
    pub fn text(&self, kind: bool, make: impl FnOnce(&ObjectMeta) -> Vec<u8>) -> &Bytes {
        // Without what the vector has to spare.
        let made = || Bytes::from(make(&self.meta).into_boxed_slice());
        self.texts[usize::from(kind)].get_or_init(made)
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
            texts: Default::default(),
        }
    }
}
