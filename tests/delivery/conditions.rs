//! Conditional requests, RFC 9110 §13.

use crate::support::origin::Origin;
use crate::support::token::signed;

const LATER: &str = "Fri, 01 Jan 2100 00:00:00 GMT";
const EARLIER: &str = "Mon, 01 Jan 1990 00:00:00 GMT";

#[test]
fn every_condition() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "0123456789");
    let target = signed("/a.txt");
    let first = origin.get(&target);
    let (tag, date) = (first.header("etag"), first.header("last-modified"));
    assert!(tag.starts_with('"') && date.ends_with("GMT"), "{first:?}");
    let (tag, date) = (tag.as_str(), date.as_str());
    let weak = format!("W/{tag}");
    let among = format!("\"a,b\", {tag}");
    let range = ("Range", "bytes=2-3");
    let table: [(&[(&str, &str)], u16); 19] = [
        (&[("If-None-Match", tag)], 304),
        (&[("If-None-Match", &weak)], 304),
        (&[("If-None-Match", &among)], 304),
        (&[("If-None-Match", "*")], 304),
        (&[("If-None-Match", "\"other\"")], 200),
        (
            &[("If-None-Match", "\"other\""), ("If-Modified-Since", LATER)],
            200,
        ),
        (&[("If-None-Match", tag), range], 304),
        (&[("If-Modified-Since", date)], 304),
        (&[("If-Modified-Since", EARLIER)], 200),
        (&[("If-Match", tag)], 200),
        (&[("If-Match", &weak)], 412),
        (&[("If-Match", "\"other\"")], 412),
        (&[("If-Unmodified-Since", date)], 200),
        (&[("If-Unmodified-Since", EARLIER)], 412),
        (&[("If-Range", tag), range], 206),
        (&[("If-Range", date), range], 206),
        (&[("If-Range", &weak), range], 200),
        (&[("If-Range", "\"other\""), range], 200),
        (&[("If-Range", LATER), range], 200),
    ];
    for (headers, status) in table {
        let answer = origin.send("GET", &target, headers);
        assert_eq!(answer.status, status, "{headers:?}");
        match status {
            200 => assert_eq!(answer.text(), "0123456789", "{headers:?}"),
            206 => assert_eq!(answer.text(), "23", "{headers:?}"),
            304 => {
                for name in ["etag", "last-modified", "cache-control"] {
                    assert_eq!(answer.header(name), first.header(name), "{headers:?}");
                }
                assert!(!answer.has("content-type"), "{headers:?}");
            }
            _ => assert_eq!(answer.code(), "precondition_failed", "{headers:?}"),
        }
        if !headers.contains(&range) {
            let head = origin.send("HEAD", &target, headers);
            assert_eq!(head.status, status, "HEAD {headers:?}");
        }
    }
    // A range beyond the end of another version is no fault of this one.
    let beyond = [("If-Range", "\"other\""), ("Range", "bytes=99-")];
    assert_eq!(origin.send("GET", &target, &beyond).status, 200);
    // Conditions never open what a token does not.
    let bare = origin.send("GET", "/a.txt", &[("If-None-Match", tag)]);
    assert_eq!(bare.status, 401);
}
