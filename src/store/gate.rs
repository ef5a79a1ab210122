//! What stands between the cache and a store: one layer of retries, and a limit of the fetches in
//! flight that follows what the store can bear.
//!
//! A fetch holds its place from the call to the end or drop of its body. So that a reader who does
//! not read, or slowly, cannot starve the others, a place is lent: while somebody waits, a body that
//! has been left alone for a second in all, and is now, counts as none. When its reader comes back it
//! takes a place again if one is free, and else goes on without: the store has answered it already,
//! and the number of such bodies is bounded by that of the clients. So that a store that is back after a
//! silence is found out before the calls of that time have timed out, one place a second of calls that
//! have had no answer for two is lent, too. Nobody who holds a place ever waits for a second
//! one here, so fetches cannot wait for each other in a circle.
//!
//! Who wants more of a version that is known goes before newcomers: these can still be told 503, while
//! an answer that has begun could only be cut. So a store with too much to do finishes what it has
//! begun, and takes on only what it can bear.

mod budget;
mod limit;
mod permits;
mod retry;
#[cfg(test)]
mod tests;
mod turn;
mod watch;

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use tokio::time::{sleep, timeout};

use self::budget::Budget;
use self::permits::{Comes, Permits, Place};
pub use self::turn::Turn;
pub use self::watch::{GateEvent, GateWatch, Unwatched};
use super::{Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey};
use crate::config::model::{FetchLimits, StoreSettings};

/// How long in all a body may be left alone before its place is lent.
const LEND_AFTER: Duration = Duration::from_secs(1);
/// For a store without time-outs of its own.
const ANSWER_WITHIN: Duration = Duration::from_secs(13);

/// A store whose fetches are counted, limited, and made a second time where that may help.
#[derive(Debug)]
pub struct Gate {
    store: Arc<dyn Store>,
    permits: Arc<Permits>,
    budget: Mutex<Budget>,
    /// For both attempts together, to the head of the answer.
    answer_within: Duration,
    watch: Arc<dyn GateWatch>,
}

impl Gate {
    /// A gate before `store`, which `settings` describe; its events go to `watch`.
    pub fn new(
        store: Arc<dyn Store>,
        settings: &StoreSettings,
        limits: &FetchLimits,
        watch: Arc<dyn GateWatch>,
    ) -> Self {
        let answer_within = match settings {
            StoreSettings::S3(s3) => s3.connect_timeout.saturating_add(s3.read_timeout),
            StoreSettings::Fs { .. } => ANSWER_WITHIN,
        };
        Self::timed(store, answer_within, LEND_AFTER, limits, watch)
    }

    fn timed(
        store: Arc<dyn Store>,
        answer_within: Duration,
        lend_after: Duration,
        limits: &FetchLimits,
        watch: Arc<dyn GateWatch>,
    ) -> Self {
        let (max, wait) = (limits.max_fetches, limits.max_wait);
        Self {
            store,
            permits: Permits::new(max, wait, lend_after, Arc::clone(&watch)),
            budget: Mutex::new(Budget::new(Instant::now())),
            answer_within,
            watch,
        }
    }

    /// The answer of at most two attempts, and the place of what goes on.
    async fn ask<'a, T>(
        &'a self,
        comes: Comes,
        call: impl Fn() -> BoxFuture<'a, Result<T, StoreError>> + Send,
    ) -> Result<(T, Place), StoreError> {
        let place = self.permits.enter(comes).await?;
        self.budget().deposit();
        let asked = Instant::now();
        let left = || self.answer_within.saturating_sub(asked.elapsed());
        let error = match self.attempt(left(), call()).await {
            Ok(answer) => return Ok((answer, place)),
            Err(error) => error,
        };
        // Without randomness all come again at the latest.
        let random = getrandom::u64().unwrap_or(u64::MAX);
        let pause = retry::pause(error, random).filter(|pause| *pause < left());
        let Some(pause) = pause.filter(|_| self.take_retry()) else {
            return Err(error);
        };
        sleep(pause).await;
        let answer = self.attempt(left(), call()).await;
        let has_failed = answer.as_ref().is_err_and(|error| error.may_pass());
        self.watch.happened(match has_failed {
            true => GateEvent::RetryFailed,
            false => GateEvent::RetryHelped,
        });
        answer.map(|answer| (answer, place))
    }

    async fn attempt<T>(
        &self,
        within: Duration,
        call: BoxFuture<'_, Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = self.permits.begins();
        let answer = timeout(within, call).await;
        let answer = answer.unwrap_or(Err(StoreError::Timeout));
        self.permits.answered(began, answer.as_ref().err().copied());
        answer
    }

    fn take_retry(&self) -> bool {
        let is_taken = self.budget().withdraw(Instant::now());
        if !is_taken {
            self.watch.happened(GateEvent::BudgetEmpty);
        }
        is_taken
    }

    fn budget(&self) -> std::sync::MutexGuard<'_, Budget> {
        // Nothing panics while it is locked.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Gate {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        Box::pin(async move {
            let ask = || self.store.head(key, version);
            let answer = self.ask(Comes::Anew, ask).await;
            answer.map(|(meta, _)| meta)
        })
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        Box::pin(async move {
            let comes = match read.if_match {
                Some(_) => Comes::ToGoOn,
                None => Comes::Anew,
            };
            let (fetched, place) = self.ask(comes, || self.store.get(read)).await?;
            place.is_left(Instant::now());
            let body = InFlight {
                body: fetched.body,
                place: Some(place),
            };
            let body = body.boxed();
            Ok(Fetched { body, ..fetched })
        })
    }

    fn may_retry(&self) -> bool {
        let is_given = self.take_retry();
        if is_given {
            self.watch.happened(GateEvent::RetryGiven);
        }
        is_given
    }

    /// Not counted among the fetches: it must tell of a store that is too busy.
    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        self.store.probe()
    }

    fn names<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        self.store.names(prefix)
    }

    fn kind(&self) -> &'static str {
        self.store.kind()
    }
}

/// A body that holds its place until it ends, fails or is dropped.
struct InFlight {
    body: BoxStream<'static, Result<Bytes, StoreError>>,
    place: Option<Place>,
}

impl Stream for InFlight {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(place) = &self.place {
            place.is_read(Instant::now());
        }
        let next = self.body.poll_next_unpin(context);
        match &next {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(_))) => {
                if let Some(place) = &self.place {
                    place.is_left(Instant::now());
                }
            }
            Poll::Ready(_) => self.place = None,
        }
        next
    }
}
