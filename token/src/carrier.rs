//! Where a token stands (TOKEN.md §4): found, decoded, and taken apart from the path.

mod cookie;
mod header;
mod query;
mod target;

pub(crate) use self::cookie::{Cookies, cookie_pieces, is_named};
pub(crate) use self::header::{Value, header_value, joined_lines};
pub(crate) use self::query::{parameter, parameter_name, pieces};
use self::target::Target;
use crate::reason::Reason;
use crate::request::{Headers, Request};
use crate::scratch::{Held, Scratch};
use crate::site::Site;

/// What brought a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The first segment of the path.
    Path,
    /// A query parameter.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl Carrier {
    /// The word that logs and vectors carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// A token's text as a carrier gave it.
#[derive(Clone, Copy)]
pub(crate) enum Carried<'r> {
    /// Decoded, and not judged yet.
    Text(Held<'r>),
    /// It has a bad escape or is too long to be one: `malformed`.
    Unreadable,
}

/// A request, read: its canonical path, and the explicit token if there is one.
pub(crate) struct Located<'r> {
    pub(crate) path: Held<'r>,
    pub(crate) explicit: Option<(Carrier, Carried<'r>)>,
    /// What follows the first `?`, with every parameter.
    pub(crate) query: Option<&'r [u8]>,
}

/// Reads the target and looks for explicit tokens.
///
/// # Errors
/// [`Reason::BadPath`], or [`Reason::Conflict`] for more than one explicit token.
#[inline]
pub(crate) fn locate<'r, T: AsRef<str>, H: Headers<'r>>(
    site: &Site<T>,
    request: &Request<'r, H>,
    scratch: &mut Scratch,
) -> Result<Located<'r>, Reason> {
    let param = site.param().as_bytes();
    let Target {
        path,
        token: in_path,
        query,
        query_is_plain,
    } = target::read(request.target, param, scratch)?;
    let in_query = match query {
        None => None,
        Some(query) if query_is_plain => lone_value(query, param),
        Some(query) => parameter(Some(query), param).map_err(|()| Reason::Conflict)?,
    };
    let mut in_header = request.headers.lines(site.header());
    let in_header = in_header
        .next()
        .map(|first| (first, in_header.next().is_some()));
    let tokens = [in_path.is_some(), in_query.is_some(), in_header.is_some()];
    if tokens.into_iter().filter(|&there| there).count() > 1 {
        return Err(Reason::Conflict);
    }
    let explicit = if let Some(carried) = in_path {
        Some((Carrier::Path, carried))
    } else if let Some(value) = in_query {
        let carried = match query_is_plain {
            true => Carried::Text(Held::Request(value)),
            false => decode(value, &mut scratch.token),
        };
        Some((Carrier::Query, carried))
    } else {
        in_header.map(|header| (Carrier::Header, header::carried(header)))
    };
    Ok(Located {
        path,
        explicit,
        query,
    })
}

/// The value of the one parameter that a plain query has, if it is called `param`.
#[inline]
fn lone_value<'r>(query: &'r [u8], param: &[u8]) -> Option<&'r [u8]> {
    match query.strip_prefix(param)? {
        [] => Some(&[]),
        [b'=', value @ ..] => Some(value),
        _ => None,
    }
}

/// A parameter's or cookie's value, decoded once; as it stands where there is nothing to decode.
#[inline]
pub(crate) fn decode<'r>(value: &'r [u8], buffer: &mut [u8]) -> Carried<'r> {
    if memchr::memchr(b'%', value).is_none() {
        return Carried::Text(Held::Request(value));
    }
    decode_slowly(value, buffer)
}

#[inline(never)]
fn decode_slowly<'r>(value: &[u8], buffer: &mut [u8]) -> Carried<'r> {
    let mut len = 0;
    for byte in crate::bytes::PercentDecoded::new(value) {
        match (byte, buffer.get_mut(len)) {
            (Some(byte), Some(place)) => *place = byte,
            _ => return Carried::Unreadable,
        }
        len += 1;
    }
    Carried::Text(Held::Buffer(len))
}
