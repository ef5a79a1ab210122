//! A request's head and body, as much of it as matters here.

use std::io::{Error, ErrorKind, Result};

use bytes::{Buf, Bytes, BytesMut};
use percent_encoding::percent_decode_str;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

const MAX_HEAD_BYTES: usize = 64 << 10;
/// What is put through the front in tests is small.
const MAX_BODY_BYTES: usize = 64 << 20;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// `None` for the bucket itself and for listings.
    pub(crate) key: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// `Range`, before the object's length is known (RFC 9110 §14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    From(u64),
    FromTo(u64, u64),
    Suffix(u64),
}

impl Request {
    /// `None` where the peer closed the connection between two requests.
    pub(crate) async fn read(stream: &mut TcpStream, got: &mut BytesMut) -> Result<Option<Self>> {
        loop {
            if let Some((mut request, head_bytes)) = Self::parse(got)? {
                got.advance(head_bytes);
                request.read_body(stream, got).await?;
                return Ok(Some(request));
            }
            if got.len() > MAX_HEAD_BYTES {
                return Err(bad("a head that is too long"));
            }
            if stream.read_buf(got).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// A request without its body, and the length of its head, once that has arrived.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut fields);
        let status = head.parse(bytes).map_err(|_| bad("no HTTP"))?;
        let httparse::Status::Complete(head_bytes) = status else {
            return Ok(None);
        };
        let target = head.path.unwrap_or_default().to_owned();
        let headers = head.headers.iter().map(|field| {
            let value = String::from_utf8_lossy(field.value).into_owned();
            (field.name.to_ascii_lowercase(), value)
        });
        let request = Self {
            method: head.method.unwrap_or_default().to_owned(),
            key: key(&target),
            headers: headers.collect(),
            target,
            body: Bytes::new(),
        };
        Ok(Some((request, head_bytes)))
    }

    async fn read_body(&mut self, stream: &mut TcpStream, got: &mut BytesMut) -> Result<()> {
        let len = self.header("content-length").unwrap_or("0");
        let len: usize = len.parse().map_err(|_| bad("no length"))?;
        if len > MAX_BODY_BYTES || self.header("transfer-encoding").is_some() {
            return Err(bad("a body that is too long or chunked"));
        }
        if self.header("expect").is_some() && got.len() < len {
            use tokio::io::AsyncWriteExt;
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        while got.len() < len {
            if stream.read_buf(got).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        self.body = got.split_to(len).freeze();
        Ok(())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.iter();
        lines.find_map(|(own, value)| (own == name).then_some(value.as_str()))
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut parts = query.split('&').filter_map(|part| part.split_once('='));
        parts.find_map(|(own, value)| (own == name).then_some(value))
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The range asked for; `None` for all bytes and for what is no single range.
    pub(crate) fn asked(&self) -> Option<Asked> {
        let (first, last) = self
            .header("range")?
            .strip_prefix("bytes=")?
            .split_once('-')?;
        match (first, last) {
            ("", last) => Some(Asked::Suffix(last.parse().ok()?)),
            (first, "") => Some(Asked::From(first.parse().ok()?)),
            (first, last) => Some(Asked::FromTo(first.parse().ok()?, last.parse().ok()?)),
        }
    }

    /// Whether it asks for some byte from the first to the last of these; a suffix may.
    pub(crate) fn wants(&self, (first, last): (u64, u64)) -> bool {
        match self.asked() {
            None | Some(Asked::Suffix(_)) => true,
            Some(Asked::From(from)) => from <= last,
            Some(Asked::FromTo(from, to)) => from <= last && to >= first,
        }
    }
}

fn key(target: &str) -> Option<String> {
    let path = target.split('?').next()?.strip_prefix('/')?;
    let (_, key) = path.split_once('/')?;
    let key = percent_decode_str(key).decode_utf8_lossy().into_owned();
    (!key.is_empty()).then_some(key)
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
