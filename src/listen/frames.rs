//! What an HTTP/2 client sends beside requests: `SETTINGS`, `PING`, resets, priorities, empty and
//! unknown frames. Each costs this side work and the client nothing, and the library answers any
//! number of them, so they are counted as they come in (RFC 9113 §10.5; CVE-2019-9511 to 9518).
//! The library also takes a connection whose first frame is not `SETTINGS`, which must end (§3.4).

use std::time::{Duration, Instant};

/// In which so many frames are too many.
const WINDOW: Duration = Duration::from_secs(10);

/// What a `WINDOW_UPDATE` may be for; of those that are for fewer bytes each counts.
const UPDATE_BYTES: u64 = 256;
/// What may be sent ahead of its `WINDOW_UPDATE`s.
const MAX_UNUSED_BYTES: u64 = 64 << 20;

/// Of the preface of a connection (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Its type and its flag (§6.5).
const SETTINGS: u8 = 4;
const ACK: u8 = 1;

/// A frame's head (RFC 9113 §4.1).
const HEAD_BYTES: usize = 9;

/// Follows what a client sends.
#[derive(Debug)]
pub(super) struct Frames {
    at: At,
    counted: u32,
    has_settings: bool,
    since: Option<Instant>,
    /// Sent, and no `WINDOW_UPDATE` has come for it.
    sent_bytes: u64,
}

#[derive(Debug)]
enum At {
    /// In the preface, of which so many bytes came.
    Preface(usize),
    /// It is HTTP/1, or nothing.
    Other,
    Head([u8; HEAD_BYTES], usize),
    Payload(u64),
    /// The preface ended with something else than `SETTINGS`.
    Wrong,
}

/// What has come of a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// So many frames of upkeep within [`WINDOW`]; in HTTP/1 none.
    Upkeep(u32),
    /// No HTTP/2, after a preface that promised it.
    Wrong,
}

impl Frames {
    pub(super) const fn new() -> Self {
        Self {
            at: At::Preface(0),
            counted: 0,
            has_settings: false,
            since: None,
            sent_bytes: 0,
        }
    }

    /// The client was sent so many bytes.
    pub(super) fn sent(&mut self, bytes: usize) {
        if !matches!(self.at, At::Other) {
            self.sent_bytes = (self.sent_bytes + bytes as u64).min(MAX_UNUSED_BYTES);
        }
    }

    /// Bytes of the client.
    pub(super) fn came(&mut self, mut bytes: &[u8]) -> Came {
        while let [first, rest @ ..] = bytes {
            match &mut self.at {
                At::Other => break,
                At::Wrong => return Came::Wrong,
                At::Preface(read) => {
                    if PREFACE.get(*read) != Some(first) {
                        self.at = At::Other;
                        break;
                    }
                    *read += 1;
                    if *read == PREFACE.len() {
                        self.at = At::Head([0; HEAD_BYTES], 0);
                    }
                    bytes = rest;
                }
                At::Head(head, read) => {
                    head[*read] = *first;
                    *read += 1;
                    bytes = rest;
                    if *read == HEAD_BYTES {
                        let head = *head;
                        self.frame(head);
                    }
                }
                At::Payload(left) => {
                    let taken = bytes
                        .len()
                        .min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= taken as u64;
                    bytes = bytes.get(taken..).unwrap_or_default();
                    if *left == 0 {
                        self.at = At::Head([0; HEAD_BYTES], 0);
                    }
                }
            }
        }
        match self.at {
            At::Wrong => Came::Wrong,
            _ => Came::Upkeep(self.counted),
        }
    }

    fn frame(&mut self, head: [u8; HEAD_BYTES]) {
        let [a, b, c, kind, flags, ..] = head;
        if !self.has_settings {
            if kind != SETTINGS || flags & ACK != 0 {
                self.at = At::Wrong;
                return;
            }
            self.has_settings = true;
        }
        let len_bytes = u64::from(u32::from_be_bytes([0, a, b, c]));
        self.at = match len_bytes {
            0 => At::Head([0; HEAD_BYTES], 0),
            _ => At::Payload(len_bytes),
        };
        let is_upkeep = match kind {
            // DATA, HEADERS, CONTINUATION: only what holds nothing.
            0 | 1 | 9 => len_bytes == 0,
            // WINDOW_UPDATE
            8 => match self.sent_bytes.checked_sub(UPDATE_BYTES) {
                Some(left) => {
                    self.sent_bytes = left;
                    false
                }
                None => true,
            },
            _ => true,
        };
        if is_upkeep {
            self.count(Instant::now());
        }
    }

    fn count(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        if now.saturating_duration_since(since) >= WINDOW {
            (self.since, self.counted) = (Some(now), 0);
        }
        self.counted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Came, Frames, PREFACE};

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let len = u8::try_from(payload.len()).unwrap();
        [&[0, 0, len, kind, 0, 0, 0, 0, 0], payload].concat()
    }

    #[test]
    fn upkeep_is_counted_however_it_is_cut_and_requests_are_not() {
        let mut all = PREFACE.to_vec();
        all.extend(frame(4, &[]));
        all.extend(frame(6, &[7; 8]));
        all.extend(frame(1, &[1; 40]));
        all.extend(frame(3, &[0; 4]));
        all.extend(frame(0, &[]));
        all.extend(frame(99, &[1]));
        for at_once in [1, 7, all.len()] {
            let mut frames = Frames::new();
            let counted = all.chunks(at_once).map(|part| frames.came(part)).last();
            assert_eq!(counted, Some(Came::Upkeep(5)), "{at_once}");
        }
    }

    #[test]
    fn a_window_is_opened_for_what_was_sent_and_not_for_nothing() {
        let mut frames = Frames::new();
        frames.came(PREFACE);
        frames.came(&frame(4, &[]));
        frames.sent(1_000);
        let update = frame(8, &[0, 0, 0, 1]);
        let counted: Vec<Came> = (0..5).map(|_| frames.came(&update)).collect();
        assert_eq!(counted, [1, 1, 1, 2, 3].map(Came::Upkeep));
    }

    #[test]
    fn the_first_frame_is_settings() {
        let mut acknowledged = frame(4, &[]);
        acknowledged[4] = 1;
        for first in [frame(6, &[7; 8]), frame(1, &[1; 40]), acknowledged] {
            let mut frames = Frames::new();
            assert_eq!(frames.came(PREFACE), Came::Upkeep(0));
            assert_eq!(frames.came(&first), Came::Wrong);
            assert_eq!(frames.came(&frame(4, &[])), Came::Wrong);
        }
    }

    #[test]
    fn http_1_is_not_looked_at() {
        let mut frames = Frames::new();
        assert_eq!(frames.came(b"PRIVATE / HTTP/1.1\r\n\r\n"), Came::Upkeep(0));
        assert_eq!(frames.came(&frame(6, &[0; 8])), Came::Upkeep(0));
    }
}
