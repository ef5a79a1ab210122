//! From an object or an error to the HTTP answer.

pub mod active;
pub mod body;
pub mod byteranges;
pub mod cache_control;
pub mod conditional;
pub mod cors;
mod date;
pub mod disposition;
mod lines;
pub mod navigation;
pub mod object;
pub mod observed;
mod pace;
pub mod problem;
pub mod range;
pub mod range_set;
pub mod refusal;
pub mod representation;
mod store_told;
pub mod written;

/// An object for tests: 10 bytes, entity tag `"e"`, changed at 1,000,000,000.
#[cfg(test)]
pub(crate) fn test_meta() -> crate::store::ObjectMeta {
    crate::store::ObjectMeta {
        len_bytes: 10,
        etag: crate::store::EntityTag::strong("\"e\""),
        weak_etag: None,
        last_modified_unix_secs: Some(1_000_000_000),
        content_type: Some("image/png".to_owned()),
        content_encoding: None,
        content_language: None,
        cache_control: None,
        content_disposition: None,
    }
}
