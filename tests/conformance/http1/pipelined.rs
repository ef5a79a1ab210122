//! Requests one behind the other, in pieces as the network may cut them: the same answers as one by
//! one (RFC 9112 §9.3.2).

use std::io::{Read, Write};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use super::answers::split;
use super::server::{HOST, Listener, start};
use crate::support::http::connect;
use crate::support::pause;

/// More than the sockets hold of one answer.
const LONG_BYTES: usize = 300_000;

/// A request, and its answer where it is the only one.
struct Single {
    bytes: Vec<u8>,
    has_body: bool,
    answer: String,
}

/// Every kind of request that is answered on a connection that stays.
fn singles(listener: &Listener, long: &str) -> Vec<Single> {
    let ok = &listener.ok;
    let hidden = "GET /hidden HTTP/1.1\r\nHost: media.test\r\n\r\n";
    let host = format!("Host: {HOST}\r\n");
    let lines = |more: &str| format!("{host}{more}\r\n");
    let none = lines("");
    let with_body = |method: &str, body: &str| {
        let length = format!("Content-Length: {}\r\n", body.len());
        format!("{method} {ok} HTTP/1.1\r\n{}{body}", lines(&length))
    };
    let texts = [
        (format!("GET {ok} HTTP/1.1\r\n{none}"), false),
        (format!("HEAD {ok} HTTP/1.1\r\n{none}"), false),
        (format!("OPTIONS {ok} HTTP/1.1\r\n{none}"), false),
        (format!("DELETE {ok} HTTP/1.1\r\n{none}"), false),
        (format!("GET /a.txt HTTP/1.1\r\n{none}"), false),
        (format!("GET /%zz HTTP/1.1\r\n{none}"), false),
        (
            format!("GET {ok} HTTP/1.1\r\nHost: other.test\r\n\r\n"),
            false,
        ),
        (
            format!("GET {ok} HTTP/1.1\r\nhOST:\t{HOST} \r\n\r\n"),
            false,
        ),
        (format!("GET http://{HOST}{ok} HTTP/1.1\r\n{none}"), false),
        (format!("\r\nGET {ok} HTTP/1.1\r\n{none}"), false),
        (
            format!("GET {ok} HTTP/1.1\r\n{}", lines("Range: bytes=1-3\r\n")),
            false,
        ),
        (
            format!("GET {ok} HTTP/1.1\r\n{}", lines("Range: bytes=9-\r\n")),
            false,
        ),
        (
            format!("GET {ok} HTTP/1.1\r\n{}", lines("If-None-Match: *\r\n")),
            false,
        ),
        (
            format!("GET {ok} HTTP/1.1\r\n{}", lines("If-Match: \"x\"\r\n")),
            false,
        ),
        (format!("GET {long} HTTP/1.1\r\n{none}"), false),
        (format!("HEAD {long} HTTP/1.1\r\n{none}"), false),
        (
            format!("GET {long} HTTP/1.1\r\n{}", lines("Range: bytes=-1000\r\n")),
            false,
        ),
        (
            format!(
                "GET {ok} HTTP/1.1\r\n{}",
                lines(&"X-Y: zzzzzzzz\r\n".repeat(60))
            ),
            false,
        ),
        (with_body("GET", "hello"), true),
        (with_body("HEAD", "\r\n\r\n"), true),
        (with_body("GET", hidden), true),
    ];
    let single = |(text, has_body): (String, bool)| {
        let bytes = text.into_bytes();
        let mut answers = exchange(listener, std::slice::from_ref(&bytes), &[is_head(&bytes)]);
        assert_eq!(answers.len(), 2, "{answers:?}");
        let answer = answers.swap_remove(0);
        Single {
            bytes,
            has_body,
            answer,
        }
    };
    texts.into_iter().map(single).collect()
}

fn is_head(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HEAD ")
}

/// Writes the pieces and a good last request, and reads all answers.
fn exchange(listener: &Listener, pieces: &[Vec<u8>], heads: &[bool]) -> Vec<String> {
    let mut stream = connect(listener.address);
    stream.set_nodelay(true).unwrap();
    let mut reader = stream.try_clone().unwrap();
    // Long answers are read while requests are still written.
    let all = std::thread::scope(|scope| {
        let all = scope.spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all
        });
        let probe = listener.probe();
        for (number, piece) in pieces.iter().chain([&probe]).enumerate() {
            if number > 0 {
                // So that it comes by itself, mostly.
                pause(Duration::from_micros(300));
            }
            // A connection that closes behind a body takes no more.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        all.join().unwrap()
    });
    split(&all, heads)
        .into_iter()
        .map(|(answer, bytes)| {
            assert_eq!(answer.fault, None);
            tidy(bytes)
        })
        .collect()
}

/// An answer without what differs from one time to the next.
fn tidy(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let stays = |line: &&str| !line.starts_with("date: ");
    let head: Vec<&str> = head.split("\r\n").filter(stays).collect();
    let body = match body.split_once("\"request_id\":\"") {
        Some((before, behind)) => format!("{before}{}", &behind[behind.find('"').unwrap()..]),
        None => body.to_owned(),
    };
    format!("{}\r\n\r\n{body}", head.join("\r\n"))
}

#[test]
fn pipelined_requests_in_any_pieces_are_answered_as_one_by_one() {
    let (origin, [delivery, ..]) = start();
    let long: Vec<u8> = (0..LONG_BYTES).map(|at| b'a' + (at % 23) as u8).collect();
    origin.put("long.txt", long);
    let singles = singles(&delivery, &crate::support::token::signed("/long.txt"));
    let requests = proptest::collection::vec(0..singles.len(), 1..12);
    let cuts = proptest::collection::vec(any::<Index>(), 0..6);
    let mut runner = TestRunner::new(Config {
        cases: 96,
        failure_persistence: None,
        ..Config::default()
    });
    let held = runner.run(&(requests, cuts), |(requests, cuts)| {
        let asked: Vec<&Single> = requests.iter().map(|number| &singles[*number]).collect();
        let bytes: Vec<u8> = asked.iter().flat_map(|one| one.bytes.clone()).collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<Vec<u8>> = places
            .windows(2)
            .map(|two| bytes[two[0]..two[1]].to_vec())
            .collect();
        let heads: Vec<bool> = asked.iter().map(|one| is_head(&one.bytes)).collect();
        let answers = exchange(&delivery, &pieces, &heads);
        for (number, (answer, one)) in answers.iter().zip(&asked).enumerate() {
            // The last answer that a connection gives may say so.
            let answer = answer.replace("connection: close\r\n", "");
            prop_assert_eq!(&answer, &one.answer, "{}", number);
        }
        // A body that has not come whole with its head ends the connection behind the answer.
        let last = answers
            .len()
            .checked_sub(1)
            .and_then(|last| asked.get(last));
        let may_end = last.is_some_and(|one| one.has_body);
        prop_assert!(
            answers.len() == asked.len() + 1 || may_end,
            "{} answers",
            answers.len()
        );
        Ok(())
    });
    held.unwrap_or_else(|fault| panic!("{fault}"));
}
