//! Whether an answer is what it must be: its status, the headers that the status calls for, and
//! each byte.

use std::ops::RangeInclusive;

use super::axes::Version;
use super::table::Must;
use crate::byteranges::assert_parts;
use crate::support::http::Answer;

/// Panics with `told` where it is not.
pub(super) fn judge(answer: &Answer, method: &str, must: &Must, of: &Version, told: &str) {
    let status = match must {
        Must::Whole => 200,
        Must::Parts(_) => 206,
        Must::NotModified => 304,
        Must::NotFound => 404,
        Must::NotAllowed => 405,
        Must::PreconditionFailed => 412,
        Must::RangeNotSatisfiable => 416,
    };
    assert_eq!(answer.status, status, "{told}: {answer:?}");
    assert!(answer.has("date"), "§6.6.1, {told}");
    if matches!(must, Must::Whole | Must::Parts(_) | Must::NotModified) {
        assert_eq!(answer.header("etag"), of.etag, "{told}");
        assert_eq!(answer.header("last-modified"), of.modified, "{told}");
        assert_eq!(
            answer.header("cache-control"),
            "private, max-age=600",
            "{told}"
        );
    }
    match must {
        Must::Whole => {
            assert_eq!(answer.header("content-length"), of.bytes.len().to_string());
            assert_eq!(answer.header("accept-ranges"), "bytes", "{told}");
            assert!(!answer.has("content-range"), "{told}");
            assert!(method == "HEAD" || answer.body == of.bytes, "{told}");
        }
        Must::Parts(places) => are_parts(answer, places, of, told),
        Must::NotModified => {
            // A length could only be that of the 200 (§8.6).
            for name in ["content-length", "content-range", "transfer-encoding"] {
                assert!(!answer.has(name), "{name}, {told}");
            }
        }
        Must::NotAllowed => assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS", "{told}"),
        Must::RangeNotSatisfiable => {
            let content_range = format!("bytes */{}", of.bytes.len());
            assert_eq!(answer.header("content-range"), content_range, "{told}");
        }
        Must::NotFound | Must::PreconditionFailed => {}
    }
    if status >= 400 {
        assert_eq!(answer.header("cache-control"), "no-store", "{told}");
        assert!(!answer.has("etag"), "of the error, {told}");
    }
}

fn are_parts(answer: &Answer, places: &[RangeInclusive<usize>], of: &Version, told: &str) {
    let [place] = places else {
        return assert_parts(answer, "video/mp4", places, &of.bytes);
    };
    let (first, last) = (place.start(), place.end());
    let content_range = format!("bytes {first}-{last}/{}", of.bytes.len());
    assert_eq!(answer.header("content-range"), content_range, "{told}");
    assert_eq!(answer.header("content-type"), "video/mp4", "{told}");
    assert!(answer.body == of.bytes[place.clone()], "{told}");
}
