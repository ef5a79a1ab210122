//! A store whose calls run on one runtime, wherever they are made: connections to the store live
//! on the runtime that opened them, and readers' runtimes are many.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use opentelemetry::context::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::{Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey};

/// A store and the runtime of its calls.
#[derive(Debug)]
pub(super) struct OnRuntime<S> {
    store: Arc<S>,
    runtime: Handle,
}

impl<S: Store> OnRuntime<S> {
    /// `store`, asked on the runtime that this is called on.
    pub(super) fn current(store: S) -> Self {
        Self {
            store: Arc::new(store),
            runtime: Handle::current(),
        }
    }

    /// The answer of `work`, which ends with its reader.
    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let mut call = Call(self.runtime.spawn(work.with_current_context()));
        // It panicked, or the process is ending.
        (&mut call.0).await.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// A call that ends when nobody waits for it any more.
struct Call<T>(JoinHandle<T>);

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<S: Store> Store for OnRuntime<S> {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        let (store, key) = (Arc::clone(&self.store), key.clone());
        let version = version.map(str::to_owned);
        Box::pin(self.run(async move { store.head(&key, version.as_deref()).await }))
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        let (store, key, range) = (Arc::clone(&self.store), read.key.clone(), read.range);
        let if_match = read.if_match.cloned();
        let if_none_match = read.if_none_match.cloned();
        let version = read.version.map(str::to_owned);
        Box::pin(self.run(async move {
            let read = Read {
                key: &key,
                range,
                if_match: if_match.as_ref(),
                if_none_match: if_none_match.as_ref(),
                version: version.as_deref(),
            };
            store.get(read).await
        }))
    }

    fn may_retry(&self) -> bool {
        self.store.may_retry()
    }

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
