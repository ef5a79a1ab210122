//! What two readers of HTTP/1.1 may read in two ways, refused before it is read here (RFC 9112 §11.2).
//!
//! The HTTP library takes a bare LF for a line's end, drops a second `Content-Length` of the same
//! value and one beside `Transfer-Encoding`, takes codings beside `chunked`, and cuts off a `#` in the
//! target; a proxy in front may do otherwise, and see another request, or another end of it. The
//! library tells of none of this, so heads are followed as they come. The end of such a line is held
//! back, and in its place the library is given what it answers with 400 and closes.

use std::io::{BufRead, Write};

/// What stands in the place of a line's end that is refused: NUL is allowed nowhere in a head, and
/// behind the two ends of lines the head is whole, so that the answer comes at once.
pub(super) const REFUSAL: &[u8] = b"\0\r\n\r\n";

/// Of the line that begins an HTTP/2 connection (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// How much of a line is looked at: the longest name and the longest length fit.
const MAX_LINE_BYTES: usize = 64;

/// Follows what a client sends.
#[derive(Debug)]
pub(super) struct Heads {
    at: At,
    /// Of the head being read: the body's length, if one was told.
    content_length: Option<u64>,
    is_chunked: bool,
    /// The line whose end has not come.
    begun: Begun,
    /// Of the head being read.
    head_bytes: usize,
}

#[derive(Debug)]
enum At {
    /// Before or in a request's first line.
    Request,
    Fields,
    /// In a body, of which so many bytes are to come.
    Body(u64),
    /// Nothing is looked at: HTTP/2, or no request follows.
    End,
}

/// Two readers may differ; the head is not to be read on.
#[derive(Debug)]
struct Ambiguous;

impl Heads {
    pub(super) const fn new() -> Self {
        Self {
            at: At::Request,
            content_length: None,
            is_chunked: false,
            begun: Begun::none(),
            head_bytes: 0,
        }
    }

    /// How many bytes of the head that is being read have come; `None`: none is.
    pub(super) fn of_head(&self) -> Option<usize> {
        matches!(self.at, At::Request | At::Fields).then_some(self.head_bytes)
    }

