//! Signatures as text: base64url without padding, unused trailing bits zero (TOKEN.md §1).
//!
//! Decoding stands here because the general engine takes a sixth of a whole verification for it.

/// The six bits of each figure; [`NONE`] for a byte that is none.
static FIGURES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut figures = [NONE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        figures[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    figures
};

/// A bit that no figure has.
const NONE: u8 = 0x80;

/// Fills `out`; `None` unless `text` is the one spelling of so many bytes.
pub(crate) fn decode(text: &[u8], out: &mut [u8]) -> Option<()> {
    let (fours, rest) = text.as_chunks::<4>();
    let (threes, tail) = out.as_chunks_mut::<3>();
    if fours.len() != threes.len() {
        return None;
    }
    let mut seen = 0;
    for (four, three) in fours.iter().zip(threes) {
        *three = join(four, &mut seen);
    }
    let unused = match (rest, tail) {
        ([], []) => 0,
        (&[a, b], [first]) => {
            let bytes = join(&[a, b, b'A', b'A'], &mut seen);
            *first = bytes[0];
            bytes[1]
        }
        (&[a, b, c], [first, second]) => {
            let bytes = join(&[a, b, c, b'A'], &mut seen);
            [*first, *second] = [bytes[0], bytes[1]];
            bytes[2]
        }
        _ => return None,
    };
    (seen & NONE == 0 && unused == 0).then_some(())
}

/// Three bytes of four figures, without a branch; `seen` gathers whether one was none.
#[inline(always)]
fn join(four: &[u8; 4], seen: &mut u8) -> [u8; 3] {
    let [a, b, c, d] = *four;
    let bits = |figure: u8| FIGURES[usize::from(figure)];
    let (a, b, c, d) = (bits(a), bits(b), bits(c), bits(d));
    *seen |= a | b | c | d;
    let joined = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
    let [_, first, second, third] = joined.to_be_bytes();
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::decode;

    /// The general engine's reading.
    fn engine(text: &[u8], len: usize) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == len).then_some(bytes)
    }

    #[test]
    fn every_byte_in_every_place_is_read_as_the_general_engine_reads_it() {
        for (figures, len) in [(43, 32), (86, 64), (4, 3), (0, 0)] {
            for place in 0..figures {
                for byte in 0..=255 {
                    let mut text = vec![b'A'; figures];
                    text[place] = byte;
                    let mut out = vec![0; len];
                    let ours = decode(&text, &mut out).map(|()| out);
                    assert_eq!(ours, engine(&text, len), "{byte:02x} at {place}");
                }
            }
        }
    }

    #[test]
    fn another_length_is_none() {
        for figures in [0, 42, 44, 45, 46, 47, 85, 87] {
            assert_eq!(
                decode(&vec![b'A'; figures], &mut [0; 32]),
                None,
                "{figures}"
            );
        }
    }
}
