//! The demo's own backend: what an app does for a user who may watch. It answers with a link, or
//! with a cookie, for one collection.

use http::{HeaderValue, Method, Request, Uri, header};
use serde_json::{Value, json};

use countersign_token::Carrier;

use super::collections::Collection;
use super::links::{HOUR_SECS, Links};

/// How much longer the browser keeps a cookie than its token lives: an expired token is then still
/// sent, and the answer can say `expired`. Without this it would be `missing`.
const KEPT_LONGER_SECS: u64 = 600;

/// The route, with its query: `what=stream|gallery`, `by=path|cookie`, `secs=0..=3600`.
pub(super) const ROUTE: &str = "/_demo/open";

/// What the page asks its backend for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    what: Collection,
    carrier: Carrier,
    /// How long the grant lives; 0: the cookie is taken away.
    secs: u64,
}

impl Wish {
    /// The wish of a request to [`ROUTE`]; none where it is not one of the page's.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let from_here = request
            .headers()
            .get("sec-fetch-site")
            .is_none_or(|site| site == "same-origin");
        if request.method() != Method::POST || request.uri().path() != ROUTE || !from_here {
            return None;
        }
        let carrier = match parameter(request.uri(), "by")? {
            "path" => Carrier::Path,
            "cookie" => Carrier::Cookie,
            _ => return None,
        };
        let secs = parameter(request.uri(), "secs")?.parse().ok()?;
        let what = Collection::named(parameter(request.uri(), "what")?)?;
        (secs <= HOUR_SECS).then_some(Self {
            what,
            carrier,
            secs,
        })
    }

    /// The answer's JSON, and the `Set-Cookie` line where a cookie was asked for.
    pub(super) fn grant(self, links: &Links<'_>) -> (Value, Option<HeaderValue>) {
        let exp = links.now + self.secs;
        let (url, token) = links.collection(self.what, exp, self.carrier);
        let cookie = self.cookie(&token);
        let told = json!({
            "url": url,
            "path": self.what.entry(),
            "expires_at": exp,
            "cookie": cookie.as_ref().map(|_| self.cookie_name()),
        });
        (told, cookie)
    }

    /// Two grants in one browser need two names.
    fn cookie_name(self) -> String {
        format!("cs-{}", self.what.as_str())
    }

    /// A product behind TLS says `Secure` too; this page is plain HTTP on the loopback.
    fn cookie(self, token: &str) -> Option<HeaderValue> {
        if self.carrier != Carrier::Cookie {
            return None;
        }
        let (value, max_age_secs) = match self.secs {
            0 => ("", 0),
            secs => (token, secs + KEPT_LONGER_SECS),
        };
        let line = format!(
            "{}={value}; Path={}; Max-Age={max_age_secs}; HttpOnly; SameSite=Lax",
            self.cookie_name(),
            self.what.folder()
        );
        HeaderValue::from_str(&line).ok()
    }
}

/// A parameter of the query, as it stands there.
fn parameter<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    let pairs = uri
        .query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// Adds the cookie to an answer.
pub(super) fn put_cookie(headers: &mut http::HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(method: &str, target: &str, site: Option<&str>) -> Option<Wish> {
        let mut request = Request::builder().method(method).uri(target);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        Wish::of(&request.body(()).unwrap())
    }

    #[test]
    fn a_wish_is_a_post_of_the_page_for_something_that_there_is() {
        let good = "/_demo/open?what=stream&by=cookie&secs=5";
        assert!(wish("POST", good, Some("same-origin")).is_some());
        assert!(wish("POST", good, None).is_some());
        for (method, target, site) in [
            ("GET", good, None),
            ("POST", good, Some("cross-site")),
            ("POST", "/_demo/open?what=vault&by=cookie&secs=5", None),
            ("POST", "/_demo/open?what=stream&by=post&secs=5", None),
            ("POST", "/_demo/open?what=stream&by=cookie&secs=3601", None),
            ("POST", "/_demo/open?what=stream&by=cookie", None),
        ] {
            assert_eq!(wish(method, target, site), None, "{method} {target}");
        }
    }
}
