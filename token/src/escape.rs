//! The escapes of a token's values: `~XX`, never of a byte that may stand bare (TOKEN.md §1).

use core::fmt;

#[cfg(feature = "alloc")]
use crate::bytes::UPPER_HEX;
use crate::bytes::{hex, is_bare};

/// A value in its escaped form, known to be well-formed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Escaped<'a>(&'a [u8]);

impl<'a> Escaped<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// The value's bytes.
    pub fn bytes(self) -> impl Iterator<Item = u8> + Clone + 'a {
        Unescaped { rest: self.0 }
    }

    /// The value's length in bytes.
    pub fn len(self) -> usize {
        self.bytes().count()
    }

    /// Whether the value is empty; none is.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Writes the value to the front of `buffer`; `None` where it does not fit or is not UTF-8.
    pub fn unescape(self, buffer: &mut [u8]) -> Option<&str> {
        let mut len = 0;
        for byte in self.bytes() {
            *buffer.get_mut(len)? = byte;
            len += 1;
        }
        core::str::from_utf8(&buffer[..len]).ok()
    }

    /// Whether the value is UTF-8 of at least one byte without controls: the page's *text*.
    pub(crate) fn is_text(self, max_bytes: usize) -> bool {
        let mut utf8 = Utf8::default();
        let mut len = 0;
        for byte in self.bytes() {
            if byte < 0x20 || byte == 0x7f || !utf8.push(byte) {
                return false;
            }
            len += 1;
        }
        len >= 1 && len <= max_bytes && utf8.is_complete()
    }
}

/// The value itself, not its escaped form.
impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut character = [0; 4];
        let mut len = 0;
        for byte in self.bytes() {
            character[len] = byte;
            len += 1;
            match core::str::from_utf8(&character[..len]) {
                Ok(whole) => {
                    f.write_str(whole)?;
                    len = 0;
                }
                Err(_) if len == 4 => return Err(fmt::Error),
                Err(_) => {}
            }
        }
        if len == 0 { Ok(()) } else { Err(fmt::Error) }
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[derive(Clone)]
struct Unescaped<'a> {
    rest: &'a [u8],
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (byte, len) = unescape_first(self.rest)?;
        self.rest = &self.rest[len..];
        Some(byte)
    }
}

/// The first byte of escaped text and how many bytes it takes there.
#[inline]
pub(crate) fn unescape_first(text: &[u8]) -> Option<(u8, usize)> {
    match *text {
        [] => None,
        [b'~', high, low, ..] => match (hex(high), hex(low)) {
            (Some(high), Some(low)) => Some((high << 4 | low, 3)),
            _ => Some((b'~', 1)),
        },
        [byte, ..] => Some((byte, 1)),
    }
}

/// The byte that `~high low` stands for, if that is an escape the page allows.
#[inline]
pub(crate) fn escape_of(high: u8, low: u8) -> Option<u8> {
    if high.is_ascii_lowercase() || low.is_ascii_lowercase() {
        return None;
    }
    let byte = hex(high)? << 4 | hex(low)?;
    (!is_bare(byte)).then_some(byte)
}

/// Appends `value` in its one escaped form.
#[cfg(feature = "alloc")]
pub(crate) fn escape_into(value: &str, out: &mut alloc::string::String) {
    for byte in value.bytes() {
        if is_bare(byte) {
            out.push(char::from(byte));
        } else {
            out.push('~');
            out.push(char::from(UPPER_HEX[usize::from(byte >> 4)]));
            out.push(char::from(UPPER_HEX[usize::from(byte & 15)]));
        }
    }
}

/// `value` in its one escaped form, as a token's field or one segment of a pattern carries it.
#[cfg(feature = "alloc")]
pub fn escape(value: &str) -> alloc::string::String {
    let mut out = alloc::string::String::with_capacity(value.len());
    escape_into(value, &mut out);
    out
}

/// UTF-8, checked a byte at a time (RFC 3629 §4), so that text of any length needs no buffer.
#[derive(Clone, Copy, Default)]
pub(crate) struct Utf8 {
    missing: u8,
    low: u8,
    high: u8,
}

impl Utf8 {
    pub(crate) const NEW: Self = Self {
        missing: 0,
        low: 0,
        high: 0,
    };

    /// Takes the next byte; false where the text cannot be UTF-8 any more.
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        if self.missing == 0 {
            let (missing, low, high) = match byte {
                0x00..=0x7f => (0, 0, 0),
                0xc2..=0xdf => (1, 0x80, 0xbf),
                0xe0 => (2, 0xa0, 0xbf),
                0xed => (2, 0x80, 0x9f),
                0xe1..=0xef => (2, 0x80, 0xbf),
                0xf0 => (3, 0x90, 0xbf),
                0xf1..=0xf3 => (3, 0x80, 0xbf),
                0xf4 => (3, 0x80, 0x8f),
                _ => return false,
            };
            *self = Self { missing, low, high };
            return true;
        }
        if byte < self.low || byte > self.high {
            return false;
        }
        *self = Self {
            missing: self.missing - 1,
            low: 0x80,
            high: 0xbf,
        };
        true
    }

    /// Whether no character is cut off.
    pub(crate) const fn is_complete(self) -> bool {
        self.missing == 0
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::{Escaped, Utf8, escape, escape_of};

    #[test]
    fn escaped_text_reads_back() {
        for value in ["a b", "é~*!", "/:._-", "\u{10FFFF}%"] {
            assert_eq!(Escaped::new(escape(value).as_bytes()).to_string(), value);
        }
        assert_eq!(escape("a b*"), "a~20b~2A");
    }

    #[test]
    fn an_escape_is_upper_case_and_never_of_a_bare_byte() {
        assert_eq!(escape_of(b'2', b'0'), Some(b' '));
        assert_eq!(escape_of(b'7', b'E'), Some(b'~'));
        assert_eq!(escape_of(b'7', b'e'), None);
        assert_eq!(escape_of(b'2', b'F'), None);
        assert_eq!(escape_of(b'4', b'1'), None);
    }

    #[test]
    fn utf8_a_byte_at_a_time_agrees_with_the_standard_library() {
        let agree = |bytes: &[u8]| {
            let mut utf8 = Utf8::default();
            let ours = bytes.iter().all(|&byte| utf8.push(byte)) && utf8.is_complete();
            assert_eq!(ours, std::str::from_utf8(bytes).is_ok(), "{bytes:02x?}");
        };
        for first in 0..=255 {
            for second in 0..=255 {
                agree(&[first, second]);
                agree(&[first, second, 0x80]);
                agree(&[first, second, 0x80, 0xbf]);
                agree(&[b'a', first, second, 0x41]);
            }
        }
    }
}
