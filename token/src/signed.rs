//! The signed bytes (TOKEN.md §2): the one function that writes them, for signing and verifying.

use crate::bytes::PercentDecoded;
use crate::carrier::{Value, header_value, joined_lines, parameter};
use crate::escape::Escaped;
use crate::field::{Field, Members};
use crate::fields::Fields;
use crate::netstring::{Gather, Start};
use crate::path::CanonicalPath;
use crate::reason::Reason;
use crate::request::Headers;

/// The longest name of a signed parameter.
const MAX_NAME_BYTES: usize = 64;

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
        for name in Members::of(self.fields.raw(Field::Qs)) {
            let value = self.parameter(name).map_err(|()| Reason::Conflict)?;
            if value.is_some_and(|value| PercentDecoded::new(value).any(|byte| byte.is_none())) {
                return Err(Reason::Conflict);
            }
        }
        for name in Members::of(self.fields.raw(Field::Hdr)) {
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
        let mut out = Gather::new(buffer, sink);
        out.start(self.start);
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
        for name in Members::of(self.fields.raw(Field::Qs)) {
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
        for name in Members::of(self.fields.raw(Field::Hdr)) {
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
