//! What an HTTP/2 client sends beside requests: `SETTINGS`, `PING`, resets, priorities, empty and
//! unknown frames, and requests that get no answer. Each costs this side work and the client nothing,
//! and the library answers any number of them, so they are counted as they come in (RFC 9113 §10.5;
//! CVE-2019-9511 to 9518, CVE-2023-44487, CVE-2025-8671).
//! The library also takes a connection whose first frame is not `SETTINGS`, which must end (§3.4).

use std::time::{Duration, Instant};

/// In which so many frames are too many.
const WINDOW: Duration = Duration::from_secs(10);

/// One `WINDOW_UPDATE` is let through for so many bytes sent; further ones count. What it adds to a
/// window is not looked at.
const UPDATE_BYTES: u64 = 256;
/// What may be sent ahead of its `WINDOW_UPDATE`s.
const MAX_UNUSED_BYTES: u64 = 4 << 20;

/// A frame of a body that is smaller is little. Padding, of which there may be as much, is no body.
const LITTLE_BYTES: u64 = 256;
/// Little ones and trailers that a request may bring along; further ones count.
const BESIDE: u32 = 4;

/// What is counted for frames that take another one back: that too was read for nothing.
const TWICE: u32 = 2;

/// What `SETTINGS` count, and each setting in them counts one more: a client sends them once or twice,
/// and they may change the windows of every stream.
const OF_SETTINGS: u32 = 10;
/// A setting (§6.5.1).
const SETTING_BYTES: u32 = 6;

/// Of the preface of a connection (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame's head (RFC 9113 §4.1).
const HEAD_BYTES: usize = 9;

/// Types of frames (§6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
/// Their flags.
const ACK: u8 = 1;
const PADDED: u8 = 8;

/// Follows what a client sends.
#[derive(Debug)]
pub(super) struct Frames {
    at: At,
    has_settings: bool,
    /// Requests that may be on their way at once.
    max_streams: u32,
    last_stream: u32,
    since: Option<Instant>,
    /// Within [`WINDOW`].
    upkeep: u32,
    /// Requests, within it, and how many had been taken before it.
    heads: u32,
    taken_before: u32,
    /// Of [`BESIDE`], for all requests.
    beside_left: u32,
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
    pub(super) const fn new(max_streams: u32) -> Self {
        Self {
            at: At::Preface(0),
            has_settings: false,
            max_streams,
            last_stream: 0,
            since: None,
            upkeep: 0,
            heads: 0,
            taken_before: 0,
            beside_left: 0,
            sent_bytes: 0,
        }
    }

    /// The client was sent so many bytes.
    pub(super) fn sent(&mut self, bytes: usize) {
        if !matches!(self.at, At::Other) {
            self.sent_bytes = (self.sent_bytes + bytes as u64).min(MAX_UNUSED_BYTES);
        }
    }

