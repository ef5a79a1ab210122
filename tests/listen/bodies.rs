//! Bodies that requests bring along though nobody reads them: skipped, or the connection's end; never
//! taken for a request, nor a request for them.

use std::io::{Read, Write};
use std::net::SocketAddr;

use crate::start::{folder, serve, signed};
use crate::support::http::{connect, parse};

/// Sends the parts one by one, then reads all that comes: each answer's status and body.
fn answers(address: SocketAddr, parts: &[&[u8]]) -> Vec<(u16, String)> {
    let mut stream = connect(address);
    for part in parts {
        stream.write_all(part).unwrap();
    }
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let text = String::from_utf8(all).unwrap();
    let each = text.split_inclusive("HTTP/1.1 ").collect::<String>();
    each.split("HTTP/1.1 ")
        .filter(|answer| !answer.is_empty())
        .map(|answer| {
            let answer = parse(format!("HTTP/1.1 {answer}").as_bytes());
            (answer.status, answer.text().to_owned())
        })
        .collect()
}

fn ask(method: &str, headers: &str) -> String {
    let target = signed("/a.txt");
    format!("{method} {target} HTTP/1.1\r\nHost: media.test\r\n{headers}\r\n")
}

const LAST: &str = "Connection: close\r\n";

#[test]
fn a_body_that_came_with_its_head_is_skipped_and_the_next_request_answered() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    // What is skipped looks like a request.
    let hidden = ask("GET", "");
    let length = format!("Content-Length: {}\r\n", hidden.len());
    for (method, body) in [("GET", "hello"), ("HEAD", "")] {
        let first = ask(method, &length) + &hidden;
        let all = first + &ask("GET", LAST);
        let answers = answers(address, &[all.as_bytes()]);
        let told = [(200, body.to_owned()), (200, "hello".to_owned())];
        assert_eq!(answers, told, "{method}");
    }
}

#[test]
fn many_requests_at_once_are_answered_in_their_order() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    let mut all = String::new();
    for _ in 0..20 {
        all += &ask("GET", "");
        all += &ask("HEAD", "Content-Length: 3\r\n");
        all += "abc";
    }
    all += &ask("GET", LAST);
    let answers = answers(address, &[all.as_bytes()]);
    let bodies: Vec<&str> = answers.iter().map(|(_, body)| body.as_str()).collect();
    assert!(
        answers.iter().all(|(status, _)| *status == 200),
        "{answers:?}"
    );
    assert_eq!(
        bodies,
        ["hello", ""]
            .repeat(20)
            .iter()
            .copied()
            .chain(["hello"])
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_body_that_does_not_end_is_not_waited_for() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    for method in ["GET", "HEAD"] {
        // Much more than the sockets hold, of which the client sends some.
        let head = ask(method, "Content-Length: 100000000\r\n");
        let mut stream = connect(address);
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&[b'x'; 100_000]).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let answer = parse(&all);
        assert_eq!(answer.status, 200, "{method}");
        assert_eq!(answer.header("content-length"), "5");
        assert_eq!(answer.text(), if method == "GET" { "hello" } else { "" });
    }
}

#[test]
fn a_body_that_is_still_to_come_is_never_taken_for_a_request() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    let hidden = ask("GET", "");
    let head = ask("GET", &format!("Content-Length: {}\r\n", hidden.len()));
    let mut stream = connect(address);
    stream.write_all(head.as_bytes()).unwrap();
    // The answer is there before the body is.
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    let _ = stream.write_all(hidden.as_bytes());
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    let rest = String::from_utf8(rest).unwrap();
    assert!(!rest.contains("HTTP/1.1 "), "{rest}");
}
