//! Field names and values (RFC 9113 §8.2).

use super::row::Allow::Status;
use super::row::{Allow, MALFORMED, Row, row};
use super::wire::{block, field, good, whole};

const GOOD: &[Allow] = &[Status(1, 200)];

pub(super) fn rows() -> Vec<Row> {
    [names(), values(), connection()].concat()
}

fn with(section: &'static str, name: &'static str, allow: &'static [Allow], field: &[u8]) -> Row {
    row(
        section,
        name,
        allow,
        &[whole(1, &[&good(), field].concat())],
    )
}

fn names() -> Vec<Row> {
    vec![
        with(
            "8.2.1",
            "a name with a capital",
            MALFORMED,
            &field("X-a", "b"),
        ),
        with(
            "8.2.1",
            "a name with a space",
            MALFORMED,
            &field("x a", "b"),
        ),
        with(
            "8.2.1",
            "a name with a colon within",
            MALFORMED,
            &field("x:a", "b"),
        ),
        with("8.2.1", "a name with NUL", MALFORMED, &field("x\0a", "b")),
        with(
            "8.2.1",
            "a name with a line feed",
            MALFORMED,
            &field("x\na", "b"),
        ),
        with("8.2.1", "a name with DEL", MALFORMED, &field("x\x7fa", "b")),
        with(
            "8.2.1",
            "a name beyond ASCII",
            MALFORMED,
            &field([b'x', 0xe4], "b"),
        ),
        with(
            "8.2.1",
            "a name of every kind of character",
            GOOD,
            &field("x!#$%&'*+-.^_`|~09", "b"),
        ),
    ]
}

fn values() -> Vec<Row> {
    vec![
        with(
            "8.2.1",
            "a value with NUL",
            MALFORMED,
            &field("x-a", "b\0c"),
        ),
        with(
            "8.2.1",
            "a value with a line feed",
            MALFORMED,
            &field("x-a", "b\nc"),
        ),
        with(
            "8.2.1",
            "a value with a carriage return",
            MALFORMED,
            &field("x-a", "b\rc"),
        ),
        with(
            "8.2.1",
            "a request within a value",
            MALFORMED,
            &field("x-a", "b\r\n\r\nGET / HTTP/1.1"),
        ),
        with(
            "8.2.1",
            "a value that begins with a space",
            MALFORMED,
            &field("x-a", " b"),
        ),
        with(
            "8.2.1",
            "a value that ends with a space",
            MALFORMED,
            &field("x-a", "b "),
        ),
        with(
            "8.2.1",
            "a value that begins with a tab",
            MALFORMED,
            &field("x-a", "\tb"),
        ),
        with(
            "8.2.1",
            "a value that ends with a tab",
            MALFORMED,
            &field("x-a", "b\t"),
        ),
        with(
            "8.2.1",
            "a value with spaces and tabs within",
            GOOD,
            &field("x-a", "b \t c"),
        ),
        with(
            "8.2.1",
            "a value beyond ASCII",
            GOOD,
            &field("x-a", [b'b', 0xe4, 0xff]),
        ),
        with(
            "8.2.3",
            "a cookie in crumbs",
            GOOD,
            &block(&[("cookie", "a=b"), ("cookie", "c=d")]),
        ),
    ]
}

fn connection() -> Vec<Row> {
    vec![
        with(
            "8.2.2",
            "Connection: close",
            MALFORMED,
            &field("connection", "close"),
        ),
        with(
            "8.2.2",
            "Connection: keep-alive",
            MALFORMED,
            &field("connection", "keep-alive"),
        ),
        with(
            "8.2.2",
            "Keep-Alive",
            MALFORMED,
            &field("keep-alive", "timeout=5"),
        ),
        with(
            "8.2.2",
            "Proxy-Connection",
            MALFORMED,
            &field("proxy-connection", "keep-alive"),
        ),
        with(
            "8.2.2",
            "Transfer-Encoding: chunked",
            MALFORMED,
            &field("transfer-encoding", "chunked"),
        ),
        with(
            "8.2.2",
            "Transfer-Encoding: identity",
            MALFORMED,
            &field("transfer-encoding", "identity"),
        ),
        with("8.2.2", "Upgrade", MALFORMED, &field("upgrade", "h2c")),
        with("8.2.2", "TE: trailers", GOOD, &field("te", "trailers")),
        with("8.2.2", "TE: gzip", MALFORMED, &field("te", "gzip")),
        with(
            "8.2.2",
            "TE: trailers, gzip",
            MALFORMED,
            &field("te", "trailers, gzip"),
        ),
        with(
            "8.2.2",
            "HTTP2-Settings, which means nothing here",
            GOOD,
            &field("http2-settings", "AAMAAABk"),
        ),
    ]
}
