//! A token's text, judged by the grammar and the table before anything in it is believed
//! (TOKEN.md §1, "How text is judged").

use crate::base64url;
use crate::bytes::{class, long_run};
use crate::escape::escape_of;
use crate::field::{FIELD_COUNT, Field, Name};
use crate::number::{leading_number, number};
use crate::reason::Reason;

/// The longest token.
pub const MAX_TOKEN_BYTES: usize = 2_048;

/// Where a value stands in the text.
#[derive(Clone, Copy)]
struct Span {
    from: u16,
    to: u16,
}

/// Where everything stands in a text that passed. It borrows nothing, so that the caller's scratch
/// can hold it.
#[derive(Clone)]
pub(crate) struct Layout {
    fields: [Span; FIELD_COUNT],
    /// Which of them are there, a bit each.
    present: u32,
    /// Which of them have escapes.
    escaped: u32,
    /// Where `~sig=` starts: the end of what is signed.
    signed_len: u16,
    signature: [u8; 64],
    signature_len: u8,
    /// What the fields that are numbers say.
    numbers: [u64; FIELD_COUNT],
}

impl Layout {
    pub(crate) const fn new() -> Self {
        Self {
            fields: [Span { from: 0, to: 0 }; FIELD_COUNT],
            present: 0,
            escaped: 0,
            signed_len: 0,
            signature: [0; 64],
            signature_len: 0,
            numbers: [0; FIELD_COUNT],
        }
    }

    #[inline]
    fn has(&self, field: Field) -> bool {
        self.present & 1 << field as u32 != 0
    }

    /// Whether the field's value has escapes.
    #[inline]
    pub(crate) fn is_escaped(&self, field: Field) -> bool {
        self.escaped & 1 << field as u32 != 0
    }

    /// The field's value, still escaped.
    #[inline]
    pub(crate) fn value<'t>(&self, text: &'t [u8], field: Field) -> Option<&'t [u8]> {
        let Span { from, to } = self.fields[field as usize];
        self.has(field)
            .then(|| &text[usize::from(from)..usize::from(to)])
    }

    /// The fields that are there, in their order.
    #[inline]
    pub(crate) fn present(&self) -> impl Iterator<Item = Field> + use<> {
        let mut left = self.present;
        core::iter::from_fn(move || {
            let field = *Field::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(field)
        })
    }

    /// The token's own bytes up to, not including, `~sig=`.
    #[inline]
    pub(crate) fn signed<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[..usize::from(self.signed_len)]
    }

    /// The value of a field that is a number.
    #[inline]
    pub(crate) fn number(&self, field: Field) -> Option<u64> {
        let is_there = self.has(field) && field.is_number();
        is_there.then(|| self.numbers[field as usize])
    }

    /// 32 or 64 bytes.
    #[inline]
    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature[..usize::from(self.signature_len)]
    }
}

/// Judges `text` and says in `layout` where everything stands: [`Reason::Malformed`] or
/// [`Reason::Unsupported`] where it fails.
pub(crate) fn judge(text: &[u8], layout: &mut Layout) -> Result<(), Reason> {
    if text.len() > MAX_TOKEN_BYTES {
        return Err(Reason::Malformed);
    }
    if !text.starts_with(b"1~") {
        let tilde = memchr::memchr(b'~', text).ok_or(Reason::Malformed)?;
        let another = number(&text[..tilde]).is_some();
        return Err(if another {
            Reason::Unsupported
        } else {
            Reason::Malformed
        });
    }
    (layout.present, layout.escaped) = (0, 0);
    read_fields(text, layout)
}

/// The text in one pass. A breach of the grammar ends it; an unknown name, and after that order and
/// the table, are judged once the grammar held to the end.
fn read_fields(text: &[u8], layout: &mut Layout) -> Result<(), Reason> {
    let (mut unknown, mut against_table) = (false, false);
    // The first place in the table that the next field may have.
    let mut next_place = 0;
    // Always at a `~` that starts a field: the version's end or a value's.
    let mut rest = &text[1..];
    loop {
        let (name, value) = Name::read(&rest[1..]).ok_or(Reason::Malformed)?;
        if name == Name::SIGNATURE {
            layout.signed_len = (text.len() - rest.len()) as u16;
            read_signature(value, layout)?;
            break;
        }
        let Some(field) = Field::named(name, next_place) else {
            rest = &value[value_len(value)?.0..];
            unknown = true;
            continue;
        };
        let place = field as usize;
        let (len, allowed) = if field.is_number()
            && let Some((number, len)) = whole_number(value)
        {
            layout.numbers[place] = number;
            (len, field.allows_number(number))
        } else {
            let (len, seen) = value_len(value)?;
            layout.escaped |= u32::from(seen & class::TILDE != 0) << place;
            (len, field.allows_of(&value[..len], seen))
        };
        against_table |= place < next_place || !allowed;
        next_place = place + 1;
        layout.present |= 1 << place;
        let from = text.len() - value.len();
        layout.fields[place] = Span {
            from: from as u16,
            to: (from + len) as u16,
        };
        rest = &value[len..];
    }
    let has = |field| layout.has(field);
    let complete = has(Field::Kid) && has(Field::Exp) && (has(Field::Jti) || !has(Field::Uses));
    if layout.signed_len == 1 {
        Err(Reason::Malformed)
    } else if unknown {
        Err(Reason::Unsupported)
    } else if against_table || !complete {
        Err(Reason::Malformed)
    } else {
        Ok(())
    }
}

