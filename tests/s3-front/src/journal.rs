//! What the front was asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::fault::Fault;
use crate::request::Request;

/// The newest ones are kept.
const MAX_SEEN: usize = 200_000;

/// A request that came.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Milliseconds since the front was started.
    pub at_millis: u64,
    /// `GET`.
    pub method: String,
    /// The object's key; `None` for listings.
    pub key: Option<String>,
    /// The header `Range`.
    pub range: Option<String>,
    /// The header `If-Match`.
    pub if_match: Option<String>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<String>,
    /// What was done to its answer.
    pub fault: Option<Fault>,
}

/// Numbers, of all time but where they say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests that came.
    pub requests: u64,
    /// Now between their head and the last byte of their answer.
    pub in_flight: u64,
    /// The most there ever were of those.
    pub peak_in_flight: u64,
    /// Bytes of bodies that were sent.
    pub body_bytes: u64,
    /// Connections that were accepted.
    pub connections: u64,
}

#[derive(Debug)]
pub(crate) struct Journal {
    started: Instant,
    seen: Mutex<VecDeque<Seen>>,
    requests: AtomicU64,
    in_flight: AtomicU64,
    peak_in_flight: AtomicU64,
    pub(crate) body_bytes: AtomicU64,
    pub(crate) connections: AtomicU64,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            seen: Mutex::default(),
            requests: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            peak_in_flight: AtomicU64::new(0),
            body_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        }
    }

    /// Counts a request; it is in flight until the guard is dropped.
    pub(crate) fn arrived(self: &Arc<Self>, request: &Request, fault: Option<&Fault>) -> InFlight {
        let header = |name| request.header(name).map(str::to_owned);
        let seen = Seen {
            at_millis: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            method: request.method.clone(),
            key: request.key.clone(),
            range: header("range"),
            if_match: header("if-match"),
            if_none_match: header("if-none-match"),
            fault: fault.cloned(),
        };
        self.requests.fetch_add(1, Ordering::SeqCst);
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak_in_flight.fetch_max(now, Ordering::SeqCst);
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_SEEN {
            all.pop_front();
        }
        all.push_back(seen);
        InFlight(Arc::clone(self))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        let all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let now = self.in_flight.load(Ordering::SeqCst);
        self.peak_in_flight.store(now, Ordering::SeqCst);
    }

    pub(crate) fn counts(&self) -> Counts {
        let of = |number: &AtomicU64| number.load(Ordering::SeqCst);
        Counts {
            requests: of(&self.requests),
            in_flight: of(&self.in_flight),
            peak_in_flight: of(&self.peak_in_flight),
            body_bytes: of(&self.body_bytes),
            connections: of(&self.connections),
        }
    }
}

#[derive(Debug)]
pub(crate) struct InFlight(Arc<Journal>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
