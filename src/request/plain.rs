//! A request for an object and nothing else, read where it lies: nearly all requests are such.
//!
//! Whatever asks for more, or says it in an unusual way, is [`Reading::Other`]: the HTTP library
//! reads it again from its first byte. So a request that is misjudged here costs time and nothing
//! else, as long as what is taken for plain is read as the library would read it.

use std::mem::MaybeUninit;

use http::uri::Scheme;
use http::{HeaderName, Method, Request, Version, header};
use httparse::{Header, Status};

use super::{Lines, none_is};

/// The most header lines of a plain request. Browsers send about twenty.
const MAX_LINES: usize = 48;

/// Room for the lines of one request.
pub struct Space<'b>([MaybeUninit<Header<'b>>; MAX_LINES]);

impl Default for Space<'_> {
    fn default() -> Self {
        Self([const { MaybeUninit::uninit() }; MAX_LINES])
    }
}

/// What bytes of a client are.
pub enum Reading<'s, 'b> {
    /// A whole head, and how many bytes it has; no body follows it.
    Plain(Plain<'s, 'b>, usize),
    /// The beginning of a head, perhaps.
    Partial,
    /// For the HTTP library.
    Other,
}

/// `GET` in HTTP/1.1 or HTTP/2 of a path, for one host, without a body, a condition, or an origin, on a
/// connection that stays open.
pub struct Plain<'s, 'b> {
    target: &'b str,
    host: &'b str,
    range: Option<&'b [u8]>,
    lines: Lines<'s>,
    count: usize,
}

impl<'s, 'b> Plain<'s, 'b> {
    /// Reads the request at the beginning of `bytes`.
    pub fn read(bytes: &'b [u8], space: &'s mut Space<'b>) -> Reading<'s, 'b> {
        // Empty lines before a request are the library's business.
        if !bytes.starts_with(b"GET /") {
            let is_begun = b"GET /".starts_with(bytes);
            return if is_begun {
                Reading::Partial
            } else {
                Reading::Other
            };
        }
        let mut request = httparse::Request::new(&mut []);
        match request.parse_with_uninit_headers(bytes, &mut space.0) {
            // What two readers may read in two ways is refused, by the library's way.
            Ok(Status::Complete(len_bytes)) if has_bare_lf(&bytes[..len_bytes]) => Reading::Other,
            Ok(Status::Complete(len_bytes)) => {
                Self::of(request).map_or(Reading::Other, |plain| Reading::Plain(plain, len_bytes))
            }
            Ok(Status::Partial) => Reading::Partial,
            // The library answers it.
            Err(_) => Reading::Other,
        }
    }

    fn of(request: httparse::Request<'s, 'b>) -> Option<Self> {
        let target = request.path?;
        if request.version != Some(1) || !are_usual(target.as_bytes()) {
            return None;
        }
        let (mut host, mut range) = (None, None);
        let lines: &'s [Header<'b>] = request.headers;
        for line in lines {
            match meaning(line) {
                Meaning::None => {}
                Meaning::Host if host.is_none() => host = Some(line.value),
                Meaning::Range if range.is_none() => range = Some(line.value),
                Meaning::Host | Meaning::Range | Meaning::Other => return None,
            }
        }
        Some(Self {
            target,
            host: str::from_utf8(host?).ok()?,
            range,
            lines: Lines::Read(lines),
            count: lines.len(),
        })
    }

    /// The same in HTTP/2, of a request that the library has read, where it has no body.
    pub fn brought<T>(request: &'b Request<T>) -> Option<Self>
    where
        'b: 's,
    {
        let (uri, headers) = (request.uri(), request.headers());
        let target = uri.path_and_query()?.as_str();
        let is_plain = request.version() == Version::HTTP_2
            && *request.method() == Method::GET
            && (uri.scheme() == Some(&Scheme::HTTPS) || uri.scheme() == Some(&Scheme::HTTP))
            && target.starts_with('/')
            && are_usual(target.as_bytes());
        if !is_plain {
            return None;
        }
        let mut range = None;
        for (name, value) in headers {
            let value = value.as_bytes();
            match (meaning_in_http_2(name), value) {
                // RFC 9113 §8.2.1: malformed.
                (_, [b' ' | b'\t', ..] | [.., b' ' | b'\t']) => return None,
                (Meaning::None, _) => {}
                (Meaning::Range, _) if range.is_none() => range = Some(value),
                _ => return None,
            }
        }
        Some(Self {
            target,
            host: uri.authority()?.as_str(),
            range,
            lines: Lines::Map(headers),
            count: headers.len(),
        })
    }

    /// The target in origin form: path, and from the first `?` on the query.
    pub const fn target(&self) -> &'b str {
        self.target
    }

    /// What stands behind the first `?`.
    pub fn query(&self) -> Option<&'b str> {
        Some(self.target.split_once('?')?.1)
    }

    /// `Host` as it was written: not yet known to be one.
    pub const fn host(&self) -> &'b str {
        self.host
    }

    /// The one `Range` line.
    pub const fn range(&self) -> Option<&'b [u8]> {
        self.range
    }

    /// All lines.
    pub const fn lines(&self) -> Lines<'s> {
        self.lines
    }

    /// How many lines there are.
    pub const fn count(&self) -> usize {
        self.count
    }
}

