//! Cookies of ours among all cookies.

use crate::bytes::trim_blanks;
use crate::request::Headers;

/// How many cookies that count are looked at.
const MAX_COOKIES: usize = 8;

/// A cookie of ours, still percent-encoded.
#[derive(Clone, Copy)]
pub(crate) struct Cookie<'r> {
    /// The whole name.
    pub(crate) name: &'r [u8],
    pub(crate) value: &'r [u8],
    prefix: Prefix,
}

/// RFC 6265bis §4.1.3: what a browser promises of the cookie's origin. The strongest that is there
/// shadows the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Prefix {
    None,
    Secure,
    Host,
}

/// The pieces of all `Cookie` lines, trimmed.
pub(crate) fn cookie_pieces<'r, H: Headers<'r>>(
    headers: H,
) -> CookiePieces<'r, impl Iterator<Item = &'r [u8]>> {
    CookiePieces {
        lines: headers.lines("cookie"),
        rest: None,
    }
}

/// What [`cookie_pieces`] gives.
pub(crate) struct CookiePieces<'r, I> {
    lines: I,
    rest: Option<&'r [u8]>,
}

impl<'r, I: Iterator<Item = &'r [u8]>> Iterator for CookiePieces<'r, I> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<&'r [u8]> {
        let rest = match self.rest.take() {
            Some(rest) => rest,
            None => self.lines.next()?,
        };
        let end = memchr::memchr(b';', rest);
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(trim_blanks(&rest[..end.unwrap_or(rest.len())]))
    }
}

/// The cookies that count, in their order.
pub(crate) struct Cookies<'n, I> {
    pieces: I,
    name: &'n str,
    prefix: Option<Prefix>,
    left: usize,
}

impl<'n> Cookies<'n, ()> {
    /// Of all `Cookie` lines those that are called `name`, alone or with `-` and anything behind.
    pub(crate) fn of<'r, H: Headers<'r>>(
        headers: H,
        name: &'n str,
    ) -> Cookies<'n, CookiePieces<'r, impl Iterator<Item = &'r [u8]> + use<'r, H>>> {
        let mut prefix = None;
        for cookie in cookie_pieces(headers).filter_map(|piece| read(piece, name.as_bytes())) {
            prefix = prefix.max(Some(cookie.prefix));
        }
        Cookies {
            pieces: cookie_pieces(headers),
            name,
            prefix,
            left: MAX_COOKIES,
        }
    }
}

impl<'r, I: Iterator<Item = &'r [u8]>> Iterator for Cookies<'_, I> {
    type Item = Cookie<'r>;

    fn next(&mut self) -> Option<Cookie<'r>> {
        self.left = self.left.checked_sub(1)?;
        loop {
            let cookie = read(self.pieces.next()?, self.name.as_bytes());
            if let Some(cookie) = cookie.filter(|cookie| Some(cookie.prefix) == self.prefix) {
                return Some(cookie);
            }
        }
    }
}

/// A trimmed piece, if it is a cookie of ours with a value.
fn read<'r>(piece: &'r [u8], name: &[u8]) -> Option<Cookie<'r>> {
    let equals = memchr::memchr(b'=', piece)?;
    let (given, value) = (&piece[..equals], &piece[equals + 1..]);
    let prefix = prefix_of_ours(given, name)?;
    let value = match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    };
    // An empty value is no cookie: it neither counts nor shadows.
    (!value.is_empty()).then_some(Cookie {
        name: given,
        value,
        prefix,
    })
}

/// Whether a trimmed piece has a name of ours, whatever its value.
pub(crate) fn is_named(piece: &[u8], name: &[u8]) -> bool {
    memchr::memchr(b'=', piece)
        .is_some_and(|equals| prefix_of_ours(&piece[..equals], name).is_some())
}

/// What stands in front of a name of ours.
fn prefix_of_ours(given: &[u8], name: &[u8]) -> Option<Prefix> {
    let (prefix, bare) = if let Some(bare) = given.strip_prefix(b"__Host-") {
        (Prefix::Host, bare)
    } else if let Some(bare) = given.strip_prefix(b"__Secure-") {
        (Prefix::Secure, bare)
    } else {
        (Prefix::None, given)
    };
    matches!(bare.strip_prefix(name)?, [] | [b'-', ..]).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::Cookies;

    fn values<'r>(lines: &'r [(&'r [u8], &'r [u8])]) -> Vec<&'r str> {
        Cookies::of(lines, "cs")
            .map(|cookie| std::str::from_utf8(cookie.value).unwrap())
            .collect()
    }

    fn of_line(line: &str) -> Vec<std::string::String> {
        values(&[(b"Cookie", line.as_bytes())])
            .into_iter()
            .map(Into::into)
            .collect()
    }

    #[test]
    fn a_cookie_is_ours_by_its_whole_name() {
        assert_eq!(
            of_line("cs=1; cs-a=2; cs-=3;csx=4; Cs=5;x=6"),
            ["1", "2", "3"]
        );
        assert_eq!(
            of_line("a=b;\tcs=\"1\" ;cs=\";cs= 2;cs =3;cs"),
            ["1", "\"", " 2"]
        );
        assert_eq!(of_line("cs==1"), ["=1"]);
    }

    #[test]
    fn the_strongest_prefix_shadows_unless_its_value_is_empty() {
        assert_eq!(of_line("cs=1;__Secure-cs=2;__Host-cs-x=3"), ["3"]);
        assert_eq!(of_line("cs=1;__Secure-cs=2;__Host-cs="), ["2"]);
        assert_eq!(of_line("cs=1;__Secure-cs=\"\""), ["1"]);
        assert_eq!(of_line("cs=1;__host-cs=2"), ["1"]);
    }

    #[test]
    fn the_first_eight_that_count_are_looked_at_over_all_lines() {
        let line = "cs=a;x=1;".repeat(5);
        let lines = [
            (&b"cookie"[..], line.as_bytes()),
            (b"COOKIE", line.as_bytes()),
        ];
        assert_eq!(values(&lines).len(), 8);
    }
}
