//! Classes of bytes, hexadecimal figures and percent-decoding, shared by text, paths and carriers.

use core::cmp::Ordering;

/// Whether blocks of a fixed length are looked at side by side: in a module for edges, which is
/// compiled to be small, a loop over single bytes is smaller and no slower.
pub(crate) const SIDE_BY_SIDE: bool = !cfg!(target_family = "wasm");

/// What a byte is in a token's text, as flags. A bare byte but slash and colon has none.
pub(crate) mod class {
    pub(crate) const SLASH: u8 = 1;
    pub(crate) const STAR: u8 = 2;
    pub(crate) const BANG: u8 = 4;
    pub(crate) const TILDE: u8 = 8;
    /// Stands in no value.
    pub(crate) const OTHER: u8 = 16;
    pub(crate) const COLON: u8 = 32;
}

static CLASSES: [u8; 256] = {
    let mut classes = [class::OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => 0,
            b':' => class::COLON,
            b'/' => class::SLASH,
            b'*' => class::STAR,
            b'!' => class::BANG,
            b'~' => class::TILDE,
            _ => class::OTHER,
        };
        byte += 1;
    }
    classes
};

#[inline]
fn class_of(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

#[inline]
pub(crate) fn is_bare(byte: u8) -> bool {
    class_of(byte) & !(class::SLASH | class::COLON) == 0
}

/// How many bytes at the front are of none of the classes in `stop`.
#[inline]
pub(crate) fn run(text: &[u8], stop: u8) -> usize {
    let mut len = 0;
    while len < text.len() && class_of(text[len]) & stop == 0 {
        len += 1;
    }
    len
}

/// [`run`] for long ones, and the classes of those bytes together.
#[inline]
pub(crate) fn long_run(text: &[u8], stop: u8) -> (usize, u8) {
    let (mut len, mut seen) = (0, 0);
    if SIDE_BY_SIDE {
        while let Some(eight) = text[len..].first_chunk::<8>() {
            let classes = eight.iter().fold(0, |all, &byte| all | class_of(byte));
            if classes & stop != 0 {
                break;
            }
            seen |= classes;
            len += eight.len();
        }
    }
    while let Some(&byte) = text.get(len) {
        let class = class_of(byte);
        if class & stop != 0 {
            break;
        }
        seen |= class;
        len += 1;
    }
    (len, seen)
}

/// `A-Za-z0-9._-`: the bytes of `kid`, `jti`, `sid` and site names.
#[inline]
pub(crate) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// RFC 9110 §5.6.2.
pub(crate) fn is_tchar(byte: u8) -> bool {
    // Not a search in a text of them: that is a third of a kilobyte of an edge's module.
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
        )
}

/// A figure of either case.
#[inline]
pub(crate) const fn hex(figure: u8) -> Option<u8> {
    match figure {
        b'0'..=b'9' => Some(figure - b'0'),
        b'A'..=b'F' => Some(figure - b'A' + 10),
        b'a'..=b'f' => Some(figure - b'a' + 10),
        _ => None,
    }
}

/// A figure of lower case.
#[inline]
pub(crate) const fn lower_hex(figure: u8) -> Option<u8> {
    match figure {
        b'A'..=b'F' => None,
        _ => hex(figure),
    }
}

/// The figures of upper-case hexadecimal.
pub(crate) const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Text with `%XX` escapes, decoded once, byte by byte; `None` for a bad escape.
#[derive(Clone)]
pub(crate) struct PercentDecoded<'a> {
    rest: &'a [u8],
}

impl<'a> PercentDecoded<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }
}

impl Iterator for PercentDecoded<'_> {
    type Item = Option<u8>;

    fn next(&mut self) -> Option<Self::Item> {
        match *self.rest {
            [] => None,
            [b'%', high, low, ref rest @ ..] => {
                let (Some(high), Some(low)) = (hex(high), hex(low)) else {
                    self.rest = &[];
                    return Some(None);
                };
                self.rest = rest;
                Some(Some(high << 4 | low))
            }
            [b'%', ..] => {
                self.rest = &[];
                Some(None)
            }
            [byte, ref rest @ ..] => {
                self.rest = rest;
                Some(Some(byte))
            }
        }
    }
}

/// Whether `raw`, percent-decoded, is `name`; a bad escape is no name at all.
#[inline]
pub(crate) fn decodes_to(raw: &[u8], name: &[u8]) -> bool {
    // Decoding only shortens.
    match raw.len().cmp(&name.len()) {
        Ordering::Less => false,
        Ordering::Equal => raw == name && memchr::memchr(b'%', raw).is_none(),
        Ordering::Greater => PercentDecoded::new(raw).eq(name.iter().map(|&byte| Some(byte))),
    }
}

/// `text` without SP and HTAB at both ends.
pub(crate) fn trim_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Fills `out` from `hex_text`, lower-case figures only; `None` where text and length do not fit.
pub(crate) fn decode_lower_hex(hex_text: &[u8], out: &mut [u8]) -> Option<()> {
    if hex_text.len() != out.len() * 2 {
        return None;
    }
    for (pair, byte) in hex_text.chunks_exact(2).zip(out) {
        *byte = lower_hex(pair[0])? << 4 | lower_hex(pair[1])?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{PercentDecoded, class, decode_lower_hex, decodes_to, long_run, run, trim_blanks};

    #[test]
    fn a_run_ends_at_the_first_byte_of_a_class_wherever_it_stands() {
        for len in 0..40 {
            let mut text = std::vec![b'a'; 40];
            text[len] = b'~';
            assert_eq!(run(&text, class::TILDE | class::STAR), len);
            assert_eq!(run(&text, class::STAR | class::OTHER), 40);
            assert_eq!(run(&text[..len], class::TILDE), len);
            assert_eq!(long_run(&text, class::TILDE), (len, 0));
            text[len] = b'/';
            assert_eq!(long_run(&text, class::TILDE), (40, class::SLASH));
        }
    }

    #[test]
    fn a_name_is_compared_decoded_and_a_bad_escape_is_no_name() {
        assert!(decodes_to(b"cs", b"cs"));
        assert!(decodes_to(b"%63s", b"cs"));
        assert!(decodes_to(b"%25", b"%"));
        assert!(!decodes_to(b"%", b"%"));
        assert!(!decodes_to(b"c%7", b"c%7"));
        assert!(!decodes_to(b"c", b"cs"));
    }

    #[test]
    fn decoding_happens_once_and_stops_at_a_bad_escape() {
        let decoded: Option<std::vec::Vec<u8>> = PercentDecoded::new(b"%2541").collect();
        assert_eq!(decoded.as_deref(), Some(&b"%41"[..]));
        assert!(PercentDecoded::new(b"a%4g").any(|byte| byte.is_none()));
    }

    #[test]
    fn only_space_and_tab_are_trimmed() {
        assert_eq!(trim_blanks(b" \ta b\t "), b"a b");
        assert_eq!(trim_blanks(b"\x0ba"), b"\x0ba");
    }

    #[test]
    fn hex_is_lower_case_and_of_exact_length() {
        let mut out = [0; 2];
        assert_eq!(decode_lower_hex(b"00ff", &mut out), Some(()));
        assert_eq!(out, [0, 255]);
        assert_eq!(decode_lower_hex(b"00FF", &mut out), None);
        assert_eq!(decode_lower_hex(b"00f", &mut out), None);
    }
}