/// What a line means for how a request is served. What a token's rules look at is theirs alone.
enum Meaning {
    None,
    Host,
    Range,
    /// More than a plain request says.
    Other,
}

fn meaning(line: &Header<'_>) -> Meaning {
    let name = line.name;
    // By their lengths first: most lines have none of these names.
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    match name.len() {
        4 if is("host") => Meaning::Host,
        5 if is("range") => Meaning::Range,
        6 if is("expect") || is("origin") => Meaning::Other,
        7 if is("upgrade") => Meaning::Other,
        10 if is("connection") => match line.value.eq_ignore_ascii_case(b"keep-alive") {
            true => Meaning::None,
            false => Meaning::Other,
        },
        14 if is("content-length") => Meaning::Other,
        17 if is("transfer-encoding") => Meaning::Other,
        // `If-Match` and its like.
        _ => match name.as_bytes() {
            [b'i' | b'I', b'f' | b'F', b'-', ..] => Meaning::Other,
            _ => Meaning::None,
        },
    }
}

/// The same, of a request whose host is its `:authority`.
fn meaning_in_http_2(name: &HeaderName) -> Meaning {
    const OTHERS: [HeaderName; 9] = [
        header::HOST,
        header::EXPECT,
        header::ORIGIN,
        header::CONTENT_LENGTH,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
        header::IF_RANGE,
    ];
    match OTHERS.contains(name) {
        true => Meaning::Other,
        false if *name == header::RANGE => Meaning::Range,
        false => Meaning::None,
    }
}

/// Whether a line ends in LF alone, which some readers take for its end (RFC 9112 §2.2). What is
/// looked at side by side needs no branches.
fn has_bare_lf(head: &[u8]) -> bool {
    let behind = head.get(1..).unwrap_or_default();
    let bare = |before: u8, byte: u8| u8::from(byte == b'\n') & u8::from(before != b'\r');
    let pairs = head.iter().zip(behind);
    pairs.fold(0, |all, (before, byte)| all | bare(*before, *byte)) != 0
}

/// Whether every reader takes each byte of a target as it is (RFC 3986 §3.3, §3.4): letters, figures
/// and `-._~!$&'()*+,;=:@%/?`.
fn are_usual(target: &[u8]) -> bool {
    none_is(target, other)
}

/// Not 0 for a byte that is none of these. Most of them stand in three rows.
#[inline(always)]
fn other(byte: u8) -> u8 {
    let is = |there: bool| u8::from(there);
    let row = |first: u8, last: u8| is(byte.wrapping_sub(first) <= last - first);
    let rows = row(b'$', b';') | row(b'?', b'Z') | row(b'a', b'z');
    1 ^ (rows | is(byte == b'!') | is(byte == b'=') | is(byte == b'_') | is(byte == b'~'))
}

#[cfg(test)]
mod tests {
    use countersign_token::Headers as _;
    use http::{Method, Request, Version};

    use super::{Plain, Reading, Space};

    const PLAIN: &str = "GET /a%20b?cs=1 HTTP/1.1\r\nHost: media\r\nRange: bytes=0-1\r\nConnection: Keep-Alive\r\nX-A: 1\r\nx-a:  2 \r\n\r\n";

    fn is_other(text: &str) -> bool {
        matches!(
            Plain::read(text.as_bytes(), &mut Space::default()),
            Reading::Other
        )
    }

    #[test]
    fn a_plain_request_is_read_where_it_lies() {
        let text = format!("{PLAIN}GET /next");
        let mut space = Space::default();
        let Reading::Plain(plain, len_bytes) = Plain::read(text.as_bytes(), &mut space) else {
            panic!("it is plain");
        };
        assert_eq!(len_bytes, PLAIN.len());
        assert_eq!(
            (plain.target(), plain.query()),
            ("/a%20b?cs=1", Some("cs=1"))
        );
        assert_eq!(plain.host(), "media");
        assert_eq!(plain.range(), Some(&b"bytes=0-1"[..]));
        assert_eq!(plain.count(), 5);
        let lines: Vec<_> = plain.lines().lines("X-a").collect();
        assert_eq!(lines, [b"1", b"2"]);
    }

