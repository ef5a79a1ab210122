//! JSON, as far as a verdict needs it (RFC 8259).

use core::fmt::{self, Display, Write};

use crate::output::Output;

/// The longest text that is told, in bytes; of a longer one the start, and `…`.
const MAX_TEXT_BYTES: usize = 8 << 10;

impl Output<'_> {
    /// A string.
    pub(crate) fn push_json(&mut self, text: &dyn Display) {
        self.push(b"\"");
        let mut string = JsonString {
            output: self,
            left: MAX_TEXT_BYTES,
        };
        // It ends early where it is too long, which shows in what was written.
        let _ = write!(string, "{text}");
        self.push(b"\"");
    }

    /// A member's name, and what goes before it.
    pub(crate) fn push_name(&mut self, is_first: bool, name: &str) {
        self.push(if is_first { b"{\"" } else { b",\"" });
        self.push(name.as_bytes());
        self.push(b"\":");
    }

    /// A list.
    pub(crate) fn push_list(&mut self, members: impl Iterator<Item = impl Display>) {
        self.push(b"[");
        for (place, member) in members.enumerate() {
            if place > 0 {
                self.push(b",");
            }
            self.push_json(&member);
        }
        self.push(b"]");
    }
}

struct JsonString<'s, 'o> {
    output: &'s mut Output<'o>,
    left: usize,
}

impl Write for JsonString<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(self.left);
        let (told, rest) = text.split_at(fits);
        self.left -= fits;
        let mut from = 0;
        for (at, byte) in told.bytes().enumerate() {
            if matches!(byte, b'"' | b'\\' | 0..=0x1f) {
                self.output.push(&told.as_bytes()[from..at]);
                from = at + 1;
                match byte {
                    b'"' | b'\\' => self.output.push(&[b'\\', byte]),
                    _ => write!(self.output, "\\u{byte:04x}")?,
                }
            }
        }
        self.output.push(&told.as_bytes()[from..]);
        if rest.is_empty() {
            return Ok(());
        }
        self.output.push("…".as_bytes());
        Err(fmt::Error)
    }
}
