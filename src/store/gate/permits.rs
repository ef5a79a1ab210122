//! The places of fetches in flight, and the queue for them.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

use super::limit::{Began, Limit};
use super::turn::{Awaited, Turn};
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
    /// Of newcomers one at a time stands in that queue, so that those who go on overtake the others.
    turn: Semaphore,
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
    /// Who holds a place.
    held: HashMap<u64, Held>,
    next_id: u64,
    waiting: HashMap<Comes, usize>,
    /// When a silent call's place was lent last.
    silent_lent: Option<Instant>,
    /// When places to lend were looked for last.
    looked_at: Option<Instant>,
}

/// What a fetch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Comes {
    /// The first that is asked about an object: where it is refused, the client is told 503.
    Anew,
    /// More of a version that is known: a reader may be in the middle, and would be cut.
    ToGoOn,
}

/// How a call goes on, or a body is read.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// Since when the store has not answered; `None` once it has.
    silent_since: Option<Instant>,
    /// It has brought something, and since then nobody has come for more.
    left_since: Option<Instant>,
    /// For how long that was so before.
    left_before: Duration,
}

impl Held {
    fn left_for(&self, now: Instant) -> Duration {
        let since = self.left_since.unwrap_or(now);
        self.left_before + now.saturating_duration_since(since)
    }
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
        // A u32 fits on every platform that has the memory for so many; tokio's own bound is higher.
        let count = usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS);
        Arc::new(Self {
            free: Semaphore::new(count),
            turn: Semaphore::new(1),
            places: Mutex::new(Places {
                limit: Limit::new(max),
                debt: 0,
                held: HashMap::new(),
                next_id: 0,
                waiting: HashMap::new(),
                silent_lent: None,
                looked_at: None,
            }),
            max_waiting: count.saturating_mul(WAITING_PER_FETCH),
            max_wait,
            lend_after,
            watch,
        })
    }

    /// A place, at once or after those who wait already; newcomers after those who go on.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] at once where the queue is full, or after the longest wait.
    pub(super) async fn enter(self: &Arc<Self>, comes: Comes) -> Result<Place, StoreError> {
        if let Some(place) = self.try_enter(comes, Instant::now()) {
            return Ok(place);
        }
        let _waiting = self.queue(comes)?;
        let entered = timeout(self.max_wait, self.wait(comes)).await;
        entered.map_err(|_| {
            self.watch.happened(GateEvent::WaitedTooLong);
            StoreError::Overloaded
        })
    }

    fn try_enter(self: &Arc<Self>, comes: Comes, now: Instant) -> Option<Place> {
        let _turn = match comes {
            Comes::Anew => Some(self.turn.try_acquire().ok()?),
            Comes::ToGoOn => None,
        };
        let permit = self.free.try_acquire().ok()?;
        permit.forget();
        Some(self.place(now))
    }

    async fn wait(self: &Arc<Self>, comes: Comes) -> Place {
        let mut permit = pin!(async {
            let _turn = match comes {
                Comes::Anew => Some(self.turn.acquire().await),
                Comes::ToGoOn => None,
            };
            self.free.acquire().await
        });
        let pause = self.lend_after / 2;
        let mut looking = interval_at(tokio::time::Instant::now(), pause);
        looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                // The semaphores are never closed.
                permit = &mut permit => {
                    permit.into_iter().for_each(tokio::sync::SemaphorePermit::forget);
                    return self.place(Instant::now());
                }
                _ = looking.tick() => self.look(Instant::now()),
            }
        }
    }

    /// Room in the queue.
    fn queue(&self, comes: Comes) -> Result<Waiting<'_>, StoreError> {
        let mut places = self.lock();
        let waiting = places.waiting.entry(comes).or_default();
        if *waiting >= self.max_waiting {
            drop(places);
            self.watch.happened(GateEvent::QueueFull);
            return Err(StoreError::Overloaded);
        }
        *waiting += 1;
        self.watch.happened(GateEvent::Waits);
        Ok(Waiting {
            permits: self,
            comes,
            _turn: Turn::awaited(),
        })
    }

    /// The place that a permit was forgotten for.
    fn place(self: &Arc<Self>, now: Instant) -> Place {
        let mut places = self.lock();
        let id = places.next_id;
        places.next_id += 1;
        let held = Held {
            silent_since: Some(now),
            ..Held::default()
        };
        places.held.insert(id, held);
        self.watch.happened(GateEvent::Enters);
        Place {
            permits: Arc::clone(self),
            id,
        }
    }

    /// Looks for places to lend, which goes over all that are held: once for all who wait.
    fn look(&self, now: Instant) {
        let mut places = self.lock();
        let is_new = |at| now.saturating_duration_since(at) < self.lend_after / 2;
        if places.looked_at.is_some_and(is_new) {
            return;
        }
        places.looked_at = Some(now);
        drop(places);
        self.lend(now);
    }

    /// Takes the places of bodies that nobody is reading from, and was not for a while in all; and
    /// now and then that of a call that the store does not answer, as it may answer others by now.
    fn lend(&self, now: Instant) {
        let mut places = self.lock();
        let before = places.held.len();
        let is_lent =
            |held: &Held| held.left_since.is_some() && held.left_for(now) >= self.lend_after;
        places.held.retain(|_, held| !is_lent(held));
        let is_due = |since: Option<Instant>, after| {
            since.is_none_or(|since| now.saturating_duration_since(since) >= after)
        };
        if places.held.len() == before && is_due(places.silent_lent, self.lend_after) {
            let silent = places.held.iter();
            let silent = silent.filter_map(|(id, held)| Some((held.silent_since?, *id)));
            let longest = silent.min();
            let longest = longest.filter(|(since, _)| is_due(Some(*since), self.lend_after * 2));
            if let Some((_, id)) = longest {
                places.held.remove(&id);
                places.silent_lent = Some(now);
            }
        }
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
    pub(super) fn is_read(&self, now: Instant) {
        let permits = &self.permits;
        let mut places = permits.lock();
        if let Some(held) = places.held.get_mut(&self.id) {
            held.left_before = held.left_for(now);
            held.left_since = None;
        } else if let Ok(permit) = permits.free.try_acquire() {
            permit.forget();
            // Its reader is known for a slow one.
            let held = Held {
                left_before: permits.lend_after,
                ..Held::default()
            };
            places.held.insert(self.id, held);
            permits.watch.happened(GateEvent::Enters);
        }
    }

    /// The body has brought something, and nobody has come for more yet.
    pub(super) fn is_left(&self, now: Instant) {
        if let Some(held) = self.permits.lock().held.get_mut(&self.id) {
            held.silent_since = None;
            held.left_since.get_or_insert(now);
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
struct Waiting<'p> {
    permits: &'p Permits,
    comes: Comes,
    _turn: Awaited,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = self.permits.lock().waiting.get_mut(&self.comes) {
            *waiting -= 1;
        }
        self.permits.watch.happened(GateEvent::WaitsNoMore);
    }
}

#[cfg(test)]
mod tests;
