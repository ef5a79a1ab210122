//! States and numbers of streams, and how many there may be (RFC 9113 §5.1).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Row, row, stalled};
use super::wire::{
    CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, FILM, HEADERS, PRIORITY, PROTOCOL,
    REFUSED_STREAM, STREAM_CLOSED, WHOLE, asks, begun, frame, get, good, priority, reset, whole,
    window,
};

/// More than `delivery.http2.max_streams`.
const MANY: u32 = 140;
/// Behind 128 streams that are open.
const FIRST_TOO_MANY: u32 = 257;

fn post() -> Vec<u8> {
    asks("POST", "/a.txt")
}

fn film() -> Vec<u8> {
    asks("GET", &FILM)
}

pub(super) fn rows() -> Vec<Row> {
    [idle(), half_closed(), closed(), numbers()].concat()
}

fn idle() -> Vec<Row> {
    vec![
        row(
            "5.1",
            "DATA on an idle stream",
            &[Gone(PROTOCOL)],
            &[frame(DATA, END_STREAM, 1, b"x")],
        ),
        row(
            "5.1",
            "RST_STREAM on an idle stream",
            &[Gone(PROTOCOL)],
            &[reset(1, CANCEL)],
        ),
        row(
            "5.1",
            "WINDOW_UPDATE on an idle stream",
            &[Gone(PROTOCOL)],
            &[window(1, 100)],
        ),
        row(
            "5.1",
            "CONTINUATION on an idle stream",
            &[Gone(PROTOCOL)],
            &[frame(CONTINUATION, END_HEADERS, 1, &good())],
        ),
        row(
            "5.1",
            "PRIORITY on an idle stream, and a request there",
            &[Status(1, 200)],
            &[frame(PRIORITY, 0, 1, &priority(0)), get(1)],
        ),
    ]
}

fn half_closed() -> Vec<Row> {
    vec![
        stalled(
            "5.1",
            "DATA on a half-closed stream",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[whole(1, &film()), frame(DATA, END_STREAM, 1, b"x")],
        ),
        stalled(
            "5.1",
            "HEADERS on a half-closed stream",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[whole(1, &film()), get(1)],
        ),
        stalled(
            "5.1",
            "CONTINUATION on a half-closed stream",
            &[Gone(STREAM_CLOSED)],
            &[
                whole(1, &film()),
                frame(CONTINUATION, END_HEADERS, 1, &good()),
            ],
        ),
        stalled(
            "5.1",
            "WINDOW_UPDATE on a half-closed stream",
            &[Status(1, 200)],
            &[get(1), window(1, 100)],
        ),
        stalled(
            "5.1",
            "PRIORITY on a half-closed stream",
            &[Lives],
            &[
                whole(1, &film()),
                frame(PRIORITY, 0, 1, &priority(0)),
                window(1, 1),
            ],
        ),
        stalled(
            "5.1",
            "RST_STREAM on a half-closed stream",
            &[Lives],
            &[whole(1, &film()), reset(1, CANCEL)],
        ),
    ]
}

fn closed() -> Vec<Row> {
    vec![
        row(
            "5.1",
            "DATA on a stream that the client reset",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[
                begun(1, &post()),
                reset(1, CANCEL),
                frame(DATA, END_STREAM, 1, b"x"),
            ],
        ),
        row(
            "5.1",
            "HEADERS on a stream that the client reset",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[begun(1, &post()), reset(1, CANCEL), get(1)],
        ),
        row(
            "5.1",
            "DATA on a stream that is done",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[get(1)],
        )
        .then(&[frame(DATA, END_STREAM, 1, b"x")]),
        row(
            "5.1",
            "HEADERS on a stream that is done",
            &[Gone(STREAM_CLOSED)],
            &[get(1)],
        )
        .then(&[get(1)]),
        row(
            "5.1",
            "CONTINUATION on a stream that is done",
            &[Gone(STREAM_CLOSED)],
            &[get(1)],
        )
        .then(&[frame(CONTINUATION, END_HEADERS, 1, &good())]),
        row(
            "5.1",
            "WINDOW_UPDATE on a stream that is done",
            &[Lives],
            &[get(1)],
        )
        .then(&[window(1, 100)]),
        row(
            "5.1",
            "RST_STREAM on a stream that is done",
            &[Lives],
            &[get(1)],
        )
        .then(&[reset(1, CANCEL)]),
        row(
            "5.1",
            "PRIORITY on a stream that is done",
            &[Lives],
            &[get(1)],
        )
        .then(&[frame(PRIORITY, 0, 1, &priority(0))]),
        row(
            "5.1",
            "WINDOW_UPDATE and RST_STREAM on a stream that the client reset",
            &[Lives],
            &[
                whole(1, &film()),
                reset(1, CANCEL),
                window(1, 100),
                reset(1, CANCEL),
            ],
        ),
    ]
}

fn numbers() -> Vec<Row> {
    vec![
        row("5.1.1", "an even number", &[Gone(PROTOCOL)], &[get(2)]),
        row("5.1.1", "the number 0", &[Gone(PROTOCOL)], &[get(0)]),
        row(
            "5.1.1",
            "a smaller number than before",
            &[Gone(PROTOCOL)],
            &[get(5)],
        )
        .then_on(5, &[get(3)]),
        row(
            "5.1.1",
            "numbers that leave some out",
            &[Status(21, 200)],
            &[get(1)],
        )
        .then(&[get(21)]),
        row(
            "5.1.1",
            "DATA on a stream that a greater number closed",
            &[Gone(PROTOCOL), Reset(3, STREAM_CLOSED)],
            &[get(5)],
        )
        .then_on(5, &[frame(DATA, END_STREAM, 3, b"x")]),
        row(
            "5.1.1",
            "the greatest number",
            &[Status(0x7fff_ffff, 200)],
            &[get(0x7fff_ffff)],
        ),
        stalled(
            "5.1.2",
            "more requests at once than the server takes",
            &[Reset(FIRST_TOO_MANY, REFUSED_STREAM), Gone(PROTOCOL)],
            &[(0..MANY)
                .flat_map(|at| whole(2 * at + 1, &film()))
                .collect()],
        ),
        row(
            "5.1.2",
            "a request that was taken back makes room for another",
            &[Status(2 * MANY + 1, 200)],
            &[
                (0..10)
                    .flat_map(|at| [whole(2 * at + 1, &film()), reset(2 * at + 1, CANCEL)].concat())
                    .collect(),
                get(2 * MANY + 1),
            ],
        ),
        row(
            "5.1",
            "trailers that begin a stream again",
            &[Reset(1, STREAM_CLOSED), Gone(STREAM_CLOSED)],
            &[get(1)],
        )
        .then(&[frame(HEADERS, WHOLE, 1, &[])]),
    ]
}
