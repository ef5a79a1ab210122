//! The gate before a store that answers by script.

mod limited;
mod retried;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;

use super::{Gate, GateEvent, GateWatch};
use crate::config::model::FetchLimits;
use crate::store::{
    EntityTag, Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey,
};

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
            weak_etag: None,
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

    fn may_retry(&self) -> bool {
        true
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
    // As whoever opens the store does.
    heard.happened(GateEvent::Limit(max_fetches));
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
        get(&self.gate, None).await
    }

    fn calls(&self) -> usize {
        self.store.calls.load(Ordering::SeqCst)
    }

    /// A `get` on its way, which has got as far as it can.
    async fn begun(&self) -> Fetching {
        self.on_its_way(None).await
    }

    /// The same, of a version that is known.
    async fn begun_to_go_on(&self) -> Fetching {
        self.on_its_way(EntityTag::strong("\"a\"")).await
    }

    async fn on_its_way(&self, if_match: Option<EntityTag>) -> Fetching {
        let gate = Arc::clone(&self.gate);
        let fetch = tokio::spawn(async move { get(&gate, if_match.as_ref()).await });
        tokio::task::yield_now().await;
        fetch
    }
}

type Fetching = tokio::task::JoinHandle<Result<Fetched, StoreError>>;

async fn get(gate: &Gate, if_match: Option<&EntityTag>) -> Result<Fetched, StoreError> {
    let key = StoreKey::new("a");
    let read = Read {
        key: &key,
        range: None,
        if_match,
        if_none_match: None,
        version: None,
    };
    gate.get(read).await
}
