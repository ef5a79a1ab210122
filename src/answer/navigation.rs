//! What a person gets who follows a link and is denied: the site's page, or the way to its login.
//! A script, a player and a program get the problem.

use bytes::Bytes;
use countersign_token::{CanonicalPath, Reason};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::body::Body;
use super::refusal::Refusal;
use crate::config::model::{Destination, Site};

/// The page is the operator's, but it stands at an address that may hold a token: it runs nothing,
/// loads nothing and is framed by nobody.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// What takes the place of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instead<'s> {
    kind: Kind<'s>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind<'s> {
    /// A page's text, and the word for `{reason}`.
    Page(&'s str, &'static str),
    /// A URL.
    Redirect(HeaderValue),
}

/// What the site has for this refusal of a navigation, if anything.
pub fn instead<'s>(refusal: &Refusal, site: &'s Site, head: &Parts) -> Option<Instead<'s>> {
    let setting = site.serving.denied_navigation.as_ref()?;
    let Refusal::Denied(denied) = refusal else {
        return None;
    };
    if !setting.reasons.contains(&denied.reason) || !is_navigation(&head.headers) {
        return None;
    }
    let kind = match &setting.to {
        Destination::Page(text) => Kind::Page(text, shown(denied.reason, site)),
        Destination::Redirect(template) => {
            // Without a canonical path there is nothing to return to.
            let path = CanonicalPath::new(denied.path.as_deref()?).ok()?;
            let return_to = escaped(&format!("{}{path}", site.public_url));
            let url = template.replacen("{return_to}", &return_to, 1);
            Kind::Redirect(HeaderValue::from_str(&url).ok()?)
        }
    };
    Some(Instead { kind })
}

fn shown(reason: Reason, site: &Site) -> &'static str {
    match site.answers.show_reasons {
        true => reason.as_str(),
        false => "denied",
    }
}

impl Instead<'_> {
    /// The answer, with the problem's status (but for a redirect) and headers.
    pub fn in_place_of(
        self,
        problem: Response<Body>,
        method: &Method,
        request_id: &str,
    ) -> Response<Body> {
        let (mut parts, _) = problem.into_parts();
        let headers = &mut parts.headers;
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let bytes = match self.kind {
            Kind::Page(text, reason) => {
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                headers.insert(header::CONTENT_TYPE, html);
                headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
                // Both are words of ours, so nothing has to be escaped.
                let text = text.replace("{reason}", reason);
                Bytes::from(text.replace("{request_id}", request_id))
            }
            Kind::Redirect(url) => {
                parts.status = StatusCode::FOUND;
                headers.remove(header::CONTENT_TYPE);
                headers.remove(header::WWW_AUTHENTICATE);
                headers.insert(header::LOCATION, url);
                Bytes::new()
            }
        };
        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        let body = match *method {
            Method::HEAD => Body::Empty,
            _ => Body::whole(bytes),
        };
        Response::from_parts(parts, body)
    }
}

/// Whether a browser goes to this address with its window (W3C Fetch Metadata §2.2) and wants HTML.
fn is_navigation(headers: &HeaderMap) -> bool {
    let mut modes = headers.get_all("sec-fetch-mode").iter();
    let navigates = modes.next().is_some_and(|mode| mode == "navigate") && modes.next().is_none();
    let accepts = headers.get_all(header::ACCEPT).iter();
    navigates
        && accepts
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(wants_html)
}

/// One member of `Accept` (RFC 9110 §12.5.1); `q=0` is a refusal.
fn wants_html(member: &str) -> bool {
    let mut parts = member.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let is_html = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| kind.eq_ignore_ascii_case(html));
    let is_refused = |part: &str| {
        let weight = part.split_once('=').filter(|(name, _)| {
            let name = name.trim();
            name.eq_ignore_ascii_case("q")
        });
        weight.is_some_and(|(_, weight)| weight.trim().parse() == Ok(0.0_f32))
    };
    is_html && !parts.any(is_refused)
}

/// Everything but the unreserved characters of RFC 3986 §2.3 as `%XX`, for a query value.
fn escaped(text: &str) -> String {
    use std::fmt::Write;

    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{escaped, is_navigation};

    fn of(mode: &str, accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-mode", mode.parse().unwrap());
        headers.insert("accept", accept.parse().unwrap());
        is_navigation(&headers)
    }

    #[test]
    fn a_navigation_says_so_and_wants_html() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(of("navigate", chrome));
        assert!(of("navigate", "image/png, TEXT/HTML ; q=0.1"));
        for (mode, accept) in [
            ("no-cors", chrome),
            ("cors", chrome),
            ("Navigate", chrome),
            ("navigate", "*/*"),
            ("navigate", "image/avif,image/*"),
            ("navigate", "text/html;q=0"),
            ("navigate", "text/html; Q=0.000"),
        ] {
            assert!(!of(mode, accept), "{mode} {accept}");
        }
        assert!(!is_navigation(&HeaderMap::new()));
    }

    #[test]
    fn what_is_returned_to_is_one_query_value() {
        assert_eq!(
            escaped("https://a.example/ä&b=c#d?e%20"),
            "https%3A%2F%2Fa.example%2F%C3%A4%26b%3Dc%23d%3Fe%2520"
        );
    }
}