    /// Bytes of the client; behind how many of them [`REFUSAL`] is to be read, and nothing else.
    pub(super) fn came(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let At::Body(left) = &mut self.at {
                let len_bytes = u64::try_from(rest.len()).unwrap_or(u64::MAX).min(*left);
                *left -= len_bytes;
                if *left == 0 {
                    self.at = At::Request;
                }
                rest = rest.get(usize::try_from(len_bytes).unwrap_or(usize::MAX)..)?;
                continue;
            }
            if matches!(self.at, At::End) {
                return None;
            }
            let mut behind = rest;
            // Of a slice it finds the end of the line, fast, and cannot fail.
            let len_bytes = behind.skip_until(b'\n').unwrap_or(rest.len());
            let piece = rest.get(..len_bytes)?;
            rest = behind;
            self.head_bytes += len_bytes;
            if self.piece(piece).is_err() {
                self.at = At::End;
                return Some(bytes.len() - rest.len() - 1);
            }
        }
        None
    }

    /// A line, or a piece of one.
    fn piece(&mut self, piece: &[u8]) -> Result<(), Ambiguous> {
        let is_fragment = matches!(self.at, At::Request) && piece.contains(&b'#');
        if !piece.ends_with(b"\n") {
            self.begun.add(piece, is_fragment);
            return Ok(());
        }
        if self.begun.is_none() {
            return self.line(Line {
                start: piece.get(..MAX_LINE_BYTES).unwrap_or(piece),
                is_cut: piece.len() > MAX_LINE_BYTES,
                ends_in_crlf: piece.ends_with(b"\r\n"),
                is_fragment,
            });
        }
        let mut begun = std::mem::replace(&mut self.begun, Begun::none());
        let ends_in_crlf = piece.ends_with(b"\r\n") || (piece == b"\n" && begun.last == b'\r');
        begun.add(piece, is_fragment);
        self.line(Line {
            start: begun.start.get(..begun.kept).unwrap_or_default(),
            is_cut: begun.is_cut,
            ends_in_crlf,
            is_fragment: begun.is_fragment,
        })
    }

    fn line(&mut self, line: Line<'_>) -> Result<(), Ambiguous> {
        if !line.ends_in_crlf || line.is_fragment {
            return Err(Ambiguous);
        }
        match (&self.at, line.start == b"\r\n") {
            // Empty lines before a request (RFC 9112 §2.2).
            (At::Request, true) => {}
            (At::Request, false) if line.start == PREFACE => self.at = At::End,
            (At::Request, false) => self.at = At::Fields,
            (_, true) => self.end_of_head(),
            (_, false) => return self.field(&line),
        }
        Ok(())
    }

    fn field(&mut self, line: &Line<'_>) -> Result<(), Ambiguous> {
        // Looked at by its first letter first: most lines are neither.
        let is_one = match line.start {
            [b'c' | b'C' | b't' | b'T', ..] => line.field(),
            _ => None,
        };
        let Some((name, value)) = is_one else {
            return Ok(());
        };
        let is_length = name.eq_ignore_ascii_case(b"content-length");
        if !is_length && !name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Ok(());
        }
        if self.content_length.is_some() || self.is_chunked || line.is_cut {
            return Err(Ambiguous);
        }
        if is_length {
            self.content_length = Some(length(value).ok_or(Ambiguous)?);
        } else if value.eq_ignore_ascii_case(b"chunked") {
            self.is_chunked = true;
        } else {
            return Err(Ambiguous);
        }
        Ok(())
    }

    fn end_of_head(&mut self) {
        self.head_bytes = 0;
        self.at = match (self.content_length.take(), self.is_chunked) {
            // Such a request is the connection's last.
            (_, true) => At::End,
            (None | Some(0), false) => At::Request,
            (Some(len_bytes), false) => At::Body(len_bytes),
        };
    }
}

struct Line<'b> {
    /// At most [`MAX_LINE_BYTES`] of it.
    start: &'b [u8],
    is_cut: bool,
    ends_in_crlf: bool,
    /// It is a first line with a `#`.
    is_fragment: bool,
}

impl<'b> Line<'b> {
    fn field(&self) -> Option<(&'b [u8], &'b [u8])> {
        let colon = self.start.iter().position(|byte| *byte == b':')?;
        let (name, value) = self.start.split_at_checked(colon)?;
        Some((name, value.get(1..)?.trim_ascii()))
    }
}

/// `1*DIGIT` (RFC 9110 §8.6), up to where the numbers of others end.
fn length(value: &[u8]) -> Option<u64> {
    let is_number = value.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(value).ok().filter(|_| is_number)?;
    text.parse().ok().filter(|len| i64::try_from(*len).is_ok())
}

#[derive(Debug)]
struct Begun {
    start: [u8; MAX_LINE_BYTES],
    kept: usize,
    is_cut: bool,
    is_fragment: bool,
    last: u8,
}

impl Begun {
    const fn none() -> Self {
        Self {
            start: [0; MAX_LINE_BYTES],
            kept: 0,
            is_cut: false,
            is_fragment: false,
            last: 0,
        }
    }

    const fn is_none(&self) -> bool {
        self.kept == 0
    }

