//! A connection on which frames are written as they are given, and read one by one.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::wire::{
    ACK, DATA, END_STREAM, GOAWAY, HEADERS, PADDED, PING, RST_STREAM, SETTINGS, WITH_PRIORITY,
    frame, get, hello, window,
};
use crate::support::http::connect;

/// What a connection is made of: TCP, or TLS over it.
pub(super) trait Transport: Read + Write + Send {}
impl<T: Read + Write + Send> Transport for T {}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Came {
    /// HEADERS that begin an answer.
    Status(u32, u16),
    /// A stream's end.
    End(u32),
    Reset(u32, u32),
    Goaway(u32),
    Pong([u8; 8]),
    Body(u32, Vec<u8>),
    Settings(Vec<u8>),
    /// Acknowledgements, windows, and the like.
    Other(u8),
    /// The connection's end, or what is no frame behind which it ended.
    Closed,
}

pub(super) struct Client {
    stream: Box<dyn Transport>,
    /// An end that came with its frame.
    ended: Option<u32>,
    /// The last status that was written out; an answer may name it by its place in a table.
    written: u16,
}

impl Client {
    pub(super) fn open(address: SocketAddr) -> Self {
        let stream: TcpStream = connect(address);
        stream.set_nodelay(true).unwrap();
        let limit = Some(Duration::from_secs(10));
        stream.set_read_timeout(limit).unwrap();
        Self::over(stream)
    }

    pub(super) fn over(stream: impl Transport + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            ended: None,
            written: 0,
        }
    }

    /// Writes; a server that has closed by then is told of by what is read. False where it has.
    pub(super) fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = self.stream.write_all(bytes);
        sent.and_then(|()| self.stream.flush()).is_ok()
    }

    /// The next thing that comes; panics where nothing does.
    pub(super) fn next(&mut self) -> Came {
        if let Some(stream) = self.ended.take() {
            return Came::End(stream);
        }
        let mut head = [0; 9];
        if !self.read(&mut head) {
            return Came::Closed;
        }
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        if !self.read(&mut payload) {
            return Came::Closed;
        }
        let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            self.ended = Some(stream);
        }
        let number = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
        match kind {
            DATA if flags & PADDED == 0 => Came::Body(stream, payload),
            HEADERS if flags & (PADDED | WITH_PRIORITY) == 0 => {
                let told = status(&payload).unwrap_or(self.written);
                if !IN_THE_STATIC_TABLE.contains(&told) {
                    self.written = told;
                }
                Came::Status(stream, told)
            }
            RST_STREAM => Came::Reset(stream, number(0)),
            GOAWAY => Came::Goaway(number(4)),
            PING if flags & ACK != 0 => Came::Pong(payload.try_into().unwrap()),
            SETTINGS if flags & ACK == 0 => Came::Settings(payload),
            DATA | HEADERS => panic!("padding or priority of the server's: {head:?}"),
            _ => Came::Other(kind),
        }
    }

    /// False at the connection's end.
    fn read(&mut self, bytes: &mut [u8]) -> bool {
        match self.stream.read_exact(bytes) {
            Ok(()) => true,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("nothing came for 10 s")
            }
            Err(_) => false,
        }
    }

    /// Reads on to a stream's end, reset, or the connection's.
    pub(super) fn answered(&mut self, stream: u32) -> (Option<u16>, Vec<u8>) {
        let (mut told, mut body) = (None, Vec::new());
        loop {
            match self.next() {
                Came::Status(of, status) if of == stream => told = Some(status),
                Came::Body(of, part) if of == stream => body.extend(part),
                Came::End(of) | Came::Reset(of, _) if of == stream => return (told, body),
                Came::Closed => return (told, body),
                _ => {}
            }
        }
    }

    /// Asks for the object on a stream, opens its window, and reads it.
    pub(super) fn is_served(&mut self, stream: u32) -> bool {
        let ask = [get(stream), window(stream, 100)].concat();
        self.send(&ask) && self.answered(stream) == (Some(200), b"hello".to_vec())
    }

    /// All bytes to the connection's end.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        bytes
    }

    pub(super) fn ping(&mut self, payload: [u8; 8]) -> bool {
        self.send(&frame(PING, 0, 0, &payload))
    }
}

/// Whether a new connection is served.
pub(super) fn serves(mut client: Client) -> bool {
    client.send(&hello()) && client.is_served(1)
}

/// Statuses of RFC 7541 appendix A, from index 8 on.
const IN_THE_STATIC_TABLE: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];

/// `:status`, which is the first field of an answer (RFC 9113 §8.3), in one of the forms of RFC 7541 §6;
/// `None`: it was in an answer before, and has its place in the table since.
fn status(block: &[u8]) -> Option<u16> {
    match block {
        // A table size update before it (RFC 7541 §6.3).
        [0x20..=0x3e, rest @ ..] => status(rest),
        [0x3f, rest @ ..] => {
            let last = rest.iter().position(|byte| *byte < 0x80).unwrap();
            status(&rest[last + 1..])
        }
        [first @ 0x88..=0x8e, ..] => Some(IN_THE_STATIC_TABLE[usize::from(first - 0x88)]),
        [0xbe..=0xff, ..] => None,
        [0x08 | 0x18 | 0x48, 3, digits @ ..] => {
            Some(text(digits[..3].iter().map(|digit| digit - b'0')))
        }
        [0x08 | 0x18 | 0x48, length @ 0x81..=0x83, code @ ..] => Some(text(
            huffman(&code[..usize::from(length & 0x7f)]).into_iter(),
        )),
        _ => panic!("no :status at the start of {block:02x?}"),
    }
}

fn text(digits: impl Iterator<Item = u8>) -> u16 {
    digits.fold(0, |number, digit| number * 10 + u16::from(digit))
}

/// Digits in the code of RFC 7541 appendix B: 0 to 2 have five bits, the others six.
fn huffman(code: &[u8]) -> Vec<u8> {
    let bits = code
        .iter()
        .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
    let mut left = code.len() * 8;
    let mut digits = Vec::new();
    while left >= 5 && digits.len() < 3 {
        let five = u8::try_from(bits >> (left - 5) & 31).unwrap();
        let digit = match five {
            0..=2 => five,
            _ => u8::try_from(bits >> (left - 6) & 63).unwrap() - 0b01_1001 + 3,
        };
        left -= if five <= 2 { 5 } else { 6 };
        digits.push(digit);
    }
    digits
}

#[test]
fn a_status_is_read_in_every_form() {
    assert_eq!(status(&[0x88]), Some(200));
    assert_eq!(status(&[0x20, 0x3f, 0xe1, 0x1f, 0x8d]), Some(404));
    assert_eq!(status(b"\x48\x03421"), Some(421));
    // RFC 7541 §C.6.1 and §C.6.2.
    assert_eq!(status(&[0x48, 0x82, 0x64, 0x02]), Some(302));
    assert_eq!(status(&[0x48, 0x83, 0x64, 0x0e, 0xff]), Some(307));
}
