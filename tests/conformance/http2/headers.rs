//! HEADERS with and without priority, CONTINUATION, and PRIORITY (RFC 9113 §4.3, §5.3, §6.2, §6.3, §6.10).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Row, row, stalled};
use super::wire::{
    CALM, COMPRESSION, CONTINUATION, DATA, END_HEADERS, END_STREAM, FRAME_SIZE, HEADERS, PADDED,
    PING, PRIORITY, PROTOCOL, RST_STREAM, SETTINGS, WHOLE, WINDOW_UPDATE, WITH_PRIORITY, asks,
    begun, frame, get, good, good_with, padded, priority,
};

pub(super) fn rows() -> Vec<Row> {
    [priorities(), blocks(), between()].concat()
}

/// HEADERS with the fields that RFC 9113 deprecates and still takes.
fn depends(on: u32, flags: u8) -> Vec<u8> {
    frame(
        HEADERS,
        flags | WITH_PRIORITY,
        1,
        &[priority(on), good()].concat(),
    )
}

fn priorities() -> Vec<Row> {
    vec![
        row(
            "6.2",
            "HEADERS with a priority",
            &[Status(1, 200)],
            &[depends(0, WHOLE)],
        ),
        row(
            "6.2",
            "HEADERS with an exclusive one",
            &[Status(1, 200)],
            &[depends(1 << 31 | 3, WHOLE)],
        ),
        row(
            "6.2",
            "HEADERS with a priority and padding",
            &[Status(1, 200)],
            &[frame(
                HEADERS,
                WHOLE | WITH_PRIORITY | PADDED,
                1,
                &padded(&[priority(0), good()].concat(), 10),
            )],
        ),
        row(
            "5.3.1",
            "HEADERS that depend on themselves: an error in RFC 7540, ignored in RFC 9113",
            &[Status(1, 200), Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[depends(1, WHOLE)],
        ),
        row(
            "6.2",
            "HEADERS too short for their priority",
            &[Gone(FRAME_SIZE)],
            &[frame(HEADERS, WHOLE | WITH_PRIORITY, 1, &[0, 0, 0])],
        ),
        row(
            "6.3",
            "PRIORITY",
            &[Lives],
            &[frame(PRIORITY, 0, 1, &priority(0))],
        ),
        row(
            "6.3",
            "PRIORITY on the connection",
            &[Gone(PROTOCOL)],
            &[frame(PRIORITY, 0, 0, &priority(1))],
        ),
        row(
            "6.3",
            "PRIORITY that is too short",
            &[Reset(1, FRAME_SIZE), Gone(FRAME_SIZE)],
            &[frame(PRIORITY, 0, 1, &[0; 4])],
        ),
        row(
            "6.3",
            "PRIORITY that is too long",
            &[Reset(1, FRAME_SIZE), Gone(FRAME_SIZE)],
            &[frame(PRIORITY, 0, 1, &[0; 6])],
        ),
        row(
            "5.3.1",
            "PRIORITY on itself: an error in RFC 7540, ignored in RFC 9113",
            &[Lives, Reset(1, PROTOCOL), Gone(PROTOCOL)],
            &[frame(PRIORITY, 0, 1, &priority(1))],
        ),
    ]
}

/// A block in two or more frames; `cut` is where.
fn cut(block: &[u8], at: usize) -> Vec<u8> {
    let (first, rest) = block.split_at(at);
    [
        frame(HEADERS, END_STREAM, 1, first),
        frame(CONTINUATION, END_HEADERS, 1, rest),
    ]
    .concat()
}

fn blocks() -> Vec<Row> {
    let bytes = good();
    let small: Vec<u8> = bytes[10..13]
        .iter()
        .flat_map(|byte| frame(CONTINUATION, 0, 1, &[*byte]))
        .collect();
    vec![
        row(
            "6.10",
            "a block in two frames",
            &[Status(1, 200)],
            &[cut(&good(), 30)],
        ),
        row(
            "6.10",
            "a block cut within its first field",
            &[Status(1, 200)],
            &[cut(&good(), 1)],
        ),
        row(
            "6.10",
            "a block whose first frame is empty",
            &[Status(1, 200)],
            &[cut(&good(), 0)],
        ),
        row(
            "6.10",
            "a block whose last frame is empty",
            &[Status(1, 200)],
            &[cut(&bytes, bytes.len())],
        ),
        row(
            "6.10",
            "a block in five frames, three of a byte",
            &[Status(1, 200)],
            &[
                frame(HEADERS, END_STREAM, 1, &bytes[..10]),
                small,
                frame(CONTINUATION, END_HEADERS, 1, &bytes[13..]),
            ],
        ),
        row(
            "6.10",
            "a block of 40 KB in four frames",
            &[Status(1, 200)],
            &[
                frame(HEADERS, END_STREAM, 1, &bytes),
                long_field(0),
                long_field(0),
                long_field(END_HEADERS),
            ],
        ),
        row(
            "4.3",
            "a block that ends within a field",
            &[Gone(COMPRESSION)],
            &[frame(HEADERS, WHOLE, 1, &bytes[..bytes.len() - 4])],
        ),
        row(
            "4.3",
            "a block in two frames that ends within a field",
            &[Gone(COMPRESSION)],
            &[cut(&bytes[..bytes.len() - 4], 12)],
        ),
        row(
            "10.5.1",
            "a block of 80 KB, beyond SETTINGS_MAX_HEADER_LIST_SIZE",
            &[Status(1, 431), Reset(1, PROTOCOL), Gone(CALM)],
            &[
                frame(HEADERS, END_STREAM, 1, &bytes),
                [0; 6].iter().flat_map(|_| long_field(0)).collect(),
                long_field(END_HEADERS),
            ],
        ),
        row(
            "10.5.1",
            "more field lines than the server takes",
            &[Status(1, 431)],
            &[frame(
                HEADERS,
                WHOLE,
                1,
                &good_with(&[("x-many", "1"); 200]),
            )],
        ),
    ]
}

/// 12 KB in a frame of its own.
fn long_field(flags: u8) -> Vec<u8> {
    let value = "v".repeat(12_000);
    frame(CONTINUATION, flags, 1, &super::wire::field("x-long", value))
}

/// Another frame between HEADERS and its CONTINUATION.
fn between() -> Vec<Row> {
    let torn = |name, kind, stream, payload: &[u8]| {
        row(
            "6.2",
            name,
            &[Gone(PROTOCOL)],
            &[
                frame(HEADERS, END_STREAM, 1, &good()),
                frame(kind, 0, stream, payload),
                frame(CONTINUATION, END_HEADERS, 1, &[]),
            ],
        )
    };
    vec![
        torn("DATA within a header block", DATA, 1, b"x"),
        torn("HEADERS within a header block", HEADERS, 3, &good()),
        torn("PRIORITY within a header block", PRIORITY, 1, &priority(0)),
        torn("RST_STREAM within a header block", RST_STREAM, 1, &[0; 4]),
        torn("SETTINGS within a header block", SETTINGS, 0, &[]),
        torn("PING within a header block", PING, 0, &[1; 8]),
        torn(
            "WINDOW_UPDATE within a header block",
            WINDOW_UPDATE,
            0,
            &[0, 0, 0, 1],
        ),
        torn("CONTINUATION of another stream", CONTINUATION, 3, &[]),
        row(
            "6.10",
            "CONTINUATION on the connection",
            &[Gone(PROTOCOL)],
            &[
                frame(HEADERS, END_STREAM, 1, &good()),
                frame(CONTINUATION, END_HEADERS, 0, &[]),
            ],
        ),
        row(
            "6.10",
            "CONTINUATION behind a whole block",
            &[Gone(PROTOCOL)],
            &[get(1), frame(CONTINUATION, END_HEADERS, 1, &good())],
        ),
        row(
            "6.10",
            "a second CONTINUATION behind the last one",
            &[Gone(PROTOCOL)],
            &[
                cut(&good(), 30),
                frame(CONTINUATION, END_HEADERS, 1, &good()),
            ],
        ),
        stalled(
            "6.10",
            "CONTINUATION behind DATA",
            &[Gone(PROTOCOL)],
            &[
                begun(1, &asks("POST", "/a.txt")),
                frame(DATA, 0, 1, b"x"),
                frame(CONTINUATION, END_HEADERS, 1, &good()),
            ],
        ),
    ]
}
