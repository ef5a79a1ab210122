//! What each field may hold.

use super::Field;
use super::list::{MAX_LIST, list};
use crate::address::Network;
use crate::bytes::{class, is_tchar, long_run};
use crate::escape::Escaped;
use crate::number::number;
use crate::pattern::check_list;

/// The most `uses` that a token may name.
pub const MAX_USES: u64 = 1_000_000;
/// The least `bps`.
pub const MIN_BPS: u64 = 1_024;

impl Field {
    /// Whether a well-formed value is one that the table allows. What depends on the site's names
    /// (`qs`, `hdr`) or on another field (`uses`) is checked where those are known.
    pub fn allows(self, value: &[u8]) -> bool {
        self.allows_of(value, long_run(value, 0).1)
    }

    /// [`Self::allows`] of a value whose bytes' classes are known.
    #[inline]
    pub(crate) fn allows_of(self, value: &[u8], seen: u8) -> bool {
        // Of the usual fields a glance is enough.
        match self {
            Self::Kid => is_word(value, seen, 32),
            Self::Jti | Self::Sid => is_word(value, seen, 64),
            Self::Sub | Self::Ver => is_text(value, seen, 128),
            Self::Data => is_text(value, seen, 256),
            _ => self.allows_other(value, seen),
        }
    }

    /// [`Self::allows`] of a number.
    #[inline]
    pub(crate) const fn allows_number(self, number: u64) -> bool {
        match self {
            Self::Uses => number <= MAX_USES,
            Self::Bps => number >= MIN_BPS,
            _ => true,
        }
    }

    #[inline(never)]
    fn allows_other(self, value: &[u8], seen: u8) -> bool {
        match self {
            Self::Path => check_list(value).is_ok_and(|members| members <= MAX_LIST),
            Self::Ip => list(value, |member| Network::parse(member).is_some()),
            Self::Geo => is_geo(value),
            Self::Method => list(value, is_method),
            Self::Qs => list(value, |name| is_text(name, seen & !class::BANG, 64)),
            Self::Hdr => list(value, is_header_name),
            Self::Cd => is_disposition(value, seen),
            Self::Ct => is_media_type(value),
            _ => number(value).is_some_and(|number| self.allows_number(number)),
        }
    }
}

/// `seen` are the classes of the value's bytes here and below.
#[inline]
fn is_word(value: &[u8], seen: u8, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&value.len()) && seen == 0
}

/// *Text* of the page; `!` and `*` stand in it escaped only.
#[inline]
fn is_text(value: &[u8], seen: u8, max_bytes: usize) -> bool {
    if seen & (class::BANG | class::STAR) != 0 {
        false
    } else if seen & (class::TILDE | class::OTHER) == 0 {
        // Bare bytes are text.
        (1..=max_bytes).contains(&value.len())
    } else {
        Escaped::new(value).is_text(max_bytes)
    }
}

fn is_method(value: &[u8]) -> bool {
    (1..=16).contains(&value.len()) && value.iter().all(u8::is_ascii_uppercase)
}

/// Members of one width: two letters, each behind a `-` or none.
fn is_geo(value: &[u8]) -> bool {
    let sign = usize::from(value.first() == Some(&b'-'));
    let width = sign + 2;
    let is_member = |member: &[u8]| {
        let (code, behind) = (member.get(sign..width), member.get(width));
        member[..sign].iter().all(|&byte| byte == b'-')
            && code.is_some_and(|code| code.iter().all(u8::is_ascii_uppercase))
            && behind.is_none_or(|&byte| byte == b'!')
    };
    // Only the last member has no `!` behind it.
    let whole = value.len() % (width + 1) == width;
    whole && value.len() / (width + 1) < MAX_LIST && value.chunks(width + 1).all(is_member)
}

/// A name that `hdr` may hold, but for the token's own header. Names of the connection and of the
/// carriers are never signed: proxies rewrite them, and `host` is the site.
fn is_header_name(name: &[u8]) -> bool {
    let bytes = |&byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let reserved: [&[u8]; 8] = [
        b"host",
        b"cookie",
        b"connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    ];
    (1..=64).contains(&name.len())
        && name.iter().all(bytes)
        && !reserved.contains(&name)
        && !name.starts_with(b"proxy-")
}

fn is_disposition(value: &[u8], seen: u8) -> bool {
    let (kind, file_name) = match value.iter().position(|&byte| byte == b':') {
        Some(colon) => (&value[..colon], Some(&value[colon + 1..])),
        None => (value, None),
    };
    matches!(kind, b"inline" | b"attachment")
        && file_name.is_none_or(|name| {
            is_text(name, seen, 180)
                && !Escaped::new(name)
                    .bytes()
                    .any(|byte| matches!(byte, b'/' | b'\\'))
        })
}

/// `type/subtype` and any number of `; name=value`, all RFC 9110 tokens, at most 100 bytes.
fn is_media_type(value: &[u8]) -> bool {
    const MAX_BYTES: usize = 100;
    let mut buffer = [0; MAX_BYTES];
    if value.iter().any(|byte| matches!(byte, b'!' | b'*')) {
        return false;
    }
    let Some(text) = Escaped::new(value).unescape(&mut buffer) else {
        return false;
    };
    let mut parts = text.as_bytes().split(|&byte| byte == b';');
    parts.next().is_some_and(|kind| is_pair(kind, b'/'))
        && parts.all(|part| matches!(part, [b' ', part @ ..] if is_pair(part, b'=')))
}

/// Two tokens of RFC 9110 §5.6.2 with one byte between them, which no token holds.
fn is_pair(text: &[u8], between: u8) -> bool {
    let is_token = |token: &[u8]| !token.is_empty() && token.iter().all(|&byte| is_tchar(byte));
    let at = text.iter().position(|&byte| byte == between);
    at.is_some_and(|at| is_token(&text[..at]) && is_token(&text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn each_field_has_its_values() {
        for (field, value) in [
            (Field::Kid, "k.1_-"),
            (Field::Exp, "9999999999"),
            (Field::Geo, "DE!FR"),
            (Field::Geo, "-DE!-FR"),
            (Field::Method, "GET!PUT"),
            (Field::Hdr, "x-a!x-b"),
            (Field::Cd, "inline"),
            (Field::Cd, "attachment:a~20b.pdf"),
            (Field::Ct, "text/plain~3B~20charset~3Dutf-8"),
            (Field::Bps, "1024"),
        ] {
            assert!(field.allows(value.as_bytes()), "{field:?}={value}");
        }
        for (field, value) in [
            (Field::Kid, "k:1"),
            (Field::Exp, "0"),
            (Field::Exp, "01"),
            (Field::Exp, "10000000000"),
            (Field::Geo, "DE!-FR"),
            (Field::Geo, "-DE!FR"),
            (Field::Geo, "-"),
            (Field::Method, "get"),
            (Field::Method, "GET!"),
            (Field::Hdr, "x_a"),
            (Field::Hdr, "host"),
            (Field::Hdr, "proxy-x"),
            (Field::Cd, "attachment:"),
            (Field::Cd, "attachment:a/b"),
            (Field::Cd, "attachment:a~5Cb"),
            (Field::Cd, "form"),
            (Field::Ct, "text"),
            (Field::Ct, "text/plain~3Bcharset~3Dutf-8"),
            (Field::Ct, "text/a/b"),
            (Field::Bps, "1023"),
            (Field::Uses, "1000001"),
            (Field::Sub, "a!b"),
            (Field::Sub, "~0A"),
            (Field::Sub, "~FF"),
        ] {
            assert!(!field.allows(value.as_bytes()), "{field:?}={value}");
        }
    }
}
