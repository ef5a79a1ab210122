//! Further ranges of an object that is open, of the version that was opened.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::blocks::Blocks;
use super::body::Body;
use super::known::Version;
use super::reader::Reader;
use super::source::Source;

/// An open object, of which several ranges are read.
#[derive(Clone)]
pub struct Parts {
    blocks: Blocks,
    source: Source,
    version: Arc<Version>,
    is_apart: bool,
}

impl Parts {
    pub(super) fn new(blocks: Blocks, source: Source, version: Arc<Version>) -> Self {
        Self {
            blocks,
            source,
            version,
            is_apart: false,
        }
    }

    /// The same, past the cache.
    pub(super) fn apart(self) -> Self {
        Self {
            is_apart: true,
            ..self
        }
    }

    /// These bytes, cut to the object; the store is asked when they are read, not earlier.
    pub fn body(&self, range: Range<u64>) -> Body {
        let len_bytes = self.version.meta.len_bytes;
        let (first, end) = (range.start.min(len_bytes), range.end.min(len_bytes));
        if first >= end {
            return Body::empty();
        }
        let (blocks, source) = (self.blocks.clone(), self.source.clone());
        let version = Arc::clone(&self.version);
        let reader = Reader::new(blocks, source, version, first..end);
        Body::blocks(if self.is_apart {
            reader.apart()
        } else {
            reader
        })
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