/// The number that a value is, and its length: where only figures stand before the `~` of the next
/// field.
#[inline]
fn whole_number(text: &[u8]) -> Option<(u64, usize)> {
    let (number, len) = leading_number(text)?;
    match text[len..] {
        [b'~', next, ..] if next.is_ascii_lowercase() => Some((number, len)),
        _ => None,
    }
}

/// How long the value is that `text` starts with: up to the `~` of the next field. And the classes
/// of its bytes.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn value_len(text: &[u8]) -> Result<(usize, u8), Reason> {
    let (mut at, mut seen) = (0, 0);
    loop {
        let (len, classes) = long_run(&text[at..], class::TILDE | class::OTHER);
        at += len;
        seen |= classes;
        let [b'~', high, rest @ ..] = &text[at..] else {
            return Err(Reason::Malformed);
        };
        if high.is_ascii_lowercase() {
            return if at > 0 {
                Ok((at, seen))
            } else {
                Err(Reason::Malformed)
            };
        }
        let low = rest.first().ok_or(Reason::Malformed)?;
        escape_of(*high, *low).ok_or(Reason::Malformed)?;
        at += 3;
        seen |= class::TILDE;
    }
}

fn read_signature(text: &[u8], layout: &mut Layout) -> Result<(), Reason> {
    let len: u8 = match text.len() {
        43 => 32,
        86 => 64,
        _ => return Err(Reason::Malformed),
    };
    let signature = &mut layout.signature[..usize::from(len)];
    base64url::decode(text, signature).ok_or(Reason::Malformed)?;
    layout.signature_len = len;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::{String, ToString};

    use super::{Layout, Reason, judge};

    fn verdict(text: &str) -> Result<(), Reason> {
        judge(text.as_bytes(), &mut Layout::new())
    }

    fn signed(fields: &str) -> String {
        format!("{fields}~sig={}", "A".repeat(43))
    }

    #[test]
    fn the_least_token_has_kid_exp_and_signature() {
        assert_eq!(verdict(&signed("1~kid=k~exp=1")), Ok(()));
        for text in ["1", "1~kid=k", "1~exp=1", "1~", "", "1~kid=k~exp=1~"] {
            assert_eq!(verdict(&signed(text)), Err(Reason::Malformed), "{text}");
        }
        assert_eq!(verdict("1~kid=k~exp=1"), Err(Reason::Malformed));
    }

    #[test]
    fn another_version_is_unsupported_before_anything_else_is_read() {
        for text in ["2~", "2~\u{0}", "10~x", "9999999999~"] {
            assert_eq!(verdict(text), Err(Reason::Unsupported), "{text}");
        }
        for text in ["0~", "01~", "10000000000~", "v1~", "~", "2"] {
            assert_eq!(verdict(text), Err(Reason::Malformed), "{text}");
        }
    }

    #[test]
    fn grammar_comes_before_unknown_names_and_those_before_the_table() {
        assert_eq!(
            verdict(&signed("1~x=%~kid=k~exp=1")),
            Err(Reason::Malformed)
        );
        assert_eq!(verdict(&signed("1~x=1~exp=k")), Err(Reason::Unsupported));
        assert_eq!(verdict(&signed("1~exp=1~kid=k")), Err(Reason::Malformed));
        assert_eq!(
            verdict(&signed("1~kid=k~kid=k~exp=1")),
            Err(Reason::Malformed)
        );
        assert_eq!(verdict(&signed("1~abcdefgh=1")), Err(Reason::Unsupported));
        assert_eq!(verdict(&signed("1~abcdefghi=1")), Err(Reason::Malformed));
    }

    #[test]
    fn a_signature_has_one_spelling() {
        let text = |signature: &str| format!("1~kid=k~exp=1~sig={signature}");
        let last = |figure: char| text(&("A".repeat(42) + &figure.to_string()));
        assert_eq!(verdict(&last('E')), Ok(()));
        assert_eq!(verdict(&last('B')), Err(Reason::Malformed));
        assert_eq!(verdict(&last('=')), Err(Reason::Malformed));
        for len in [0, 42, 44, 85, 87] {
            assert_eq!(verdict(&text(&"A".repeat(len))), Err(Reason::Malformed));
        }
        assert_eq!(verdict(&text(&"A".repeat(86))), Ok(()));
    }

    #[test]
    fn a_token_ends_at_2048_bytes() {
        let text = |len: usize| {
            let fixed = signed("1~kid=k~exp=1~zzz=").len();
            signed(&format!("1~kid=k~exp=1~zzz={}", "a".repeat(len - fixed)))
        };
        // Long enough to show the length, an unknown field shows which rule was met first.
        assert_eq!(verdict(&text(2_048)), Err(Reason::Unsupported));
        assert_eq!(verdict(&text(2_049)), Err(Reason::Malformed));
    }
}
