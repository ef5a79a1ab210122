//! A connection that is kept for many requests, on which answers are read by their lengths: a body
//! where none may be would be taken for the next answer's head.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::http::{Answer, connect, parse};

/// Requests may be written ahead of their answers.
pub(crate) struct Kept(BufReader<TcpStream>);

impl Kept {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let stream = connect(address);
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(256 << 10, stream))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The answer to the oldest request that has none yet.
    pub(crate) fn read(&mut self, method: &str) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let count = self.0.read_until(b'\n', &mut head).unwrap();
            assert!(
                count > 0,
                "closed after {:?}",
                String::from_utf8_lossy(&head)
            );
        }
        let mut answer = parse(&head);
        let is_bodiless = method == "HEAD" || matches!(answer.status, 204 | 304);
        if !is_bodiless {
            let len: usize = answer.header("content-length").parse().unwrap();
            answer.body = vec![0; len];
            self.0.read_exact(&mut answer.body).unwrap();
        }
        answer
    }

    pub(crate) fn ask(&mut self, method: &str, bytes: &[u8]) -> Answer {
        self.write(bytes);
        self.read(method)
    }
}

/// A request of the site `media` that leaves the connection open.
pub(crate) fn keeping(method: &str, target: &str, headers: &[(&str, String)]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: media.test\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}
