//! Preconditions, in the order of RFC 9110 §13.2.2.

use http::{HeaderMap, HeaderName, Method, header};

use crate::store::{EntityTag, ObjectMeta};

/// What a request's conditions come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Go on; `range` says whether a `Range` may be honoured (`If-Range`).
    Go {
        /// Whether the range holds for this version.
        range: bool,
    },
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
}

/// Whether a request has any condition.
pub fn has_any(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| CONDITIONS.contains(name))
}

const CONDITIONS: [HeaderName; 5] = [
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::IF_RANGE,
];

/// Evaluates the conditions of a `GET` or `HEAD` for an object that exists.
pub fn evaluate(method: &Method, headers: &HeaderMap, meta: &ObjectMeta) -> Outcome {
    if headers.contains_key(header::IF_MATCH) {
        let etag = meta.etag.as_ref();
        if !listed(headers, header::IF_MATCH, etag, Compare::Strong) {
            return Outcome::PreconditionFailed;
        }
    } else if let Some(date) = date(headers, header::IF_UNMODIFIED_SINCE)
        // Where there is no date of the object the condition is ignored (§13.1.4).
        && meta
            .last_modified_unix_secs
            .is_some_and(|modified| modified > date)
    {
        return Outcome::PreconditionFailed;
    }
    if headers.contains_key(header::IF_NONE_MATCH) {
        if listed(
            headers,
            header::IF_NONE_MATCH,
            meta.validator(),
            Compare::Weak,
        ) {
            return Outcome::NotModified;
        }
    } else if let Some(date) = date(headers, header::IF_MODIFIED_SINCE)
        && meta
            .last_modified_unix_secs
            .is_some_and(|modified| modified <= date)
    {
        return Outcome::NotModified;
    }
    let range = method == Method::GET && if_range_holds(headers, meta);
    Outcome::Go { range }
}

