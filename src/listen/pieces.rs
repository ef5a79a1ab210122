//! Chunks of an answer that go out in one write.

use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// As many chunks go out together; with the cache's chunks that is what a stream may hold of its
/// answer in memory.
pub(super) const MOST_PIECES: usize = 4;

/// So many bytes at least go out together, where they are there.
pub(super) const ENOUGH_BYTES: usize = 192 << 10;

/// Some chunks, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    parts: [Bytes; MOST_PIECES],
    /// The first that has bytes, and the first place that is free.
    at: usize,
    end: usize,
    left_bytes: usize,
}

impl Pieces {
    /// One chunk.
    pub(super) fn of(bytes: Bytes) -> Self {
        let mut pieces = Self::default();
        pieces.push(bytes);
        pieces
    }

    /// Whether no more are to be added.
    pub(super) const fn is_full(&self) -> bool {
        self.end == MOST_PIECES || self.left_bytes >= ENOUGH_BYTES
    }

    /// Adds a chunk, where there is room; where there is none it is lost.
    pub(super) fn push(&mut self, bytes: Bytes) {
        if let Some(part) = self.parts.get_mut(self.end)
            && !bytes.is_empty()
        {
            self.left_bytes += bytes.len();
            *part = bytes;
            self.end += 1;
        }
    }

    fn rest(&self) -> &[Bytes] {
        self.parts.get(self.at..self.end).unwrap_or_default()
    }
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.left_bytes
    }

    fn chunk(&self) -> &[u8] {
        self.rest().first().map_or(&[], |bytes| bytes)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pairs = slices.iter_mut().zip(self.rest());
        pairs.fold(0, |count, (slice, bytes)| {
            *slice = IoSlice::new(bytes);
            count + 1
        })
    }

    fn advance(&mut self, mut bytes: usize) {
        assert!(bytes <= self.left_bytes, "advanced beyond the end");
        self.left_bytes -= bytes;
        while bytes > 0 {
            let part = &mut self.parts[self.at];
            let taken = bytes.min(part.len());
            part.advance(taken);
            bytes -= taken;
            if part.is_empty() {
                // Its memory may go although others are still to be sent.
                *part = Bytes::new();
                self.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use bytes::{Buf, Bytes};

    use super::{MOST_PIECES, Pieces};

    fn pieces() -> Pieces {
        let mut pieces = Pieces::of(Bytes::from_static(b"one"));
        for text in ["", "two", "three"] {
            pieces.push(Bytes::from_static(text.as_bytes()));
        }
        pieces
    }

    #[test]
    fn pieces_are_read_as_one_text_however_they_are_cut() {
        for at_once in 1..=11 {
            let (mut pieces, mut read) = (pieces(), Vec::new());
            while pieces.has_remaining() {
                let mut slices = [IoSlice::new(&[]); MOST_PIECES];
                let count = pieces.chunks_vectored(&mut slices);
                assert_eq!(&*slices[0], pieces.chunk());
                let all: Vec<u8> = slices[..count]
                    .iter()
                    .flat_map(|slice| slice.to_vec())
                    .collect();
                assert_eq!(all.len(), pieces.remaining());
                let taken = at_once.min(all.len());
                read.extend_from_slice(&all[..taken]);
                pieces.advance(taken);
            }
            assert_eq!(read, b"onetwothree");
            assert!(pieces.chunk().is_empty());
        }
    }

    #[test]
    fn there_is_an_end_to_what_goes_together() {
        let mut pieces = pieces();
        assert!(!pieces.is_full());
        pieces.push(Bytes::from_static(b"four"));
        assert!(pieces.is_full());
        assert!(Pieces::of(Bytes::from(vec![0; 192 << 10])).is_full());
        assert!(!Pieces::of(Bytes::from(vec![0; 64 << 10])).is_full());
    }
}
