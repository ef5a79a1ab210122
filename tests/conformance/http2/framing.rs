//! Length, type, flags, reserved bit and padding of frames (RFC 9113 §4.1, §4.2, §5.5, §6.1).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Row, row, stalled};
use super::wire::{
    CALM, CONTINUATION, DATA, END_HEADERS, END_STREAM, FRAME_SIZE, HEADERS, MAX_FRAME_SIZE, PADDED,
    PING, PROTOCOL, PUSH_PROMISE, SETTINGS, WHOLE, asks, begun, frame, get, good, good_with,
    padded, settings, whole,
};

/// SETTINGS_MAX_FRAME_SIZE as it is by default.
const LONGEST: usize = 16_384;

fn post() -> Vec<u8> {
    asks("POST", "/a.txt")
}

pub(super) fn rows() -> Vec<Row> {
    [lengths(), ignored(), padding()].concat()
}

fn lengths() -> Vec<Row> {
    let long = "a".repeat(LONGEST);
    vec![
        stalled(
            "4.2",
            "a DATA frame as long as may be",
            &[Lives],
            &[begun(1, &post()), frame(DATA, END_STREAM, 1, &[7; LONGEST])],
        ),
        stalled(
            "4.2",
            "a DATA frame that is a byte too long",
            &[Reset(1, FRAME_SIZE), Gone(FRAME_SIZE)],
            &[
                begun(1, &post()),
                frame(DATA, END_STREAM, 1, &[7; LONGEST + 1]),
            ],
        ),
        row(
            "4.2",
            "a HEADERS frame that is too long",
            &[Gone(FRAME_SIZE)],
            &[whole(1, &good_with(&[("x-long", &long)]))],
        ),
        row(
            "4.2",
            "a HEADERS frame as long as may be",
            &[Status(1, 200)],
            &[whole(1, &good_with(&[("x-long", &long[..LONGEST - 400])]))],
        ),
        row(
            "4.2",
            "a SETTINGS frame that is too long",
            &[Gone(FRAME_SIZE)],
            &[frame(SETTINGS, 0, 0, &[0; LONGEST + 2])],
        ),
        row(
            "4.2",
            "a frame of an unknown type that is too long",
            &[Gone(FRAME_SIZE)],
            &[frame(0xfa, 0, 0, &[0; LONGEST + 1])],
        ),
        row(
            "4.2",
            "a longer frame, where only the client takes longer ones",
            &[Gone(FRAME_SIZE)],
            &[
                settings(&[(MAX_FRAME_SIZE, 1 << 20)]),
                frame(0xfa, 0, 0, &[0; LONGEST + 1]),
            ],
        ),
        row(
            "6.10",
            "a CONTINUATION frame that is too long",
            &[Gone(FRAME_SIZE), Gone(CALM)],
            &[
                frame(HEADERS, END_STREAM, 1, &good()),
                frame(CONTINUATION, END_HEADERS, 1, &vec![0; LONGEST + 1]),
            ],
        ),
    ]
}

