//! An HTTP/1.1 client that sends what it is given, byte by byte, and tidies nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header's lines, joined; nothing where it is not there.
    pub(crate) fn header(&self, name: &str) -> String {
        let lines = self.headers.iter().filter(|(own, _)| own == name);
        let lines: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
        lines.join(", ")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own == name)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as a problem (RFC 9457); null where it is none.
    pub(crate) fn problem(&self) -> Value {
        if self.header("content-type") != "application/problem+json" {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A problem's code; nothing where the body is none.
    pub(crate) fn code(&self) -> String {
        let problem = self.problem();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A request without a body, after which the connection closes.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// A connection on which nothing takes longer than 20 s.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// Sends the bytes and reads an answer to the connection's end.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    match stream.read_to_end(&mut all) {
        Ok(_) => {}
        // A server that has not read the whole request resets the connection behind its answer.
        Err(error) if error.kind() == ErrorKind::ConnectionReset && !all.is_empty() => {}
        Err(error) => panic!("{error} after {} bytes", all.len()),
    }
    let answer = parse(&all);
    let bodiless = bytes.starts_with(b"HEAD ") || matches!(answer.status, 204 | 304);
    if bodiless {
        assert_eq!(answer.body.len(), 0, "a body where there is none");
    } else {
        let length = answer.header("content-length");
        assert_eq!(
            length,
            answer.body.len().to_string(),
            "{:?}",
            answer.headers
        );
    }
    answer
}

/// Head and body, where both have arrived.
pub(crate) fn parse(all: &[u8]) -> Answer {
    let end = all.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(all)));
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    Answer {
        status: status.unwrap().parse().unwrap(),
        headers: headers.collect(),
        body: all[end + 4..].to_vec(),
    }
}
