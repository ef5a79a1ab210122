//! A piece of one version of an object, complete.

use bytes::Bytes;

/// Memory is taken, held and handed to readers in pieces of this length.
pub const CHUNK_BYTES: usize = 64 << 10;

/// What a chunk takes beside its bytes: its handle, and the allocator's own.
const CHUNK_OVERHEAD_BYTES: usize = 96;

/// The bytes of a block, in chunks of [`CHUNK_BYTES`], the last one shorter.
#[derive(Debug)]
pub(super) struct Block {
    chunks: Box<[Bytes]>,
}

impl Block {
    /// Every chunk but the last has [`CHUNK_BYTES`].
    pub(super) fn new(chunks: Vec<Bytes>) -> Self {
        let chunks = chunks.into();
        Self { chunks }
    }

    /// Up to `most_bytes` from `at` on, counted from the block's start: what lies in one chunk.
    /// Empty behind the block's end.
    pub(super) fn chunk(&self, at: usize, most_bytes: usize) -> Bytes {
        let chunk = self.chunks.get(at / CHUNK_BYTES);
        chunk.map_or_else(Bytes::new, |chunk| {
            slice(chunk, at % CHUNK_BYTES, most_bytes)
        })
    }

    /// The memory that it takes.
    pub(super) fn weight_bytes(&self) -> usize {
        let chunks = self.chunks.iter();
        chunks.map(|chunk| chunk.len() + CHUNK_OVERHEAD_BYTES).sum()
    }
}

/// Up to `most_bytes` of `chunk` from `at` on, without copying.
pub(super) fn slice(chunk: &Bytes, at: usize, most_bytes: usize) -> Bytes {
    let from = at.min(chunk.len());
    let until = from.saturating_add(most_bytes).min(chunk.len());
    chunk.slice(from..until)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Block, CHUNK_BYTES};

    #[test]
    fn a_chunk_ends_where_it_ends_whatever_is_wanted() {
        let block = Block::new(vec![
            Bytes::from(vec![1; CHUNK_BYTES]),
            Bytes::from_static(b"end"),
        ]);
        assert_eq!(block.chunk(CHUNK_BYTES - 2, 9), [1, 1].as_slice());
        assert_eq!(block.chunk(CHUNK_BYTES, 2), b"en".as_slice());
        assert_eq!(block.chunk(CHUNK_BYTES + 1, usize::MAX), b"nd".as_slice());
        assert!(block.chunk(CHUNK_BYTES + 3, 1).is_empty());
        assert!(block.chunk(5 * CHUNK_BYTES, 1).is_empty());
        assert!(block.weight_bytes() > CHUNK_BYTES + 3);
    }
}
