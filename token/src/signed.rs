//! The signed bytes (TOKEN.md §2): the one function that writes them, for signing and verifying.

use crate::bytes::PercentDecoded;
use crate::carrier::{Value, header_value, joined_lines, parameter};
use crate::escape::Escaped;
use crate::field::{Field, members};
use crate::fields::Fields;
use crate::path::CanonicalPath;
use crate::reason::Reason;
use crate::request::Headers;

/// The longest name of a site, or of a signed parameter.
const MAX_NAME_BYTES: usize = 64;

/// What the signed bytes of every token of a site start with: version and site.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Start {
    bytes: [u8; Self::MAX_BYTES],
    len: u8,
}

impl Start {
    const MAX_BYTES: usize = "13:countersign/1,64:,".len() + MAX_NAME_BYTES;

    /// `site` is a site's name, of at most 64 bytes.
    pub(crate) fn new(site: &str) -> Self {
        let mut bytes = [0; Self::MAX_BYTES];
        let mut len = 0;
        let mut out = Gather {
            buffer: &mut bytes,
            len: 0,
            sink: &mut |part| len = part.len(),
        };
        out.netstring(b"countersign/1");
        out.netstring(site.as_bytes());
        out.flush();
        Self {
            bytes,
            len: len as u8,
        }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl core::fmt::Debug for Start {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Start({})", self.as_bytes().escape_ascii())
    }
}

/// What a signature covers.
pub(crate) struct Signed<'s, H> {
    pub(crate) start: &'s Start,
    pub(crate) fields: &'s Fields<'s>,
    pub(crate) path: CanonicalPath<'s>,
    pub(crate) query: Option<&'s [u8]>,
    pub(crate) headers: H,
}

impl<'r: 's, 's, H: Headers<'r>> Signed<'s, H> {
    /// Whether every signed parameter and header has one plain value.
    ///
    /// # Errors
    /// [`Reason::Conflict`].
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Reason> {
        if self.has_values() {
            self.check_values()
        } else {
            Ok(())
        }
    }

    /// Whether parameters or headers are signed; usually none is.
    #[inline]
    fn has_values(&self) -> bool {
        self.fields.raw(Field::Qs).is_some() || self.fields.raw(Field::Hdr).is_some()
    }

    #[inline(never)]
    fn check_values(&self) -> Result<(), Reason> {
        for name in self.fields.raw(Field::Qs).into_iter().flat_map(members) {
            let value = self.parameter(name).map_err(|()| Reason::Conflict)?;
            if value.is_some_and(|value| PercentDecoded::new(value).any(|byte| byte.is_none())) {
                return Err(Reason::Conflict);
            }
        }
        for name in self.fields.raw(Field::Hdr).into_iter().flat_map(members) {
            if matches!(header_value(self.headers, header_name(name)), Value::Odd) {
                return Err(Reason::Conflict);
            }
        }
        Ok(())
    }

    fn parameter(&self, escaped_name: &[u8]) -> Result<Option<&'s [u8]>, ()> {
        let mut buffer = [0; MAX_NAME_BYTES];
        let name = Escaped::new(escaped_name).unescape(&mut buffer).ok_or(())?;
        parameter(self.query, name.as_bytes())
    }

    /// Feeds the signed bytes to `sink`, gathered in `buffer`: all of a usual token's at once.
    #[inline]
    pub(crate) fn feed(&self, buffer: &mut [u8], sink: &mut dyn FnMut(&[u8])) {
        let mut out = Gather {
            buffer,
            len: 0,
            sink,
        };
        out.push_front_of(&self.start.bytes, usize::from(self.start.len));
        out.netstring(self.fields.signed());
        if self.fields.raw(Field::Path).is_none() {
            out.netstring(self.path.as_bytes());
        }
        if self.has_values() {
            self.feed_values(&mut out);
        }
        out.flush();
    }

    #[inline(never)]
    fn feed_values(&self, out: &mut Gather<'_, '_>) {
        for name in self.fields.raw(Field::Qs).into_iter().flat_map(members) {
            match self.parameter(name).ok().flatten() {
                None => out.netstring(b""),
                Some(value) => {
                    let value = PercentDecoded::new(value).map_while(|byte| byte);
                    out.length(1 + value.clone().count());
                    out.push(b"=");
                    value.for_each(|byte| out.push(&[byte]));
                    out.push(b",");
                }
            }
        }
        for name in self.fields.raw(Field::Hdr).into_iter().flat_map(members) {
            let name = header_name(name);
            match header_value(self.headers, name) {
                Value::Absent | Value::Odd => out.netstring(b""),
                Value::Present(len) => {
                    out.length(1 + len);
                    for (place, line) in joined_lines(self.headers, name).enumerate() {
                        out.push(if place == 0 { b"=" } else { b", " });
                        out.push(line);
                    }
                    out.push(b",");
                }
            }
        }
    }
}

fn header_name(name: &[u8]) -> &str {
    core::str::from_utf8(name).unwrap_or_default()
}

/// Bytes on their way to the key.
struct Gather<'b, 's> {
    buffer: &'b mut [u8],
    len: usize,
    sink: &'s mut dyn FnMut(&[u8]),
}

impl Gather<'_, '_> {
    #[inline(always)]
    fn netstring(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.push(bytes);
        self.push_front_of(b",", 1);
    }

    /// The decimal length and `:`.
    #[inline(always)]
    fn length(&mut self, len: usize) {
        // Put together in a register: bytes stored one by one are slow to read as one word.
        let figure = |value: usize| u32::from(b'0') + (value % 10) as u32;
        let colon = u32::from(b':');
        let (word, width) = match len {
            0..10 => (figure(len) | colon << 8, 2),
            10..100 => (figure(len / 10) | figure(len) << 8 | colon << 16, 3),
            100..1_000 => {
                let last = figure(len) << 16 | colon << 24;
                (figure(len / 100) | figure(len / 10) << 8 | last, 4)
            }
            _ => return self.long_length(len),
        };
        let text = word.to_le_bytes();
        self.push_front_of(&text, width);
    }

    /// The first `len` of `bytes`. A copy of fixed length costs less than one of the right length.
    #[inline]
    fn push_front_of<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        match self
            .buffer
            .get_mut(self.len..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            Some(place) => {
                *place = *bytes;
                self.len += len;
            }
            None => self.push(&bytes[..len]),
        }
    }

    #[inline(never)]
    fn long_length(&mut self, len: usize) {
        // Enough figures for any usize, filled from the right.
        let mut text = [b':'; 21];
        let mut from = text.len() - 1;
        let mut left = len;
        while left > 0 {
            from -= 1;
            text[from] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        self.push(&text[from..]);
    }

    #[inline(always)]
    fn push(&mut self, bytes: &[u8]) {
        if let Some(place) = self.buffer.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        } else {
            self.flush();
            (self.sink)(bytes);
        }
    }

    fn flush(&mut self) {
        (self.sink)(&self.buffer[..self.len]);
        self.len = 0;
    }
}
