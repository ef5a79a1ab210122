//! What goes on behind a verdict: whether an edge settles the request, and what of it is sent to
//! the origin (TOKEN.md §7).

use crate::bytes::decodes_to;
use crate::carrier::{Carrier, Cookies, cookie_pieces, is_named, parameter_name, pieces};
use crate::field::Field;
use crate::request::{Headers, Request};
use crate::site::Site;
use crate::verdict::{Grant, Verdict};

/// Whether a copy at an edge may be served until its token expires (`edge_revocation`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EdgeRevocation {
    /// It may: what is revoked opens a copy until the token expires.
    #[default]
    Expiry,
    /// The origin is asked each time.
    Origin,
}

impl Verdict<'_> {
    /// Whether the verdict is final at an edge, so that its cache may answer: the method reads, and
    /// no token was needed, or what the token says does not need the origin.
    pub fn is_settled_at_edge(&self, method: &str, revocation: EdgeRevocation) -> bool {
        let reads = matches!(method, "GET" | "HEAD");
        reads
            && match self {
                Self::Public(_) => true,
                Self::Granted(grant) => {
                    revocation == EdgeRevocation::Expiry && !grant.fields().needs_origin()
                }
                Self::Reported(..) | Self::Denied(_) => false,
            }
    }
}

impl crate::Fields<'_> {
    /// Whether only the origin can do what the token asks for: it has one of `uses`, `ver`, `cd`,
    /// `ct` and `bps`.
    pub fn needs_origin(&self) -> bool {
        let fields = [Field::Uses, Field::Ver, Field::Cd, Field::Ct, Field::Bps];
        fields.into_iter().any(|field| self.raw(field).is_some())
    }
}

/// A request on its way from an edge to the origin, without any token but the one that was granted.
#[derive(Clone, Copy, Debug)]
pub struct Onward<'o, 'r, T, H> {
    /// The site.
    pub site: &'o Site<T>,
    /// The request as it came.
    pub request: &'o Request<'r, H>,
}

impl<'o, 'r, T: AsRef<str>, H: Headers<'r>> Onward<'o, 'r, T, H> {
    /// The pieces of the query, to be joined by `&`, without the token's parameter; all else is left
    /// as it came. `None`: no `?` is written.
    pub fn query(&self) -> Option<impl Iterator<Item = &'r [u8]> + Clone + use<'o, 'r, T, H>> {
        let query = query_of(self.request.target)?;
        let param = self.site.param().as_bytes();
        let is_ours = move |piece: &[u8]| decodes_to(parameter_name(piece), param);
        let rest = pieces(query).filter(move |piece| !is_ours(piece));
        let had_ours = pieces(query).any(is_ours);
        (!had_ours || rest.clone().next().is_some()).then_some(rest)
    }

    /// Whether a cookie of ours came, so that the header has to be written anew.
    pub fn has_own_cookies(&self) -> bool {
        self.cookies().any(|cookie| self.is_own_cookie(cookie))
    }

    /// What of the cookies goes on, to be joined by `; `: those of others as they came.
    pub fn other_cookies(&self) -> impl Iterator<Item = &'r [u8]> {
        self.cookies()
            .filter(|cookie| !cookie.is_empty() && !self.is_own_cookie(cookie))
    }

    /// The name of the cookie that brought the granted token.
    pub fn granted_cookie(&self, grant: &Grant<'_>) -> Option<&'r [u8]> {
        if grant.carrier() != Carrier::Cookie {
            return None;
        }
        // The first with this text is the first that passed.
        Cookies::of(self.request.headers, self.site.cookie())
            .find(|cookie| decodes_to(cookie.value, grant.token().as_bytes()))
            .map(|cookie| cookie.name)
    }

    fn cookies(&self) -> impl Iterator<Item = &'r [u8]> {
        cookie_pieces(self.request.headers)
    }

    /// By its name alone: an empty one does not go on either.
    fn is_own_cookie(&self, piece: &[u8]) -> bool {
        is_named(piece, self.site.cookie().as_bytes())
    }
}

/// The pieces of a target's query that are called `name`: those of all names that a site names tell
/// apart the cached copies of one path.
pub fn named_parameters<'r>(target: &'r [u8], name: &str) -> impl Iterator<Item = &'r [u8]> {
    let query = query_of(target).unwrap_or_default();
    pieces(query).filter(move |piece| {
        !piece.is_empty() && decodes_to(parameter_name(piece), name.as_bytes())
    })
}

fn query_of(target: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr(b'?', target)?;
    Some(&target[at + 1..])
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::{Onward, named_parameters};
    use crate::request::Request;
    use crate::site::{Names, Site};

    fn text(pieces: impl Iterator<Item = &'static [u8]>, between: &str) -> String {
        let pieces: Vec<&str> = pieces
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect();
        pieces.join(between)
    }

    fn query(target: &'static str) -> Option<String> {
        let site = Site::new("s", Names::<&str>::default()).unwrap();
        let request = Request {
            method: "GET",
            target: target.as_bytes(),
            headers: (),
            client: None,
            country: None,
        };
        let onward = Onward {
            site: &site,
            request: &request,
        };
        onward.query().map(|pieces| text(pieces, "&"))
    }

    #[test]
    fn of_the_query_only_the_token_is_taken_out() {
        assert_eq!(query("/a"), None);
        assert_eq!(query("/a?"), Some(String::new()));
        assert_eq!(query("/a?cs=1~"), None);
        assert_eq!(query("/a?%63s=1~&cs"), None);
        assert_eq!(
            query("/a?w=%7E&cs=1~&&b+c=?").as_deref(),
            Some("w=%7E&&b+c=?")
        );
        assert_eq!(query("/a?csx=1&c%s=2").as_deref(), Some("csx=1&c%s=2"));
    }

    #[test]
    fn of_the_cookies_all_of_ours_are_taken_out() {
        let site = Site::new("s", Names::<&str>::default()).unwrap();
        let lines: &[(&[u8], &[u8])] = &[
            (b"Cookie", b"a=1; cs=1~;;__Host-cs-x=\"\"; csx=2"),
            (b"cookie", b"cs=; cs"),
        ];
        let request = Request {
            method: "GET",
            target: b"/a",
            headers: lines,
            client: None,
            country: None,
        };
        let onward = Onward {
            site: &site,
            request: &request,
        };
        assert!(onward.has_own_cookies());
        assert_eq!(text(onward.other_cookies(), "; "), "a=1; csx=2; cs");
    }

    #[test]
    fn a_named_parameter_is_found_however_it_is_spelt() {
        let named =
            |target: &'static str, name| text(named_parameters(target.as_bytes(), name), "&");
        assert_eq!(named("/a?h=1&x=2&%77=3&w", "w"), "%77=3&w");
        assert_eq!(named("/a?&=&x", "w"), "");
        assert_eq!(named("/a", "w"), "");
    }
}
