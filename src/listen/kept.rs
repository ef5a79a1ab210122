//! A connection kept within its limits, and ended without loss when the process ends.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::time::{Sleep, sleep_until};

use super::lingering::PAUSE;
use super::pulse::{Overdue, Pulse};

/// How long a request that is on its way has, once listeners have closed: its client saw the
/// connection accepted, and a closed one would look like a failure.
const LAST_HEAD: Duration = Duration::from_secs(1);

/// How long a client that waits for no answer has to answer HTTP/2's `GOAWAY`.
const GOODBYE: Duration = Duration::from_secs(2);

/// How far a connection's end has come.
#[derive(Clone, Copy)]
enum End {
    NotYet,
    /// At the latest then.
    Soon(Instant),
    /// The connection was told to end with its last answer.
    Told(Instant),
}

/// A connection that can be told to end.
pub(super) trait Ending: Future {
    /// No request is taken any more; what was asked before is answered.
    fn goodbye(self: Pin<&mut Self>);
}

/// A connection; ends with it, or with the limit that it came under.
pub(super) struct Kept<C> {
    connection: Pin<Box<C>>,
    pulse: Arc<Pulse>,
    closing: BoxFuture<'static, ()>,
    end: End,
    /// The limit for which it was told to end.
    overdue: Option<Overdue>,
    /// Whom the pulse wakes.
    waker: Option<Waker>,
    timer: Pin<Box<Sleep>>,
    /// The timer wakes `waker`.
    is_timed: bool,
}

impl<C: Ending> Kept<C> {
    /// Keeps `connection`, whose ends tell `pulse`, until `closing`.
    pub(super) fn new(connection: C, pulse: Arc<Pulse>, closing: BoxFuture<'static, ()>) -> Self {
        let (due, _) = pulse.due();
        Self {
            connection: Box::pin(connection),
            pulse,
            closing,
            end: End::NotYet,
            overdue: None,
            waker: None,
            timer: Box::pin(sleep_until(due.into())),
            is_timed: false,
        }
    }

    /// Ends the connection with the answer to its first request, which has a second to come.
    pub(super) fn once(self) -> Self {
        Self {
            end: End::Soon(Instant::now() + LAST_HEAD),
            ..self
        }
    }

    fn goodbye(&mut self, now: Instant) {
        self.connection.as_mut().goodbye();
        self.end = End::Told(now);
    }

    /// When to look again at the latest, and how the connection is overdue then.
    fn due(&self) -> (Instant, Option<Overdue>) {
        let (due, overdue) = self.pulse.due();
        match self.end {
            End::Soon(latest) if latest < due => (latest, None),
            // Whoever makes room for others has a moment to hear of it, unless it has heard all.
            End::Told(at) if overdue == Some(Overdue::Room) && !self.pulse.is_closing() => {
                (at + GOODBYE, overdue)
            }
            End::Told(at) => match self.pulse.quiet_since().map(|since| goodbye(at, since)) {
                Some(latest) if latest < due => (latest, Some(Overdue::Idle)),
                _ => (due, overdue),
            },
            _ => (due, overdue),
        }
    }
}

/// The end of a connection that was told at `told_at`, and is quiet since `quiet_since`.
fn goodbye(told_at: Instant, quiet_since: Instant) -> Instant {
    // The last bytes of an answer may wait for the client to open its window.
    match quiet_since > told_at {
        true => quiet_since + PAUSE,
        false => told_at + GOODBYE,
    }
}

impl<C: Ending> Future for Kept<C> {
    /// How the connection ended; an error: by which limit.
    type Output = Result<C::Output, Overdue>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let waker = context.waker();
        if !this.waker.as_ref().is_some_and(|own| own.will_wake(waker)) {
            this.waker = Some(waker.clone());
            this.pulse.wakes(waker);
            this.is_timed = false;
        }
        loop {
            if let Poll::Ready(ended) = this.connection.as_mut().poll(context) {
                return Poll::Ready(this.overdue.map_or(Ok(ended), Err));
            }
            if matches!(this.end, End::NotYet) && this.closing.as_mut().poll(context).is_ready() {
                this.end = End::Soon(Instant::now() + LAST_HEAD);
            }
            if let End::Soon(latest) = this.end {
                let now = Instant::now();
                if now >= latest || !this.pulse.awaits_head() {
                    this.goodbye(now);
                    continue;
                }
            }
            let (due, overdue) = this.due();
            // A later time is set when the earlier one has come.
            if due < this.timer.deadline().into_std() || this.timer.is_elapsed() {
                this.timer.as_mut().reset(due.into());
                this.is_timed = false;
            }
            // One that goes on as it was need not be told again whom to wake.
            if this.is_timed && !this.timer.is_elapsed() {
                return Poll::Pending;
            }
            // Without budget it wakes at once, and keeps no waker.
            this.is_timed = tokio::task::coop::has_budget_remaining();
            if this.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            match overdue {
                Some(_) if Instant::now() < due => {}
                Some(overdue @ (Overdue::Idle | Overdue::Room))
                    if !matches!(this.end, End::Told(_))
                        && !this.pulse.awaits_head()
                        && !this.pulse.is_closing() =>
                {
                    this.overdue = Some(overdue);
                    this.goodbye(Instant::now());
                }
                Some(overdue) => return Poll::Ready(Err(overdue)),
                None => {}
            }
        }
    }
}