    #[test]
    fn a_head_that_has_not_come_whole_is_waited_for() {
        for len_bytes in 0..PLAIN.len() {
            let begun = &PLAIN.as_bytes()[..len_bytes];
            let mut space = Space::default();
            let reading = Plain::read(begun, &mut space);
            assert!(matches!(reading, Reading::Partial), "{len_bytes}");
        }
    }

    #[test]
    fn a_request_of_http_2_is_as_plain_as_one_of_http_1() {
        let request = |uri: &str, lines: &[(&str, &str)]| {
            let mut request = Request::builder().version(Version::HTTP_2).uri(uri);
            for (name, value) in lines {
                request = request.header(*name, *value);
            }
            request.body(()).unwrap()
        };
        let lines = [("range", "bytes=0-1"), ("x-a", "1"), ("x-a", "2")];
        let whole = request("https://media/a%20b?cs=1", &lines);
        let plain = Plain::brought(&whole).unwrap();
        assert_eq!(
            (plain.target(), plain.query()),
            ("/a%20b?cs=1", Some("cs=1"))
        );
        assert_eq!((plain.host(), plain.count()), ("media", 3));
        assert_eq!(plain.range(), Some(&b"bytes=0-1"[..]));
        assert_eq!(plain.lines().lines("X-a").count(), 2);
        for other in [
            ("host", "media"),
            ("expect", "100-continue"),
            ("origin", "https://page"),
            ("content-length", "0"),
            ("if-none-match", "\"e\""),
            ("if-match", "\"e\""),
            ("if-range", "\"e\""),
            ("if-modified-since", "x"),
            ("if-unmodified-since", "x"),
            ("x-a", " 1"),
            ("x-a", "1\t"),
            ("range", "bytes=0-1"),
        ] {
            let request = request("https://media/a", &[("range", "bytes=0-1"), other]);
            assert!(Plain::brought(&request).is_none(), "{other:?}");
        }
        for uri in ["/a", "ftp://media/a", "https://media/a\"b"] {
            assert!(Plain::brought(&request(uri, &[])).is_none(), "{uri}");
        }
        let mut request = request("https://media/a", &[]);
        assert!(Plain::brought(&request).is_some());
        *request.method_mut() = Method::HEAD;
        assert!(Plain::brought(&request).is_none());
        (*request.method_mut(), *request.version_mut()) = (Method::GET, Version::HTTP_11);
        assert!(Plain::brought(&request).is_none());
    }

    #[test]
    fn whatever_asks_for_more_is_not_plain() {
        for start in [
            "HEAD /a HTTP/1.1",
            "get /a HTTP/1.1",
            "GET /a HTTP/1.0",
            "GET http://media/a HTTP/1.1",
            "GET * HTTP/1.1",
            "GET /a#b HTTP/1.1",
            "GET /a\"b HTTP/1.1",
            "GET /a\u{e4} HTTP/1.1",
            "GET /a",
            "\r\nGET /a HTTP/1.1",
            "PRI * HTTP/2.0",
        ] {
            assert!(
                is_other(&format!("{start}\r\nHost: media\r\n\r\n")),
                "{start}"
            );
        }
        for lines in [
            "",
            "Host: media\r\nHost: media\r\n",
            "Host: media\u{e4}\r\nHost : media\r\n",
            "Host: media\r\n folded\r\n",
            "Host: media\r\nConnection: close\r\n",
            "Host: media\r\nConnection: keep-alive, x-a\r\n",
            "Host: media\r\nContent-Length: 0\r\n",
            "Host: media\r\ntransfer-ENCODING: chunked\r\n",
            "Host: media\r\nExpect: 100-continue\r\n",
            "Host: media\r\nUpgrade: h2c\r\n",
            "Host: media\r\nOrigin: https://page\r\n",
            "Host: media\r\nRange: bytes=0-1\r\nRange: bytes=0-1\r\n",
            "Host: media\r\nIf-None-Match: \"e\"\r\n",
            "Host: media\r\nif-range: \"e\"\r\n",
        ] {
            assert!(
                is_other(&format!("GET /a HTTP/1.1\r\n{lines}\r\n")),
                "{lines:?}"
            );
        }
        let many = "X: y\r\n".repeat(super::MAX_LINES);
        assert!(is_other(&format!(
            "GET /a HTTP/1.1\r\nHost: media\r\n{many}\r\n"
        )));
    }
}
