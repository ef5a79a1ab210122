//! The canonical path: a request path's decoded bytes, in which no two readings differ (TOKEN.md §3).

use core::fmt;

use crate::bytes::{PercentDecoded, SIDE_BY_SIDE, UPPER_HEX};
use crate::escape::Utf8;

/// The longest canonical path.
pub const MAX_PATH_BYTES: usize = 1_024;

/// The path has no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPath;

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a path starts with \"/\", is UTF-8 of at most 1,024 bytes, and has no empty, \".\" or \
             \"..\" segment, no \"\\\" and no control character",
        )
    }
}

impl core::error::Error for BadPath {}

/// A path that passed §3: decoded, UTF-8, at most 1,024 bytes.
///
/// [`Display`](fmt::Display) writes it back as the one URL path that hosts fetch, log and cache by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalPath<'a>(&'a [u8]);

impl<'a> CanonicalPath<'a> {
    /// Checks a path that is decoded already.
    ///
    /// # Errors
    /// [`BadPath`] for whatever §3 refuses of decoded bytes.
    pub fn new(decoded: &'a str) -> Result<Self, BadPath> {
        if decoded.len() > MAX_PATH_BYTES {
            return Err(BadPath);
        }
        let mut check = Segments::default();
        for byte in decoded.bytes() {
            check.push(byte)?;
        }
        check.finish()?;
        Ok(Self(decoded.as_bytes()))
    }

    /// Only for bytes that the reader of a target has checked.
    #[inline]
    pub(crate) const fn from_checked(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The decoded path.
    pub fn as_str(&self) -> &'a str {
        // It was checked to be UTF-8, and is seldom looked at as text in a verification.
        core::str::from_utf8(self.0).unwrap_or_default()
    }

    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Writes it back as [`Display`](fmt::Display) does, in pieces of ASCII.
    pub fn write_url(&self, write: &mut dyn FnMut(&[u8])) {
        let mut plain_from = 0;
        for (at, &byte) in self.0.iter().enumerate() {
            if is_unreserved(byte) {
                continue;
            }
            let figure = |bits: u8| UPPER_HEX[usize::from(bits & 15)];
            write(&self.0[plain_from..at]);
            write(&[b'%', figure(byte >> 4), figure(byte)]);
            plain_from = at + 1;
        }
        write(&self.0[plain_from..]);
    }
}

impl fmt::Debug for CanonicalPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanonicalPath({:?})", self.as_str())
    }
}

impl fmt::Display for CanonicalPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.write_url(&mut |piece| {
            let piece = core::str::from_utf8(piece).unwrap_or_default();
            written = written.and_then(|()| f.write_str(piece));
        });
        written
    }
}

/// What stands in a URL's path as it is.
#[inline]
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/')
}

/// The rules of §3 for decoded bytes, but for length, a byte at a time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Segments {
    started: bool,
    /// Length of the segment so far, and whether all of it are dots.
    len: usize,
    only_dots: bool,
    utf8: Utf8,
}

impl Segments {
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) -> Result<(), BadPath> {
        if byte < 0x20 || byte == 0x7f || byte == b'\\' || !self.utf8.push(byte) {
            return Err(BadPath);
        }
        if byte != b'/' {
            if !self.started {
                return Err(BadPath);
            }
            self.only_dots = byte == b'.' && (self.len == 0 || self.only_dots);
            self.len += 1;
            return Ok(());
        }
        if self.started && (self.len == 0 || self.is_dot_segment()) {
            return Err(BadPath);
        }
        self.started = true;
        self.len = 0;
        Ok(())
    }

    pub(crate) const fn finish(self) -> Result<(), BadPath> {
        if self.started && !self.is_dot_segment() && self.utf8.is_complete() {
            Ok(())
        } else {
            Err(BadPath)
        }
    }

    const fn is_dot_segment(self) -> bool {
        self.only_dots && (self.len == 1 || self.len == 2)
    }
}

/// A raw path's bytes, decoded and held against §3 as they come.
pub(crate) struct PathBytes<'a> {
    raw: &'a [u8],
    decoded: PercentDecoded<'a>,
    segments: Segments,
}

impl<'a> PathBytes<'a> {
    pub(crate) const fn new(raw: &'a [u8]) -> Self {
        Self {
            raw,
            decoded: PercentDecoded::new(raw),
            segments: Segments {
                started: false,
                len: 0,
                only_dots: false,
                utf8: Utf8::NEW,
            },
        }
    }

    /// The next byte; `Ok(None)` at the end of a path that passed.
    pub(crate) fn next(&mut self) -> Result<Option<u8>, BadPath> {
        let escaped = self.raw.first() == Some(&b'%');
        let Some(byte) = self.decoded.next() else {
            return self.segments.finish().map(|()| None);
        };
        let byte = byte.ok_or(BadPath)?;
        if escaped && byte == b'/' {
            return Err(BadPath);
        }
        self.raw = &self.raw[if escaped { 3 } else { 1 }..];
        self.segments.push(byte)?;
        Ok(Some(byte))
    }
}

