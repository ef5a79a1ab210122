//! Windows of streams and of the connection (RFC 9113 §5.2, §6.9).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Row, bare, row, stalled};
use super::wire::{
    DATA, FILM, FLOW_CONTROL, FRAME_SIZE, INITIAL_WINDOW_SIZE, PREFACE, PROTOCOL, WINDOW_UPDATE,
    asks, begun, frame, get, settings, whole, window,
};

/// The greatest window.
const MOST: u32 = 0x7fff_ffff;

pub(super) fn rows() -> Vec<Row> {
    [updates(), initial(), beyond()].concat()
}

fn film() -> Vec<u8> {
    asks("GET", &FILM)
}

fn updates() -> Vec<Row> {
    vec![
        row(
            "6.9",
            "WINDOW_UPDATE of 0 for the connection",
            &[Gone(PROTOCOL)],
            &[window(0, 0)],
        ),
        stalled(
            "6.9",
            "WINDOW_UPDATE of 0 for a stream",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[whole(1, &film()), window(1, 0)],
        ),
        row(
            "6.9",
            "WINDOW_UPDATE of three bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(WINDOW_UPDATE, 0, 0, &[0, 0, 1])],
        ),
        row(
            "6.9",
            "WINDOW_UPDATE of five bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1, 0])],
        ),
        row(
            "6.9",
            "WINDOW_UPDATE with its reserved bit",
            &[Lives],
            &[window(0, 1 << 31 | 1)],
        ),
        row(
            "6.9.1",
            "the connection's window, full",
            &[Lives],
            &[window(0, MOST - 65_535)],
        ),
        row(
            "6.9.1",
            "the connection's window, overfull",
            &[Gone(FLOW_CONTROL)],
            &[window(0, MOST - 65_534)],
        ),
        row(
            "6.9.1",
            "the connection's window, overfull in two steps",
            &[Gone(FLOW_CONTROL)],
            &[window(0, MOST), window(0, MOST)],
        ),
        stalled(
            "6.9.1",
            "a stream's window, full",
            &[Lives],
            &[begun(1, &asks("POST", "/a.txt")), window(1, MOST)],
        ),
        stalled(
            "6.9.1",
            "a stream's window, overfull",
            &[Reset(1, FLOW_CONTROL), Gone(FLOW_CONTROL)],
            &[whole(1, &film()), window(1, MOST), window(1, MOST)],
        ),
        stalled(
            "6.9",
            "an answer that waits for its window, in two parts",
            &[Status(1, 200)],
            &[get(1), window(1, 1), window(1, 4)],
        ),
    ]
}

fn initial() -> Vec<Row> {
    let start = |value| [PREFACE, &settings(&[(INITIAL_WINDOW_SIZE, value)])].concat();
    let set = |value| settings(&[(INITIAL_WINDOW_SIZE, value)]);
    vec![
        bare(
            "6.9.2",
            "windows of a byte",
            &[Status(1, 200)],
            &[start(1), get(1), window(1, 4)],
        ),
        bare(
            "6.9.2",
            "windows that SETTINGS opens later",
            &[Status(1, 200)],
            &[start(0), get(1), set(100)],
        ),
        bare(
            "6.9.2",
            "windows that SETTINGS makes negative, and WINDOW_UPDATE positive",
            &[Lives],
            &[start(3), whole(1, &film()), set(0), window(1, 2), set(4)],
        ),
        bare(
            "6.9.2",
            "a stream's window that SETTINGS overfills",
            &[Gone(FLOW_CONTROL)],
            &[
                start(65_535),
                whole(1, &film()),
                window(1, MOST - 65_535),
                set(131_070),
            ],
        ),
        bare(
            "6.9.2",
            "SETTINGS that leaves the connection's window alone",
            &[Lives],
            &[start(0), set(MOST - 100), window(0, MOST - 65_535)],
        ),
    ]
}

/// The server's own windows hold 65,535 bytes, or what its SETTINGS say, and it opens none while a
/// body is not read.
fn beyond() -> Vec<Row> {
    let much: Vec<u8> = (0..160)
        .flat_map(|_| frame(DATA, 0, 1, &[7; 16_384]))
        .collect();
    vec![
        stalled(
            "6.9.1",
            "2.6 MB of a body nobody reads",
            &[Reset(1, FLOW_CONTROL), Gone(FLOW_CONTROL)],
            &[begun(1, &asks("POST", "/a.txt")), much],
        ),
        stalled(
            "5.2",
            "a body within the window, which nobody reads",
            &[Lives],
            &[
                begun(1, &asks("POST", "/a.txt")),
                frame(DATA, 1, 1, &[7; 16_000]),
            ],
        ),
    ]
}
