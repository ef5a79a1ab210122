//! Judges answers by what the objects' bytes are known to be.

use std::collections::HashMap;

use s3_front::{Content, Objects};

use crate::client::Got;

/// What an answer was. Whatever is none of these is a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All bytes that were asked for, of the version with this number.
    Whole(u64),
    /// The connection broke off behind bytes that are right, or before any.
    Cut,
    /// A problem (RFC 9457) with this code.
    Refused(String),
}

impl Verdict {
    pub(crate) fn is_whole(&self) -> bool {
        self.version().is_some()
    }

    pub(crate) fn version(&self) -> Option<u64> {
        match self {
            Self::Whole(version) => Some(*version),
            Self::Cut | Self::Refused(_) => None,
        }
    }
}

/// Under this number a key has the bytes of [`s3_front::Fault::Changed`].
pub(crate) const CHANGED: u64 = !1;

/// An object and the versions of it that there were.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    key: String,
    objects: Objects,
    /// By entity tag.
    versions: HashMap<String, u64>,
}

impl Known {
    pub(crate) fn new(
        key: &str,
        objects: &Objects,
        versions: impl IntoIterator<Item = u64>,
    ) -> Self {
        let tagged = versions.into_iter();
        let tagged = tagged.map(|version| (Content::of(key, version).etag(), version));
        Self {
            key: key.to_owned(),
            objects: objects.clone(),
            versions: tagged.collect(),
        }
    }

    fn content(&self, version: u64) -> (Content, u64) {
        let counted = if version == CHANGED { 1 } else { version };
        (
            Content::of(&self.key, version),
            self.objects.len_of(counted),
        )
    }

    /// Panics at a byte that is wrong, mixed or silently missing, and at what is no answer.
    pub(crate) fn judge(&self, got: &Got) -> Verdict {
        match got.status {
            0 => Verdict::Cut,
            200 | 206 => self.judge_bytes(got),
            400..600 => {
                assert!(!got.is_cut, "a problem that broke off: {got:?}");
                let kind = got.header("content-type");
                assert_eq!(kind, Some("application/problem+json"), "{got:?}");
                let problem: serde_json::Value = serde_json::from_slice(&got.start).unwrap();
                assert_eq!(got.header("cache-control"), Some("no-store"), "{got:?}");
                Verdict::Refused(problem["code"].as_str().unwrap().to_owned())
            }
            _ => panic!("{got:?}"),
        }
    }

    fn judge_bytes(&self, got: &Got) -> Verdict {
        // Without a tag the bytes alone tell which version it is.
        let fitting: Vec<u64> = match got.header("etag") {
            Some(etag) => self.versions.get(etag).into_iter().copied().collect(),
            None => self.versions.values().copied().collect(),
        };
        assert!(
            !fitting.is_empty(),
            "{}: a tag that never was: {got:?}",
            self.key
        );
        let right = fitting.into_iter().find(|&version| self.fits(got, version));
        let version = right.unwrap_or_else(|| panic!("{}: other bytes: {got:?}", self.key));
        match got.is_cut {
            true => Verdict::Cut,
            false => Verdict::Whole(version),
        }
    }

    /// Whether the bytes that came are what stands there in this version, as far as they go.
    fn fits(&self, got: &Got, version: u64) -> bool {
        let (content, len_bytes) = self.content(version);
        let (first, count) = match got.status {
            206 => {
                let named = got.header("content-range").unwrap();
                let (range, whole) = named
                    .strip_prefix("bytes ")
                    .unwrap()
                    .split_once('/')
                    .unwrap();
                if whole != len_bytes.to_string() {
                    return false;
                }
                let (first, last) = range.split_once('-').unwrap();
                let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
                (first, last + 1 - first)
            }
            _ => (0, len_bytes),
        };
        let announced = got.header("content-length");
        let is_announced = announced.is_none_or(|own| own == count.to_string());
        let is_long_enough = match got.is_cut {
            true => got.len_bytes <= count,
            false => got.len_bytes == count,
        };
        is_announced && is_long_enough && got.sha256 == content.sha256(first..first + got.len_bytes)
    }
}
