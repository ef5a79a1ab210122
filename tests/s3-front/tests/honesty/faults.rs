//! Each fault, as it looks from outside.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use s3_front::{Content, Fault, Front, Objects, Rule};

use crate::client::{Got, ask, get};

const LEN: u64 = 100_000;

/// An object of [`LEN`] bytes with this fault.
fn faulty(fault: Fault) -> Front {
    let front = Front::alone();
    front.put(Objects::new("a", LEN).with_checksums());
    front.add(Rule::new(fault));
    front
}

/// What a client gets, for as long as a second if nothing ends it.
fn got(fault: Fault, lines: &[&str]) -> Got {
    let front = faulty(fault);
    ask(front.address(), "GET", "a", lines, Duration::from_secs(1))
}

fn whole() -> Vec<u8> {
    Content::of("a", 1).bytes(0..LEN)
}

const SOME: &str = "range: bytes=10-19";

#[test]
fn errors_are_as_s3_writes_them() {
    for (fault, status, code) in [
        (Fault::internal_error(), 500, "InternalError"),
        (Fault::slow_down(), 503, "SlowDown"),
        (Fault::status(403, "AccessDenied"), 403, "AccessDenied"),
    ] {
        let got = got(fault, &[]);
        assert_eq!(got.status(), status);
        let text = String::from_utf8(got.body).unwrap();
        assert!(text.contains(&format!("<Code>{code}</Code>")), "{text}");
    }
}

#[test]
fn a_black_hole_answers_nothing_and_stays_open() {
    let got = got(Fault::BlackHole, &[]);
    assert!(got.is_open && got.head.is_empty());
}

#[test]
fn slow_answers_take_their_time_and_are_whole() {
    let began = Instant::now();
    let late = got(Fault::SlowFirstByte { millis: 300 }, &[]);
    assert!(began.elapsed() >= Duration::from_millis(300) && late.body == whole());
    let began = Instant::now();
    let bytes_per_sec = 200_000;
    let slow = got(Fault::SlowBody { bytes_per_sec }, &[]);
    assert!(began.elapsed() >= Duration::from_millis(400) && slow.body == whole());
}

#[test]
fn a_body_that_breaks_off_does_so_where_it_was_told_to() {
    let reset = got(Fault::Reset { after_bytes: 1_000 }, &[]);
    assert!(reset.is_reset && whole().starts_with(&reset.body));
    assert!(reset.body.len() <= 1_000, "{}", reset.body.len());
    assert_eq!(reset.header("content-length"), Some("100000"));
    let stalled = got(Fault::Stall { after_bytes: 1_000 }, &[]);
    assert!(stalled.is_open && stalled.body == whole()[..1_000]);
    let short = got(Fault::ShortBody { by_bytes: 1 }, &[]);
    assert!(!short.is_reset && !short.is_open && short.body == whole()[..99_999]);
    assert_eq!(short.header("content-length"), Some("100000"));
}

#[test]
fn a_body_that_is_too_long_goes_on_behind_its_announced_end() {
    let long = got(Fault::LongBody { by_bytes: 5 }, &[SOME]);
    assert_eq!(long.header("content-length"), Some("5"));
    assert_eq!(long.header("content-range"), Some("bytes 10-19/100000"));
    assert_eq!(long.body, whole()[10..20]);
    let over = got(Fault::Overrun { by_bytes: 5 }, &[SOME]);
    assert_eq!(over.header("content-length"), Some("10"));
    assert_eq!(over.body, [&whole()[10..20], b"xxxxx"].concat());
}

#[test]
fn heads_lie_as_they_were_told_to() {
    let off = got(Fault::WrongContentRange { by_bytes: 3 }, &[SOME]);
    assert_eq!(off.header("content-range"), Some("bytes 13-22/100000"));
    assert_eq!(off.body, whole()[10..20]);
    let all = got(Fault::WholeObject, &[SOME]);
    assert_eq!((all.status(), all.header("content-range")), (200, None));
    assert!(all.body == whole());
    assert_eq!(got(Fault::NoEtag, &[]).header("etag"), None);
    let chunked = got(Fault::NoLength, &[SOME]);
    assert_eq!(chunked.header("content-length"), None);
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
    let framed = [b"a\r\n", &whole()[10..20], b"\r\n0\r\n\r\n"].concat();
    assert_eq!(chunked.body, framed);
}

#[test]
fn a_changed_object_has_other_bytes_another_tag_and_its_own_conditions() {
    let changed = got(Fault::Changed, &[]);
    let tag = changed.header("etag").unwrap().to_owned();
    assert_ne!(tag, Content::of("a", 1).etag());
    assert!(changed.body.len() as u64 == LEN && changed.body != whole());
    let old = format!("if-match: {}", Content::of("a", 1).etag());
    assert_eq!(got(Fault::Changed, &[&old]).status(), 412);
    let new = format!("if-match: {tag}");
    assert_eq!(got(Fault::Changed, &[&new]).status(), 200);
}

#[test]
fn an_endless_error_does_not_end() {
    let endless = Fault::EndlessError {
        status: 500,
        bytes_per_sec: 1_000_000,
    };
    let front = faulty(endless);
    let address = front.address();
    let reader = thread::spawn(move || {
        let within = Duration::from_millis(500);
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /bucket/a HTTP/1.1\r\n\r\n").unwrap();
        let (began, mut count, mut some) = (Instant::now(), 0, [0; 4_096]);
        while began.elapsed() < within {
            count += stream.read(&mut some).unwrap();
        }
        count
    });
    assert!(reader.join().unwrap() > 200_000);
    // Who leaves is noticed.
    let began = Instant::now();
    while front.counts().in_flight > 0 {
        assert!(began.elapsed() < Duration::from_secs(5));
        thread::yield_now();
    }
}

#[test]
fn one_byte_is_corrupt_under_the_checksum_of_the_right_ones() {
    let asked = "x-amz-checksum-mode: ENABLED";
    let bad = got(Fault::CorruptByte { at_byte: 70_000 }, &[asked]);
    let good = get(faulty(Fault::NoEtag).address(), "a", &[asked]);
    let differ: Vec<usize> = (0..LEN as usize)
        .filter(|&at| bad.body[at] != good.body[at])
        .collect();
    assert_eq!(differ, [70_000]);
    let sum = "x-amz-checksum-sha256";
    assert!(bad.header(sum).is_some() && bad.header(sum) == good.header(sum));
}
