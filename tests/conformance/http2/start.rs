//! How a connection starts (RFC 9113 §3.4, §6.5.3), and what versions look like it.

use super::row::Allow::{Gone, Lives, Status};
use super::row::{Row, bare, row};
use super::wire::{
    ACK, ENABLE_PUSH, FRAME_SIZE, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, PING, PREFACE,
    PROTOCOL, SETTINGS, frame, get, hello, settings, window,
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "3.4",
            "preface, SETTINGS and a request",
            &[Status(1, 200)],
            &[get(1)],
        ),
        bare(
            "3.4",
            "a preface whose end is wrong",
            &[Gone(PROTOCOL)],
            &[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\n\n".to_vec(), settings(&[])],
        ),
        bare(
            "3.4",
            "a preface of another version",
            &[Gone(PROTOCOL)],
            &[b"PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n".to_vec(), settings(&[])],
        ),
        bare(
            "3.4",
            "frames without a preface",
            &[Gone(PROTOCOL)],
            &[settings(&[]), get(1)],
        ),
        bare(
            "3.4",
            "a preface twice",
            // Read as a frame, it is too long.
            &[Gone(PROTOCOL), Gone(FRAME_SIZE)],
            &[PREFACE.to_vec(), hello(), get(1)],
        ),
        bare(
            "3.4",
            "a request before the first SETTINGS",
            &[Gone(PROTOCOL)],
            &[PREFACE.to_vec(), get(1)],
        ),
        bare(
            "3.4",
            "a PING before the first SETTINGS",
            &[Gone(PROTOCOL)],
            &[PREFACE.to_vec(), frame(PING, 0, 0, &[1; 8]), settings(&[])],
        ),
        bare(
            "3.4",
            "an acknowledgement in place of the first SETTINGS",
            &[Gone(PROTOCOL)],
            &[PREFACE.to_vec(), frame(SETTINGS, ACK, 0, &[]), get(1)],
        ),
        bare(
            "3.4",
            "a WINDOW_UPDATE before the first SETTINGS",
            &[Gone(PROTOCOL)],
            &[PREFACE.to_vec(), window(0, 1), settings(&[])],
        ),
        bare(
            "3.4",
            "SETTINGS with values in the preface, and a request at once",
            &[Status(1, 200)],
            &[
                PREFACE.to_vec(),
                settings(&[
                    (ENABLE_PUSH, 0),
                    (MAX_CONCURRENT_STREAMS, 100),
                    (INITIAL_WINDOW_SIZE, 1 << 20),
                ]),
                window(0, 1 << 20),
                get(1),
            ],
        ),
        bare(
            "3.4",
            "nothing but preface and SETTINGS",
            &[Lives],
            &[hello()],
        ),
    ]
}