fn ignored() -> Vec<Row> {
    vec![
        row(
            "4.1",
            "a frame of an unknown type on the connection",
            &[Lives],
            &[frame(0xfa, 0xff, 0, b"what is this")],
        ),
        stalled(
            "5.5",
            "a frame of an unknown type on an open stream",
            &[Lives],
            &[
                begun(1, &post()),
                frame(0x0b, 0, 1, b"x"),
                frame(DATA, END_STREAM, 1, b""),
            ],
        ),
        row(
            "5.5",
            "a frame of an unknown type on an idle stream",
            &[Lives],
            &[frame(0xef, 0, 77, b"x")],
        ),
        row(
            "5.5",
            "ORIGIN, ALTSVC and PRIORITY_UPDATE, which are extensions",
            &[Lives],
            &[
                frame(0x0c, 0, 0, b""),
                frame(0x0a, 0, 0, &[0, 0]),
                frame(0x10, 0, 0, &[0, 0, 0, 1, b'u', b'=', b'1']),
            ],
        ),
        row(
            "5.5",
            "a frame of an unknown type within a header block",
            &[Gone(PROTOCOL)],
            &[
                frame(HEADERS, END_STREAM, 1, &good()),
                frame(0xfa, 0, 1, b"x"),
                frame(CONTINUATION, END_HEADERS, 1, &[]),
            ],
        ),
        row(
            "4.1",
            "flags that PING does not define",
            &[Lives],
            &[frame(PING, 0xfe, 0, &[3; 8])],
        ),
        row(
            "4.1",
            "flags that HEADERS does not define",
            &[Status(1, 200)],
            &[frame(HEADERS, WHOLE | 0xd0, 1, &good())],
        ),
        row(
            "4.1",
            "the reserved bit before a stream's number",
            &[Status(1, 200)],
            &[whole(1 | 1 << 31, &good())],
        ),
        row(
            "4.1",
            "the reserved bit of PING",
            &[Lives],
            &[frame(PING, 0, 1 << 31, &[3; 8])],
        ),
        row(
            "8.4",
            "PUSH_PROMISE from a client",
            &[Gone(PROTOCOL)],
            &[
                get(1),
                frame(
                    PUSH_PROMISE,
                    END_HEADERS,
                    1,
                    &[&[0, 0, 0, 2], &good()[..]].concat(),
                ),
            ],
        ),
        row(
            "6.6",
            "PUSH_PROMISE on the connection",
            &[Gone(PROTOCOL)],
            &[frame(
                PUSH_PROMISE,
                END_HEADERS,
                0,
                &[&[0, 0, 0, 2], &good()[..]].concat(),
            )],
        ),
    ]
}

fn padding() -> Vec<Row> {
    vec![
        row(
            "6.1",
            "DATA on the connection",
            &[Gone(PROTOCOL)],
            &[frame(DATA, END_STREAM, 0, b"x")],
        ),
        stalled(
            "6.1",
            "DATA with padding",
            &[Lives],
            &[
                begun(1, &post()),
                frame(DATA, PADDED | END_STREAM, 1, &padded(b"x", 200)),
            ],
        ),
        stalled(
            "6.1",
            "DATA of nothing but padding",
            &[Lives],
            &[
                begun(1, &post()),
                frame(DATA, PADDED | END_STREAM, 1, &padded(b"", 9)),
            ],
        ),
        stalled(
            "6.1",
            "DATA whose padding is as long as its payload",
            &[Gone(PROTOCOL)],
            &[
                begun(1, &post()),
                frame(DATA, PADDED | END_STREAM, 1, &[4, 0, 0, 0]),
            ],
        ),
        stalled(
            "6.1",
            "DATA whose padding is longer than its payload",
            &[Gone(PROTOCOL)],
            &[
                begun(1, &post()),
                frame(DATA, PADDED | END_STREAM, 1, &[255, 1, 2]),
            ],
        ),
        stalled(
            "6.1",
            "DATA that says it is padded and is empty",
            &[Gone(FRAME_SIZE)],
            &[begun(1, &post()), frame(DATA, PADDED | END_STREAM, 1, &[])],
        ),
        row(
            "6.2",
            "HEADERS with padding",
            &[Status(1, 200)],
            &[frame(HEADERS, WHOLE | PADDED, 1, &padded(&good(), 100))],
        ),
        row(
            "6.2",
            "HEADERS whose padding is longer than its payload",
            &[Gone(PROTOCOL)],
            &[frame(
                HEADERS,
                WHOLE | PADDED,
                1,
                &[&[255], &good()[..20]].concat(),
            )],
        ),
        row(
            "6.2",
            "HEADERS that say they are padded and are empty",
            &[Gone(FRAME_SIZE)],
            &[frame(HEADERS, WHOLE | PADDED, 1, &[])],
        ),
        row(
            "6.2",
            "HEADERS with padding that is not zero",
            &[Status(1, 200), Gone(PROTOCOL)],
            &[frame(
                HEADERS,
                WHOLE | PADDED,
                1,
                &[&[3], &good()[..], &[9; 3]].concat(),
            )],
        ),
    ]
}
