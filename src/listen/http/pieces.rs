//! Chunks of an answer that go out in one write.

use std::io::IoSlice;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use smallvec::SmallVec;

use super::unsent::Unsent;

/// As many chunks may wait for a reader; with the cache's chunks that is what a stream may hold of
/// its answer in memory.
pub(super) const MOST_HELD: usize = 4;

/// As many go out together where those that are not taken can be given back: with the cache's chunks
/// half a mebibyte. Fewer cost more writes; more leave the processor's cache before they are read.
pub(super) const MOST_PIECES: usize = 8;

/// So many bytes at least go out together, where they are there and cannot be given back.
const ENOUGH_BYTES: usize = 192 << 10;

/// Some chunks, one behind the other.
#[derive(Debug, Default)]
pub(in crate::listen) struct Pieces {
    _unsent: Option<Arc<Unsent>>,
    parts: SmallVec<[Bytes; MOST_HELD]>,
    /// The first that has bytes.
    at: usize,
    left_bytes: usize,
}

impl Pieces {
    /// One chunk.
    pub(super) fn of(bytes: Bytes) -> Self {
        let mut pieces = Self::default();
        pieces.push(bytes);
        pieces
    }

    /// The same, of a request that is not over before they have gone.
    pub(super) fn of_request(self, unsent: Option<Arc<Unsent>>) -> Self {
        Self {
            _unsent: unsent,
            ..self
        }
    }

    /// Whether no more are to be added, where what is added can be given back or cannot.
    pub(super) fn is_full(&self, can_go_back: bool) -> bool {
        match can_go_back {
            true => self.parts.len() >= MOST_PIECES,
            false => self.parts.len() >= MOST_HELD || self.left_bytes >= ENOUGH_BYTES,
        }
    }

    /// Adds a chunk.
    pub(super) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.left_bytes += bytes.len();
            self.parts.push(bytes);
        }
    }

    /// Lets go of what is more than may be held; how many bytes.
    pub(super) fn give_back(&mut self) -> usize {
        let before = self.left_bytes;
        while self.parts.len() - self.at > MOST_HELD {
            self.left_bytes -= self.parts.pop().map_or(0, |last| last.len());
        }
        before - self.left_bytes
    }

    fn rest(&self) -> &[Bytes] {
        self.parts.get(self.at..).unwrap_or_default()
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
        assert!(!pieces.is_full(false));
        pieces.push(Bytes::from_static(b"four"));
        assert!(pieces.is_full(false) && !pieces.is_full(true));
        assert!(Pieces::of(Bytes::from(vec![0; 192 << 10])).is_full(false));
        assert!(!Pieces::of(Bytes::from(vec![0; 64 << 10])).is_full(false));
        for _ in 0..12 {
            pieces.push(Bytes::from_static(b"more"));
        }
        assert!(pieces.is_full(true));
    }

    #[test]
    fn what_is_too_much_to_hold_is_given_back_from_the_end() {
        let mut pieces = pieces();
        assert_eq!(pieces.give_back(), 0);
        for text in ["four", "fifth", "sixth!"] {
            pieces.push(Bytes::from_static(text.as_bytes()));
        }
        pieces.advance(5);
        assert_eq!(pieces.give_back(), "sixth!".len());
        assert_eq!(pieces.copy_to_bytes(pieces.remaining()), "othreefourfifth");
    }
}
