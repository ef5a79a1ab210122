//! SETTINGS, PING, GOAWAY and RST_STREAM (RFC 9113 §6.4, §6.5, §6.7, §6.8, §7).

use super::row::Allow::{Gone, Lives, Status};
use super::row::{Row, row, stalled};
use super::wire::{
    ACK, CANCEL, ENABLE_CONNECT_PROTOCOL, ENABLE_PUSH, FILM, FLOW_CONTROL, FRAME_SIZE, GOAWAY,
    HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE,
    MAX_HEADER_LIST_SIZE, NO_ERROR, NO_RFC7540_PRIORITIES, PING, PROTOCOL, RST_STREAM, SETTINGS,
    asks, begun, frame, get, goaway, reset, settings, whole,
};

pub(super) fn rows() -> Vec<Row> {
    [values(), shapes(), pings(), goaways(), resets()].concat()
}

/// One setting, behind the first SETTINGS, and a request.
fn set(name: &'static str, allow: &'static [super::row::Allow], id: u16, value: u32) -> Row {
    row("6.5.2", name, allow, &[settings(&[(id, value)]), get(1)])
}

fn values() -> Vec<Row> {
    const GOOD: &[super::row::Allow] = &[Status(1, 200)];
    vec![
        set("ENABLE_PUSH 0", GOOD, ENABLE_PUSH, 0),
        set(
            "ENABLE_PUSH 1, of which the server makes no use",
            GOOD,
            ENABLE_PUSH,
            1,
        ),
        set("ENABLE_PUSH 2", &[Gone(PROTOCOL)], ENABLE_PUSH, 2),
        set(
            "INITIAL_WINDOW_SIZE, the greatest",
            GOOD,
            INITIAL_WINDOW_SIZE,
            0x7fff_ffff,
        ),
        set(
            "INITIAL_WINDOW_SIZE, too great",
            &[Gone(FLOW_CONTROL)],
            INITIAL_WINDOW_SIZE,
            1 << 31,
        ),
        set("MAX_FRAME_SIZE, the least", GOOD, MAX_FRAME_SIZE, 1 << 14),
        set(
            "MAX_FRAME_SIZE, the greatest",
            GOOD,
            MAX_FRAME_SIZE,
            (1 << 24) - 1,
        ),
        set(
            "MAX_FRAME_SIZE, too small",
            &[Gone(PROTOCOL)],
            MAX_FRAME_SIZE,
            (1 << 14) - 1,
        ),
        set(
            "MAX_FRAME_SIZE, too great",
            &[Gone(PROTOCOL)],
            MAX_FRAME_SIZE,
            1 << 24,
        ),
        set("HEADER_TABLE_SIZE 0", GOOD, HEADER_TABLE_SIZE, 0),
        set(
            "HEADER_TABLE_SIZE, the greatest",
            GOOD,
            HEADER_TABLE_SIZE,
            u32::MAX,
        ),
        set(
            "MAX_CONCURRENT_STREAMS 0, which is about push",
            GOOD,
            MAX_CONCURRENT_STREAMS,
            0,
        ),
        set(
            "MAX_HEADER_LIST_SIZE 0, which is a hint",
            GOOD,
            MAX_HEADER_LIST_SIZE,
            0,
        ),
        set(
            "ENABLE_CONNECT_PROTOCOL, which a server ignores",
            GOOD,
            ENABLE_CONNECT_PROTOCOL,
            1,
        ),
        set("NO_RFC7540_PRIORITIES", GOOD, NO_RFC7540_PRIORITIES, 1),
        set("a setting nobody knows", GOOD, 0xabcd, u32::MAX),
        row(
            "6.5.3",
            "a setting twice: the last one holds",
            &[Status(1, 200)],
            &[
                settings(&[
                    (ENABLE_PUSH, 1),
                    (INITIAL_WINDOW_SIZE, 0),
                    (INITIAL_WINDOW_SIZE, 65_535),
                ]),
                get(1),
            ],
        ),
    ]
}

fn shapes() -> Vec<Row> {
    vec![
        row(
            "6.5",
            "SETTINGS on a stream",
            &[Gone(PROTOCOL)],
            &[frame(SETTINGS, 0, 1, &[])],
        ),
        row(
            "6.5",
            "SETTINGS of five bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(SETTINGS, 0, 0, &[0; 5])],
        ),
        row(
            "6.5",
            "SETTINGS of seven bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(SETTINGS, 0, 0, &[0; 7])],
        ),
        row(
            "6.5",
            "an acknowledgement with a payload",
            &[Gone(FRAME_SIZE)],
            &[frame(SETTINGS, ACK, 0, &[0, 1, 0, 0, 0, 0])],
        ),
        row(
            "6.5",
            "an acknowledgement of nothing",
            &[Lives, Gone(PROTOCOL)],
            &[frame(SETTINGS, ACK, 0, &[]).repeat(3)],
        ),
        row(
            "6.5.3",
            "SETTINGS three times",
            &[Lives],
            &[settings(&[]), settings(&[]), settings(&[])],
        ),
    ]
}

