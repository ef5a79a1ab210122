//! What the answers with an object say of it: made once, as a map and as text.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::cache_control::{CacheHeaders, Times, cache_headers, usual};
use super::representation::{self, Wishes};
use crate::cache::Described;
use crate::store::ObjectMeta;

/// What an answer takes from the token and the site.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'t> {
    /// `ct` and `cd`.
    pub wishes: Wishes<'t>,
    /// The token's remaining life; `None`: none was needed.
    pub left_secs: Option<u64>,
    /// The site's cache rule for this path.
    pub times: Times,
    /// Whether the site lets browsers run this object.
    pub allow_active: bool,
    /// Whether the cache in front verifies tokens.
    pub edge_verifies: bool,
    /// Whether the token changes the answer (`ver`, `cd`, `ct`), so that it is for nobody else and
    /// no cache keeps it (TOKEN.md §7).
    pub is_own: bool,
}

/// RFC 9213.
pub(super) const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");

/// What caches are told.
pub(super) enum Caching {
    /// `Cache-Control` alone, as many others.
    Usual(&'static str),
    Made(CacheHeaders),
}

pub(super) fn caching(meta: &ObjectMeta, terms: &Terms<'_>) -> Caching {
    if terms.is_own {
        return Caching::Usual("private, no-store");
    }
    let own = meta.cache_control.as_deref();
    let (times, left_secs, edge_verifies) = (terms.times, terms.left_secs, terms.edge_verifies);
    match usual(own, times, left_secs, edge_verifies) {
        Some(text) => Caching::Usual(text),
        None => Caching::Made(cache_headers(own, times, left_secs, edge_verifies)),
    }
}

/// The lines of an object that are the same in each answer, with room for the others.
pub(super) fn lines(meta: &ObjectMeta, wishes: Wishes<'_>, allow_active: bool) -> HeaderMap {
    let headers = &mut HeaderMap::with_capacity(16);
    representation::apply(meta, wishes, allow_active, headers);
    protect(headers);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(etag) = meta.validator() {
        put(headers, header::ETAG, etag.as_str());
    }
    if let Some(secs) = meta.last_modified_unix_secs {
        let modified = std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(secs));
        // What lies beyond the year 9999 no HTTP date can say.
        if let Some(modified) = modified.filter(|_| secs < 253_402_300_800) {
            put(
                headers,
                header::LAST_MODIFIED,
                &httpdate::fmt_http_date(modified),
            );
        }
    }
    std::mem::take(headers)
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

/// What every answer says to browsers.
pub fn protect(headers: &mut HeaderMap) {
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    // Browsers send a token's URL as the Referer of whatever a shown document loads.
    let no_referrer = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, no_referrer);
}

pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// Both have been read as a header's by the library.
pub(super) fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::{Terms, Wishes, lines, lines_of, text};
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
