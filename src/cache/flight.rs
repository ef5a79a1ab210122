//! Single flight: one question a key to the store, whatever the number of readers.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::context::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::CacheKey;

type InFlight<T> = Mutex<HashMap<CacheKey, watch::Receiver<Option<T>>>>;

/// The questions that are being asked.
pub(super) struct Flights<T> {
    in_flight: Arc<InFlight<T>>,
    /// Where they are asked: the runtime in which this was made. The store's connections live
    /// there, and a reader's own runtime may be one of many.
    runtime: Option<Handle>,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// The answer of the flight that is under way for `key`, else of `work`; and whether it was
    /// `work`. It runs as a task of its own, so that a reader who leaves takes nothing from the
    /// others. `None` where it panicked or the runtime is ending.
    pub(super) async fn join<F>(&self, key: &CacheKey, work: F) -> Option<(T, bool)>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (mut answer, led) = self.board(key, work);
        let answer = answer.wait_for(Option::is_some).await.ok()?.clone()?;
        Some((answer, led))
    }

    /// Nobody else joins the flights of these keys; who has joined gets their answer.
    pub(super) fn forget(&self, is_meant: impl Fn(&CacheKey) -> bool) {
        lock(&self.in_flight).retain(|key, _| !is_meant(key));
    }

    fn board<F>(&self, key: &CacheKey, work: F) -> (watch::Receiver<Option<T>>, bool)
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut in_flight = lock(&self.in_flight);
        if let Some(answer) = in_flight.get(key) {
            return (answer.clone(), false);
        }
        let (sender, answer) = watch::channel(None);
        in_flight.insert(key.clone(), answer.clone());
        let landing = Landing {
            in_flight: Arc::clone(&self.in_flight),
            key: key.clone(),
            answer: answer.clone(),
        };
        let landed = async move {
            let value = work.await;
            // First out of the map: who comes after an answer may ask anew.
            drop(landing);
            sender.send_replace(Some(value));
        };
        // What the store is asked belongs to the trace of the reader who led.
        let landed = landed.with_current_context();
        match &self.runtime {
            Some(runtime) => runtime.spawn(landed),
            None => tokio::spawn(landed),
        };
        (answer, true)
    }
}

/// Takes the flight out of the map, also when the work panics.
struct Landing<T> {
    in_flight: Arc<InFlight<T>>,
    key: CacheKey,
    answer: watch::Receiver<Option<T>>,
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        let mut in_flight = lock(&self.in_flight);
        // After `forget` another may be under way for the key.
        let own = in_flight.get(&self.key);
        if own.is_some_and(|own| own.same_channel(&self.answer)) {
            in_flight.remove(&self.key);
        }
    }
}

fn lock<T>(
    in_flight: &InFlight<T>,
) -> MutexGuard<'_, HashMap<CacheKey, watch::Receiver<Option<T>>>> {
    in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self {
            in_flight: Arc::default(),
            runtime: Handle::try_current().ok(),
        }
    }
}

impl<T> Clone for Flights<T> {
    fn clone(&self) -> Self {
        Self {
            in_flight: Arc::clone(&self.in_flight),
            runtime: self.runtime.clone(),
        }
    }
}

impl<T> fmt::Debug for Flights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({})", lock(&self.in_flight).len())
    }
}
