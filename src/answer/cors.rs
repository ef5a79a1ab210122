//! Cross-origin answers (WHATWG Fetch §3.3), on denials too, so that a page can read the reason.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::body::Body;
use crate::config::model::Cors;

/// What a page may read of an answer besides the safelisted headers.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "accept-ranges, cache-status, content-disposition, content-length, content-range, \
     countersign-reason, etag, retry-after, server-timing",
);

/// The most header names of a preflight that are answered.
const MAX_REQUESTED_HEADERS: usize = 32;

/// Adds what an answer to `request` needs so that its page may read it.
pub fn apply(cors: &Cors, request: &HeaderMap, answer: &mut HeaderMap) {
    if cors.allowed_origins.is_empty() {
        return;
    }
    let any = cors.allowed_origins.iter().any(|origin| origin == "*");
    if any {
        // Also where no origin asks: a copy that a cache keeps of it may be read by one that does.
        answer.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        return;
    }
    answer.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = request.get(header::ORIGIN) else {
        return;
    };
    let listed = cors
        .allowed_origins
        .iter()
        .any(|allowed| allowed.as_bytes() == origin.as_bytes());
    if !listed {
        return;
    }
    if cors.allow_credentials {
        let yes = HeaderValue::from_static("true");
        answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    }
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Whether an `OPTIONS` request is a preflight.
pub fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key(header::ORIGIN)
        && request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight. It needs no token and asks no store.
pub fn preflight(cors: &Cors, request: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    apply(cors, request, headers);
    headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        let methods = HeaderValue::from_static("GET, HEAD");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        if let Some(names) = requested_headers(request) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
            let varies = HeaderValue::from_static("access-control-request-headers");
            headers.append(header::VARY, varies);
        }
        let max_age = HeaderValue::from(cors.max_age.as_secs());
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, max_age);
    }
    response
}

/// The names that a page wants to send. Any may be: a token may sign a header of any name, and none
/// changes what is served. Names that browsers keep to themselves need no leave.
fn requested_headers(request: &HeaderMap) -> Option<HeaderValue> {
    let lines = request.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let names: Vec<String> = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        .filter(|name| *name != header::AUTHORIZATION && *name != header::COOKIE)
        .map(|name| name.as_str().to_owned())
        .take(MAX_REQUESTED_HEADERS)
        .collect();
    if names.is_empty() {
        return None;
    }
    HeaderValue::from_str(&names.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::{apply, preflight};
    use crate::config::model::Cors;

    fn cors(origins: &[&str], allow_credentials: bool) -> Cors {
        let allowed_origins = origins.iter().map(ToString::to_string).collect();
        Cors {
            allowed_origins,
            allow_credentials,
            ..Cors::default()
        }
    }

    fn request(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn applied(cors: &Cors, origin: &'static str) -> HeaderMap {
        let mut answer = HeaderMap::new();
        apply(cors, &request(&[("origin", origin)]), &mut answer);
        answer
    }

    #[test]
    fn a_listed_origin_may_read_and_another_may_not_and_both_vary() {
        let cors = cors(&["https://a.example"], true);
        let answer = applied(&cors, "https://a.example");
        assert_eq!(answer["access-control-allow-origin"], "https://a.example");
        assert_eq!(answer["access-control-allow-credentials"], "true");
        let answer = applied(&cors, "https://a.example.evil");
        assert!(!answer.contains_key("access-control-allow-origin"));
        assert_eq!(answer["vary"], "origin");
    }

    #[test]
    fn a_star_lets_anybody_read_without_credentials() {
        let answer = applied(&cors(&["*"], true), "https://b.example");
        assert_eq!(answer["access-control-allow-origin"], "*");
        assert!(!answer.contains_key("access-control-allow-credentials"));
        assert!(!answer.contains_key("vary"));
        let mut unasked = HeaderMap::new();
        apply(&cors(&["*"], false), &HeaderMap::new(), &mut unasked);
        assert_eq!(unasked, answer);
        assert!(applied(&cors(&[], false), "https://b.example").is_empty());
    }

    #[test]
    fn a_preflight_is_told_methods_and_its_own_headers() {
        let asked = request(&[
            ("origin", "https://a.example"),
            ("access-control-request-method", "GET"),
            (
                "access-control-request-headers",
                "Range, X-Tenant, bad name, authorization",
            ),
        ]);
        let answer = preflight(&cors(&["https://a.example"], false), &asked);
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(
            answer.headers()["access-control-allow-methods"],
            "GET, HEAD"
        );
        assert_eq!(
            answer.headers()["access-control-allow-headers"],
            "range, x-tenant"
        );
        let refused = preflight(&cors(&["https://b.example"], false), &asked);
        assert!(
            !refused
                .headers()
                .contains_key("access-control-allow-methods")
        );
    }
}
