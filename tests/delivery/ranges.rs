//! Parts of objects, RFC 9110 §14.

use crate::support::origin::Origin;
use crate::support::token::signed;

const ALL: &str = "0123456789";

#[test]
fn every_kind_of_range() {
    let origin = Origin::media("", "");
    origin.put("a.txt", ALL);
    let target = signed("/a.txt");
    let table = [
        ("bytes=0-0", 206, "bytes 0-0/10", "0"),
        ("bytes=9-9", 206, "bytes 9-9/10", "9"),
        ("bytes=2-5", 206, "bytes 2-5/10", "2345"),
        ("bytes=7-", 206, "bytes 7-9/10", "789"),
        ("bytes=0-", 206, "bytes 0-9/10", ALL),
        ("bytes=-3", 206, "bytes 7-9/10", "789"),
        ("bytes=-99", 206, "bytes 0-9/10", ALL),
        ("bytes=8-99", 206, "bytes 8-9/10", "89"),
        ("BYTES=2-5", 206, "bytes 2-5/10", "2345"),
        (
            "bytes=8-99999999999999999999999999",
            206,
            "bytes 8-9/10",
            "89",
        ),
        ("bytes=10-", 416, "bytes */10", ""),
        ("bytes=10-12", 416, "bytes */10", ""),
        ("bytes=-0", 416, "bytes */10", ""),
        ("bytes=99999999999999999999999999-", 416, "bytes */10", ""),
        ("bytes=0-1,4-5", 200, "", ALL),
        ("bytes=5-2", 200, "", ALL),
        ("bytes=a-b", 200, "", ALL),
        ("bytes=-", 200, "", ALL),
        ("bytes 0-1", 200, "", ALL),
        ("lines=0-1", 200, "", ALL),
    ];
    // The first round reads a cold object, the second a kept one.
    for round in ["cold", "kept"] {
        for (range, status, content_range, body) in table {
            let answer = origin.send("GET", &target, &[("Range", range)]);
            let told = (answer.status, answer.header("content-range"));
            assert_eq!(told, (status, content_range.to_owned()), "{range}, {round}");
            if status == 416 {
                assert_eq!(answer.code(), "range_not_satisfiable", "{range}");
            } else {
                assert_eq!(answer.text(), body, "{range}, {round}");
                assert_eq!(answer.header("accept-ranges"), "bytes", "{range}");
            }
            let head = origin.send("HEAD", &target, &[("Range", range)]);
            assert_eq!(head.status, 200, "a range is GET's alone: {range}");
        }
    }
}

#[test]
fn nothing_is_a_whole_object_too() {
    let origin = Origin::media("", "");
    origin.put("empty.txt", "");
    let target = signed("/empty.txt");
    for _ in 0..2 {
        let answer = origin.get(&target);
        assert_eq!(
            (answer.status, answer.header("content-length").as_str()),
            (200, "0")
        );
        let part = origin.send("GET", &target, &[("Range", "bytes=0-")]);
        assert_eq!(
            (part.status, part.header("content-range").as_str()),
            (416, "bytes */0")
        );
        // All of nothing is its suffix too, which no Content-Range could say.
        let suffix = origin.send("GET", &target, &[("Range", "bytes=-5")]);
        assert_eq!((suffix.status, suffix.text()), (200, ""));
        let tag = answer.header("etag");
        let again = origin.send("GET", &target, &[("If-None-Match", &tag)]);
        assert_eq!(again.status, 304);
    }
}