/// Whether a raw path stands for itself and breaks none of §3's rules, but for length: true for
/// the usual path; false says only that it must be read slowly.
#[inline]
pub(crate) fn is_plain(raw: &[u8]) -> bool {
    let [b'/', rest @ ..] = raw else {
        return false;
    };
    let bytes = &raw[..rest.len()];
    if !SIDE_BY_SIDE {
        let mut pairs = bytes.iter().zip(rest);
        return pairs.all(|(&byte, &next)| oddity(byte, next) == 0);
    }
    // In blocks of a fixed length, which the compiler looks at side by side; what is left of the
    // last one is seen in a block that overlaps it.
    let blocks = bytes.as_chunks().0.iter().zip(rest.as_chunks().0);
    let odd = blocks.fold(0, |odd, (bytes, nexts)| odd | oddities(bytes, nexts));
    match (bytes.last_chunk(), rest.last_chunk()) {
        (Some(bytes), Some(nexts)) => odd | oddities(bytes, nexts) == 0,
        _ => {
            let mut filled = [b'x'; 17];
            filled[..raw.len()].copy_from_slice(raw);
            let [bytes @ .., _] = &filled;
            let [_, nexts @ ..] = &filled;
            oddities(bytes, nexts) == 0
        }
    }
}

fn oddities(bytes: &[u8; 16], nexts: &[u8; 16]) -> u8 {
    let mut odd = [0; 16];
    for (odd, (&byte, &next)) in odd.iter_mut().zip(bytes.iter().zip(nexts)) {
        *odd = oddity(byte, next);
    }
    u8::from(odd != [0; 16])
}

/// Not 0 where `next`, behind `byte`, needs a closer look.
#[inline(always)]
fn oddity(byte: u8, next: u8) -> u8 {
    let is = |there: bool| u8::from(there);
    let slash = is(byte == b'/') & (is(next == b'/') | is(next == b'.'));
    let control = is(next.wrapping_sub(0x20) >= 0x5f);
    slash | control | is(next == b'%') | is(next == b'\\') | is(next == b'#')
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::{CanonicalPath, MAX_PATH_BYTES, PathBytes, is_plain};

    fn read(raw: &str) -> Option<String> {
        let mut bytes = PathBytes::new(raw.as_bytes());
        let mut path = Vec::new();
        while let Some(byte) = bytes.next().ok()? {
            path.push(byte);
        }
        String::from_utf8(path).ok()
    }

    #[test]
    fn a_path_is_decoded_once() {
        assert_eq!(read("/%61%20b").as_deref(), Some("/a b"));
        assert_eq!(read("/a%2520b+c").as_deref(), Some("/a%20b+c"));
        assert_eq!(read("/é%c3%A9").as_deref(), Some("/éé"));
    }

    #[test]
    fn whatever_has_two_readings_has_none() {
        for raw in [
            "",
            "a",
            "%2Fa",
            "/a%2fb",
            "/a\\b",
            "/a%5cb",
            "/a//b",
            "//",
            "/.",
            "/..",
            "/./a",
            "/a/%2e%2E/b",
            "/a/..",
            "/a%00",
            "/a%7f",
            "/a%",
            "/a%4",
            "/a%4g",
            "/%ff",
            "/%c3",
            "/%C3/%A9",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
        for raw in ["/", "/a/", "/...", "/.a", "/a..", "/..a/b"] {
            assert_eq!(read(raw).as_deref(), Some(raw));
        }
    }

    #[test]
    fn a_plain_path_is_one_that_reads_as_itself() {
        for raw in [
            "/",
            "/a",
            "/a/b.c",
            "/a/b/",
            "/users/ada/photo-1.jpg",
            "/a~b'(+@$",
        ] {
            assert!(is_plain(raw.as_bytes()), "{raw}");
            assert_eq!(read(raw).as_deref(), Some(raw));
        }
        for raw in [
            "", "a", "//", "/a//b", "/.", "/a/..", "/a/.b", "/%61", "/é", "/a\\", "/\x7f",
        ] {
            assert!(!is_plain(raw.as_bytes()), "{raw}");
        }
    }

    #[test]
    fn a_path_is_written_back_with_every_byte_escaped_that_needs_it() {
        let path = CanonicalPath::new("/a b/é+~'(@$:*").unwrap();
        assert_eq!(path.to_string(), "/a%20b/%C3%A9%2B~%27%28%40%24%3A%2A");
    }

    #[test]
    fn a_path_ends_at_1024_bytes() {
        let path = |len: usize| String::from("/") + &"x".repeat(len - 1);
        assert!(CanonicalPath::new(&path(MAX_PATH_BYTES)).is_ok());
        assert!(CanonicalPath::new(&path(MAX_PATH_BYTES + 1)).is_err());
    }
}