    /// Bytes of the client, of whom so many requests were taken before.
    pub(super) fn came(&mut self, mut bytes: &[u8], taken: u32) -> Came {
        let mut now = None;
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
                        let now = *now.get_or_insert_with(Instant::now);
                        self.frame(head, taken, now);
                    }
                }
                At::Payload(left) => {
                    let skipped = bytes
                        .len()
                        .min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= skipped as u64;
                    bytes = bytes.get(skipped..).unwrap_or_default();
                    if *left == 0 {
                        self.at = At::Head([0; HEAD_BYTES], 0);
                    }
                }
            }
        }
        match self.at {
            At::Wrong => Came::Wrong,
            _ => Came::Upkeep(self.counted(taken)),
        }
    }

    fn frame(&mut self, head: [u8; HEAD_BYTES], taken: u32, now: Instant) {
        let [a, b, c, kind, flags, stream @ ..] = head;
        if !self.has_settings {
            if kind != SETTINGS || flags & ACK != 0 {
                self.at = At::Wrong;
                return;
            }
            self.has_settings = true;
        }
        let length = u32::from_be_bytes([0, a, b, c]);
        let len_bytes = u64::from(length);
        self.at = match len_bytes {
            0 => At::Head([0; HEAD_BYTES], 0),
            _ => At::Payload(len_bytes),
        };
        self.turn_window(now, taken);
        let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
        self.upkeep += match kind {
            DATA => {
                let padding = if flags & PADDED == 0 { 0 } else { LITTLE_BYTES };
                self.beside(len_bytes < LITTLE_BYTES + padding)
            }
            HEADERS if len_bytes > 0 && stream > self.last_stream => {
                self.last_stream = stream;
                self.heads += 1;
                let most = BESIDE * self.max_streams;
                self.beside_left = (self.beside_left + BESIDE).min(most);
                0
            }
            HEADERS => self.beside(true),
            CONTINUATION => u32::from(len_bytes == 0),
            RST_STREAM => TWICE,
            SETTINGS if flags & ACK == 0 => OF_SETTINGS + length / SETTING_BYTES,
            WINDOW_UPDATE => match self.sent_bytes.checked_sub(UPDATE_BYTES) {
                Some(left) => {
                    self.sent_bytes = left;
                    0
                }
                None => 1,
            },
            _ => 1,
        };
    }

    /// What a little frame of a body, or one behind it, counts.
    fn beside(&mut self, is_little: bool) -> u32 {
        match self.beside_left.checked_sub(1) {
            _ if !is_little => 0,
            Some(left) => {
                self.beside_left = left;
                0
            }
            None => 1,
        }
    }

    /// Upkeep, and requests that nobody took, as they were malformed or too many: those that may be
    /// on their way are not counted.
    fn counted(&self, taken: u32) -> u32 {
        let taken = taken.wrapping_sub(self.taken_before);
        let lost = self.heads.saturating_sub(taken);
        let lost = lost.saturating_sub(self.max_streams);
        self.upkeep.saturating_add(lost.saturating_mul(TWICE))
    }

    fn turn_window(&mut self, now: Instant, taken: u32) {
        let since = *self.since.get_or_insert(now);
        if now.saturating_duration_since(since) >= WINDOW {
            self.since = Some(now);
            (self.upkeep, self.heads, self.taken_before) = (0, 0, taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BESIDE, Came, Frames, OF_SETTINGS, PREFACE, TWICE};

    const BEGUN: u32 = OF_SETTINGS;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let len = u8::try_from(payload.len()).unwrap();
        [&[0, 0, len, kind, flags, 0, 0, 0, stream], payload].concat()
    }

    fn settings() -> Vec<u8> {
        frame(4, 0, 0, &[])
    }

    /// A client that has sent its first frame, which counts.
    fn begun(max_streams: u32) -> Frames {
        let mut frames = Frames::new(max_streams);
        assert_eq!(frames.came(PREFACE, 0), Came::Upkeep(0));
        assert_eq!(frames.came(&settings(), 0), Came::Upkeep(BEGUN));
        frames
    }

    #[test]
    fn upkeep_is_counted_however_it_is_cut_and_requests_are_not() {
        let mut all = PREFACE.to_vec();
        all.extend(settings());
        all.extend(frame(6, 0, 0, &[7; 8]));
        all.extend(frame(1, 4, 1, &[1; 40]));
        all.extend(frame(3, 0, 1, &[0; 4]));
        all.extend(frame(9, 0, 1, &[]));
        all.extend(frame(99, 0, 0, &[1]));
        for at_once in [1, 7, all.len()] {
            let mut frames = Frames::new(10);
            let came = all.chunks(at_once).map(|part| frames.came(part, 0)).last();
            assert_eq!(came, Some(Came::Upkeep(BEGUN + 3 + TWICE)), "{at_once}");
        }
    }

    #[test]
    fn settings_count_by_what_they_hold() {
        let mut frames = begun(10);
        let three = frame(4, 0, 0, &[0; 18]);
        assert_eq!(frames.came(&three, 0), Came::Upkeep(2 * BEGUN + 3));
        let acknowledged = frame(4, 1, 0, &[]);
        assert_eq!(frames.came(&acknowledged, 0), Came::Upkeep(2 * BEGUN + 4));
    }

    #[test]
    fn a_window_is_opened_for_what_was_sent_and_not_for_nothing() {
        let mut frames = begun(10);
        frames.sent(1_000);
        let update = frame(8, 0, 0, &[0, 0, 0, 1]);
        let counted: Vec<Came> = (0..5).map(|_| frames.came(&update, 0)).collect();
        assert_eq!(
            counted,
            [0, 0, 0, 1, 2].map(|more| Came::Upkeep(BEGUN + more))
        );
    }

    #[test]
    fn a_request_may_bring_some_little_frames_along() {
        for little in [
            frame(0, 0, 1, &[]),
            frame(0, 1, 1, b"end"),
            frame(0, 8, 1, &[200; 201]),
            frame(1, 5, 1, b"trailers"),
        ] {
            let mut frames = begun(10);
            frames.came(&frame(1, 4, 1, b"head"), 1);
            let bring = |frames: &mut Frames| frames.came(&little, 1);
            let counted: Vec<Came> = (0..=BESIDE).map(|_| bring(&mut frames)).collect();
            let last = counted.len() - 1;
            assert!(
                counted[..last]
                    .iter()
                    .all(|came| *came == Came::Upkeep(BEGUN))
            );
            assert_eq!(counted[last], Came::Upkeep(BEGUN + 1), "{little:?}");
        }
        let mut frames = begun(10);
        let much = [&[0, 1, 0, 0, 0, 0, 0, 0, 1][..], &[7; 256]].concat();
        assert_eq!(frames.came(&much, 0), Came::Upkeep(BEGUN));
    }

    #[test]
    fn requests_that_nobody_takes_count_beyond_those_on_their_way() {
        let mut frames = begun(2);
        let counted: Vec<Came> = (0..5)
            .map(|at| frames.came(&frame(1, 5, 2 * at + 1, b"head"), at.min(1).into()))
            .collect();
        assert_eq!(
            counted,
            [0, 0, 0, 2, 4].map(|more| Came::Upkeep(BEGUN + more))
        );
        assert_eq!(frames.came(&[], 5), Came::Upkeep(BEGUN));
    }

    #[test]
    fn the_first_frame_is_settings() {
        for first in [
            frame(6, 0, 0, &[7; 8]),
            frame(1, 5, 1, &[1; 40]),
            frame(4, 1, 0, &[]),
        ] {
            let mut frames = Frames::new(10);
            assert_eq!(frames.came(PREFACE, 0), Came::Upkeep(0));
            assert_eq!(frames.came(&first, 0), Came::Wrong);
            assert_eq!(frames.came(&settings(), 0), Came::Wrong);
        }
    }

    #[test]
    fn http_1_is_not_looked_at() {
        let mut frames = Frames::new(10);
        let head = b"PRIVATE / HTTP/1.1\r\n\r\n";
        assert_eq!(frames.came(head, 0), Came::Upkeep(0));
        assert_eq!(frames.came(&frame(6, 0, 0, &[0; 8]), 0), Came::Upkeep(0));
    }
}