/// RFC 9110 §13.1.5. The date must be the very one that was sent, and is strong only where the
/// store's entity tag is missing or cannot tell more.
fn if_range_holds(headers: &HeaderMap, meta: &ObjectMeta) -> bool {
    let mut lines = headers.get_all(header::IF_RANGE).iter();
    let Some(line) = lines.next() else {
        return true;
    };
    let Some(text) = line.to_str().ok().filter(|_| lines.next().is_none()) else {
        return false;
    };
    match httpdate::parse_http_date(text) {
        Ok(date) => meta.last_modified_unix_secs == unix_secs(date),
        Err(_) => meta
            .etag
            .as_ref()
            .is_some_and(|etag| etag.as_str() == text.trim()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compare {
    Strong,
    Weak,
}

/// Whether a list of entity tags, over any number of lines, holds this one; `*` holds every one
/// that exists, and an object without a tag exists too.
fn listed(headers: &HeaderMap, name: HeaderName, etag: Option<&EntityTag>, how: Compare) -> bool {
    headers.get_all(name).iter().any(|line| {
        let bytes = line.as_bytes();
        bytes.trim_ascii() == b"*"
            || etag.is_some_and(|etag| list_holds(bytes, etag.opaque().as_bytes(), how))
    })
}

/// `#entity-tag`. A tag may hold commas, so quotes are followed; what is no tag ends the list.
fn list_holds(mut list: &[u8], etag: &[u8], how: Compare) -> bool {
    loop {
        list = list.trim_ascii_start();
        while let [b',', rest @ ..] = list {
            list = rest.trim_ascii_start();
        }
        let (weak, tagged) = match list.strip_prefix(b"W/") {
            Some(rest) => (true, rest),
            None => (false, list),
        };
        let Some(opaque) = tagged.strip_prefix(b"\"") else {
            return false;
        };
        let Some(end) = opaque.iter().position(|&byte| byte == b'"') else {
            return false;
        };
        if &tagged[..end + 2] == etag && (!weak || how == Compare::Weak) {
            return true;
        }
        list = &tagged[end + 2..];
    }
}

/// A date in any of the three forms of RFC 9110 §5.6.7; anything else is as if it were not there.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?.to_str().ok()?;
    if lines.next().is_some() {
        return None;
    }
    unix_secs(httpdate::parse_http_date(line).ok()?)
}

fn unix_secs(date: std::time::SystemTime) -> Option<u64> {
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use proptest::prelude::*;

    use super::{EntityTag, ObjectMeta, Outcome, evaluate, has_any};
    use crate::answer::test_meta;

    const GO: Outcome = Outcome::Go { range: true };
    const NO_RANGE: Outcome = Outcome::Go { range: false };
    /// The test object's `Last-Modified`, one second before, and one after.
    const THEN: &str = "Sun, 09 Sep 2001 01:46:40 GMT";
    const BEFORE: &str = "Sun, 09 Sep 2001 01:46:39 GMT";
    const AFTER: &str = "Sunday, 09-Sep-01 01:46:41 GMT";

    fn outcome(lines: &[(&str, &str)]) -> Outcome {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = name.parse::<HeaderName>().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        assert!(has_any(&headers));
        evaluate(&Method::GET, &headers, &test_meta())
    }

    #[test]
    fn other_headers_are_no_conditions() {
        let mut headers = HeaderMap::new();
        headers.insert("range", HeaderValue::from_static("bytes=0-1"));
        headers.insert("accept", HeaderValue::from_static("*/*"));
        assert!(!has_any(&headers));
        assert_eq!(evaluate(&Method::GET, &headers, &test_meta()), GO);
    }

    #[test]
    fn if_match_wants_a_strong_equal_tag_or_a_star() {
        assert_eq!(outcome(&[("if-match", "\"e\"")]), GO);
        assert_eq!(outcome(&[("if-match", "*")]), GO);
        assert_eq!(outcome(&[("if-match", "\"x\", \"a,b\" , \"e\"")]), GO);
        assert_eq!(outcome(&[("if-match", "\"x\""), ("if-match", "\"e\"")]), GO);
        for wrong in ["W/\"e\"", "\"x\"", "e", "\"e"] {
            assert_eq!(
                outcome(&[("if-match", wrong)]),
                Outcome::PreconditionFailed,
                "{wrong}"
            );
        }
    }

    #[test]
    fn if_unmodified_since_counts_only_without_if_match() {
        assert_eq!(outcome(&[("if-unmodified-since", THEN)]), GO);
        assert_eq!(
            outcome(&[("if-unmodified-since", BEFORE)]),
            Outcome::PreconditionFailed
        );
        assert_eq!(
            outcome(&[("if-match", "*"), ("if-unmodified-since", BEFORE)]),
            GO
        );
        assert_eq!(outcome(&[("if-unmodified-since", "yesterday")]), GO);
    }

    #[test]
    fn a_weak_tag_of_the_object_is_good_for_if_none_match_alone() {
        let meta = ObjectMeta {
            etag: None,
            weak_etag: EntityTag::weak("W/\"e\""),
            ..test_meta()
        };
        for (name, value, outcome) in [
            ("if-none-match", "W/\"e\"", Outcome::NotModified),
            ("if-none-match", "\"e\"", Outcome::NotModified),
            ("if-none-match", "W/\"x\"", GO),
            ("if-match", "W/\"e\"", Outcome::PreconditionFailed),
            ("if-match", "\"e\"", Outcome::PreconditionFailed),
            ("if-match", "*", GO),
            ("if-range", "W/\"e\"", NO_RANGE),
            ("if-range", "\"e\"", NO_RANGE),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(
                evaluate(&Method::GET, &headers, &meta),
                outcome,
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn dates_are_ignored_where_the_object_has_none() {
        let meta = ObjectMeta {
            last_modified_unix_secs: None,
            ..test_meta()
        };
        for name in ["if-unmodified-since", "if-modified-since"] {
            for date in [BEFORE, AFTER] {
                let mut headers = HeaderMap::new();
                headers.insert(name, HeaderValue::from_static(date));
                assert_eq!(evaluate(&Method::GET, &headers, &meta), GO, "{name}");
            }
        }
    }

    #[test]
    fn if_none_match_compares_weakly_and_shadows_the_date() {
        assert_eq!(
            outcome(&[("if-none-match", "W/\"e\"")]),
            Outcome::NotModified
        );
        assert_eq!(outcome(&[("if-none-match", "*")]), Outcome::NotModified);
        assert_eq!(
            outcome(&[("if-none-match", "\"x\""), ("if-modified-since", AFTER)]),
            GO
        );
    }

    #[test]
    fn if_modified_since_is_not_modified_up_to_the_very_second() {
        assert_eq!(
            outcome(&[("if-modified-since", THEN)]),
            Outcome::NotModified
        );
        assert_eq!(
            outcome(&[("if-modified-since", AFTER)]),
            Outcome::NotModified
        );
        assert_eq!(outcome(&[("if-modified-since", BEFORE)]), GO);
    }

    #[test]
    fn if_range_holds_for_the_same_strong_tag_or_the_same_date() {
        assert_eq!(outcome(&[("if-range", "\"e\"")]), GO);
        assert_eq!(outcome(&[("if-range", THEN)]), GO);
        for other in ["\"x\"", "W/\"e\"", AFTER, BEFORE, "nonsense"] {
            assert_eq!(outcome(&[("if-range", other)]), NO_RANGE, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_condition_panics(name in 0..5_usize, value in "[ -~\\x80-\\xff]{0,40}") {
            let names = ["if-match", "if-none-match", "if-range", "if-modified-since", "if-unmodified-since"];
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                let mut headers = HeaderMap::new();
                headers.append(names[name], value);
                let _ = evaluate(&Method::GET, &headers, &test_meta());
            }
        }
    }
}
