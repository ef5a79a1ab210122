//! Readers who leave while what they asked for waits for its turn at the store.

use std::future::Ready;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};

use super::super::flight::Flights;
use super::super::tasks::Tasks;
use super::*;
use crate::config::model::{FetchLimits, StoreSettings};
use crate::store::{Gate, GateEvent, GateWatch, Turn};

/// A store behind a gate with one place, which a body that stands still has.
struct Busy {
    objects: Objects,
    store: Arc<TestStore>,
    gate: Arc<dyn Store>,
    queue: Arc<Queue>,
    _holder: Opened,
}

/// How many wait.
#[derive(Debug, Default)]
struct Queue(AtomicUsize);

impl GateWatch for Queue {
    fn happened(&self, event: GateEvent) {
        match event {
            GateEvent::Waits => self.0.fetch_add(1, Ordering::SeqCst),
            GateEvent::WaitsNoMore => self.0.fetch_sub(1, Ordering::SeqCst),
            _ => 0,
        };
    }
}

impl Busy {
    async fn new(objects: Objects) -> Self {
        let (store, queue) = (TestStore::new(), Arc::<Queue>::default());
        let limits = FetchLimits {
            max_fetches: 1,
            max_wait: Duration::from_secs(60),
        };
        let (root, behind) = (PathBuf::new(), Arc::clone(&store));
        let settings = StoreSettings::Fs { root };
        let gate = Gate::new(behind, &settings, &limits, Arc::clone(&queue) as _);
        let gate: Arc<dyn Store> = Arc::new(gate);
        store.put("holder", "\"1\"", content(BLOCK_BYTES as usize));
        store.put("film", "\"1\"", content(FILM_BYTES));
        store.close_gate();
        let holder = opening(&objects, &gate, "holder", WHOLE).await.unwrap();
        Self {
            _holder: holder,
            objects,
            store,
            gate,
            queue,
        }
    }

    fn ask(&self, wanted: Wanted) -> JoinHandle<Result<Opened, StoreError>> {
        let (objects, gate) = (self.objects.clone(), Arc::clone(&self.gate));
        tokio::spawn(async move { opening(&objects, &gate, "film", wanted).await })
    }

    /// Until so many wait.
    async fn waiting(&self, count: usize) {
        comes(|| self.queue.0.load(Ordering::SeqCst) == count).await;
    }

    fn asked(&self) -> usize {
        let (gets, heads) = self.store.calls();
        gets + heads - 1
    }

    /// Reads to the end, with the store's bodies let go.
    async fn whole(&self, opened: JoinHandle<Result<Opened, StoreError>>) {
        self.store.open_gate();
        let opened = opened.await.unwrap().unwrap();
        assert_eq!(bytes(opened).await, Ok(content(FILM_BYTES)));
    }

    async fn nothing_is_left(&self) {
        self.waiting(0).await;
        let blocks = &self.objects.blocks;
        comes(|| blocks.fills.count() == 1).await;
        assert_eq!(
            blocks.shelf.arriving_bytes(),
            BLOCK_BYTES.next_multiple_of(1_024)
        );
    }
}

const FILM_BYTES: usize = 3 * BLOCK_BYTES as usize;

/// Waits for what others do.
async fn comes(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            yield_now().await;
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, waiting)
        .await
        .expect("it comes");
}

async fn opening(
    objects: &Objects,
    gate: &Arc<dyn Store>,
    path: &str,
    wanted: Wanted,
) -> Result<Opened, StoreError> {
    let (key, own_time) = (key("site", path), OwnTime::Default);
    objects
        .open(gate, key, StoreKey::new(path), own_time, wanted)
        .await
}

#[tokio::test]
async fn a_question_that_waits_ends_with_the_last_who_wants_its_answer() {
    for wanted in [WHOLE, Wanted::Metadata] {
        let busy = Busy::new(objects()).await;
        let asking = [busy.ask(wanted), busy.ask(wanted), busy.ask(wanted)];
        busy.waiting(1).await;
        for one in asking {
            assert_eq!(busy.queue.0.load(Ordering::SeqCst), 1);
            one.abort();
            assert!(one.await.is_err());
        }
        busy.nothing_is_left().await;
        assert_eq!(busy.asked(), 0);
        let anew = busy.ask(WHOLE);
        busy.whole(anew).await;
    }
}

#[tokio::test]
async fn who_stays_is_answered_also_where_the_one_who_asked_first_has_left() {
    let busy = Busy::new(objects()).await;
    let first = busy.ask(WHOLE);
    busy.waiting(1).await;
    let staying = busy.ask(WHOLE);
    yield_now().await;
    first.abort();
    assert!(first.await.is_err());
    busy.whole(staying).await;
}

#[tokio::test]
async fn who_comes_when_the_last_one_has_just_left_is_answered() {
    let busy = Busy::new(objects()).await;
    for yields in 0..6 {
        let last = busy.ask(WHOLE);
        busy.waiting(1).await;
        last.abort();
        for _ in 0..yields {
            yield_now().await;
        }
        let next = busy.ask(WHOLE);
        yield_now().await;
        busy.waiting(1).await;
        next.abort();
        busy.nothing_is_left().await;
    }
    let late = busy.ask(WHOLE);
    busy.whole(late).await;
}

#[tokio::test]
async fn a_question_in_the_background_waits_though_nobody_waits_for_it() {
    let flights = Flights::new(Tasks::current());
    let turn = Arc::new(Semaphore::new(0));
    let work = || {
        let turn = Arc::clone(&turn);
        async move {
            let _waits = Turn::awaited();
            turn.acquire().await.unwrap().forget();
            7
        }
    };
    let (sent, joined) = (key("site", "sent"), key("site", "joined"));
    flights.send(&sent, |_| work());
    // Somebody asked before, and has left.
    let mut asking = Box::pin(flights.join(&joined, |_| work()));
    assert!(futures_util::poll!(&mut asking).is_pending());
    flights.send(&joined, |_| -> Ready<i32> { unreachable!() });
    drop(asking);
    for _ in 0..20 {
        yield_now().await;
    }
    let mut answers = Vec::new();
    for key in [&sent, &joined] {
        let mut answer = Box::pin(flights.join(key, |_| -> Ready<i32> { unreachable!() }));
        assert!(futures_util::poll!(&mut answer).is_pending());
        answers.push(answer);
    }
    turn.add_permits(2);
    for answer in answers {
        assert_eq!(answer.await, Some((7, false)));
    }
}

#[tokio::test]
async fn blocks_that_wait_end_with_their_readers_and_those_ahead_of_them_too() {
    for read_ahead_blocks in [0, 2] {
        let settings = CacheSettings {
            read_ahead_blocks,
            ..settings()
        };
        let objects = Objects::new(&settings, &Arc::default());
        let before = TestStore::new();
        before.put("film", "\"1\"", content(FILM_BYTES));
        let wanted = range(ByteRange::FromTo { first: 0, last: 0 });
        read(&objects, &before, "film", wanted).await.unwrap();
        comes(|| objects.blocks.fills.count() == 0).await;
        let busy = Busy::new(objects).await;
        let mut opened = busy.ask(WHOLE).await.unwrap().unwrap();
        let mut seen = 0;
        while seen < BLOCK_BYTES as usize {
            seen += opened.body.next().await.unwrap().unwrap().len();
        }
        assert!(futures_util::poll!(opened.body.next()).is_pending());
        busy.waiting(1.max(read_ahead_blocks as usize)).await;
        drop(opened);
        busy.nothing_is_left().await;
        assert_eq!(busy.asked(), 0);
    }
}
