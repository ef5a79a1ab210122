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

/// Fills `out`, which has the length of a signature; `None` unless `text` is the one spelling of so
/// many bytes.
pub(crate) fn decode(text: &[u8], out: &mut [u8]) -> Option<()> {
    let (eights, rest) = text.as_chunks();
    let (sixes, tail) = out.as_chunks_mut();
    if eights.len() != sixes.len() {
        return None;
    }
    let mut seen = 0;
    for (eight, six) in eights.iter().zip(sixes) {
        *six = join(eight, &mut seen);
    }
    let unused = match (rest, tail) {
        ([], []) => 0,
        (&[a, b, c], [first, second]) => {
            let bytes = join(&[a, b, c, b'A', b'A', b'A', b'A', b'A'], &mut seen);
            [*first, *second] = [bytes[0], bytes[1]];
            bytes[2]
        }
        (&[a, b, c, d, e, f], [first, second, third, fourth]) => {
            let bytes = join(&[a, b, c, d, e, f, b'A', b'A'], &mut seen);
            [*first, *second, *third, *fourth] = [bytes[0], bytes[1], bytes[2], bytes[3]];
            bytes[4]
        }
        _ => return None,
    };
    (seen & NONE == 0 && unused == 0).then_some(())
}

/// Six bytes of eight figures, without a branch; `seen` gathers whether one was none.
#[inline]
fn join(eight: &[u8; 8], seen: &mut u8) -> [u8; 6] {
    let mut joined = 0;
    for &figure in eight {
        let bits = FIGURES[usize::from(figure)];
        *seen |= bits;
        joined = joined << 6 | u64::from(bits);
    }
    let [_, _, bytes @ ..] = joined.to_be_bytes();
    bytes
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
        for (figures, len) in [(43, 32), (86, 64), (8, 6), (0, 0)] {
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
