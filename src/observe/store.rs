//! A store whose calls are counted, timed and traced.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

use super::{Observer, StoreCall, Trace};
use crate::store::{Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey};

const OK: &str = "ok";
/// Nobody waited for an answer any more.
const ABANDONED: &str = "abandoned";

/// A site's store, watched.
#[derive(Debug)]
pub struct Watched {
    site: String,
    store: Arc<dyn Store>,
    observer: Arc<Observer>,
}

impl Watched {
    /// Tells `observer` of every call to `store`, the store of the site named `site`.
    pub fn new(site: &str, store: Arc<dyn Store>, observer: Arc<Observer>) -> Self {
        Self {
            site: site.to_owned(),
            store,
            observer,
        }
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        answer: BoxFuture<'_, Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let traces = &self.observer.outlets.traces;
        let mut call = Call {
            watched: self,
            operation,
            trace: traces.store_call(&self.site, operation),
            started: Instant::now(),
            result: ABANDONED,
            is_failure: false,
        };
        let answer = call.trace.scope(answer).await;
        call.result = answer.as_ref().map_or_else(result, |_| OK);
        call.is_failure = answer.as_ref().is_err_and(|error| error.is_failure());
        answer
    }
}

/// A call, told of when it ends: by its answer, or because nobody waits for one any more.
struct Call<'w> {
    watched: &'w Watched,
    operation: &'static str,
    trace: Trace,
    started: Instant,
    result: &'static str,
    is_failure: bool,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.trace.end_store_call(self.result, self.is_failure);
        self.watched.observer.metrics.store_called(&StoreCall {
            site: &self.watched.site,
            operation: self.operation,
            result: self.result,
            duration: self.started.elapsed(),
        });
    }
}

impl Store for Watched {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        Box::pin(self.call("head", self.store.head(key, version)))
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        Box::pin(self.call("get", self.store.get(read)))
    }

    fn may_retry(&self) -> bool {
        self.store.may_retry()
    }

    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        self.store.probe()
    }

    fn names<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        Box::pin(self.call("names", self.store.names(prefix)))
    }

    fn kind(&self) -> &'static str {
        self.store.kind()
    }
}

/// The word for a result that is none.
pub(super) fn result(error: &StoreError) -> &'static str {
    match error {
        StoreError::NotFound => "not_found",
        StoreError::Denied => "denied",
        StoreError::RangeNotSatisfiable { .. } => "range_not_satisfiable",
        StoreError::Changed => "changed",
        StoreError::NotModified => "not_modified",
        StoreError::Unavailable => "unavailable",
        StoreError::Throttled { .. } => "throttled",
        StoreError::Timeout => "timeout",
        StoreError::Overloaded => "overloaded",
        StoreError::BodyLength => "body_length",
        StoreError::Corrupt => "corrupt",
        StoreError::Misconfigured => "misconfigured",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ABANDONED, OK, result};
    use crate::store::StoreError;

    const ALERTS: &str = include_str!("../../infra/monitoring/alerts.yml");
    const PAGE: &str = include_str!("../../docs/OPERATIONS.md");

    const ERRORS: [StoreError; 12] = [
        StoreError::NotFound,
        StoreError::Denied,
        StoreError::RangeNotSatisfiable { len_bytes: 1 },
        StoreError::Changed,
        StoreError::NotModified,
        StoreError::Unavailable,
        StoreError::Throttled {
            retry_after_secs: None,
        },
        StoreError::Timeout,
        StoreError::Overloaded,
        StoreError::BodyLength,
        StoreError::Corrupt,
        StoreError::Misconfigured,
    ];

    #[test]
    fn the_alert_for_a_failing_store_exempts_what_is_no_failure_and_nothing_else() {
        let (_, rest) = ALERTS.split_once("result!~\"").unwrap();
        let (exempt, _) = rest.split_once('"').unwrap();
        let everyday = ERRORS.iter().filter(|error| !error.is_failure());
        let everyday: BTreeSet<&str> = everyday.map(result).chain([OK, ABANDONED]).collect();
        assert_eq!(exempt.split('|').collect::<BTreeSet<_>>(), everyday);
    }

    #[test]
    fn the_operators_page_has_every_result() {
        let row = PAGE
            .lines()
            .find(|line| line.starts_with("| `countersign_store_calls_total`"));
        let row = row.unwrap();
        for word in ERRORS.iter().map(result).chain([OK, ABANDONED]) {
            assert!(row.contains(&format!("`{word}`")), "{word}");
        }
    }
}
