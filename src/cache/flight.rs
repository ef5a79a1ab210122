//! Single flight: one question a key to the store, whatever the number of readers. One that still
//! waits for its turn at the store ends when the last of them has left.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::CacheKey;
use super::tasks::Tasks;
use super::wanted::unless_given_up;

/// One that is under way.
#[derive(Debug)]
struct Flight<T> {
    /// Who waits for it holds a receiver.
    answer: watch::Sender<Option<T>>,
    /// It is waited for, whoever leaves.
    kept: Option<watch::Receiver<Option<T>>>,
    recalled: Recalled,
}

type InFlight<T> = Mutex<HashMap<CacheKey, Flight<T>>>;

/// Whether what a flight brings is out of date already, as its object was purged meanwhile.
#[derive(Clone, Debug, Default)]
pub(super) struct Recalled(Arc<AtomicBool>);

impl Recalled {
    /// To be looked at after the answer was kept: a purge first recalls, and then forgets what is
    /// kept, so that one of the two finds it.
    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The questions that are being asked.
pub(super) struct Flights<T> {
    in_flight: Arc<InFlight<T>>,
    tasks: Tasks,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(super) fn new(tasks: Tasks) -> Self {
        let in_flight = Arc::default();
        Self { in_flight, tasks }
    }

    /// The answer of the flight that is under way for `key`, else of `work`; and whether it was
    /// `work`. It runs as a task of its own, so that a reader who leaves takes nothing from the
    /// others; the last one takes it along where the store has not been asked. `None` where it
    /// panicked or the runtime is ending.
    pub(super) async fn join<F>(
        &self,
        key: &CacheKey,
        work: impl FnOnce(Recalled) -> F,
    ) -> Option<(T, bool)>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (mut answer, led) = self.board(key, work, false);
        let answer = answer.wait_for(Option::is_some).await.ok()?.clone()?;
        Some((answer, led))
    }

    /// Sees to it that a flight is under way for `key` and is seen to its end, and waits for nothing.
    pub(super) fn send<F>(&self, key: &CacheKey, work: impl FnOnce(Recalled) -> F)
    where
        F: Future<Output = T> + Send + 'static,
    {
        drop(self.board(key, work, true));
    }

    /// Whether a flight is under way for `key` that can be joined.
    pub(super) fn is_under_way(&self, key: &CacheKey) -> bool {
        lock(&self.in_flight).contains_key(key)
    }

    /// Nobody else joins the flights of these keys, and what they bring is not kept; who has joined
    /// gets their answer.
    pub(super) fn recall(&self, is_meant: impl Fn(&CacheKey) -> bool) {
        lock(&self.in_flight).retain(|key, flight| {
            let is_meant = is_meant(key);
            if is_meant {
                flight.recalled.0.store(true, Ordering::SeqCst);
            }
            !is_meant
        });
    }

    fn board<F>(
        &self,
        key: &CacheKey,
        work: impl FnOnce(Recalled) -> F,
        is_kept: bool,
    ) -> (watch::Receiver<Option<T>>, bool)
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut in_flight = lock(&self.in_flight);
        if let Some(flight) = in_flight.get_mut(key) {
            if is_kept {
                flight.kept = Some(flight.answer.subscribe());
            }
            return (flight.answer.subscribe(), false);
        }
        let (sender, answer) = watch::channel(None);
        let recalled = Recalled::default();
        // Before there is a landing, which takes the lock: this may panic.
        let work = work(recalled.clone());
        let flight = Flight {
            answer: sender.clone(),
            kept: is_kept.then(|| answer.clone()),
            recalled,
        };
        in_flight.insert(key.clone(), flight);
        let landing = Landing {
            in_flight: Arc::clone(&self.in_flight),
            key: key.clone(),
            answer: sender.clone(),
        };
        self.tasks.start(async move {
            let value = unless_given_up(work, &sender, || landing.is_unwanted()).await;
            // First out of the map: who comes after an answer may ask anew.
            drop(landing);
            if let Some(value) = value {
                sender.send_replace(Some(value));
            }
        });
        (answer, true)
    }
}

/// Takes the flight out of the map, also when the work panics.
struct Landing<T> {
    in_flight: Arc<InFlight<T>>,
    key: CacheKey,
    answer: watch::Sender<Option<T>>,
}

impl<T> Landing<T> {
    /// Whether nobody waits for the answer; then nobody joins the flight any more.
    fn is_unwanted(&self) -> bool {
        let mut in_flight = lock(&self.in_flight);
        let is_unwanted = self.answer.is_closed();
        if is_unwanted {
            self.leave(&mut in_flight);
        }
        is_unwanted
    }

    fn leave(&self, in_flight: &mut HashMap<CacheKey, Flight<T>>) {
        // After it left, or a `recall`, another may be under way for the key.
        let own = in_flight.get(&self.key);
        if own.is_some_and(|own| own.answer.same_channel(&self.answer)) {
            in_flight.remove(&self.key);
        }
    }
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        self.leave(&mut lock(&self.in_flight));
    }
}

fn lock<T>(in_flight: &InFlight<T>) -> MutexGuard<'_, HashMap<CacheKey, Flight<T>>> {
    in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Clone for Flights<T> {
    fn clone(&self) -> Self {
        Self {
            in_flight: Arc::clone(&self.in_flight),
            tasks: self.tasks.clone(),
        }
    }
}

impl<T> fmt::Debug for Flights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({})", lock(&self.in_flight).len())
    }
}
