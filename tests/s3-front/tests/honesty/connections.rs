//! Connections: refused, kept, counted.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use s3_front::{Content, Front, Objects};

use crate::client::get;

#[test]
fn a_closed_listener_refuses_and_cuts_until_it_is_opened() {
    let front = Front::alone();
    front.put(Objects::new("a", 10));
    let mut kept = TcpStream::connect(front.address()).unwrap();
    kept.write_all(b"GET /bucket/a HTTP/1.1\r\n\r\n").unwrap();
    let mut some = [0; 1];
    kept.read_exact(&mut some).unwrap();
    front.refuse();
    let refused = TcpStream::connect(front.address()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let mut rest = Vec::new();
    let _ = kept.read_to_end(&mut rest);
    front.accept();
    assert_eq!(get(front.address(), "a", &[]).status(), 200);
    // Twice does no harm.
    front.accept();
    assert_eq!(get(front.address(), "a", &[]).status(), 200);
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let front = Front::alone();
    front.put(Objects::new("*", 4));
    let mut stream = TcpStream::connect(front.address()).unwrap();
    let (first, second) = (
        "GET /bucket/a HTTP/1.1\r\n\r\n",
        "GET /bucket/b HTTP/1.1\r\n",
    );
    let asked = format!("{first}{second}connection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    for key in ["a", "b"] {
        let bytes = Content::of(key, 1).bytes(0..4);
        assert!(all.windows(4).any(|four| four == bytes));
    }
    assert_eq!(front.counts().connections, 1);
}
