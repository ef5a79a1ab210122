//! All that comes on a connection, read strictly: nothing but whole answers, one behind the other.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};

use super::server::Listener;
use crate::support::http::connect;

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// What is wrong with the answer itself.
    pub(super) fault: Option<String>,
}

pub(super) struct Seen {
    pub(super) answers: Vec<Answer>,
    pub(super) raw: Vec<u8>,
}

/// Sends the bytes in one piece and reads until the server closes, which it must.
pub(super) fn see(
    address: SocketAddr,
    bytes: &[u8],
    half_close: bool,
    bodiless: &[bool],
) -> Result<Seen, String> {
    let mut stream = connect(address);
    // A server that has seen enough may close while more is being written.
    let _ = stream.write_all(bytes);
    if half_close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut raw = Vec::new();
    if let Err(error) = stream.read_to_end(&mut raw)
        && error.kind() == std::io::ErrorKind::WouldBlock
    {
        let raw = String::from_utf8_lossy(&raw);
        return Err(format!("neither answered nor closed behind {raw:?}"));
    }
    let answers = split(&raw, bodiless);
    let answers = answers.into_iter().map(|(answer, _)| answer).collect();
    Ok(Seen { answers, raw })
}

/// The answers, each with its bytes; those that have no body are named in their order.
pub(super) fn split<'b>(all: &'b [u8], bodiless: &[bool]) -> Vec<(Answer, &'b [u8])> {
    let mut rest = all;
    let mut answers = Vec::new();
    while !rest.is_empty() {
        let bodiless = bodiless.get(answers.len()).copied().unwrap_or_default();
        let (answer, behind) = next(rest, bodiless);
        answers.push((answer, &rest[..rest.len() - behind.len()]));
        rest = behind;
    }
    answers
}

/// Whether the server still answers as it should.
pub(super) fn good(listener: &Listener) -> bool {
    let seen = see(listener.address, &listener.probe(), false, &[]);
    seen.is_ok_and(|seen| matches!(seen.answers[..], [Answer { status: 200, .. }]))
}

/// The first answer, and what is behind it.
fn next(bytes: &[u8], bodiless: bool) -> (Answer, &[u8]) {
    let wrong = |status, fault: &str| {
        let fault = Some(fault.to_owned());
        (Answer { status, fault }, &bytes[bytes.len()..])
    };
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return wrong(0, "no whole head");
    };
    let (head, behind) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    // The answer to HTTP/1.0 may be of either version (RFC 9110 §2.5).
    let status = ["HTTP/1.1 ", "HTTP/1.0 "]
        .iter()
        .find_map(|own| status.strip_prefix(own));
    let Some(status) = status.and_then(|line| line.get(..3)?.parse().ok()) else {
        return wrong(0, "no status line");
    };
    let fields: Option<Vec<(String, &str)>> = lines
        .map(|line| line.split_once(':'))
        .map(|field| field.map(|(name, value)| (name.to_ascii_lowercase(), value.trim())))
        .collect();
    let Some(fields) = fields.filter(|_| is_tidy(&head)) else {
        return wrong(status, "a broken header line");
    };
    let all = |name: &str| -> Vec<&str> {
        let own = fields.iter().filter(|(own, _)| own == name);
        own.map(|(_, value)| *value).collect()
    };
    let is_interim = (100..200).contains(&status);
    if !is_interim && all("date").len() != 1 {
        return wrong(status, "not one Date (RFC 9110 §6.6.1)");
    }
    if is_interim || bodiless || matches!(status, 204 | 304) {
        let fault = None;
        return (Answer { status, fault }, behind);
    }
    match all("content-length")[..] {
        [length] => match length.parse::<usize>() {
            Ok(length) if length <= behind.len() => {
                let fault = None;
                (Answer { status, fault }, &behind[length..])
            }
            _ => wrong(status, "a body that is not as long as told"),
        },
        _ => wrong(status, "not one Content-Length"),
    }
}

/// Every line ends in CRLF.
fn is_tidy(head: &str) -> bool {
    !head.replace("\r\n", "").contains(['\0', '\n', '\r'])
}
