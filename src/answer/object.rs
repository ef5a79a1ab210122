//! An object as an answer: 200, 206 or 304 (RFC 9110 §15.3, §15.4.5).

use std::ops::Range;

use bytes::Bytes;
use futures_util::Stream;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::body::Body;
use super::byteranges::ByteRanges;
use super::date;
use super::lines::{CDN_CACHE_CONTROL, Caching, caching, lines, lines_of, put, text};
pub use super::lines::{Terms, protect};
use crate::cache::Described;
use crate::store::StoreError;

/// The whole object.
pub fn whole(meta: &Described, terms: Terms<'_>, body: Body) -> Response<Body> {
    with_headers(meta, &terms, body)
}

/// A part of it; `range` is not empty and lies inside.
pub fn part(meta: &Described, terms: Terms<'_>, range: &Range<u64>, body: Body) -> Response<Body> {
    let (mut head, body) = Response::new(body).into_parts();
    self::head(&mut head, meta, &terms, Some(range));
    Response::from_parts(head, body)
}

/// The head of an answer with the whole object, or a part of it that is not empty and lies inside.
pub fn head(head: &mut Parts, meta: &Described, terms: &Terms<'_>, part: Option<&Range<u64>>) {
    head.headers = headers(meta, terms);
    let Some(range) = part else { return };
    head.status = StatusCode::PARTIAL_CONTENT;
    let (len_bytes, last) = (range.end - range.start, range.end - 1);
    head.headers
        .insert(header::CONTENT_LENGTH, len_bytes.into());
    let told = format!("bytes {}-{last}/{}", range.start, meta.len_bytes);
    put(&mut head.headers, header::CONTENT_RANGE, &told);
}

/// Says when `head` was made; without it the HTTP library reads a clock of its own.
pub fn dated(head: &mut Parts, now_unix_secs: u64) {
    let value = date::with(now_unix_secs, HeaderValue::clone);
    head.headers.insert(header::DATE, value);
}

/// Several parts of it (RFC 9110 §15.3.7.2); `body_of` brings the bytes of each range in turn. What
/// protects a browser goes by the type of the parts, not by that of the envelope.
pub fn parts<S>(
    meta: &Described,
    terms: Terms<'_>,
    ranges: ByteRanges,
    body_of: impl FnMut(Range<u64>) -> S + Send + 'static,
) -> Response<Body>
where
    S: Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
{
    let (len_bytes, content_type) = (ranges.len_bytes(), ranges.content_type());
    let body = Body::stream(len_bytes, ranges.stream(body_of));
    let mut response = with_headers(meta, &terms, body);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, len_bytes.into());
    put(headers, header::CONTENT_TYPE, &content_type);
    response
}

/// The client has it already. What describes the representation is left out, what caches go by stays.
pub fn not_modified(meta: &Described, terms: Terms<'_>) -> Response<Body> {
    let mut response = with_headers(meta, &terms, Body::Empty);
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_DISPOSITION,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
        header::ACCEPT_RANGES,
        header::CONTENT_LENGTH,
    ] {
        response.headers_mut().remove(name);
    }
    response
}

fn with_headers(meta: &Described, terms: &Terms<'_>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.headers_mut() = headers(meta, terms);
    response
}

fn headers(meta: &Described, terms: &Terms<'_>) -> HeaderMap {
    let mut headers = match terms.wishes.is_none() {
        true => lines_of(text(meta, terms)),
        false => lines(meta, terms.wishes, terms.allow_active),
    };
    headers.insert(header::CONTENT_LENGTH, meta.len_bytes.into());
    match caching(meta, terms) {
        Caching::Usual(text) => {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(text));
        }
        Caching::Made(caches) => {
            put(&mut headers, header::CACHE_CONTROL, &caches.cache_control);
            if let Some(edge) = caches.cdn_cache_control {
                put(&mut headers, CDN_CACHE_CONTROL, &edge);
            }
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::{Body, Terms, not_modified, part, whole};
    use crate::answer::test_meta;
    use crate::cache::Described;

    fn body() -> Body {
        Body::whole(Bytes::from_static(b"0123456789"))
    }

    #[test]
    fn a_whole_object_says_what_it_is_and_how_long() {
        let response = whole(&Described::from(test_meta()), Terms::default(), body());
        let headers = response.headers();
        assert_eq!(headers["content-length"], "10");
        assert_eq!(headers["etag"], "\"e\"");
        assert_eq!(headers["last-modified"], "Sun, 09 Sep 2001 01:46:40 GMT");
        assert_eq!(headers["accept-ranges"], "bytes");
        assert_eq!(headers["content-type"], "image/png");
    }

    #[test]
    fn a_part_says_which() {
        let response = part(
            &Described::from(test_meta()),
            Terms::default(),
            &(2..5),
            body(),
        );
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()["content-range"], "bytes 2-4/10");
        assert_eq!(response.headers()["content-length"], "3");
    }

    #[test]
    fn not_modified_keeps_what_caches_go_by() {
        let response = not_modified(
            &Described::from(test_meta()),
            Terms {
                left_secs: Some(60),
                ..Terms::default()
            },
        );
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()["cache-control"], "private, max-age=60");
        assert_eq!(response.headers()["etag"], "\"e\"");
        assert!(!response.headers().contains_key("content-type"));
        assert!(!response.headers().contains_key("content-length"));
    }
}
