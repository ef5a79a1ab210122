//! Several parts of an object in one answer, RFC 9110 §14.6: `multipart/byteranges`.

mod any_set;
mod clients;
pub(crate) mod streams;

use std::ops::RangeInclusive;

use crate::support::http::Answer;
use crate::support::origin::Origin;
use crate::support::token::{Terms, signed, signed_with, terms};

/// A part as it came: its type, its place, the length of the whole, its bytes.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    kind: String,
    place: RangeInclusive<usize>,
    of: usize,
    bytes: Vec<u8>,
}

/// The end of a line, and what comes before it.
fn line<'b>(rest: &mut &'b [u8]) -> &'b str {
    let end = rest.windows(2).position(|pair| pair == b"\r\n").unwrap();
    let line = &rest[..end];
    *rest = &rest[end + 2..];
    std::str::from_utf8(line).unwrap()
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> &'b [u8] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

/// A part's boundary line and so many of its bytes.
fn part_at<'b>(rest: &mut &'b [u8], count: usize) -> (&'b str, &'b [u8]) {
    let mark = line(rest);
    while !line(rest).is_empty() {}
    (mark, take(rest, count))
}

/// Reads a body by nothing but its boundary and the places that it names.
fn parts(content_type: &str, body: &[u8]) -> Vec<Part> {
    let boundary = content_type
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap_or_else(|| panic!("{content_type}"));
    assert!(boundary.len() >= 24, "{boundary}");
    let (mut rest, mut found) = (body, Vec::new());
    loop {
        let mark = line(&mut rest);
        if mark == format!("--{boundary}--") {
            assert!(rest.is_empty(), "nothing behind the end");
            return found;
        }
        assert_eq!(mark, format!("--{boundary}"));
        let kind = line(&mut rest).strip_prefix("Content-Type: ").unwrap();
        let place = line(&mut rest)
            .strip_prefix("Content-Range: bytes ")
            .unwrap();
        assert_eq!(line(&mut rest), "");
        let (range, of) = place.split_once('/').unwrap();
        let (first, last) = range.split_once('-').unwrap();
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        found.push(Part {
            kind: kind.to_owned(),
            place: first..=last,
            of: of.parse().unwrap(),
            bytes: take(&mut rest, last - first + 1).to_vec(),
        });
        assert_eq!(take(&mut rest, 2), b"\r\n");
    }
}

/// Asserts that these parts came and no others, in this order, each with its bytes of `all`.
pub(crate) fn assert_parts(
    answer: &Answer,
    kind: &str,
    places: &[RangeInclusive<usize>],
    all: &[u8],
) {
    assert_eq!(answer.status, 206, "{answer:?}");
    assert!(!answer.has("content-range"), "that is for a single part");
    assert_eq!(
        answer.header("content-length"),
        answer.body.len().to_string()
    );
    let expected = places.iter().map(|place| Part {
        kind: kind.to_owned(),
        place: place.clone(),
        of: all.len(),
        bytes: all[place.clone()].to_vec(),
    });
    let came = parts(&answer.header("content-type"), &answer.body);
    assert!(came == expected.collect::<Vec<_>>(), "{places:?}");
}

