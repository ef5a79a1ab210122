//! TOKEN.md's small steps, written down plainly once more.

/// Every byte as `%XX`.
pub(crate) fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

/// Each `%XX` decoded once; `None` for a bad escape.
pub(crate) fn percent_decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        if *byte == b'%' {
            let [high, low, behind @ ..] = behind else {
                return None;
            };
            decoded.push(hex(*high)? << 4 | hex(*low)?);
            rest = behind;
        } else {
            decoded.push(*byte);
            rest = behind;
        }
    }
    Some(decoded)
}

/// A hexadecimal figure of either case.
fn hex(figure: u8) -> Option<u8> {
    char::from(figure).to_digit(16).map(|value| value as u8)
}

/// §1: these stand for themselves and are never escaped.
pub(crate) fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._/:".contains(&byte)
}

/// §3 for decoded bytes.
pub(crate) fn is_canonical(path: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(path) else {
        return false;
    };
    let Some(rest) = text.strip_prefix('/') else {
        return false;
    };
    let segments: Vec<&str> = rest.split('/').collect();
    let last = segments.len() - 1;
    path.len() <= 1_024
        && !path
            .iter()
            .any(|&byte| byte < 0x20 || byte == 0x7f || byte == b'\\')
        && segments.iter().enumerate().all(|(place, segment)| {
            !matches!(*segment, "." | "..") && (!segment.is_empty() || place == last)
        })
}
