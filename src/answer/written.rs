//! An object's answer as it is sent in HTTP/1.1 (RFC 9112 §4): the same lines as
//! [`super::object::whole`] and [`super::object::part`], for those who need no header map.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::date;
use super::object::{CDN_CACHE_CONTROL, Caching, Terms, caching, lines};
use super::representation::Wishes;
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

/// What each answer with this object says alike, where the token has no wishes.
pub(super) fn text<'m>(meta: &'m Described, terms: &Terms<'_>) -> &'m Bytes {
    meta.text(terms.allow_active, |meta| {
        let mut text = Vec::new();
        for (name, value) in &lines(meta, Wishes::default(), terms.allow_active) {
            line(&mut text, name.as_str(), value.as_bytes());
        }
        text
    })
}

/// The same as a header map, whose values are parts of the text, with room for further lines.
pub(super) fn lines_of(text: &Bytes) -> HeaderMap {
    let mut lines = HeaderMap::with_capacity(16);
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let value_ends = at + line.len().saturating_sub(b"\r\n".len());
        if let Some(colon) = line.iter().position(|byte| *byte == b':')
            && let Ok(name) = HeaderName::from_bytes(&line[..colon])
            && let value_begins = at + colon + b": ".len()
            && let Ok(value) = HeaderValue::from_maybe_shared(text.slice(value_begins..value_ends))
        {
            lines.append(name, value);
        }
        at += line.len();
    }
    lines
}

/// Both have been read as a header's by the library.
fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

/// `Date` and the head's end.
fn date(out: &mut Vec<u8>, unix_secs: u64) {
    out.extend_from_slice(b"date: ");
    date::with(unix_secs, |date| out.extend_from_slice(date.as_bytes()));
    out.extend_from_slice(b"\r\n\r\n");
}

#[cfg(test)]
mod tests {
    use super::super::object::lines;
    use super::{Terms, Wishes, lines_of, text};
    use crate::answer::test_meta;
    use crate::cache::Described;
    use crate::store::ObjectMeta;

    #[test]
    fn lines_that_are_read_from_their_text_are_those_that_were_written() {
        for content_type in ["text/html", "image/png", "a:b; c=\": d\""] {
            let meta = ObjectMeta {
                content_type: Some(content_type.to_owned()),
                content_language: Some(String::new()),
                ..test_meta()
            };
            let made = lines(&meta, Wishes::default(), false);
            assert!(made.contains_key("content-language"));
            let described = Described::from(meta);
            let read = lines_of(text(&described, &Terms::default()));
            assert_eq!(read, made);
        }
    }
}
