//! The fields of a token, in the order of TOKEN.md §1's table, and what each may hold.

mod rule;

use crate::address::Network;
use crate::bytes::{SIDE_BY_SIDE, class, is_tchar, long_run};
use crate::escape::Escaped;
use crate::number::number;
use crate::pattern::check_list;

/// A field's name. The order of the variants is the order in which fields stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "the names are the page's; their meaning is its table"
)]
pub enum Field {
    Kid,
    Exp,
    Nbf,
    Iat,
    Path,
    Ip,
    Geo,
    Method,
    Qs,
    Hdr,
    Jti,
    Sub,
    Sid,
    Uses,
    Ver,
    Cd,
    Ct,
    Bps,
    Data,
}

pub(crate) const FIELD_COUNT: usize = 19;

impl Field {
    /// Every field, in order.
    pub const ALL: [Self; FIELD_COUNT] = [
        Self::Kid,
        Self::Exp,
        Self::Nbf,
        Self::Iat,
        Self::Path,
        Self::Ip,
        Self::Geo,
        Self::Method,
        Self::Qs,
        Self::Hdr,
        Self::Jti,
        Self::Sub,
        Self::Sid,
        Self::Uses,
        Self::Ver,
        Self::Cd,
        Self::Ct,
        Self::Bps,
        Self::Data,
    ];

    /// The name in a token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kid => "kid",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Path => "path",
            Self::Ip => "ip",
            Self::Geo => "geo",
            Self::Method => "method",
            Self::Qs => "qs",
            Self::Hdr => "hdr",
            Self::Jti => "jti",
            Self::Sub => "sub",
            Self::Sid => "sid",
            Self::Uses => "uses",
            Self::Ver => "ver",
            Self::Cd => "cd",
            Self::Ct => "ct",
            Self::Bps => "bps",
            Self::Data => "data",
        }
    }

    /// The field of a name that [`Name`] has read, looked for from `likely` on in the table.
    #[inline]
    pub(crate) fn named(name: Name, likely: usize) -> Option<Self> {
        let (before, from) = NAMES.split_at(likely.min(FIELD_COUNT));
        let place = match from.iter().position(|&known| known == name) {
            Some(place) => before.len() + place,
            None => before.iter().position(|&known| known == name)?,
        };
        Some(Self::ALL[place])
    }

    /// Whether its value is a number.
    #[inline]
    pub(crate) const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Exp | Self::Nbf | Self::Iat | Self::Uses | Self::Bps
        )
    }

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

/// A name of up to 8 letters as one number, so that names are compared at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(u64);

impl Name {
    /// `sig`, which is no field.
    pub(crate) const SIGNATURE: Self = Self::of(b"sig");

    const fn of(letters: &[u8]) -> Self {
        let mut name = 0;
        let mut place = 0;
        while place < letters.len() {
            name = name << 8 | letters[place] as u64;
            place += 1;
        }
        Self(name)
    }

    /// The name that `text` starts with, and what follows the `=` behind it; `None` where there is
    /// no such name, or one of more than 8 letters.
    #[inline]
    pub(crate) fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let Some(eight) = text.first_chunk().filter(|_| SIDE_BY_SIDE) else {
            return Self::read_slowly(text);
        };
        let word = u64::from_be_bytes(*eight);
        let len = letters(word);
        if !(1..8).contains(&len) {
            return Self::read_slowly(text);
        }
        let through_equals = word >> (56 - 8 * len);
        (through_equals as u8 == b'=').then(|| (Self(through_equals >> 8), &text[len + 1..]))
    }

    #[cfg_attr(not(target_family = "wasm"), inline(never))]
    fn read_slowly(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut name = 0;
        for (len, &byte) in text.iter().take(9).enumerate() {
            if !byte.is_ascii_lowercase() {
                let is_name = len > 0 && byte == b'=';
                return is_name.then(|| (Self(name), &text[len + 1..]));
            }
            name = name << 8 | u64::from(byte);
        }
        None
    }
}

/// How many of a word's bytes, from its highest on, are lower-case letters.
#[inline]
const fn letters(word: u64) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    // What is added carries into a byte's high bit from `a`, or from behind `z`, on.
    let low = word & !HIGH;
    let from_a = low + EACH * (0x80 - b'a' as u64);
    let behind_z = low + EACH * (0x7f - b'z' as u64);
    let others = (!from_a | behind_z | word) & HIGH;
    (others.leading_zeros() / 8) as usize
}

/// The names of [`Field::ALL`].
const NAMES: [Name; FIELD_COUNT] = {
    let mut names = [Name(0); FIELD_COUNT];
    let mut place = 0;
    while place < FIELD_COUNT {
        names[place] = Name::of(Field::ALL[place].as_str().as_bytes());
        place += 1;
    }
    names
};

/// The most `uses` that a token may name.
pub const MAX_USES: u64 = 1_000_000;
/// The least `bps`.
pub const MIN_BPS: u64 = 1_024;
/// The most members of a list.
pub const MAX_LIST: usize = 16;

/// The members of a list, still escaped.
pub(crate) fn members(value: &[u8]) -> Members<'_> {
    Members::of(Some(value))
}

#[derive(Clone)]
pub(crate) struct Members<'v> {
    rest: Option<&'v [u8]>,
}

impl<'v> Members<'v> {
    /// None of a list that is not there.
    pub(crate) const fn of(list: Option<&'v [u8]>) -> Self {
        Self { rest: list }
    }
}

impl<'v> Iterator for Members<'v> {
    type Item = &'v [u8];

    #[inline]
    fn next(&mut self) -> Option<&'v [u8]> {
        let rest = self.rest?;
        // Members are short but for patterns: a plain search is done before a fast one has begun.
        match rest.iter().position(|&byte| byte == b'!') {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                Some(&rest[..end])
            }
            None => self.rest.take(),
        }
    }
}

fn list(value: &[u8], allows: impl Fn(&[u8]) -> bool) -> bool {
    let mut left = MAX_LIST;
    members(value).all(|member| {
        let within = left > 0 && !member.is_empty();
        left = left.saturating_sub(1);
        within && allows(member)
    })
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
    use super::{FIELD_COUNT, Field, Name};

    #[test]
    fn every_name_reads_back_and_the_order_is_the_tables() {
        for field in Field::ALL {
            let name = std::format!("{}=", field.as_str());
            let (name, behind) = Name::read(name.as_bytes()).unwrap();
            assert_eq!((Field::named(name, 0), behind), (Some(field), &b""[..]));
        }
        assert!(Field::ALL.is_sorted());
        for likely in 0..=FIELD_COUNT {
            assert_eq!(Field::named(Name::SIGNATURE, likely), None);
            assert_eq!(Field::named(Name::of(b"sub"), likely), Some(Field::Sub));
        }
        assert!(Name::read(b"=").is_none() && Name::read(b"abcdefghi=").is_none());
    }

    #[test]
    fn a_name_is_read_at_once_as_it_is_read_letter_by_letter() {
        for len in 0..10 {
            for byte in 0..=255 {
                let mut text = *b"qqqqqqqqqqqq=qqq";
                text[len] = byte;
                let slowly = Name::read_slowly(&text);
                assert!(Name::read(&text) == slowly, "{byte:02x} at {len}");
            }
        }
    }

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
