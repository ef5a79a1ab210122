//! The gate before a store that answers by script.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;

use super::{Gate, GateEvent, GateWatch};
use crate::config::model::FetchLimits;
use crate::store::{Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey};

const LONG: Duration = Duration::from_secs(60);
const THROTTLED: StoreError = StoreError::Throttled {
    retry_after_secs: None,
};

/// Answers with the script's errors, then with an object of two pieces; `open` closed, calls hang.
#[derive(Debug)]
struct Scripted {
    script: Mutex<VecDeque<StoreError>>,
    always: Option<StoreError>,
    calls: AtomicUsize,
    /// From this call on nothing is said.
    silent_from: usize,
    open: Semaphore,
}

impl Scripted {
    fn new(script: impl IntoIterator<Item = StoreError>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            always: None,
            calls: AtomicUsize::new(0),
            silent_from: usize::MAX,
            open: Semaphore::new(1),
        }
    }

    fn failing(error: StoreError) -> Self {
        Self {
            always: Some(error),
            ..Self::new([])
        }
    }

    async fn answer(&self) -> Result<ObjectMeta, StoreError> {
        if self.calls.fetch_add(1, Ordering::SeqCst) >= self.silent_from {
            std::future::pending::<()>().await;
        }
        let _open = self.open.acquire().await.unwrap();
        let error = self.script.lock().unwrap().pop_front().or(self.always);
        if let Some(error) = error {
            return Err(error);
        }
        Ok(ObjectMeta {
            len_bytes: 2,
            etag: None,
            last_modified_unix_secs: None,
            content_type: None,
            content_encoding: None,
            content_language: None,
            cache_control: None,
            content_disposition: None,
        })
    }
}

impl Store for Scripted {
    fn head<'a>(
        &'a self,
        _: &'a StoreKey,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        self.answer().boxed()
    }

    fn get<'a>(&'a self, _: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        let answer = self.answer().map(|meta| {
            let pieces = [b"a", b"b"].map(|piece| Ok(Bytes::from_static(piece)));
            let body = stream::iter(pieces).boxed();
            let (meta, range) = (meta?, 0..2);
            Ok(Fetched { meta, range, body })
        });
        answer.boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        unreachable!()
    }

    fn names<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        unreachable!()
    }

    fn kind(&self) -> &'static str {
        "scripted"
    }
}

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<GateEvent>>);

impl GateWatch for Heard {
    fn happened(&self, event: GateEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    fn count(&self, event: GateEvent) -> usize {
        let heard = self.0.lock().unwrap();
        heard.iter().filter(|heard| **heard == event).count()
    }

    fn in_flight(&self) -> usize {
        self.count(GateEvent::Enters) - self.count(GateEvent::Leaves)
    }

    fn waiting(&self) -> usize {
        self.count(GateEvent::Waits) - self.count(GateEvent::WaitsNoMore)
    }

    fn limit(&self) -> u32 {
        let heard = self.0.lock().unwrap();
        let mut limits = heard.iter().filter_map(|event| match event {
            GateEvent::Limit(limit) => Some(*limit),
            _ => None,
        });
        limits.next_back().unwrap()
    }
}

struct Setup {
    gate: Arc<Gate>,
    store: Arc<Scripted>,
    heard: Arc<Heard>,
}

/// A gate whose times are so long that only what is set here ends anything.
struct Times {
    answer_within: Duration,
    lend_after: Duration,
    max_wait: Duration,
}

const PATIENT: Times = Times {
    answer_within: LONG,
    lend_after: LONG,
    max_wait: LONG,
};

fn gate(store: Scripted, max_fetches: u32, times: Times) -> Setup {
    let (store, heard) = (Arc::new(store), Arc::new(Heard::default()));
    let limits = FetchLimits {
        max_fetches,
        max_wait: times.max_wait,
    };
    let gate = Gate::timed(
        store.clone(),
        times.answer_within,
        times.lend_after,
        &limits,
        heard.clone(),
    );
    Setup {
        gate: Arc::new(gate),
        store,
        heard,
    }
}

impl Setup {
    async fn get(&self) -> Result<Fetched, StoreError> {
        get(&self.gate).await
    }

    fn calls(&self) -> usize {
        self.store.calls.load(Ordering::SeqCst)
    }

