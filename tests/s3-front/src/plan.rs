//! What goes over the wire: an answer, and what the fault makes of it.

use std::time::Duration;

use bytes::Bytes;

use crate::answer::{Answer, Body};
use crate::fault::Fault;
use crate::request::Request;

/// What comes behind the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next request.
    Keep,
    /// The connection's end.
    Close,
    /// RST.
    Reset,
    /// Nothing, until the client closes the connection.
    Stall,
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) head: String,
    pub(crate) body: Body,
    /// How much of the body is sent.
    pub(crate) body_bytes: u64,
    /// How many bytes without meaning come behind it.
    pub(crate) padding_bytes: u64,
    pub(crate) corrupt_at: Option<u64>,
    pub(crate) is_chunked: bool,
    pub(crate) first_byte: Duration,
    pub(crate) bytes_per_sec: Option<u64>,
    pub(crate) then: Then,
}

impl Plan {
    /// [`Fault::BlackHole`] is no answer, and not planned here.
    pub(crate) fn new(request: &Request, mut answer: Answer, fault: Option<&Fault>) -> Self {
        if let Some(Fault::EndlessError { status, .. }) = fault {
            answer = Answer::error(*status, "InternalError");
            let body = "<Error><Code>InternalError</Code><Message>";
            answer.body = Body::Held(Bytes::from_static(body.as_bytes()));
        }
        match fault {
            Some(Fault::NoEtag) => answer.replace("etag", |_| None),
            Some(Fault::WrongContentRange { by_bytes }) => {
                answer.replace("content-range", |own| shifted(own, *by_bytes));
            }
            _ => {}
        }
        let len_bytes = answer.body.len_bytes();
        let announced = match fault {
            Some(Fault::NoLength | Fault::EndlessError { .. }) => None,
            Some(Fault::LongBody { by_bytes }) => Some(len_bytes.saturating_sub(*by_bytes)),
            _ => Some(len_bytes),
        };
        let closes = request
            .header("connection")
            .is_some_and(|own| own.eq_ignore_ascii_case("close"));
        let mut plan = Self {
            head: head(&answer, announced, closes),
            body: answer.body,
            body_bytes: len_bytes,
            padding_bytes: 0,
            corrupt_at: None,
            is_chunked: announced.is_none(),
            first_byte: Duration::ZERO,
            bytes_per_sec: None,
            then: if closes { Then::Close } else { Then::Keep },
        };
        if request.is_head() || answer.status == 304 {
            plan.body_bytes = 0;
            plan.is_chunked = false;
        }
        if let Some(fault) = fault {
            plan.harm(fault, request.is_head());
        }
        plan
    }

    fn harm(&mut self, fault: &Fault, is_head: bool) {
        let len_bytes = self.body_bytes;
        let cut = |at: u64| len_bytes.min(at);
        match *fault {
            Fault::SlowFirstByte { millis } => self.first_byte = Duration::from_millis(millis),
            Fault::SlowBody { bytes_per_sec } => self.bytes_per_sec = Some(bytes_per_sec),
            Fault::Reset { after_bytes } => {
                (self.body_bytes, self.then) = (cut(after_bytes), Then::Reset);
            }
            Fault::Stall { after_bytes } => {
                (self.body_bytes, self.then) = (cut(after_bytes), Then::Stall);
            }
            Fault::ShortBody { by_bytes } => {
                let left = len_bytes.saturating_sub(by_bytes);
                (self.body_bytes, self.then) = (left, Then::Close);
            }
            // What comes behind is seen by a client that keeps the connection.
            Fault::Overrun { by_bytes } if !is_head => self.padding_bytes = by_bytes,
            Fault::EndlessError { bytes_per_sec, .. } if !is_head => {
                self.padding_bytes = u64::MAX;
                self.bytes_per_sec = Some(bytes_per_sec);
            }
            Fault::CorruptByte { at_byte } => self.corrupt_at = Some(at_byte),
            _ => {}
        }
    }
}

fn head(answer: &Answer, announced: Option<u64>, closes: bool) -> String {
    let mut head = format!("HTTP/1.1 {} Answer\r\nserver: s3-front\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match announced {
        _ if answer.status == 304 => {}
        Some(len_bytes) => head.push_str(&format!("content-length: {len_bytes}\r\n")),
        None => head.push_str("transfer-encoding: chunked\r\n"),
    }
    if closes {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    head
}

/// `bytes 0-9/100` by 5 is `bytes 5-14/100`.
fn shifted(content_range: &str, by_bytes: u64) -> Option<String> {
    let (range, len) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    Some(format!(
        "bytes {}-{}/{len}",
        first + by_bytes,
        last + by_bytes
    ))
}
