//! Several parts of an object in one answer, RFC 9110 §14.6: `multipart/byteranges`.

use std::fs;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::http::Answer;
use crate::support::moto::Moto;
use crate::support::origin::{Origin, TOP};
use crate::support::s3::bucket;
use crate::support::token::{SECRET, Terms, signed, signed_with, terms};

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

fn noise(len: usize) -> Vec<u8> {
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

#[test]
fn the_parts_of_one_token_are_one_use_at_its_rate() {
    let origin = Origin::media("", "");
    let all = noise(30_000);
    origin.put("film.mp4", &all);
    let counted = Terms {
        jti: Some("one".into()),
        uses: Some(1),
        bps: Some(20_000),
        ..terms()
    };
    let target = signed_with("/film.mp4", &counted);
    let began = std::time::Instant::now();
    let answer = ask(&origin, &target, "bytes=20000-25999,0-5999");
    assert_parts(&answer, "video/mp4", &[20_000..=25_999, 0..=5_999], &all);
    assert!(began.elapsed().as_secs_f64() >= 0.5);
    assert_eq!(origin.metric("countersign_open_uses "), Some(1.0));
}

/// What a request asks for, as its author means it.
#[derive(Clone, Debug)]
enum Wish {
    FromTo(usize, usize),
    From(usize),
    Last(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        6 => (0..6_000_usize, 0..400_usize).prop_map(|(first, more)| Wish::FromTo(first, first + more)),
        1 => (4_500..5_500_usize).prop_map(Wish::From),
        1 => (0..500_usize).prop_map(Wish::Last),
    ]
}

impl Wish {
    fn text(&self) -> String {
        match self {
            Self::FromTo(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Last(count) => format!("-{count}"),
        }
    }

    fn of(&self, len: usize) -> Option<RangeInclusive<usize>> {
        let place = match *self {
            Self::FromTo(first, last) => first..=last.min(len - 1),
            Self::From(first) => first..=len - 1,
            Self::Last(count) => len - count.min(len)..=len - 1,
        };
        (!place.is_empty()).then_some(place)
    }
}

#[test]
fn whatever_set_is_asked_for_each_byte_is_at_its_place() {
    const LEN: usize = 5_000;
    let origin = Origin::media("", "");
    let all = noise(LEN);
    origin.put("a.txt", &all);
    let target = signed("/a.txt");
    let sets = proptest::collection::vec(wish(), 2..12);
    let mut runner = TestRunner::new(Config {
        cases: 120,
        ..Config::default()
    });
    let done = runner.run(&sets, |wishes| {
        let texts: Vec<_> = wishes.iter().map(Wish::text).collect();
        let answer = ask(&origin, &target, &format!("bytes={}", texts.join(",")));
        let places: Vec<_> = wishes.iter().filter_map(|wish| wish.of(LEN)).collect();
        let mut is_taken = vec![false; LEN];
        let mut overlap = false;
        for byte in places.iter().cloned().flatten() {
            overlap |= std::mem::replace(&mut is_taken[byte], true);
        }
        let wanted = is_taken.iter().filter(|taken| **taken).count();
        match (places.len(), answer.status) {
            (0, status) => prop_assert_eq!(status, 416),
            (1, status) => {
                prop_assert_eq!(status, 206);
                prop_assert!(answer.body == all[places[0].clone()]);
            }
            (2..=8, 206) => {
                prop_assert!(!overlap && answer.body.len() < LEN);
                let kind = parts(&answer.header("content-type"), &answer.body)[0]
                    .kind
                    .clone();
                assert_parts(&answer, &kind, &places, &all);
            }
            (count, status) => {
                prop_assert_eq!(status, 200);
                prop_assert!(answer.body == all);
                // A head has fewer than 160 bytes here.
                prop_assert!(count > 8 || overlap || wanted + 160 * (count + 1) >= LEN);
            }
        }
        Ok(())
    });
    done.unwrap();
}

/// What curl brings, its head apart.
fn curl(address: SocketAddr, version: &str, ranges: &str, target: &str) -> (String, Vec<u8>) {
    let folder = tempfile::TempDir::new().unwrap();
    let body = folder.path().join("body");
    let port = address.port();
    let out = Command::new("curl")
        .args([
            "-sS",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            version,
            "-r",
            ranges,
        ])
        .args(["--resolve", &format!("media.test:{port}:127.0.0.1"), "-o"])
        .arg(&body)
        .args(["-w", "%{http_version} %{http_code} %{content_type}"])
        .arg(format!("http://media.test:{port}{target}"))
        .output()
        .expect("curl, which tests/run installs");
    let said = String::from_utf8(out.stdout).unwrap();
    (said, fs::read(body).unwrap())
}

#[test]
fn curl_gets_parts_in_both_versions() {
    let origin = Origin::media("", "");
    let all = noise(600_000);
    origin.put("film.mp4", &all);
    for (version, said) in [
        ("--http1.1", "1.1 206 "),
        ("--http2-prior-knowledge", "2 206 "),
    ] {
        let address = origin.addresses.delivery;
        let (told, body) = curl(
            address,
            version,
            "0-1,5-6,300000-599999",
            &signed("/film.mp4"),
        );
        let kind = told.strip_prefix(said).unwrap_or_else(|| panic!("{told}"));
        let came: Vec<_> = parts(kind, &body)
            .into_iter()
            .map(|part| part.bytes)
            .collect();
        assert!(
            came == [&all[..2], &all[5..7], &all[300_000..]],
            "{version}"
        );
    }
}

#[test]
fn a_bucket_is_read_over_the_borders_of_blocks() {
    let Some(moto) = Moto::start() else { return };
    let all = noise(1_200_000);
    bucket(&moto.endpoint, "media", &[("film.mp4", "video/mp4", &all)]);
    let origin = Origin::start(&format!(
        "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{}\"\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
        moto.endpoint
    ));
    let target = signed("/film.mp4");
    for _round in ["cold", "kept"] {
        let answer = ask(&origin, &target, "bytes=262140-524300,-9,2000000-,0-3");
        let places = [262_140..=524_300, 1_199_991..=1_199_999, 0..=3];
        assert_parts(&answer, "video/mp4", &places, &all);
    }
}
