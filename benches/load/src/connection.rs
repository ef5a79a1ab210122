//! One keep-alive connection, and the answer that is coming over it.

use std::io::{self, ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::TcpStream;
use socket2::SockRef;

use crate::head::{self, Head};
use crate::plan::Asked;

/// Linux's `MSG_TRUNC`: on TCP, bytes are taken from the socket and copied nowhere (tcp(7)).
const MSG_TRUNC: i32 = 0x20;

/// The first read of an answer: its head, and the first bytes of its body.
const FIRST_READ_BYTES: usize = 16 << 10;
/// A read of an answer that is compared whole.
const WHOLE_READ_BYTES: usize = 256 << 10;
/// What is dropped at once, at most.
const DROP_BYTES: usize = 4 << 20;
/// Of longer bodies the last bytes are compared too.
const TAIL_FROM_BYTES: usize = 256 << 10;
/// So many.
const TAIL_BYTES: usize = 1 << 10;

/// Where reads go; one for all connections.
pub(crate) struct Scratch {
    read: Vec<u8>,
    /// Never touched: what is dropped has a length and no place.
    dropped: Box<[MaybeUninit<u8>]>,
    /// Nothing is dropped.
    copies: bool,
}

impl Scratch {
    pub(crate) fn new(copies: bool) -> Self {
        Self {
            read: vec![0; WHOLE_READ_BYTES],
            dropped: Box::new_uninit_slice(DROP_BYTES),
            copies,
        }
    }
}

/// How far an answer came.
pub(crate) enum Came {
    /// More is to come.
    Part,
    /// All of it.
    Whole,
    /// It is not what it must be.
    Wrong(String),
    /// The server closed the connection.
    Closed,
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    /// The request's place in the plan.
    pub(crate) request: usize,
    /// When it was due.
    pub(crate) due: Instant,
    /// When it was sent.
    pub(crate) sent: Instant,
    /// When the first byte of the answer came.
    pub(crate) first_byte: Option<Instant>,
    /// It is compared whole.
    pub(crate) is_compared_whole: bool,
    /// Bytes of the body that came, and were not yet counted by the drive.
    pub(crate) uncounted_bytes: u64,
    partial_head: Vec<u8>,
    head: Option<Head>,
    body_bytes: usize,
}

impl Connection {
    /// Connects, and waits until it is.
    pub(crate) fn open(server: SocketAddr, now: Instant) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: TcpStream::from_std(stream),
            request: 0,
            due: now,
            sent: now,
            first_byte: None,
            is_compared_whole: false,
            uncounted_bytes: 0,
            partial_head: Vec::new(),
            head: None,
            body_bytes: 0,
        })
    }

    /// For the event loop.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends a request.
    pub(crate) fn send(
        &mut self,
        place: usize,
        asked: &Asked,
        due: Instant,
        now: Instant,
    ) -> io::Result<()> {
        self.request = place;
        (self.due, self.sent) = (due, now);
        self.first_byte = None;
        self.partial_head.clear();
        (self.head, self.body_bytes) = (None, 0);
        // A request is far smaller than an empty buffer, so it is written whole or not at all.
        let written = self.stream.write(&asked.request)?;
        if written < asked.request.len() {
            return Err(ErrorKind::WriteZero.into());
        }
        Ok(())
    }

    /// Reads what there is.
    pub(crate) fn read(&mut self, asked: &Asked, scratch: &mut Scratch) -> Came {
        loop {
            let (wanted_bytes, read) = self.step(asked, scratch);
            match read {
                Ok(Step::Bytes(0)) => return Came::Closed,
                Ok(Step::Bytes(bytes)) => {
                    if self
                        .head
                        .is_some_and(|head| self.body_bytes == head.len_bytes)
                    {
                        return Came::Whole;
                    }
                    // Less than wanted: the socket is empty, and the next byte is an event.
                    if bytes < wanted_bytes {
                        return Came::Part;
                    }
                }
                Ok(Step::Wrong(what)) => return Came::Wrong(what),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Came::Part,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Came::Closed,
            }
        }
    }

    /// Whether the connection goes on behind this answer.
    pub(crate) fn goes_on(&self) -> bool {
        self.head.is_some_and(|head| !head.closes)
    }

    /// One read: how many bytes were wanted, and what came.
    fn step(&mut self, asked: &Asked, scratch: &mut Scratch) -> (usize, io::Result<Step>) {
        let Some(head) = self.head else {
            let place = &mut scratch.read[..FIRST_READ_BYTES];
            let read = self.stream.read(place);
            let step = read.map(|bytes| self.first_bytes(asked, &scratch.read[..bytes]));
            return (FIRST_READ_BYTES, step);
        };
        let left_bytes = head.len_bytes - self.body_bytes;
        let tail_bytes = match head.len_bytes < TAIL_FROM_BYTES {
            true => 0,
            false => TAIL_BYTES,
        };
        if !self.is_compared_whole && left_bytes > tail_bytes {
            let wanted_bytes = (left_bytes - tail_bytes).min(DROP_BYTES);
            if scratch.copies {
                let wanted_bytes = wanted_bytes.min(WHOLE_READ_BYTES);
                let read = self.stream.read(&mut scratch.read[..wanted_bytes]);
                return (wanted_bytes, read.map(|bytes| self.has_come(bytes)));
            }
            let socket = SockRef::from(&self.stream);
            let dropped = socket.recv_with_flags(&mut scratch.dropped[..wanted_bytes], MSG_TRUNC);
            return (wanted_bytes, dropped.map(|bytes| self.has_come(bytes)));
        }
        let wanted_bytes = left_bytes.min(WHOLE_READ_BYTES);
        let read = self.stream.read(&mut scratch.read[..wanted_bytes]);
        let step = read.map(|bytes| self.compared(asked, &scratch.read[..bytes]));
        (wanted_bytes, step)
    }

    fn first_bytes(&mut self, asked: &Asked, bytes: &[u8]) -> Step {
        if bytes.is_empty() {
            return Step::Bytes(0);
        }
        if self.first_byte.is_none() {
            self.first_byte = Some(Instant::now());
        }
        if self.partial_head.is_empty() {
            return self.head_in(asked, bytes);
        }
        let mut all = std::mem::take(&mut self.partial_head);
        all.extend_from_slice(bytes);
        self.head_in(asked, &all)
    }

    fn head_in(&mut self, asked: &Asked, bytes: &[u8]) -> Step {
        let head = match head::read(bytes) {
            Ok(Some(head)) => head,
            Ok(None) => {
                self.partial_head = bytes.to_vec();
                return Step::Bytes(bytes.len());
            }
            Err(head::NoHead) => return Step::Wrong("an answer that is none".to_owned()),
        };
        let is_as_long = asked.len_bytes.is_none_or(|bytes| bytes == head.len_bytes);
        if head.status != asked.status || !is_as_long {
            return Step::Wrong(format!(
                "status {} and {} bytes, expected {} and {:?}",
                head.status, head.len_bytes, asked.status, asked.len_bytes
            ));
        }
        let body = &bytes[head.head_bytes..];
        if body.len() > head.len_bytes {
            return Step::Wrong("more bytes than Content-Length".to_owned());
        }
        self.head = Some(head);
        match self.compared(asked, body) {
            Step::Bytes(_) => Step::Bytes(bytes.len()),
            wrong @ Step::Wrong(_) => wrong,
        }
    }

    fn compared(&mut self, asked: &Asked, bytes: &[u8]) -> Step {
        let is_right = asked
            .body
            .as_ref()
            .is_none_or(|body| body.has(self.body_bytes, bytes));
        if !is_right {
            return Step::Wrong(format!("other bytes from byte {} on", self.body_bytes));
        }
        self.has_come(bytes.len())
    }

    fn has_come(&mut self, bytes: usize) -> Step {
        self.body_bytes += bytes;
        self.uncounted_bytes += bytes as u64;
        Step::Bytes(bytes)
    }
}

/// What one read brought.
enum Step {
    Bytes(usize),
    Wrong(String),
}
