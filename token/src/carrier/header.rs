//! Header lines: trimmed and joined (TOKEN.md §2), never decoded.

use crate::bytes::trim_blanks;
use crate::carrier::Carried;
use crate::request::Headers;
use crate::scratch::Held;

/// The token header, from its first line and whether another follows. Two lines, joined by `, `,
/// hold a byte that no token has.
pub(super) fn carried((first, another): (&[u8], bool)) -> Carried<'_> {
    if another {
        Carried::Unreadable
    } else {
        Carried::Text(Held::Request(trim_blanks(first)))
    }
}

/// A header's lines, trimmed, still apart.
pub(crate) fn joined_lines<'r, H: Headers<'r>>(
    headers: H,
    name: &str,
) -> impl Iterator<Item = &'r [u8]> {
    headers.lines(name).map(trim_blanks)
}

/// A signed header's value.
pub(crate) enum Value {
    /// No line of that name.
    Absent,
    /// Its length once its lines are joined by `, `.
    Present(usize),
    /// A byte outside 0x20–0x7E and HTAB.
    Odd,
}

/// Whether a header has one plain value, and how long it is.
pub(crate) fn header_value<'r, H: Headers<'r>>(headers: H, name: &str) -> Value {
    let mut len = None;
    for line in joined_lines(headers, name) {
        if !line
            .iter()
            .all(|&byte| byte == b'\t' || (0x20..0x7f).contains(&byte))
        {
            return Value::Odd;
        }
        len = Some(len.map_or(0, |len| len + 2) + line.len());
    }
    len.map_or(Value::Absent, Value::Present)
}
