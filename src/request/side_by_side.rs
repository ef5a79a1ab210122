//! Bytes looked at many at a time.

/// Whether `other` is 0 for each byte: they are looked at in blocks of a fixed length, which the
/// compiler looks at side by side where `other` has no branches. For `/`, which fills the last block,
/// it is 0.
#[inline]
pub fn none_is(bytes: &[u8], other: impl Fn(u8) -> u8) -> bool {
    let others = |block: &[u8; 16]| block.map(&other) != [0; 16];
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut last = [b'/'; 16];
    last[..rest.len()].copy_from_slice(rest);
    !(others(&last) || blocks.iter().any(others))
}

#[cfg(test)]
mod tests {
    use super::none_is;

    #[test]
    fn one_byte_anywhere_is_found() {
        for len in 0..50 {
            let mut bytes = vec![b'a'; len];
            let is_x = |byte| u8::from(byte == b'x');
            assert!(none_is(&bytes, is_x), "{len}");
            for at in 0..len {
                bytes[at] = b'x';
                assert!(!none_is(&bytes, is_x), "{at} of {len}");
                bytes[at] = b'a';
            }
        }
    }
}
