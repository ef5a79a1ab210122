//! What a gate tells of itself, for metrics.

use std::fmt::Debug;

/// Something happened at a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateEvent {
    /// So many fetches may be in flight from now on. Of the first limit whoever opens the store
    /// tells, when it is in force.
    Limit(u32),
    /// A fetch takes its place among those in flight.
    Enters,
    /// It gives its place up: it has ended, or nobody reads it while another waits.
    Leaves,
    /// A fetch waits for a place.
    Waits,
    /// It waits no more.
    WaitsNoMore,
    /// A fetch was refused: too many were waiting.
    QueueFull,
    /// A fetch was refused: it has waited too long.
    WaitedTooLong,
    /// The store asked for fewer requests.
    Throttled,
    /// A second attempt had the store's answer.
    RetryHelped,
    /// A second attempt failed as well.
    RetryFailed,
    /// A retry was given to the reader of a body that broke.
    RetryGiven,
    /// A retry was due, and the budget was empty.
    BudgetEmpty,
}

/// Who is told. Must not block.
pub trait GateWatch: Debug + Send + Sync + 'static {
    /// `event` happened.
    fn happened(&self, event: GateEvent);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl GateWatch for Unwatched {
    fn happened(&self, _: GateEvent) {}
}
