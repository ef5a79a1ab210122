//! The name of a field, read from a token.

use crate::bytes::SIDE_BY_SIDE;

/// A name of up to 8 letters as one number, so that names are compared at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(u64);

impl Name {
    /// `sig`, which is no field.
    pub(crate) const SIGNATURE: Self = Self::of(b"sig");

    pub(super) const fn of(letters: &[u8]) -> Self {
        let mut name = 0;
        let mut place = 0;
        while place < letters.len() {
            name = name << 8 | letters[place] as u64;
            place += 1;
        }
        Self(name)
    }

    /// The name that `text` starts with, and what follows the `=` behind it; `None` where there is
    /// no such name, or one of more than 8 letters.
    #[inline]
    pub(crate) fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let Some(eight) = text.first_chunk().filter(|_| SIDE_BY_SIDE) else {
            return Self::read_slowly(text);
        };
        let word = u64::from_be_bytes(*eight);
        let len = letters(word);
        if !(1..8).contains(&len) {
            return Self::read_slowly(text);
        }
        let through_equals = word >> (56 - 8 * len);
        (through_equals as u8 == b'=').then(|| (Self(through_equals >> 8), &text[len + 1..]))
    }

    #[cfg_attr(not(target_family = "wasm"), inline(never))]
    fn read_slowly(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut name = 0;
        for (len, &byte) in text.iter().take(9).enumerate() {
            if !byte.is_ascii_lowercase() {
                let is_name = len > 0 && byte == b'=';
                return is_name.then(|| (Self(name), &text[len + 1..]));
            }
            name = name << 8 | u64::from(byte);
        }
        None
    }
}

/// How many of a word's bytes, from its highest on, are lower-case letters.
#[inline]
const fn letters(word: u64) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    // What is added carries into a byte's high bit from `a`, or from behind `z`, on.
    let low = word & !HIGH;
    let from_a = low + EACH * (0x80 - b'a' as u64);
    let behind_z = low + EACH * (0x7f - b'z' as u64);
    let others = (!from_a | behind_z | word) & HIGH;
    (others.leading_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_read_at_once_as_it_is_read_letter_by_letter() {
        for len in 0..10 {
            for byte in 0..=255 {
                let mut text = *b"qqqqqqqqqqqq=qqq";
                text[len] = byte;
                let slowly = Name::read_slowly(&text);
                assert!(Name::read(&text) == slowly, "{byte:02x} at {len}");
            }
        }
    }
}
