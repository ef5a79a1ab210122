//! An answer's head, read for what is checked: status, length, whether the connection goes on.

/// What a head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes of the head.
    pub(crate) head_bytes: usize,
    /// Status.
    pub(crate) status: u16,
    /// `Content-Length`.
    pub(crate) len_bytes: usize,
    /// `Connection: close`.
    pub(crate) closes: bool,
}

/// Why an answer is none that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoHead;

/// The head at the start of `bytes`; `None` where it has not come whole.
///
/// # Errors
/// It is no HTTP/1.1 head, or has no `Content-Length`.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<Head>, NoHead> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| NoHead)?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| {
        let status = line.strip_prefix("HTTP/1.1 ")?.get(..3)?;
        status.parse().ok()
    });
    let (mut len_bytes, mut closes) = (None, false);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(NoHead)?;
        if name.eq_ignore_ascii_case("content-length") {
            len_bytes = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.trim().eq_ignore_ascii_case("close");
        }
    }
    match (status, len_bytes) {
        (Some(status), Some(len_bytes)) => Ok(Some(Head {
            head_bytes: end + 4,
            status,
            len_bytes,
            closes,
        })),
        _ => Err(NoHead),
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, NoHead, read};

    #[test]
    fn a_head_is_read_when_it_has_come_whole() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nConnection: close\r\n\r\nbody";
        let head = Head {
            head_bytes: text.len() - 4,
            status: 200,
            len_bytes: 12,
            closes: true,
        };
        assert_eq!(read(text), Ok(Some(head)));
        assert_eq!(read(&text[..30]), Ok(None));
    }

    #[test]
    fn an_answer_without_a_length_is_not_measured() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"), Err(NoHead));
        assert_eq!(read(b"SSH-2.0\r\n\r\n"), Err(NoHead));
    }
}
