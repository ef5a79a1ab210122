//! Floods: what costs a client little and this side work (RFC 9113 §10.5), with their CVEs.

use super::wire::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, FILM, HEADER_TABLE_SIZE, HEADERS,
    INITIAL_WINDOW_SIZE, PADDED, PING, PRIORITY, SETTINGS, asks, begun, field, frame, goaway, good,
    hello, padded, priority, reset, settings, stalling, string, whole, window,
};

/// A flood.
pub(super) struct Flood {
    pub(super) name: &'static str,
    /// What comes before it.
    pub(super) start: Vec<u8>,
    /// Its frames; the number counts up from 0.
    pub(super) unit: fn(u32) -> Vec<u8>,
    /// Frames in a unit.
    pub(super) frames: u32,
    /// What must come before any other frame may.
    pub(super) end: Vec<u8>,
    /// Whether each unit waits for the head of the answer to its request.
    pub(super) is_paced: bool,
}

fn flood(name: &'static str, start: &[Vec<u8>], frames: u32, unit: fn(u32) -> Vec<u8>) -> Flood {
    Flood {
        name,
        start: start.concat(),
        unit,
        frames,
        end: Vec::new(),
        is_paced: false,
    }
}

fn film() -> Vec<u8> {
    asks("GET", &FILM)
}

fn post() -> Vec<u8> {
    asks("POST", "/a.txt")
}

/// The stream of a unit's request.
pub(super) fn own(at: u32) -> u32 {
    2 * at + 3
}

pub(super) fn all() -> Vec<Flood> {
    let all = [
        requests(),
        made_resets(),
        blocks(),
        bodies(),
        upkeep(),
        windows(),
    ];
    all.into_iter().flatten().collect()
}

fn requests() -> Vec<Flood> {
    let answered = flood(
        "resets, each behind an answer's head",
        &[stalling(), whole(1, &film())],
        2,
        |at| [reset(own(at) - 2, 8), whole(own(at), &film())].concat(),
    );
    vec![
        flood("rapid reset (CVE-2023-44487)", &[stalling()], 2, |at| {
            [whole(own(at), &film()), reset(own(at), 8)].concat()
        }),
        Flood {
            is_paced: true,
            ..answered
        },
        flood("requests beyond `max_streams`", &[stalling()], 1, |at| {
            whole(own(at), &film())
        }),
        flood("requests that are malformed", &[hello()], 1, |at| {
            whole(own(at), &[good(), field("connection", "close")].concat())
        }),
        flood("requests without a field", &[hello()], 1, |at| {
            whole(own(at), &[])
        }),
    ]
}

/// This side is made to reset.
fn made_resets() -> Vec<Flood> {
    const MOST: u32 = 0x7fff_ffff;
    vec![
        flood(
            "made you reset, by windows (CVE-2025-8671)",
            &[hello()],
            2,
            |at| [whole(own(at), &film()), window(own(at), MOST)].concat(),
        ),
        flood("made you reset, by lengths", &[stalling()], 2, |at| {
            let head = [post(), field("content-length", "1")].concat();
            [
                begun(own(at), &head),
                frame(DATA, END_STREAM, own(at), b"ab"),
            ]
            .concat()
        }),
        flood("made you reset, by priorities", &[hello()], 1, |at| {
            frame(PRIORITY, 0, own(at), &priority(own(at)))
        }),
        flood(
            "DATA on a stream that the client reset",
            &[hello(), whole(1, &good()), reset(1, 8)],
            1,
            |_| frame(DATA, END_STREAM, 1, b"x"),
        ),
        flood(
            "HEADERS on a stream that this side reset",
            &[
                stalling(),
                begun(1, &film()),
                window(1, MOST),
                window(1, MOST),
            ],
            1,
            |_| whole(1, &good()),
        ),
    ]
}

