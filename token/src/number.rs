//! The one spelling of a number.

use crate::bytes::SIDE_BY_SIDE;

/// 1–10 figures, no leading zero, not 0.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    match leading_number(value)? {
        (number, len) if len == value.len() => Some(number),
        _ => None,
    }
}

/// The number that a text starts with, and how many figures it has.
#[inline]
pub(crate) fn leading_number(text: &[u8]) -> Option<(u64, usize)> {
    if text.first() == Some(&b'0') {
        return None;
    }
    let eight = text.first_chunk().filter(|_| SIDE_BY_SIDE);
    let eight = eight.and_then(eight_figures);
    let (mut number, mut len) = eight.map_or((0, 0), |number| (number, 8));
    for byte in &text[len..] {
        let figure = byte.wrapping_sub(b'0');
        if figure > 9 {
            break;
        }
        if len == 10 {
            return None;
        }
        number = number * 10 + u64::from(figure);
        len += 1;
    }
    (len > 0).then_some((number, len))
}

/// Eight figures at once: the number of times is ten.
#[inline]
fn eight_figures(text: &[u8; 8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    let figures = u64::from_le_bytes(*text) ^ (EACH * b'0' as u64);
    // What is added carries into a byte's high bits from 10 on.
    let past_nine = (figures & !HIGH) + EACH * (0x80 - 10);
    if (figures | past_nine) & HIGH != 0 {
        return None;
    }
    // Neighbours are joined: by twos, then fours, then all eight.
    let twos = (figures * 10 + (figures >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::{leading_number, number};

    #[test]
    fn a_number_has_one_spelling() {
        for value in [
            1,
            9,
            10,
            99_999_999,
            12_345_678,
            10_000_000,
            123_456_789,
            1_900_000_000,
            9_999_999_999,
        ] {
            assert_eq!(number(format!("{value}").as_bytes()), Some(value));
            assert_eq!(number(format!("0{value}").as_bytes()), None);
            assert_eq!(number(format!("{value}a").as_bytes()), None);
        }
        for text in ["", "0", "00000000", "12345678901", "-1", "1 "] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_number_ends_where_its_figures_do() {
        for byte in 0..=255_u8 {
            for len in 0..=10 {
                let mut text = *b"123456789012";
                text[len] = byte;
                let wanted = match (byte.is_ascii_digit(), len) {
                    (true, _) | (_, 0) => None,
                    _ => Some((
                        text[..len]
                            .iter()
                            .fold(0, |all, figure| all * 10 + u64::from(figure - b'0')),
                        len,
                    )),
                };
                assert_eq!(leading_number(&text), wanted, "{byte:02x} at {len}");
            }
        }
    }
}