    fn add(&mut self, piece: &[u8], is_fragment: bool) {
        let mut left = self.start.get_mut(self.kept..).unwrap_or_default();
        // A slice takes what fits.
        let taken = left.write(piece).unwrap_or_default();
        self.kept += taken;
        self.is_cut |= taken < piece.len();
        self.is_fragment |= is_fragment;
        self.last = piece.last().copied().unwrap_or(self.last);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::Heads;

    /// Behind how many bytes the request is refused, in one piece and byte by byte.
    fn refused(bytes: &str) -> Option<usize> {
        let bytes = bytes.as_bytes();
        let whole = Heads::new().came(bytes);
        let mut heads = Heads::new();
        let each = bytes.chunks(1).position(|byte| heads.came(byte).is_some());
        assert_eq!(whole, each, "{bytes:?}");
        let mut heads = Heads::new();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let halves = heads.came(first).or_else(|| {
            let place = heads.came(second)?;
            Some(first.len() + place)
        });
        assert_eq!(whole, halves, "{bytes:?}");
        whole
    }

    #[test]
    fn heads_that_all_read_alike_pass() {
        for head in [
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\nX: #\r\nContent-Length: 0\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\nContent-Length:\t3 \r\n\r\n\n#\nGET / HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\n\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n\n",
        ] {
            assert_eq!(refused(head), None, "{head:?}");
        }
        let long = format!("GET /{0} HTTP/1.1\r\nCookie: {0}\r\n\r\n", "a".repeat(999));
        assert_eq!(refused(&long), None);
    }

    #[test]
    fn a_bare_lf_is_refused_wherever_a_head_may_have_one() {
        assert_eq!(refused("\nGET / HTTP/1.1\r\n\r\n"), Some(0));
        assert_eq!(refused("GET / HTTP/1.1\nHost: a\r\n\r\n"), Some(14));
        assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\n\r\n"), Some(23));
        assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\r\n\n"), Some(25));
        let second = "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\n\nGET / HTTP/1.1\n\r\n";
        assert_eq!(refused(second), Some(second.len() - 3));
    }

    #[test]
    fn a_length_that_is_told_twice_is_refused() {
        for lines in [
            "Content-Length: 1\r\ncontent-length: 1\r\n",
            "Content-Length: 1\r\nX: y\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nCONTENT-LENGTH: 1\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length:\r\n",
            "Content-Length: 9223372036854775808\r\n",
            "Content-Length: 18446744073709551616\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
        ] {
            let bytes = format!("GET / HTTP/1.1\r\n{lines}\r\n");
            assert_eq!(refused(&bytes), Some(bytes.len() - 3), "{lines:?}");
        }
        let zeros = format!("GET / HTTP/1.1\r\nContent-Length: {:099}\r\n", 1);
        assert_eq!(refused(&zeros), Some(zeros.len() - 1));
    }

    #[test]
    fn a_target_with_a_fragment_is_refused() {
        assert_eq!(refused("GET /a#b HTTP/1.1\r\n\r\n"), Some(18));
        let long = format!("GET /{}#b HTTP/1.1\r\n", "a".repeat(99));
        assert_eq!(refused(&long), Some(long.len() - 1));
    }

    const PIECES: [&str; 14] = [
        "GET / HTTP/1.1\r\n",
        "GET /#b HTTP/1.1\r\n",
        "Host: a\r\n",
        "\r\n",
        "\n",
        "\r",
        "Content-Length: 7\r\n",
        "Content-Length: 40\r\n",
        "Transfer-Encoding: chunked\r\n",
        "transfer-encoding: ",
        "Content-Length:",
        " 3",
        "Cookie: 01234567890123456789012345678901234567890123456789",
        "PRI * HTTP/2.0\r\n",
    ];

    proptest! {
        #[test]
        fn where_bytes_are_cut_changes_nothing(
            pieces in prop::collection::vec(select(&PIECES[..]), 0..20),
            cuts in prop::collection::vec(any::<Index>(), 0..6),
        ) {
            let bytes = pieces.concat().into_bytes();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let mut heads = Heads::new();
            let cut = places.windows(2).find_map(|two| {
                Some(two[0] + heads.came(&bytes[two[0]..two[1]])?)
            });
            prop_assert_eq!(Heads::new().came(&bytes), cut);
        }
    }
}