    /// A `get` on its way, which has got as far as it can.
    async fn begun(&self) -> tokio::task::JoinHandle<Result<Fetched, StoreError>> {
        let gate = Arc::clone(&self.gate);
        let fetch = tokio::spawn(async move { get(&gate).await });
        tokio::task::yield_now().await;
        fetch
    }
}

async fn get(gate: &Gate) -> Result<Fetched, StoreError> {
    let key = StoreKey::new("a");
    let read = Read {
        key: &key,
        range: None,
        if_match: None,
        version: None,
    };
    gate.get(read).await
}

#[tokio::test]
async fn what_may_pass_is_asked_about_once_more() {
    for error in [StoreError::Unavailable, StoreError::Timeout, THROTTLED] {
        let it = gate(Scripted::new([error]), 8, PATIENT);
        assert!(it.get().await.is_ok(), "{error}");
        assert_eq!((it.calls(), it.heard.count(GateEvent::RetryHelped)), (2, 1));
    }
    let it = gate(Scripted::failing(StoreError::Unavailable), 8, PATIENT);
    assert_eq!(it.get().await.unwrap_err(), StoreError::Unavailable);
    assert_eq!((it.calls(), it.heard.count(GateEvent::RetryFailed)), (2, 1));
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn an_answer_is_not_asked_for_again() {
    for error in [
        StoreError::NotFound,
        StoreError::Denied,
        StoreError::Changed,
        StoreError::RangeNotSatisfiable { len_bytes: 1 },
        StoreError::Misconfigured,
    ] {
        let it = gate(Scripted::failing(error), 8, PATIENT);
        assert_eq!(it.get().await.unwrap_err(), error);
        let head = it.gate.head(&StoreKey::new("a"), None).await;
        assert_eq!(head.unwrap_err(), error);
        assert_eq!((it.calls(), it.heard.in_flight()), (2, 0));
    }
}

#[tokio::test]
async fn a_second_attempt_may_find_an_answer_that_is_none() {
    let script = [StoreError::Unavailable, StoreError::NotFound];
    let it = gate(Scripted::new(script), 8, PATIENT);
    assert_eq!(it.get().await.unwrap_err(), StoreError::NotFound);
    assert_eq!(it.heard.count(GateEvent::RetryHelped), 1);
}

#[tokio::test]
async fn a_store_that_is_down_is_asked_a_tenth_more_and_no_more() {
    let it = gate(Scripted::failing(StoreError::Unavailable), 200, PATIENT);
    let began = Instant::now();
    let answers = join_all((0..200).map(|_| it.get())).await;
    assert!(answers.iter().all(Result::is_err));
    let by_time = usize::try_from(began.elapsed().as_secs() / 10).unwrap();
    let retries = it.calls() - 200;
    assert!((20..=23 + by_time).contains(&retries), "{retries}");
    assert_eq!(it.heard.count(GateEvent::BudgetEmpty), 200 - retries);
}

#[tokio::test]
async fn the_reader_of_a_broken_body_takes_from_the_same_budget() {
    let it = gate(Scripted::failing(StoreError::Unavailable), 8, PATIENT);
    let given = (0..9).filter(|_| it.gate.may_retry()).count();
    assert_eq!((given, it.heard.count(GateEvent::RetryGiven)), (3, 3));
    assert!(it.get().await.is_err());
    assert_eq!(it.calls(), 1);
}

#[tokio::test]
async fn both_attempts_together_end_in_time() {
    for script in [vec![], vec![StoreError::Unavailable]] {
        let calls = script.len() + 1;
        let mut store = Scripted::new(script);
        store.silent_from = calls - 1;
        let times = Times {
            answer_within: Duration::from_millis(300),
            ..PATIENT
        };
        let it = gate(store, 8, times);
        let ended = tokio::time::timeout(LONG / 2, it.get()).await;
        assert_eq!(ended.unwrap().unwrap_err(), StoreError::Timeout);
        assert_eq!((it.calls(), it.heard.in_flight()), (calls, 0));
    }
}

#[tokio::test]
async fn a_place_is_held_to_the_end_or_drop_of_the_body() {
    let it = gate(Scripted::new([]), 1, PATIENT);
    let mut first = it.get().await.unwrap();
    let second = it.begun().await;
    assert_eq!((it.calls(), it.heard.waiting()), (1, 1));
    while first.body.next().await.is_some() {}
    let second = second.await.unwrap().unwrap();
    let third = it.begun().await;
    assert_eq!((it.calls(), it.heard.waiting()), (2, 1));
    drop(second);
    third.await.unwrap().unwrap();
    assert_eq!((it.heard.in_flight(), it.heard.waiting()), (0, 0));
}

#[tokio::test]
async fn a_head_takes_its_place_and_gives_it_back() {
    let it = gate(Scripted::new([]), 1, PATIENT);
    let held = it.get().await.unwrap();
    let key = StoreKey::new("a");
    let mut head = it.gate.head(&key, None);
    assert!(futures_util::poll!(&mut head).is_pending());
    assert_eq!(it.calls(), 1);
    drop(held);
    head.await.unwrap();
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn past_the_queue_it_is_refused_at_once_and_the_others_are_served() {
    let it = gate(Scripted::new([]), 2, PATIENT);
    let held = [it.get().await.unwrap(), it.get().await.unwrap()];
    let mut waiting = Vec::new();
    for _ in 0..32 {
        waiting.push(it.begun().await);
    }
    assert_eq!(it.get().await.unwrap_err(), StoreError::Overloaded);
    assert_eq!(it.heard.count(GateEvent::QueueFull), 1);
    drop(held);
    for fetch in waiting {
        fetch.await.unwrap().unwrap();
    }
    assert_eq!((it.calls(), it.heard.in_flight()), (34, 0));
}

#[tokio::test]
async fn who_has_waited_too_long_is_refused_and_leaves_nothing_behind() {
    let times = Times {
        max_wait: Duration::from_millis(20),
        ..PATIENT
    };
    let it = gate(Scripted::new([]), 1, times);
    let held = it.get().await.unwrap();
    assert_eq!(it.get().await.unwrap_err(), StoreError::Overloaded);
    assert_eq!(it.heard.count(GateEvent::WaitedTooLong), 1);
    assert_eq!((it.calls(), it.heard.waiting()), (1, 0));
    drop(held);
    it.get().await.unwrap();
}

#[tokio::test]
async fn a_body_that_nobody_reads_lends_its_place_and_goes_on_all_the_same() {
    let times = Times {
        lend_after: Duration::from_millis(20),
        ..PATIENT
    };
    let it = gate(Scripted::new([]), 1, times);
    let mut slow = it.get().await.unwrap();
    let mut second = it.get().await.expect("the place of the first");
    assert_eq!(it.heard.in_flight(), 1);
    // None is free, so it goes on without.
    assert!(slow.body.next().await.unwrap().is_ok());
    assert_eq!(it.heard.in_flight(), 1);
    while second.body.next().await.is_some() {}
    assert_eq!(it.heard.in_flight(), 0);
    assert!(slow.body.next().await.unwrap().is_ok());
    assert_eq!(it.heard.in_flight(), 1, "it has a place again");
    assert!(slow.body.next().await.is_none());
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn a_burst_of_throttled_fetches_halves_the_limit_once_and_good_ones_bring_it_back() {
    let it = gate(Scripted::new([THROTTLED; 9]), 16, PATIENT);
    (0..3).for_each(|_| assert!(it.gate.may_retry()));
    it.store.open.forget_permits(1);
    let mut burst = Vec::new();
    for _ in 0..9 {
        burst.push(it.begun().await);
    }
    it.store.open.add_permits(1);
    for fetch in burst {
        assert_eq!(fetch.await.unwrap().unwrap_err(), THROTTLED);
    }
    assert_eq!((it.calls(), it.heard.limit()), (9, 8));
    assert_eq!(it.heard.count(GateEvent::Throttled), 9);
    for _ in 0..8 {
        it.get().await.unwrap();
    }
    assert_eq!(it.heard.limit(), 9);
}

#[tokio::test]
async fn places_held_beyond_a_halved_limit_are_not_given_out_again() {
    let it = gate(Scripted::new([]), 8, PATIENT);
    let mut held = Vec::new();
    for _ in 0..7 {
        held.push(it.get().await.unwrap());
    }
    it.store.script.lock().unwrap().push_back(THROTTLED);
    (0..3).for_each(|_| assert!(it.gate.may_retry()));
    assert_eq!(it.get().await.unwrap_err(), THROTTLED);
    assert_eq!(it.heard.limit(), 4);
    let next = it.begun().await;
    for left in (4..7).rev() {
        assert!(!next.is_finished());
        held.pop();
        assert_eq!(it.heard.in_flight(), left);
        tokio::task::yield_now().await;
    }
    held.pop();
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn fetches_that_are_left_at_any_moment_leave_no_place_behind() {
    let times = Times {
        lend_after: Duration::from_millis(2),
        ..PATIENT
    };
    let it = gate(Scripted::new([THROTTLED; 40]), 8, times);
    let fetches = (0..400_u64).map(|number| {
        let it = &it;
        async move {
            let whole = async {
                let mut fetched = it.get().await?;
                tokio::time::sleep(Duration::from_millis(number % 5)).await;
                while fetched.body.next().await.is_some() {}
                Ok::<_, StoreError>(())
            };
            let left_after = Duration::from_micros(number * 7_919 % 20_000);
            let _ = tokio::time::timeout(left_after, whole).await;
        }
    });
    join_all(fetches).await;
    assert_eq!((it.heard.in_flight(), it.heard.waiting()), (0, 0));
    tokio::task::yield_now().await;
    // As many as the limit says have room at once.
    let mut held = Vec::new();
    for _ in 0..it.heard.limit() {
        let fetched = it.get().now_or_never();
        held.push(fetched.expect("no wait").expect("an object"));
    }
}
