//! The query's parameters. Nothing of it is rewritten: `+` is a plus sign, `;` a character.

use crate::bytes::decodes_to;

/// The raw values of the parameters that are called `name`, in their order.
#[inline]
pub(crate) fn parameters<'r, 'n>(
    query: &'r [u8],
    name: &'n [u8],
) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
    pieces(query).filter_map(move |piece| {
        // Names are short: a plain search is done before a fast one has begun.
        let (given, value) = match piece.iter().position(|&byte| byte == b'=') {
            Some(equals) => (&piece[..equals], &piece[equals + 1..]),
            None => (piece, &[][..]),
        };
        // An empty piece is no parameter.
        (!piece.is_empty() && decodes_to(given, name)).then_some(value)
    })
}

/// The one value of a parameter that is there once.
///
/// # Errors
/// Whether it stands there more than once.
pub(crate) fn parameter<'r>(query: Option<&'r [u8]>, name: &[u8]) -> Result<Option<&'r [u8]>, ()> {
    let Some(query) = query else {
        return Ok(None);
    };
    let mut values = parameters(query, name);
    let value = values.next();
    if values.next().is_some() {
        Err(())
    } else {
        Ok(value)
    }
}

/// The raw name of a piece.
pub(crate) fn parameter_name(piece: &[u8]) -> &[u8] {
    piece.split(|&byte| byte == b'=').next().unwrap_or_default()
}

/// What stands between `&`, empty pieces too.
#[inline]
pub(crate) fn pieces(query: &[u8]) -> Pieces<'_> {
    Pieces { rest: Some(query) }
}

/// What [`pieces`] gives.
#[derive(Clone)]
pub(crate) struct Pieces<'r> {
    rest: Option<&'r [u8]>,
}

impl<'r> Iterator for Pieces<'r> {
    type Item = &'r [u8];

    #[inline]
    fn next(&mut self) -> Option<&'r [u8]> {
        let rest = self.rest?;
        match memchr::memchr(b'&', rest) {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                Some(&rest[..end])
            }
            None => {
                self.rest = None;
                Some(rest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{parameter, parameters};

    fn values<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
        parameters(query.as_bytes(), name.as_bytes())
            .map(|value| std::str::from_utf8(value).unwrap())
            .collect()
    }

    #[test]
    fn only_an_ampersand_separates_and_a_name_ends_at_the_first_equals() {
        assert_eq!(values("a=1;cs=2&cs=3=4", "cs"), ["3=4"]);
        assert_eq!(values("&&cs&", "cs"), [""]);
        assert_eq!(values("%63s=1&CS=2&cs%=3&c%7=4", "cs"), ["1"]);
        assert_eq!(values("a+b=1", "a b"), [""; 0]);
        assert_eq!(values("&=x&", ""), ["x"]);
    }

    #[test]
    fn a_parameter_that_stands_twice_has_no_one_value() {
        assert_eq!(parameter(Some(b"a=1&b=2"), b"b"), Ok(Some(&b"2"[..])));
        assert_eq!(parameter(Some(b"a=1&a=1"), b"a"), Err(()));
        assert_eq!(parameter(Some(b""), b"a"), Ok(None));
        assert_eq!(parameter(None, b"a"), Ok(None));
    }
}
