//! An answer of several parts is one answer: its token's rate, uses and end are the whole's.

use std::io::{Read, Write};
use std::time::Instant;

use super::{ask, assert_parts, noise, part_at};
use crate::support::http::{Answer, connect, parse, request};
use crate::support::origin::Origin;
use crate::support::token::{NOW, Terms, signed_with, terms};

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
    let began = Instant::now();
    let answer = ask(&origin, &target, "bytes=20000-25999,0-5999");
    assert_parts(&answer, "video/mp4", &[20_000..=25_999, 0..=5_999], &all);
    assert!(began.elapsed().as_secs_f64() >= 0.5);
    assert_eq!(origin.metric("countersign_open_uses "), Some(1.0));
}

/// What came of parts that end in the second one: its bytes, behind the first part's.
pub(crate) fn assert_cut_in_the_second_part(answer: &Answer, first: &[u8], second: &[u8]) {
    assert_eq!(answer.status, 206);
    let announced: usize = answer.header("content-length").parse().unwrap();
    assert!(answer.body.len() < announced, "{}", answer.body.len());
    let mut rest = &answer.body[..];
    let (mark, bytes) = part_at(&mut rest, first.len());
    assert_eq!(bytes, first);
    assert_eq!(&rest[..2], b"\r\n");
    rest = &rest[2..];
    let came = rest.len();
    let (second_mark, _) = part_at(&mut rest, 0);
    assert_eq!(mark, second_mark);
    assert!(rest.len() < came && !rest.is_empty() && second.starts_with(rest));
}

#[test]
fn parts_are_cut_when_the_token_expires_where_the_site_says_so() {
    let origin = Origin::media("cut_at_expiry = true", "");
    let all = noise(600_000);
    origin.put("film.mp4", &all);
    // A body that takes half a minute.
    let slow = Terms {
        bps: Some(10_000),
        exp: NOW + 1,
        ..terms()
    };
    let headers = [
        ("Host", "media.test"),
        ("Range", "bytes=9-99,300000-599999"),
    ];
    let target = signed_with("/film.mp4", &slow);
    let mut stream = connect(origin.addresses.delivery);
    stream
        .write_all(&request("GET", &target, &headers))
        .unwrap();
    let mut came = Vec::new();
    let _ = stream.read_to_end(&mut came);
    assert_cut_in_the_second_part(&parse(&came), &all[9..=99], &all[300_000..]);
    let line = "countersign_streams_cut_total{reason=\"expired\"} ";
    assert_eq!(origin.metric(line), Some(1.0));
}
