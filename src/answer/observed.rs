//! What an answer tells of how it came about, where the site turns it on.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::cache::CacheOutcome;

/// `Cache-Status` (RFC 9211).
pub fn cache_status(outcome: CacheOutcome, headers: &mut HeaderMap) {
    let member = match outcome {
        CacheOutcome::Hit => "Countersign; hit",
        CacheOutcome::Miss => "Countersign; fwd=miss; stored",
        CacheOutcome::Shared => "Countersign; fwd=miss; collapsed",
        CacheOutcome::Revalidated => "Countersign; fwd=stale; detail=revalidated",
        CacheOutcome::Stale => "Countersign; hit; detail=stale",
        CacheOutcome::StaleOnError => "Countersign; hit; detail=stale_on_error",
        CacheOutcome::NoValidator => "Countersign; fwd=miss; detail=no_validator",
        CacheOutcome::NoStore => "Countersign; fwd=miss; detail=no_store",
        CacheOutcome::NoMemory => "Countersign; fwd=miss; detail=no_memory",
        CacheOutcome::Metadata => "Countersign; fwd=miss; detail=metadata",
    };
    let name = HeaderName::from_static("cache-status");
    headers.insert(name, HeaderValue::from_static(member));
}

/// `Server-Timing` (W3C): milliseconds of verifying, and of waiting for the object's first bytes.
pub fn server_timing(verify: Duration, object: Duration, headers: &mut HeaderMap) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let (verify, object) = (milliseconds(verify), milliseconds(object));
    put(
        headers,
        "server-timing",
        &format!("verify;dur={verify:.3}, object;dur={object:.3}"),
    );
}

fn put(headers: &mut HeaderMap, name: &'static str, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
