//! What a connection is doing, and how long it may go on so.

mod limits;
mod state;

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http::Version;

pub use self::limits::Limits;
pub(super) use self::limits::Overdue;
use self::state::State;
use super::lingering::Linger;

/// Longer times are taken for this: no clock counts to all that can be written.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// So much longer an HTTP/2 connection is not taken for idle: the library may still hold the end of
/// an answer whose reader takes it slowly.
const TAIL: Duration = Duration::from_secs(9);

/// So much longer is a connection left alone that is being closed: its peer reads what it was sent.
const LAST_READ: Duration = Duration::from_secs(1);

/// A connection's state, told by what reads, writes and answers on it.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<State>);

impl Pulse {
    /// A connection accepted at `opened_at`, under `limits`.
    pub(super) fn new(opened_at: Instant, limits: Limits) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State::new(opened_at, limits))))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that is only told 503 has a second for its head from now on, another one to take
    /// the answer, and a third to have read it.
    pub(super) fn hurry(&self, now: Instant) {
        let mut state = self.lock();
        state.limits = state.limits.hasty();
        state.patience = state.limits.stall_timeout;
        state.linger = Linger::SHORT;
        state.moved_at = now;
    }

    /// When the first request's head must have come.
    pub(super) fn first_head_until(&self) -> Instant {
        let state = self.lock();
        state.moved_at + state.limits.header_timeout.min(LONGEST)
    }

    /// How long the connection is to linger at its end.
    pub(super) fn linger(&self) -> Linger {
        self.lock().linger
    }

    /// Bytes came; how many requests had come whole before.
    pub(super) fn has_read(&self) -> u32 {
        let mut state = self.lock();
        if state.requests > 0 {
            state.read_ahead = true;
        } else if state.served && !state.http_2 && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
        state.taken
    }

    /// Behind what came whole lies the beginning of a further head.
    pub(super) fn has_read_ahead(&self) {
        self.lock().read_ahead = true;
    }

    /// The socket took bytes, or `None` at present.
    pub(super) fn has_written(&self, bytes: Option<usize>) {
        self.lock().written(bytes, Instant::now());
    }

    /// A whole HTTP/1 request was read, and the socket took its whole answer at once. Where bytes
    /// behind the request have been read, [`Self::has_read`] is to be told after this.
    pub(super) fn answered_at_once(&self, now: Instant) {
        self.lock().answered_at_once(now);
    }

    /// A request has come; it ends with the [`Turn`].
    pub(super) fn turn(self: &Arc<Self>, version: Version) -> Turn {
        self.lock().begin(version, Instant::now());
        Turn {
            pulse: Arc::clone(self),
            ours: AtomicBool::new(true),
        }
    }

    /// Whether a request is on its way that would be lost if the connection closed now.
    pub(super) fn awaits_head(&self) -> bool {
        let state = self.lock();
        !state.served || (state.requests == 0 && state.head_since.is_some())
    }

    /// Whether a request has come.
    pub(super) fn has_served(&self) -> bool {
        self.lock().served
    }

    /// Whether nothing is under way after a request that was answered: no other one, no byte of
    /// one, no byte of an answer, and no end.
    pub(super) fn is_between(&self) -> bool {
        let state = self.lock();
        let is_without = state.requests == 0 && state.head_since.is_none() && !state.blocked;
        let stays = state.closing_since.is_none() && state.ended_by.is_none();
        state.served && is_without && stays
    }

    /// This side closes.
    pub(super) fn closes(&self) {
        let mut state = self.lock();
        state.closing_since.get_or_insert_with(Instant::now);
    }

    /// Whether this side only waits for the peer to have heard what it was told.
    pub(super) fn is_closing(&self) -> bool {
        self.lock().closing_since.is_some()
    }

    /// Since when nothing has gone on. `None` where an answer is on its way: not ended, not taken by
    /// the socket yet, or about to be read by the peer of a connection that closes.
    pub(super) fn quiet_since(&self) -> Option<Instant> {
        let state = self.lock();
        let is_quiet = state.requests == 0 && !state.blocked && state.closing_since.is_none();
        is_quiet.then_some(state.moved_at)
    }

    /// Since when it has had no request, not even one of which a head has been read; `None`: it
    /// has one, or was made to go already.
    pub(super) fn without_request_since(&self) -> Option<Instant> {
        let state = self.lock();
        if state.requests > 0 || state.ended_by.is_some() {
            return None;
        }
        // Else whoever is slow to close would hold a place that nobody else can have.
        if let Some(since) = state.closing_since {
            return Some(since + LAST_READ);
        }
        let is_without = !state.blocked;
        let since = state.head_since.unwrap_or(state.moved_at);
        let tail = if state.http_2 { TAIL } else { Duration::ZERO };
        is_without.then_some(since + tail)
    }

    /// Makes a connection without a request give way; `false`: it has one now.
    pub(super) fn evict(&self) -> bool {
        let mut state = self.lock();
        if state.requests > 0 || state.ended_by.is_some() {
            return false;
        }
        state.ended_by = Some(Overdue::Room);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        true
    }

    /// Whether it was made to give way.
    #[cfg(test)]
    pub(super) fn is_evicted(&self) -> bool {
        self.lock().ended_by == Some(Overdue::Room)
    }

    /// Too many frames that are no requests came.
    pub(super) fn has_flooded(&self) {
        let mut state = self.lock();
        // A connection that gives way is counted as one until its end.
        state.ended_by.get_or_insert(Overdue::Frames);
    }

    /// Wakes `waker` when the connection is to give way; `false`: it is already.
    pub(super) fn wakes(&self, waker: &Waker) -> bool {
        let mut state = self.lock();
        state.waker = Some(waker.clone());
        state.ended_by.is_none()
    }

    /// Ends when the connection is to give way.
    pub(super) async fn evicted(&self) {
        let poll = |context: &mut Context<'_>| match self.wakes(context.waker()) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        };
        poll_fn(poll).await;
    }

    /// When the connection is overdue if nothing happens, and how. `None`: it waits for this side;
    /// then the time is one to look again.
    pub(super) fn due(&self) -> (Instant, Option<Overdue>) {
        let state = self.lock();
        let limits = &state.limits;
        match state.ended_by {
            // It is heard of when it is too late: the request that came is answered.
            Some(Overdue::Room) if state.requests > 0 => {}
            Some(ended_by) => return (state.moved_at, Some(ended_by)),
            None => {}
        }
        if let Some(since) = state.closing_since {
            let limit = limits.stall_timeout.min(LONGEST) + state.linger.longest;
            return (since + limit, Some(Overdue::Stall));
        }
        let (from, limit, overdue) = if state.requests == 0 && !state.blocked {
            match (state.served, state.head_since) {
                (false, _) => (state.moved_at, limits.header_timeout, Overdue::Head),
                (true, Some(since)) => (since, limits.header_timeout, Overdue::Head),
                (true, None) => (state.moved_at, limits.idle_timeout, Overdue::Idle),
            }
        } else if let Some(since) = state.owed_since {
            let slow = state.is_trickling;
            let overdue = if slow { Overdue::Slow } else { Overdue::Stall };
            (since, state.patience, overdue)
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
    ours: AtomicBool,
}

impl Turn {
    /// Whether the request waits for this side now, else for the client.
    pub(super) fn is_ours(&self, ours: bool) {
        if self.ours.load(Ordering::Relaxed) != ours {
            self.ours.store(ours, Ordering::Relaxed);
            self.pulse.lock().turn(ours, Instant::now());
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let ours = *self.ours.get_mut();
        self.pulse.lock().end(ours, Instant::now());
    }
}

#[cfg(test)]
mod tests;
