//! An object's bytes, known by their position: nothing of them is kept.

use std::ops::Range;
use std::sync::LazyLock;

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Each piece of this length, counted from the object's start, is a slice of the noise at a place
/// of its own; so a piece that stands elsewhere, or comes from another version, shows.
pub(crate) const PIECE_BYTES: u64 = 64 << 10;

const NOISE_BYTES: u64 = 4 << 20;

static NOISE: LazyLock<Bytes> = LazyLock::new(|| {
    let words = (0..NOISE_BYTES / 8).map(mix);
    words.flat_map(u64::to_le_bytes).collect::<Vec<u8>>().into()
});

/// The bytes of one version of an object; they never end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    seed: u64,
}

impl Content {
    /// Every key and version has other bytes.
    pub fn of(key: &str, version: u64) -> Self {
        let seed = key.bytes().fold(mix(version), |seed, byte| {
            mix(seed ^ u64::from(byte)).rotate_left(5)
        });
        Self { seed }
    }

    /// The entity tag, with its quotes; it looks like the MD5 of S3.
    pub fn etag(self) -> String {
        format!("\"{:016x}{:016x}\"", mix(self.seed), mix(!self.seed))
    }

    /// The first bytes of `range`, up to the end of a piece, without a copy.
    pub(crate) fn slice(self, range: &Range<u64>) -> Bytes {
        let (piece, within) = (range.start / PIECE_BYTES, range.start % PIECE_BYTES);
        let len = (PIECE_BYTES - within).min(range.end.saturating_sub(range.start));
        let place = mix(self.seed ^ mix(piece)) % (NOISE_BYTES - PIECE_BYTES) + within;
        // Both lie within the noise.
        NOISE.slice(place as usize..(place + len) as usize)
    }

    /// These bytes, in slices.
    pub fn slices(self, mut range: Range<u64>) -> impl Iterator<Item = Bytes> {
        std::iter::from_fn(move || {
            let slice = self.slice(&range);
            range.start += slice.len() as u64;
            (!slice.is_empty()).then_some(slice)
        })
    }

    /// These bytes, in memory.
    pub fn bytes(self, range: Range<u64>) -> Vec<u8> {
        self.slices(range).flatten().collect()
    }

    /// Their SHA-256.
    pub fn sha256(self, range: Range<u64>) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.slices(range).for_each(|slice| hash.update(&slice));
        hash.finalize().into()
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_stands_there_in_the_whole() {
        let content = Content::of("film.mp4", 1);
        let whole = content.bytes(0..200_000);
        for range in [0..0, 0..1, 65_535..65_537, 65_536..131_072, 1..200_000] {
            let part = content.bytes(range.clone());
            assert!(
                part == whole[range.start as usize..range.end as usize],
                "{range:?}"
            );
        }
        let hash: [u8; 32] = Sha256::digest(&whole[5..150_000]).into();
        assert_eq!(content.sha256(5..150_000), hash);
    }

    #[test]
    fn keys_versions_and_places_have_other_bytes() {
        let one = Content::of("a", 1);
        let some = one.bytes(0..64);
        for other in [Content::of("a", 2), Content::of("b", 1)] {
            assert_ne!(other.bytes(0..64), some);
            assert_ne!(other.etag(), one.etag());
        }
        for place in [1, PIECE_BYTES, 7 * PIECE_BYTES, 1 << 40] {
            assert_ne!(one.bytes(place..place + 64), some);
        }
    }
}