pub(crate) fn noise(len: usize) -> Vec<u8> {
    (0..len as u32)
        .map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

fn ask(origin: &Origin, target: &str, range: &str) -> Answer {
    origin.send("GET", target, &[("Range", range)])
}

#[test]
fn parts_come_in_the_order_asked_for_and_what_lies_beyond_is_left_out() {
    let origin = Origin::media("", "");
    // Of three blocks.
    let all = noise(700_000);
    origin.put("film.mp4", &all);
    origin.put("other.mp4", &all);
    for (name, round) in [("film", "cold"), ("film", "kept")] {
        let target = signed(&format!("/{name}.mp4"));
        for (range, places) in [
            ("bytes=0-1,5-6", &[0..=1, 5..=6][..]),
            ("bytes=600000-,0-0", &[600_000..=699_999, 0..=0]),
            // Touching is not overlapping.
            ("bytes=0-4, 5-9 ,-1", &[0..=4, 5..=9, 699_999..=699_999]),
            // Over the border of two blocks.
            (
                "bytes=262140-262150,524280-524290",
                &[262_140..=262_150, 524_280..=524_290],
            ),
            ("bytes=700000-,9-9,800000-800001,1-2", &[9..=9, 1..=2]),
            (
                "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14",
                &[0..=0, 2..=2, 4..=4, 6..=6, 8..=8, 10..=10, 12..=12, 14..=14],
            ),
        ] {
            let answer = ask(&origin, &target, range);
            assert_parts(&answer, "video/mp4", places, &all);
            assert_eq!(answer.header("accept-ranges"), "bytes", "{round}");
            let head = origin.send("HEAD", &target, &[("Range", range)]);
            assert_eq!(
                (head.status, head.header("content-length").as_str()),
                (200, "700000")
            );
        }
    }
    // The very first that is asked of an object lies beyond it.
    let target = signed("/other.mp4");
    let answer = ask(&origin, &target, "bytes=700000-,9-9,1-2");
    assert_parts(&answer, "video/mp4", &[9..=9, 1..=2], &all);
}

#[test]
fn one_that_is_left_is_a_single_range_and_none_is_416() {
    let origin = Origin::media("", "");
    let all = noise(9_000);
    origin.put("film.mp4", &all);
    let target = signed("/film.mp4");
    let one = ask(&origin, &target, "bytes=9000-,3-5,-0");
    assert_eq!(
        (one.status, one.header("content-range").as_str()),
        (206, "bytes 3-5/9000")
    );
    assert_eq!(
        (one.header("content-type").as_str(), &one.body[..]),
        ("video/mp4", &all[3..6])
    );
    let none = ask(&origin, &target, "bytes=9000-,-0,9001-9002");
    assert_eq!(
        (none.status, none.header("content-range").as_str()),
        (416, "bytes */9000")
    );
    assert_eq!(none.code(), "range_not_satisfiable");
}

#[test]
fn the_whole_comes_for_more_than_eight_for_overlaps_and_where_it_is_shorter() {
    let origin = Origin::media("", "");
    let all = noise(9_000);
    origin.put("film.mp4", &all);
    let target = signed("/film.mp4");
    for range in [
        "bytes=0-1,1-2",
        "bytes=5-9,100-200,0-5",
        "bytes=8000-,-1",
        "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16",
        "bytes=0-4499,4500-8999",
        "bytes=0-1,b-c",
    ] {
        for _ in 0..2 {
            let answer = ask(&origin, &target, range);
            assert!(
                (answer.status, &answer.body) == (200, &all),
                "{range}: {}",
                answer.status
            );
            assert_eq!(answer.header("content-type"), "video/mp4");
        }
    }
}

#[test]
fn the_protection_goes_by_the_type_of_the_parts() {
    let origin = Origin::media("", "");
    let all = noise(9_000);
    origin.put("page.html", &all);
    origin.put("film.mp4", &all);
    let page = ask(&origin, &signed("/page.html"), "bytes=0-1,5-6");
    assert!(
        parts(&page.header("content-type"), &page.body)[0]
            .kind
            .starts_with("text/html")
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("sandbox")
    );
    assert_eq!(page.header("content-disposition"), "attachment");
    let film = ask(&origin, &signed("/film.mp4"), "bytes=0-1,5-6");
    assert!(!film.has("content-security-policy") && !film.has("content-disposition"));
    // The token's type is the parts'.
    let own = Terms {
        ct: Some("image/png".into()),
        ..terms()
    };
    let answer = ask(&origin, &signed_with("/page.html", &own), "bytes=0-1,5-6");
    assert_parts(&answer, "image/png", &[0..=1, 5..=6], &all);
    assert!(!answer.has("content-security-policy"));
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[test]
fn conditions_hold_as_for_a_single_range() {
    let origin = Origin::media("", "");
    let all = noise(9_000);
    origin.put("film.mp4", &all);
    let target = signed("/film.mp4");
    let tag = origin.get(&target).header("etag");
    let several = ("Range", "bytes=0-1,5-6");
    let with = |name, value: &str| origin.send("GET", &target, &[several, (name, value)]);
    let same = with("If-Range", &tag);
    assert_parts(&same, "video/mp4", &[0..=1, 5..=6], &all);
    assert_eq!(same.header("etag"), tag);
    let other = with("If-Range", "\"other\"");
    assert!((other.status, &other.body) == (200, &all));
    assert_eq!(with("If-None-Match", &tag).status, 304);
    assert_eq!(with("If-Match", "\"other\"").status, 412);
}
