//! An object's answer as it is sent in HTTP/1.1 (RFC 9112 §4): the same lines as
//! [`super::object::whole`] and [`super::object::part`], for those who need no header map.

use std::ops::Range;

use http::HeaderMap;

use super::date;
use super::lines::{CDN_CACHE_CONTROL, Caching, Terms, caching, line, text};
use crate::cache::Described;

/// Appends the head of an answer with the whole object, or a part of it that is not empty and lies
/// inside; `also` are further lines. The terms have no wishes.
pub fn head(
    out: &mut Vec<u8>,
    meta: &Described,
    terms: &Terms<'_>,
    part: Option<&Range<u64>>,
    also: Option<&HeaderMap>,
    now_unix_secs: u64,
) {
    out.extend_from_slice(match part {
        None => b"HTTP/1.1 200 OK\r\n",
        Some(_) => b"HTTP/1.1 206 Partial Content\r\n",
    });
    out.extend_from_slice(text(meta, terms));
    let mut number = itoa::Buffer::new();
    let len_bytes = part.map_or(meta.len_bytes, |range| range.end - range.start);
    line(out, "content-length", number.format(len_bytes).as_bytes());
    match caching(meta, terms) {
        Caching::Usual(text) => line(out, "cache-control", text.as_bytes()),
        Caching::Made(caches) => {
            line(out, "cache-control", caches.cache_control.as_bytes());
            if let Some(edge) = caches.cdn_cache_control {
                line(out, CDN_CACHE_CONTROL.as_str(), edge.as_bytes());
            }
        }
    }
    if let Some(range) = part {
        out.extend_from_slice(b"content-range: bytes ");
        out.extend_from_slice(number.format(range.start).as_bytes());
        out.push(b'-');
        out.extend_from_slice(number.format(range.end - 1).as_bytes());
        out.push(b'/');
        out.extend_from_slice(number.format(meta.len_bytes).as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    for (name, value) in also.into_iter().flatten() {
        line(out, name.as_str(), value.as_bytes());
    }
    date(out, now_unix_secs);
}

/// `Date` and the head's end.
fn date(out: &mut Vec<u8>, unix_secs: u64) {
    out.extend_from_slice(b"date: ");
    date::with(unix_secs, |date| out.extend_from_slice(date.as_bytes()));
    out.extend_from_slice(b"\r\n\r\n");
}
