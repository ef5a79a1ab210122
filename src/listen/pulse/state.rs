//! What is known of a connection, and what each thing that happens on it changes.

use std::task::Waker;
use std::time::{Duration, Instant};

use http::Version;

use super::{LONGEST, Limits, Linger, Overdue};

/// Shorter writes are HTTP/2's own upkeep: a `PING` has 17 bytes, an acknowledgement fewer. They
/// are no sign that a reader takes anything.
const UPKEEP_BYTES: usize = 32;

/// What is known of a connection.
#[derive(Debug)]
pub(super) struct State {
    pub(super) limits: Limits,
    /// Requests that have not ended.
    pub(super) requests: usize,
    /// All that have come.
    pub(super) taken: u32,
    /// Those of them that wait for this side: for a verdict, or for the store.
    pub(super) ours: usize,
    /// Whether a request has come.
    pub(super) served: bool,
    pub(super) http_2: bool,
    /// When the first byte of a head came after the last request; HTTP/1 only.
    pub(super) head_since: Option<Instant>,
    /// Whether bytes came in the middle of a request, which may be the next head's.
    pub(super) read_ahead: bool,
    /// Whether the client's side takes no more at present.
    pub(super) blocked: bool,
    /// When something last went on.
    pub(super) moved_at: Instant,
    /// Since when the client is waited for; `None`: it is not.
    pub(super) owed_since: Option<Instant>,
    /// How long it may be waited for yet, from then on. Bytes that it takes buy time.
    pub(super) patience: Duration,
    /// Whether any bytes have bought time since it was last at its fullest.
    pub(super) is_trickling: bool,
    /// What closes the connection whatever it does.
    pub(super) ended_by: Option<Overdue>,
    pub(super) waker: Option<Waker>,
    /// From when this side has nothing more to say, and waits for the peer to have heard it.
    pub(super) closing_since: Option<Instant>,
    /// How long it may wait so.
    pub(super) linger: Linger,
}

impl State {
    /// Of one that was accepted at `opened_at`.
    pub(super) fn new(opened_at: Instant, limits: Limits) -> Self {
        Self {
            limits,
            requests: 0,
            taken: 0,
            ours: 0,
            served: false,
            http_2: false,
            head_since: None,
            read_ahead: false,
            blocked: false,
            moved_at: opened_at,
            owed_since: None,
            patience: limits.stall_timeout.min(LONGEST),
            is_trickling: false,
            ended_by: None,
            waker: None,
            closing_since: None,
            linger: Linger::USUAL,
        }
    }

    /// The client's turn is now, or no longer.
    pub(super) fn settle(&mut self, now: Instant) {
        let is_owed = self.blocked || (self.requests > 0 && self.ours == 0);
        match (self.owed_since, is_owed) {
            (None, true) => self.owed_since = Some(now),
            (Some(since), false) => {
                self.patience = self
                    .patience
                    .saturating_sub(now.saturating_duration_since(since));
                self.owed_since = None;
            }
            _ => {}
        }
    }

    /// A request has come, and waits for this side.
    pub(super) fn begin(&mut self, version: Version, now: Instant) {
        if self.requests == 0 && !self.blocked {
            self.patience = self.limits.stall_timeout.min(LONGEST);
            self.is_trickling = false;
        }
        self.requests += 1;
        self.taken = self.taken.wrapping_add(1);
        self.ours += 1;
        self.served = true;
        self.http_2 = version == Version::HTTP_2;
        self.head_since = None;
        self.moved_at = now;
        self.settle(now);
    }

    /// A request waits for this side now, or no longer.
    pub(super) fn turn(&mut self, ours: bool, now: Instant) {
        self.ours = if ours { self.ours + 1 } else { self.ours - 1 };
        if !ours {
            self.moved_at = now;
        }
        self.settle(now);
    }

    /// The socket took bytes, or `None` at present.
    pub(super) fn written(&mut self, bytes: Option<usize>, now: Instant) {
        self.blocked = bytes.is_none();
        if let Some(bytes) = bytes.filter(|bytes| *bytes >= UPKEEP_BYTES) {
            self.moved_at = now;
            self.taken(bytes, now);
        }
        self.settle(now);
    }

    /// A request has ended, which waited for this side or not.
    pub(super) fn end(&mut self, ours: bool, now: Instant) {
        self.requests -= 1;
        self.ours -= usize::from(ours);
        self.moved_at = now;
        if self.requests == 0 && std::mem::take(&mut self.read_ahead) && !self.http_2 {
            self.head_since = Some(now);
        }
        self.settle(now);
    }

    /// As [`Self::begin`], [`Self::written`] and [`Self::end`] do behind one another.
    pub(super) fn answered_at_once(&mut self, now: Instant) {
        self.taken = self.taken.wrapping_add(1);
        self.served = true;
        self.http_2 = false;
        self.head_since = None;
        self.blocked = false;
        self.moved_at = now;
        if self.requests == 0 {
            self.patience = self.limits.stall_timeout.min(LONGEST);
            self.is_trickling = false;
            self.owed_since = None;
        }
    }

    /// The client took bytes: they buy the time that they take at the least rate.
    pub(super) fn taken(&mut self, bytes: usize, now: Instant) {
        let most = self.limits.stall_timeout.min(LONGEST);
        if let Some(since) = &mut self.owed_since {
            let waited = now.saturating_duration_since(std::mem::replace(since, now));
            self.patience = self.patience.saturating_sub(waited);
        }
        let bought = match self.limits.min_bytes_per_sec {
            0 => most,
            rate => Duration::from_micros((bytes as u64).saturating_mul(1_000_000) / rate),
        };
        self.patience = self.patience.saturating_add(bought).min(most);
        self.is_trickling = self.patience < most;
    }
}
