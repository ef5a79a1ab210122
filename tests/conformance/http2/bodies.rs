//! Bodies, their lengths, and trailers (RFC 9113 §8.1).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Allow, MALFORMED, Row, row, stalled};
use super::wire::{
    DATA, END_HEADERS, END_STREAM, HEADERS, PROTOCOL, STREAM_CLOSED, WHOLE, asks, begun, block,
    field, frame, get, good, good_with, reset, whole,
};

const GOOD: &[Allow] = &[Status(1, 200)];

pub(super) fn rows() -> Vec<Row> {
    [lengths(), trailers(), bodies(), differs()].concat()
}

fn with(section: &'static str, name: &'static str, allow: &'static [Allow], field: &[u8]) -> Row {
    row(
        section,
        name,
        allow,
        &[whole(1, &[&good(), field].concat())],
    )
}

/// A request whose body has a length, and its frames of DATA; the last one ends the stream.
fn body(name: &'static str, allow: &'static [Allow], length: &str, parts: &[&[u8]]) -> Row {
    let head = [asks("POST", "/a.txt"), field("content-length", length)].concat();
    let data = parts.iter().enumerate().flat_map(|(at, part)| {
        let last = at + 1 == parts.len();
        frame(DATA, if last { END_STREAM } else { 0 }, 1, part)
    });
    stalled("8.1.1", name, allow, &[begun(1, &head), data.collect()])
}

fn lengths() -> Vec<Row> {
    const WRONG: &[Allow] = &[Reset(1, PROTOCOL), Gone(PROTOCOL)];
    vec![
        body("a body of its length", &[Lives], "4", &[b"abcd"]),
        body(
            "a body of its length in two frames",
            &[Lives],
            "4",
            &[b"ab", b"cd"],
        ),
        body("a body shorter than its length", WRONG, "5", &[b"abcd"]),
        body("a body longer than its length", WRONG, "3", &[b"abcd"]),
        body(
            "a body longer than its length in its second frame",
            WRONG,
            "3",
            &[b"abc", b"d"],
        ),
        body("an empty body with a length", WRONG, "1", &[b""]),
        body("an empty body of the length 0", &[Lives], "0", &[b""]),
        body("a length that is no number", WRONG, "4a", &[b"abcd"]),
        body("a length with a sign", WRONG, "+4", &[b"abcd"]),
        body("a length that is negative", WRONG, "-4", &[b"abcd"]),
        body(
            "a length beyond 64 bits",
            WRONG,
            "99999999999999999999999",
            &[b"abcd"],
        ),
        body("two lengths in one line", WRONG, "4, 4", &[b"abcd"]),
        with(
            "8.1.1",
            "a length without a body",
            MALFORMED,
            &field("content-length", "1"),
        ),
        with(
            "8.1.1",
            "the length 0 without a body",
            GOOD,
            &field("content-length", "0"),
        ),
        stalled(
            "8.1.1",
            "two different lengths",
            WRONG,
            &[
                begun(
                    1,
                    &good_with(&[("content-length", "1"), ("content-length", "2")]),
                ),
                frame(DATA, END_STREAM, 1, b"a"),
            ],
        ),
    ]
}

fn trailers() -> Vec<Row> {
    let post = || begun(1, &asks("POST", "/a.txt"));
    let data = || frame(DATA, 0, 1, b"x");
    let behind = |flags, fields: &[(&str, &str)]| frame(HEADERS, flags, 1, &block(fields));
    vec![
        stalled(
            "8.1",
            "trailers",
            &[Lives],
            &[post(), data(), behind(WHOLE, &[("x-sum", "1")])],
        ),
        stalled(
            "8.1",
            "trailers without a body",
            &[Lives],
            &[post(), behind(WHOLE, &[("x-sum", "1")])],
        ),
        stalled(
            "8.1",
            "trailers that do not end the stream",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[post(), data(), behind(END_HEADERS, &[("x-sum", "1")])],
        ),
        stalled(
            "8.1",
            "trailers with a connection-specific field",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[post(), data(), behind(WHOLE, &[("connection", "close")])],
        ),
        stalled(
            "8.1",
            "trailers with a name in capitals",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[post(), data(), behind(WHOLE, &[("X-Sum", "1")])],
        ),
        stalled(
            "8.1.1",
            "trailers behind a body shorter than its length",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[
                begun(
                    1,
                    &[asks("POST", "/a.txt"), field("content-length", "5")].concat(),
                ),
                data(),
                behind(WHOLE, &[("x-sum", "1")]),
            ],
        ),
        stalled(
            "8.1",
            "DATA behind trailers",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[post(), data(), behind(WHOLE, &[("x-sum", "1")]), data()],
        ),
    ]
}

fn bodies() -> Vec<Row> {
    vec![
        row(
            "8.1",
            "GET with a body, which is skipped",
            GOOD,
            &[begun(1, &good()), frame(DATA, END_STREAM, 1, b"ignored")],
        ),
        row(
            "8.1",
            "GET whose body is to come, which is not waited for",
            GOOD,
            &[begun(1, &good())],
        ),
        row(
            "8.1",
            "GET that an empty frame of DATA ends",
            GOOD,
            &[begun(1, &good()), frame(DATA, END_STREAM, 1, &[])],
        ),
        row(
            "8.1",
            "GET with a body and further requests",
            &[Status(5, 200)],
            &[
                begun(1, &good()),
                frame(DATA, END_STREAM, 1, b"ignored"),
                get(3),
                get(5),
            ],
        ),
        row(
            "8.1",
            "Expect: 100-continue",
            &[Status(1, 405)],
            &[begun(
                1,
                &[asks("POST", "/a.txt"), field("expect", "100-continue")].concat(),
            )],
        ),
        row(
            "8.7",
            "a request that is reset, and one like it",
            &[Status(3, 200)],
            &[get(1), reset(1, 8), get(3)],
        ),
        row(
            "8.1",
            "ten requests at once",
            &[Status(19, 200)],
            &[(0..10).flat_map(|at| get(2 * at + 1)).collect()],
        ),
    ]
}

/// What RFC 9113 does not allow, and happens: docs/DELIVERY.md names it too.
fn differs() -> Vec<Row> {
    vec![
        // §8.1 calls such a request malformed. The library tells of trailers to whoever reads the
        // body, and bodies are not read; so the request is answered as one without trailers.
        stalled(
            "8.1",
            "trailers with a pseudo-header field, of a body that nobody reads",
            &[Lives],
            &[
                begun(1, &asks("POST", "/a.txt")),
                frame(DATA, 0, 1, b"x"),
                frame(HEADERS, WHOLE, 1, &block(&[(":method", "GET")])),
            ],
        ),
    ]
}
