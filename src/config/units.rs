//! Sizes, moments, hex and origins, from text that people write.

use std::time::{Duration, UNIX_EPOCH};

use http::Uri;

/// Bytes: `1048576`, `256MiB`, `1 GB`. `None`: no size, or more than 2⁶⁴.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim_start() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Unix seconds: a number, or a moment by RFC 3339 with its offset from UTC.
pub fn unix_secs(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let mut moment: toml::value::Datetime = text.parse().ok()?;
    let offset_minutes = match moment.offset? {
        toml::value::Offset::Z => 0,
        toml::value::Offset::Custom { minutes } => i64::from(minutes),
    };
    moment.offset = Some(toml::value::Offset::Z);
    let utc_text = moment.to_string().replace(' ', "T");
    let local = humantime::parse_rfc3339(&utc_text).ok()?;
    let local_secs = local.duration_since(UNIX_EPOCH).ok()?.as_secs();
    local_secs.checked_add_signed(-offset_minutes * 60)
}

/// A moment for people: RFC 3339 in UTC, to the second.
pub fn rfc3339(unix_secs: u64) -> String {
    // Year 9999 is the last that RFC 3339 can write.
    let secs = unix_secs.min(253_402_300_799);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(secs)).to_string()
}

/// Lower-case hex.
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// 32 bytes from 64 lower-case hex digits.
pub(super) fn hex_32(text: &str) -> Option<[u8; 32]> {
    let lower = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 64 || !text.as_bytes().iter().all(lower) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Whether the text is `http(s)://host[:port]` and nothing more.
pub fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    let is_url = text
        .parse::<Uri>()
        .is_ok_and(|url| url.host().is_some_and(|host| !host.is_empty()));
    is_url && rest.is_some_and(|rest| !rest.contains(['/', '?', '#', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_optional_units_and_overflow_is_no_size() {
        assert_eq!(bytes("12"), Some(12));
        assert_eq!(bytes("256MiB"), Some(256 << 20));
        assert_eq!(bytes(" 1 GB "), Some(1_000_000_000));
        for bad in [
            "",
            "MiB",
            "12 apples",
            "-1",
            "1.5GiB",
            "99999999TiB",
            "1mib",
        ] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn moments_are_unix_seconds_or_rfc_3339_with_an_offset() {
        assert_eq!(unix_secs("1900000000"), Some(1_900_000_000));
        assert_eq!(unix_secs("2030-03-17T17:46:40Z"), Some(1_900_000_000));
        assert_eq!(unix_secs("2030-03-17 18:46:40+01:00"), Some(1_900_000_000));
        for bad in [
            "",
            "soon",
            "2030-03-17",
            "2030-03-17T17:46:40",
            "1969-01-01T00:00:00Z",
        ] {
            assert_eq!(unix_secs(bad), None, "{bad}");
        }
        assert_eq!(rfc3339(1_900_000_000), "2030-03-17T17:46:40Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn an_origin_is_scheme_and_host_only() {
        for good in ["http://a", "https://a.example:8443", "http://[::1]:8080"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "a.example",
            "ftp://a",
            "https://",
            "https://a/",
            "https://u@a",
            "https://a?b",
            "https://a b",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn hex_is_lower_case_and_of_the_right_length() {
        let bytes = [0xab; 32];
        assert_eq!(hex_32(&to_hex(&bytes)), Some(bytes));
        assert_eq!(hex_32(&to_hex(&bytes).to_uppercase()), None);
        assert_eq!(hex_32("ab"), None);
    }
}
