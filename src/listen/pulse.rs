//! What a connection is doing, and how long it may go on so.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Version;

/// Shorter writes are HTTP/2's own upkeep: a `PING` has 17 bytes, an acknowledgement fewer. They
/// are no sign that a reader takes anything.
const UPKEEP_BYTES: usize = 32;

/// Longer times are taken for this: no clock counts to all that can be written.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// How long a connection may do nothing.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A request's head must have arrived by then: from the accept, TLS handshake included; on a
    /// connection that was kept, from the head's first byte.
    pub header_timeout: Duration,
    /// How long a connection without a request is kept after the last one.
    pub idle_timeout: Duration,
    /// An answer of which the client takes no byte for so long is cut.
    pub stall_timeout: Duration,
}

/// Which limit a connection comes under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Overdue {
    /// [`Limits::header_timeout`].
    #[error("no request's head arrived in time")]
    Head,
    /// [`Limits::idle_timeout`].
    #[error("no further request came")]
    Idle,
    /// [`Limits::stall_timeout`].
    #[error("the client took no byte of an answer")]
    Stall,
}

/// A connection's state, told by what reads, writes and answers on it.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests that have not ended.
    requests: usize,
    /// Those of them that wait for this side: for a verdict, or for the store.
    ours: usize,
    /// Whether a request has come.
    served: bool,
    http_2: bool,
    /// When the first byte of a head came after the last request; HTTP/1 only.
    head_since: Option<Instant>,
    /// Whether bytes came in the middle of a request, which may be the next head's.
    read_ahead: bool,
    /// Whether the client's side takes no more at present.
    blocked: bool,
    /// When something last went on.
    moved_at: Instant,
}

impl Pulse {
    /// A connection accepted at `opened_at`.
    pub(super) fn new(opened_at: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            requests: 0,
            ours: 0,
            served: false,
            http_2: false,
            head_since: None,
            read_ahead: false,
            blocked: false,
            moved_at: opened_at,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came.
    pub(super) fn has_read(&self) {
        let mut state = self.lock();
        if state.requests > 0 {
            state.read_ahead = true;
        } else if state.served && !state.http_2 && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    /// The socket took bytes, or `None` at present.
    pub(super) fn has_written(&self, bytes: Option<usize>) {
        let mut state = self.lock();
        state.blocked = bytes.is_none();
        if bytes.is_some_and(|bytes| bytes >= UPKEEP_BYTES) {
            state.moved_at = Instant::now();
        }
    }

    /// A request has come; it ends with the [`Turn`].
    pub(super) fn turn(self: &Arc<Self>, version: Version) -> Turn {
        let mut state = self.lock();
        state.requests += 1;
        state.ours += 1;
        state.served = true;
        state.http_2 = version == Version::HTTP_2;
        state.head_since = None;
        state.moved_at = Instant::now();
        drop(state);
        Turn {
            pulse: Arc::clone(self),
            ours: true,
        }
    }

    /// Whether a request is on its way that would be lost if the connection closed now.
    pub(super) fn awaits_head(&self) -> bool {
        let state = self.lock();
        !state.served || (state.requests == 0 && state.head_since.is_some())
    }

    /// Whether no request is being answered.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().requests == 0
    }

    /// When the connection is overdue if nothing happens, and how. `None`: it waits for this side;
    /// then the time is one to look again.
    pub(super) fn due(&self, limits: &Limits) -> (Instant, Option<Overdue>) {
        let state = self.lock();
        let (from, limit, overdue) = if state.requests == 0 && !state.blocked {
            match (state.served, state.head_since) {
                (false, _) => (state.moved_at, limits.header_timeout, Overdue::Head),
                (true, Some(since)) => (since, limits.header_timeout, Overdue::Head),
                (true, None) => (state.moved_at, limits.idle_timeout, Overdue::Idle),
            }
        } else if state.blocked || state.ours == 0 {
            (state.moved_at, limits.stall_timeout, Overdue::Stall)
        } else {
            return (Instant::now() + limits.stall_timeout.min(LONGEST), None);
        };
        (from + limit.min(LONGEST), Some(overdue))
    }
}

/// A request on its way through this side.
#[derive(Debug)]
pub(super) struct Turn {
    pulse: Arc<Pulse>,
    ours: bool,
}

impl Turn {
    /// Whether the request waits for this side now, else for the client.
    pub(super) fn is_ours(&mut self, ours: bool) {
        let mut state = self.pulse.lock();
        if ours != self.ours {
            state.ours = if ours { state.ours + 1 } else { state.ours - 1 };
            self.ours = ours;
        }
        if !ours {
            state.moved_at = Instant::now();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.pulse.lock();
        state.requests -= 1;
        state.ours -= usize::from(self.ours);
        state.moved_at = Instant::now();
        if state.requests == 0 && std::mem::take(&mut state.read_ahead) && !state.http_2 {
            state.head_since = Some(state.moved_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use http::Version;

    use super::{Limits, Overdue, Pulse};

    const LIMITS: Limits = Limits {
        header_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(75),
        stall_timeout: Duration::from_secs(30),
    };

    #[test]
    fn a_first_head_is_due_from_the_accept_whatever_is_dribbled() {
        let opened_at = Instant::now();
        let pulse = Pulse::new(opened_at);
        pulse.has_read();
        let due = opened_at + LIMITS.header_timeout;
        assert_eq!(pulse.due(&LIMITS), (due, Some(Overdue::Head)));
        assert!(pulse.awaits_head());
    }

    #[test]
    fn a_kept_connection_is_idle_until_the_first_byte_of_the_next_head() {
        let pulse = Pulse::new(Instant::now());
        drop(pulse.turn(Version::HTTP_11));
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Idle));
        pulse.has_read();
        let (due, overdue) = pulse.due(&LIMITS);
        assert_eq!(overdue, Some(Overdue::Head));
        // Further bytes buy no time.
        pulse.has_read();
        assert_eq!(pulse.due(&LIMITS).0, due);
        // A head that was begun before the answer ended is one as well.
        let turn = pulse.turn(Version::HTTP_11);
        pulse.has_read();
        drop(turn);
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Head));
    }

    #[test]
    fn upkeep_of_http_2_is_neither_a_head_nor_progress() {
        let pulse = Pulse::new(Instant::now());
        drop(pulse.turn(Version::HTTP_2));
        let idle = pulse.due(&LIMITS);
        assert_eq!(idle.1, Some(Overdue::Idle));
        pulse.has_read();
        pulse.has_written(Some(17));
        assert_eq!(pulse.due(&LIMITS), idle);
    }

    #[test]
    fn an_answer_stalls_on_its_reader_and_never_on_the_store() {
        let pulse = Pulse::new(Instant::now());
        let mut turn = pulse.turn(Version::HTTP_2);
        assert_eq!(pulse.due(&LIMITS).1, None);
        turn.is_ours(false);
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Stall));
        turn.is_ours(true);
        assert_eq!(pulse.due(&LIMITS).1, None);
        pulse.has_written(None);
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Stall));
        drop(turn);
        // The last bytes of an answer wait for the reader as well.
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Stall));
        pulse.has_written(Some(100));
        assert_eq!(pulse.due(&LIMITS).1, Some(Overdue::Idle));
    }
}
