//! The places of fetches in flight, and the queue for them.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

use super::limit::{Began, Limit};
use super::watch::{GateEvent, GateWatch};
use crate::store::StoreError;

/// How many may wait for each that may be in flight.
const WAITING_PER_FETCH: usize = 16;

/// The places, shared by the gate and by the bodies that hold one.
///
/// Invariant, under the lock: free permits and held ones are as many as the limit and the debt.
#[derive(Debug)]
pub(super) struct Permits {
    /// The free places, with a fair queue. A place that is held is forgotten here.
    free: Semaphore,
    places: Mutex<Places>,
    max_waiting: usize,
    max_wait: Duration,
    lend_after: Duration,
    watch: Arc<dyn GateWatch>,
}

#[derive(Debug)]
struct Places {
    limit: Limit,
    /// So many of the held places go when they are given back, as the limit was cut.
    debt: usize,
    /// Who holds a place, and since when nobody has read from it.
    held: HashMap<u64, Option<Instant>>,
    next_id: u64,
    waiting: usize,
}

/// A place among the fetches in flight, or a body that has lent its own; given back on drop.
#[derive(Debug)]
pub(super) struct Place {
    permits: Arc<Permits>,
    id: u64,
}

impl Permits {
    pub(super) fn new(
        max: u32,
        max_wait: Duration,
        lend_after: Duration,
        watch: Arc<dyn GateWatch>,
    ) -> Arc<Self> {
        watch.happened(GateEvent::Limit(max));
        // A u32 fits on every platform that has the memory for so many; tokio's own bound is higher.
        let count = usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS);
        Arc::new(Self {
            free: Semaphore::new(count),
            places: Mutex::new(Places {
                limit: Limit::new(max),
                debt: 0,
                held: HashMap::new(),
                next_id: 0,
                waiting: 0,
            }),
            max_waiting: count.saturating_mul(WAITING_PER_FETCH),
            max_wait,
            lend_after,
            watch,
        })
    }

    /// A place, at once or after those who wait already.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] at once where the queue is full, or after the longest wait.
    pub(super) async fn enter(self: &Arc<Self>) -> Result<Place, StoreError> {
        if let Some(place) = self.try_enter() {
            return Ok(place);
        }
        let _waiting = self.queue()?;
        let entered = timeout(self.max_wait, self.wait()).await;
        entered.map_err(|_| {
            self.watch.happened(GateEvent::WaitedTooLong);
            StoreError::Overloaded
        })
    }

    fn try_enter(self: &Arc<Self>) -> Option<Place> {
        let permit = self.free.try_acquire().ok()?;
        permit.forget();
        Some(self.place())
    }

    async fn wait(self: &Arc<Self>) -> Place {
        let mut permit = pin!(self.free.acquire());
        let pause = self.lend_after / 2;
        let mut looking = interval_at(tokio::time::Instant::now(), pause);
        looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                // The semaphore is never closed.
                permit = &mut permit => {
                    permit.into_iter().for_each(tokio::sync::SemaphorePermit::forget);
                    return self.place();
                }
                _ = looking.tick() => self.lend(Instant::now()),
            }
        }
    }

    /// Room in the queue.
    fn queue(&self) -> Result<Waiting<'_>, StoreError> {
        let mut places = self.lock();
        if places.waiting >= self.max_waiting {
            drop(places);
            self.watch.happened(GateEvent::QueueFull);
            return Err(StoreError::Overloaded);
        }
        places.waiting += 1;
        self.watch.happened(GateEvent::Waits);
        Ok(Waiting(self))
    }

    /// The place that a permit was forgotten for.
    fn place(self: &Arc<Self>) -> Place {
        let mut places = self.lock();
        let id = places.next_id;
        places.next_id += 1;
        places.held.insert(id, None);
        self.watch.happened(GateEvent::Enters);
        Place {
            permits: Arc::clone(self),
            id,
        }
    }

    /// Takes the places of bodies that nobody has read from for a while.
    fn lend(&self, now: Instant) {
        let mut places = self.lock();
        let before = places.held.len();
        let is_read = |since: &Option<Instant>| {
            since.is_none_or(|since| now.saturating_duration_since(since) < self.lend_after)
        };
        places.held.retain(|_, since| is_read(since));
        for _ in places.held.len()..before {
            self.give_back(&mut places);
        }
    }

    fn give_back(&self, places: &mut Places) {
        match places.debt.checked_sub(1) {
            Some(debt) => places.debt = debt,
            None => self.free.add_permits(1),
        }
        self.watch.happened(GateEvent::Leaves);
    }

    /// The mark of a call that is made now.
    pub(super) fn begins(&self) -> Began {
        self.lock().limit.begins()
    }

    /// What the store said to a call that began then.
    pub(super) fn answered(&self, began: Began, error: Option<StoreError>) {
        let mut places = self.lock();
        let before = places.limit.now();
        match error {
            Some(StoreError::Throttled { .. }) => {
                places.limit.throttled(began);
                self.watch.happened(GateEvent::Throttled);
            }
            // Nothing is learnt of how much the store can bear.
            Some(error) if error.may_pass() => {}
            _ => places.limit.answered(began),
        }
        let now = places.limit.now();
        if now != before {
            self.follow(&mut places, before, now);
        }
    }

    /// As many permits as the limit has become.
    fn follow(&self, places: &mut Places, before: u32, now: u32) {
        let by = usize::try_from(now.abs_diff(before)).unwrap_or_default();
        if now < before {
            places.debt += by - self.free.forget_permits(by);
        } else {
            let paid = by.min(places.debt);
            places.debt -= paid;
            self.free.add_permits(by - paid);
        }
        self.watch.happened(GateEvent::Limit(now));
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing panics while it is locked.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Somebody reads from the body: where its place was lent, it has another if one is free.
    pub(super) fn is_read(&self) {
        let mut places = self.permits.lock();
        if let Some(since) = places.held.get_mut(&self.id) {
            *since = None;
        } else if let Ok(permit) = self.permits.free.try_acquire() {
            permit.forget();
            places.held.insert(self.id, None);
            self.permits.watch.happened(GateEvent::Enters);
        }
    }

    /// The body has brought something, and nobody has come for more yet.
    pub(super) fn is_left(&self, now: Instant) {
        if let Some(since) = self.permits.lock().held.get_mut(&self.id) {
            *since = Some(now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.permits.lock();
        if places.held.remove(&self.id).is_some() {
            self.permits.give_back(&mut places);
        }
    }
}

/// Somebody in the queue.
struct Waiting<'p>(&'p Permits);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
        self.0.watch.happened(GateEvent::WaitsNoMore);
    }
}
