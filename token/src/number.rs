//! The one spelling of a number.

/// 1–10 figures, no leading zero, not 0.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 10 || value[0] == b'0' {
        return None;
    }
    let mut number = 0;
    for figure in value {
        let figure = figure.wrapping_sub(b'0');
        if figure > 9 {
            return None;
        }
        number = number * 10 + u64::from(figure);
    }
    Some(number)
}
