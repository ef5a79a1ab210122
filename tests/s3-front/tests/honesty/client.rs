//! A client that knows sockets only.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back, up to the connection's end.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// It ended with RST.
    pub(crate) is_reset: bool,
    /// It did not end within the time.
    pub(crate) is_open: bool,
}

impl Got {
    pub(crate) fn status(&self) -> u16 {
        let status = self.head.split(' ').nth(1);
        status.and_then(|own| own.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.split("\r\n").skip(1);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// `GET /bucket/KEY` on a connection of its own, with these header lines.
pub(crate) fn get(address: SocketAddr, key: &str, lines: &[&str]) -> Got {
    ask(address, "GET", key, lines, Duration::from_secs(20))
}

/// The same of any method, and for so long.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    key: &str,
    lines: &[&str],
    within: Duration,
) -> Got {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(within)).unwrap();
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!(
        "{method} /bucket/{key} HTTP/1.1\r\nhost: front\r\nconnection: close\r\n{lines}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    read(stream)
}

pub(crate) fn read(mut stream: TcpStream) -> Got {
    let mut all = Vec::new();
    let ended = stream.read_to_end(&mut all).map_err(|error| error.kind());
    let end = all.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = match end {
        Some(end) => (&all[..end], &all[end + 4..]),
        None => (&all[..], &[][..]),
    };
    Got {
        head: String::from_utf8_lossy(head).into_owned(),
        body: body.to_vec(),
        is_reset: ended == Err(ErrorKind::ConnectionReset),
        is_open: ended == Err(ErrorKind::WouldBlock),
    }
}