fn pings() -> Vec<Row> {
    // Of h2's own: one when it ends a connection, one for its users.
    const SHUTDOWN: [u8; 8] = [0x0b, 0x7b, 0xa2, 0xf0, 0x8b, 0x9b, 0xfe, 0x54];
    const USER: [u8; 8] = [0x3b, 0x7c, 0xdb, 0x7a, 0x0b, 0x87, 0x16, 0xb4];
    vec![
        row("6.7", "PING", &[Lives], &[frame(PING, 0, 0, b"ping it!")]),
        row(
            "6.7",
            "an answer to no PING",
            &[Lives],
            &[frame(PING, ACK, 0, b"ping it!")],
        ),
        row(
            "6.7",
            "answers to a PING of the server's that it has not sent",
            &[Lives],
            &[frame(PING, ACK, 0, &SHUTDOWN), frame(PING, ACK, 0, &USER)],
        ),
        row(
            "6.7",
            "PING with payloads that the server's PINGs have",
            &[Lives],
            &[frame(PING, 0, 0, &SHUTDOWN), frame(PING, 0, 0, &USER)],
        ),
        row(
            "6.7",
            "PING on a stream",
            &[Gone(PROTOCOL)],
            &[frame(PING, 0, 1, &[1; 8])],
        ),
        row(
            "6.7",
            "PING of seven bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(PING, 0, 0, &[1; 7])],
        ),
        row(
            "6.7",
            "PING of nine bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(PING, 0, 0, &[1; 9])],
        ),
        row(
            "6.7",
            "PING without a payload",
            &[Gone(FRAME_SIZE)],
            &[frame(PING, 0, 0, &[])],
        ),
    ]
}

fn goaways() -> Vec<Row> {
    vec![
        row(
            "6.8",
            "GOAWAY on a stream",
            &[Gone(PROTOCOL)],
            &[frame(GOAWAY, 0, 1, &[0; 8])],
        ),
        row(
            "6.8",
            "GOAWAY of seven bytes",
            &[Gone(FRAME_SIZE)],
            &[frame(GOAWAY, 0, 0, &[0; 7])],
        ),
        row(
            "6.8",
            "GOAWAY behind a request, which is answered",
            &[Status(1, 200)],
            &[get(1), goaway(0, NO_ERROR, b"bye")],
        ),
        row(
            "6.8",
            "GOAWAY on a quiet connection, which ends then",
            &[Gone(NO_ERROR)],
            &[goaway(0, NO_ERROR, b"")],
        ),
        row(
            "7",
            "GOAWAY with a code nobody knows",
            &[Gone(NO_ERROR)],
            &[goaway(0, 0xff, b"")],
        ),
        stalled(
            "6.8",
            "GOAWAY twice, the second with a smaller number",
            &[Status(1, 200)],
            &[
                get(1),
                goaway(0x7fff_ffff, NO_ERROR, b""),
                goaway(0, NO_ERROR, b""),
            ],
        ),
    ]
}

fn resets() -> Vec<Row> {
    let film = || asks("GET", &FILM);
    vec![
        row(
            "6.4",
            "RST_STREAM on the connection",
            &[Gone(PROTOCOL)],
            &[reset(0, CANCEL)],
        ),
        stalled(
            "6.4",
            "RST_STREAM of three bytes",
            &[Gone(FRAME_SIZE)],
            &[whole(1, &film()), frame(RST_STREAM, 0, 1, &[0; 3])],
        ),
        stalled(
            "6.4",
            "RST_STREAM of five bytes",
            &[Gone(FRAME_SIZE)],
            &[whole(1, &film()), frame(RST_STREAM, 0, 1, &[0; 5])],
        ),
        stalled(
            "7",
            "RST_STREAM with a code nobody knows",
            &[Lives],
            &[whole(1, &film()), reset(1, 0xff)],
        ),
        stalled(
            "5.4.2",
            "RST_STREAM of a request whose body is to come",
            &[Lives],
            &[begun(1, &asks("POST", "/a.txt")), reset(1, CANCEL)],
        ),
        row(
            "6.4",
            "RST_STREAM of even numbers, which are the server's",
            &[Gone(PROTOCOL)],
            &[reset(2, CANCEL)],
        ),
    ]
}
