//! JSON, as far as a verdict needs it (RFC 8259).

use crate::output::Output;

impl Output<'_> {
    /// A member's name, and what goes before it.
    #[inline(never)]
    pub(crate) fn push_name(&mut self, is_first: bool, name: &str) {
        self.push(if is_first { b"{\"" } else { b",\"" });
        self.push(name.as_bytes());
        self.push(b"\":");
    }

    /// A member whose value is a text.
    #[inline(never)]
    pub(crate) fn push_member(&mut self, is_first: bool, name: &str, text: &str) {
        self.push_name(is_first, name);
        self.push_text(text.bytes());
    }

    /// A string, of bytes that are UTF-8.
    pub(crate) fn push_text(&mut self, bytes: impl Iterator<Item = u8>) {
        self.push(b"\"");
        bytes.for_each(|byte| self.push_text_byte(byte));
        self.push(b"\"");
    }

    /// A byte of a string.
    #[inline(never)]
    pub(crate) fn push_text_byte(&mut self, byte: u8) {
        match byte {
            b'"' | b'\\' => self.push(&[b'\\', byte]),
            0..=0x1f => {
                let figure = |bits: u8| b"0123456789abcdef"[usize::from(bits)];
                self.push(b"\\u00");
                self.push(&[figure(byte >> 4), figure(byte & 15)]);
            }
            _ => self.push(&[byte]),
        }
    }

    /// A number.
    pub(crate) fn push_number(&mut self, number: u64) {
        let mut figures = [b'0'; 20];
        let mut from = figures.len();
        let mut left = number;
        while left > 0 || from == figures.len() {
            from -= 1;
            figures[from] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        self.push(&figures[from..]);
    }
}
