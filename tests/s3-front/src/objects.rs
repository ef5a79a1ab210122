//! Objects made from nothing.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Body};
use crate::content::Content;
use crate::pattern::matches;
use crate::request::{Asked, Request};

/// Objects that are there as soon as they are asked for, of whatever length, without memory or
/// disk: every key that the pattern fits. Their bytes are [`Content::of`] key and version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    /// A pattern of keys (`pattern.rs`).
    pub key: String,
    /// The length of version 1.
    pub len_bytes: u64,
    /// By how much every later version is longer.
    #[serde(default)]
    pub grow_bytes: u64,
    /// `Content-Type`.
    #[serde(default = "binary")]
    pub content_type: String,
    /// `Cache-Control`.
    #[serde(default)]
    pub cache_control: Option<String>,
    /// Whole answers to requests with `x-amz-checksum-mode: ENABLED` have `x-amz-checksum-sha256`,
    /// as S3 has it for objects that were uploaded with one.
    #[serde(default)]
    pub checksums: bool,
}

fn binary() -> String {
    "application/octet-stream".to_owned()
}

impl Objects {
    /// Of this length, and nothing else said.
    pub fn new(key: &str, len_bytes: u64) -> Self {
        Self {
            key: key.to_owned(),
            len_bytes,
            grow_bytes: 0,
            content_type: binary(),
            cache_control: None,
            checksums: false,
        }
    }

    /// Every later version is so much longer.
    pub fn growing(self, grow_bytes: u64) -> Self {
        Self { grow_bytes, ..self }
    }

    /// With checksums.
    pub fn with_checksums(self) -> Self {
        let checksums = true;
        Self { checksums, ..self }
    }

    /// How long a version is.
    pub fn len_of(&self, version: u64) -> u64 {
        self.len_bytes + self.grow_bytes * version.saturating_sub(1)
    }
}

/// All of them, and which version each key has.
#[derive(Debug, Default)]
pub(crate) struct Made {
    objects: Vec<Objects>,
    versions: HashMap<String, u64>,
}

impl Made {
    /// Later ones go before earlier ones.
    pub(crate) fn put(&mut self, objects: Objects) {
        self.objects.insert(0, objects);
    }

    pub(crate) fn overwrite(&mut self, key: &str) -> u64 {
        let version = self.versions.entry(key.to_owned()).or_insert(1);
        *version += 1;
        *version
    }

    /// The answer to a `GET` or `HEAD`; `None` where there is no such object. `changed` is for
    /// another version than there is.
    pub(crate) fn answer(&self, request: &Request, changed: bool) -> Option<Answer> {
        let key = request.key.as_deref()?;
        let mut objects = self.objects.iter();
        let objects = objects.find(|objects| matches(&objects.key, key))?;
        let version = self.versions.get(key).copied().unwrap_or(1);
        let named = request.parameter("versionId");
        if named.is_some_and(|named| named != version.to_string()) {
            return Some(Answer::error(404, "NoSuchVersion"));
        }
        let bytes_of = if changed { !version } else { version };
        let content = Content::of(key, bytes_of);
        Some(object(request, objects, content, objects.len_of(version)))
    }
}

fn object(request: &Request, objects: &Objects, content: Content, len_bytes: u64) -> Answer {
    let etag = content.etag();
    if request
        .header("if-match")
        .is_some_and(|own| own != etag && own != "*")
    {
        return Answer::error(412, "PreconditionFailed");
    }
    if request
        .header("if-none-match")
        .is_some_and(|own| own == etag || own == "*")
    {
        return Answer::new(304, "").with("etag", etag);
    }
    let (status, range) = match request.asked() {
        None => (200, 0..len_bytes),
        Some(asked) => match resolve(asked, len_bytes) {
            Some(range) => (206, range),
            None => {
                let of = format!("bytes */{len_bytes}");
                return Answer::error(416, "InvalidRange").with("content-range", of);
            }
        },
    };
    let is_whole = range == (0..len_bytes);
    let mut answer = Answer {
        status,
        headers: Vec::new(),
        body: Body::Made(content, range.clone()),
    }
    .with("etag", etag)
    .with("last-modified", "Fri, 01 Aug 2025 00:00:00 GMT")
    .with("accept-ranges", "bytes")
    .with("content-type", objects.content_type.as_str());
    if let Some(value) = &objects.cache_control {
        answer = answer.with("cache-control", value.as_str());
    }
    if status == 206 {
        let (first, last) = (range.start, range.end - 1);
        answer = answer.with("content-range", format!("bytes {first}-{last}/{len_bytes}"));
    }
    let asks = request
        .header("x-amz-checksum-mode")
        .is_some_and(|own| own == "ENABLED");
    if objects.checksums && asks && is_whole {
        let sum = STANDARD.encode(content.sha256(range));
        answer = answer
            .with("x-amz-checksum-sha256", sum)
            .with("x-amz-checksum-type", "FULL_OBJECT");
    }
    answer
}

/// Half-open; `None` where no byte satisfies it.
fn resolve(asked: Asked, len_bytes: u64) -> Option<std::ops::Range<u64>> {
    let range = match asked {
        Asked::From(first) => first..len_bytes,
        Asked::FromTo(first, last) => first..last.saturating_add(1).min(len_bytes),
        Asked::Suffix(count) => len_bytes.saturating_sub(count)..len_bytes,
    };
    (range.start < range.end).then_some(range)
}