fn blocks() -> Vec<Flood> {
    let begun = |name, unit| Flood {
        end: frame(CONTINUATION, END_HEADERS, 1, &[]),
        ..flood(
            name,
            &[hello(), frame(HEADERS, END_STREAM, 1, &good())],
            1,
            unit,
        )
    };
    vec![
        begun("CONTINUATION (CVE-2024-27316)", |_| {
            frame(CONTINUATION, 0, 1, &field("a", "b"))
        }),
        begun("CONTINUATION of 16 KB", |_| {
            frame(CONTINUATION, 0, 1, &field("a", "b".repeat(16_000)))
        }),
        begun("CONTINUATION of nothing", |_| {
            frame(CONTINUATION, 0, 1, &[])
        }),
        flood("HPACK bomb (CVE-2016-6581)", &[hello()], 1, |at| {
            let put = [vec![0x40], string("x"), string("v".repeat(4_000))].concat();
            whole(own(at), &[good(), put, vec![0xbe; 8_000]].concat())
        }),
    ]
}

/// Of a request whose answer has no room.
fn bodies() -> Vec<Flood> {
    let open = || [stalling(), begun(1, &post())];
    vec![
        flood("empty DATA (CVE-2019-9518)", &open(), 1, |_| {
            frame(DATA, 0, 1, &[])
        }),
        flood("DATA of padding", &open(), 1, |_| {
            frame(DATA, PADDED, 1, &padded(b"", 255))
        }),
        flood("DATA of a byte", &open(), 1, |_| frame(DATA, 0, 1, b"x")),
        flood("empty HEADERS", &open(), 1, |_| {
            frame(HEADERS, END_HEADERS, 1, &[])
        }),
    ]
}

fn upkeep() -> Vec<Flood> {
    let streams = (0..100).flat_map(|at| whole(own(at), &film())).collect();
    vec![
        flood("PING (CVE-2019-9512)", &[hello()], 1, |at| {
            frame(PING, 0, 0, &u64::from(at).to_be_bytes())
        }),
        flood("answers to no PING", &[hello()], 1, |_| {
            frame(PING, ACK, 0, &[0; 8])
        }),
        flood("SETTINGS (CVE-2019-9515)", &[hello()], 1, |_| settings(&[])),
        flood("SETTINGS of other table sizes", &[hello()], 1, |at| {
            settings(&[(HEADER_TABLE_SIZE, at % 2 * 4_096)])
        }),
        flood(
            "SETTINGS of other windows, for 100 streams",
            &[stalling(), streams],
            1,
            |at| settings(&[(INITIAL_WINDOW_SIZE, at % 2)]),
        ),
        flood("SETTINGS of 2,730 settings", &[hello()], 1, |_| {
            settings(&[(0xff, 0); 2_730])
        }),
        flood("acknowledgements of SETTINGS", &[hello()], 1, |_| {
            frame(SETTINGS, ACK, 0, &[])
        }),
        flood("PRIORITY (CVE-2019-9513)", &[hello()], 1, |at| {
            frame(PRIORITY, 0, own(at), &priority(0))
        }),
        flood(
            "RST_STREAM of one stream",
            &[stalling(), whole(1, &film())],
            1,
            |_| reset(1, 8),
        ),
        flood("GOAWAY", &[stalling(), whole(1, &film())], 1, |_| {
            goaway(1, 0, b"")
        }),
        flood("frames nobody knows", &[hello()], 1, |_| {
            frame(0xfa, 0, 0, b"x")
        }),
    ]
}

fn windows() -> Vec<Flood> {
    vec![
        flood(
            "WINDOW_UPDATE of a byte for the connection",
            &[hello()],
            1,
            |_| window(0, 1),
        ),
        flood(
            "WINDOW_UPDATE of a byte for a stream",
            &[stalling(), begun(1, &post())],
            1,
            |_| window(1, 1),
        ),
        flood(
            "an answer byte by byte (CVE-2019-9511)",
            &[stalling(), whole(1, &film())],
            1,
            |_| window(1, 1),
        ),
        flood(
            "WINDOW_UPDATE on a stream that is done",
            &[hello(), whole(1, &good())],
            1,
            |_| window(1, 1),
        ),
    ]
}
