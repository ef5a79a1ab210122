//! The demo's own backend: what an app does for a user who may watch. It asks the signing API, and
//! answers with a link, or with a cookie, for one collection.

use http::{HeaderValue, Method, Request, Uri, header};
use serde_json::{Value, json};

use countersign_token::Carrier;

use super::collections::Collection;
use super::links::HOUR_SECS;
use super::signing::{CallFault, SigningApi, text};
use crate::cookie::Attributes;

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
        // Only a cookie can be taken away.
        let least = u64::from(carrier == Carrier::Path);
        (least..=HOUR_SECS).contains(&secs).then_some(Self {
            what,
            carrier,
            secs,
        })
    }

    /// The answer's JSON, and the `Set-Cookie` line where a cookie was asked for.
    ///
    /// # Errors
    /// What the signing API says, or that it does not.
    pub(super) async fn grant(
        self,
        api: &SigningApi,
        public_url: &str,
    ) -> Result<(Value, Option<HeaderValue>), CallFault> {
        let folder = countersign_token::escape(&self.what.folder());
        let entry = self.what.entry();
        let mut asked = json!({
            "path": entry,
            "paths": [format!("{folder}**")],
            "expires_in": self.secs,
        });
        let mut told = json!({"path": entry});
        if self.carrier == Carrier::Path {
            asked["carrier"] = "path".into();
            // The page shows an end to the second.
            asked["stable"] = false.into();
            let answer = api.post("/v1/sign", &asked).await?;
            told["url"] = text(&answer, "/url")?.into();
            told["expires_at"] = answer["expires_at"].clone();
            return Ok((told, None));
        }
        told["url"] = format!("{public_url}{entry}").into();
        told["cookie"] = self.cookie_name().into();
        if self.secs == 0 {
            return Ok((told, self.cookie("", 0)));
        }
        let answer = api.post("/v1/cookies", &asked).await?;
        told["expires_at"] = answer["expires_at"].clone();
        let token = text(&answer, "/cookie/value")?;
        Ok((told, self.cookie(&token, self.secs + KEPT_LONGER_SECS)))
    }

    /// Two grants in one browser need two names.
    fn cookie_name(self) -> String {
        format!("cs-{}", self.what.as_str())
    }

    /// A product would pass on the answer's `set_cookie`. This page is plain HTTP on the loopback,
    /// so it leaves out `Secure`; it has two grants in one browser, and shows the end of both.
    fn cookie(self, token: &str, max_age_secs: u64) -> Option<HeaderValue> {
        let attributes = Attributes {
            path: self.what.folder(),
            secure: false,
            ..Attributes::default()
        };
        let line = attributes.line(&self.cookie_name(), token, Some(max_age_secs));
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
            ("POST", "/_demo/open?what=stream&by=path&secs=0", None),
        ] {
            assert_eq!(wish(method, target, site), None, "{method} {target}");
        }
    }
}
