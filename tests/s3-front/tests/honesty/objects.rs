//! Objects made from nothing.

use s3_front::{Content, Front, Objects};

use crate::client::{ask, get};

#[test]
fn an_object_is_what_its_key_and_version_say() {
    let front = Front::alone();
    front.put(Objects::new("film/*", 200_000).growing(10));
    let first = Content::of("film/a b", 1);
    let got = get(front.address(), "film/a%20b", &[]);
    assert_eq!(got.status(), 200);
    assert_eq!(got.header("etag"), Some(first.etag().as_str()));
    assert!(got.body == first.bytes(0..200_000));
    assert_eq!(get(front.address(), "other", &[]).status(), 404);

    assert_eq!(front.overwrite("film/a b"), 2);
    let second = Content::of("film/a b", 2);
    let got = get(front.address(), "film/a%20b", &[]);
    assert_eq!(got.header("etag"), Some(second.etag().as_str()));
    assert!(got.body == second.bytes(0..200_010));
}

#[test]
fn ranges_are_answered_as_s3_does() {
    let front = Front::alone();
    front.put(Objects::new("a", 100_000));
    front.put(Objects::new("empty", 0));
    let whole = Content::of("a", 1).bytes(0..100_000);
    for (asked, named, range) in [
        ("0-0", "bytes 0-0/100000", 0..1),
        ("65530-65540", "bytes 65530-65540/100000", 65_530..65_541),
        ("99999-", "bytes 99999-99999/100000", 99_999..100_000),
        ("-5", "bytes 99995-99999/100000", 99_995..100_000),
        ("50-999999", "bytes 50-99999/100000", 50..100_000),
    ] {
        let got = get(front.address(), "a", &[&format!("range: bytes={asked}")]);
        assert_eq!(
            (got.status(), got.header("content-range")),
            (206, Some(named))
        );
        assert!(got.body == whole[range], "{asked}");
    }
    for (key, asked, named) in [
        ("a", "100000-", "bytes */100000"),
        ("empty", "0-9", "bytes */0"),
    ] {
        let got = get(front.address(), key, &[&format!("range: bytes={asked}")]);
        assert_eq!(
            (got.status(), got.header("content-range")),
            (416, Some(named))
        );
    }
    assert_eq!(
        get(front.address(), "empty", &[]).header("content-length"),
        Some("0")
    );
}

#[test]
fn conditions_are_held_against_the_version_that_is_there() {
    let front = Front::alone();
    front.put(Objects::new("a", 10));
    let old = Content::of("a", 1).etag();
    let status = |line: &str| get(front.address(), "a", &[line]).status();
    assert_eq!(status(&format!("if-match: {old}")), 200);
    assert_eq!(status(&format!("if-none-match: {old}")), 304);
    front.overwrite("a");
    assert_eq!(status(&format!("if-match: {old}")), 412);
    assert_eq!(status(&format!("if-none-match: {old}")), 200);
}

#[test]
fn a_head_has_the_length_and_no_body() {
    let front = Front::alone();
    front.put(Objects::new("a", 1 << 40));
    let got = ask(
        front.address(),
        "HEAD",
        "a",
        &[],
        std::time::Duration::from_secs(5),
    );
    assert_eq!(got.header("content-length"), Some("1099511627776"));
    assert!(got.body.is_empty() && !got.is_open);
    let far = "range: bytes=1099511627770-";
    let got = get(front.address(), "a", &[far]);
    assert!(got.body == Content::of("a", 1).bytes((1 << 40) - 6..1 << 40));
}

#[test]
fn a_checksum_is_given_for_whole_objects_to_those_who_ask() {
    let front = Front::alone();
    front.put(Objects::new("a", 1_000).with_checksums());
    let asked = "x-amz-checksum-mode: ENABLED";
    let sum = |lines: &[&str]| {
        let got = get(front.address(), "a", lines);
        got.header("x-amz-checksum-sha256").map(str::to_owned)
    };
    assert_eq!(sum(&[asked]).unwrap().len(), 44);
    assert_eq!(sum(&[asked]), sum(&[asked, "range: bytes=0-2000"]));
    assert_eq!(sum(&[asked, "range: bytes=0-998"]), None);
    assert_eq!(sum(&[]), None);
}

#[test]
fn what_was_asked_is_counted_and_told() {
    let front = Front::alone();
    front.put(Objects::new("a", 100));
    get(front.address(), "a", &["range: bytes=0-9", "if-match: *"]);
    get(front.address(), "a", &[]);
    let seen = front.seen();
    let first = (
        seen[0].key.as_deref(),
        seen[0].range.as_deref(),
        seen[0].if_match.as_deref(),
    );
    assert_eq!(first, (Some("a"), Some("bytes=0-9"), Some("*")));
    assert_eq!(front.count(|seen| seen.range.is_none()), 1);
    let counts = front.counts();
    assert_eq!((counts.requests, counts.body_bytes), (2, 110));
    assert_eq!(counts.peak_in_flight, 1);
    front.forget();
    assert_eq!(front.seen().len(), 0);
}
