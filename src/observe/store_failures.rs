//! Requests that a store failed, as lines of the log: a store that is down fails as many as clients
//! send, and a line each would fill a disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::seldom::Seldom;
use crate::store::StoreError;

/// Between two lines about the same failure of the same site's store.
const LINE_PAUSE: Duration = Duration::from_secs(10);

/// When each failure was told last, by site. As many as sites were configured, times the kinds of
/// failure.
#[derive(Debug, Default)]
pub(super) struct StoreFailures(Mutex<HashMap<(String, &'static str), Seldom>>);

impl StoreFailures {
    /// A request failed so: how many since the last line, if it is time for one.
    pub(super) fn count(&self, site: &str, error: StoreError, now: Instant) -> Option<u64> {
        let kind = (site.to_owned(), super::store::result(&error));
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.entry(kind).or_default().count(now, LINE_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_of_each_site_has_a_line_of_its_own() {
        let (failures, start) = (StoreFailures::default(), Instant::now());
        let count = |site, error, secs| {
            let now = start + Duration::from_secs(secs);
            failures.count(site, error, now)
        };
        let throttled = |retry_after_secs| StoreError::Throttled { retry_after_secs };
        assert_eq!(count("a", StoreError::Timeout, 0), Some(1));
        assert_eq!(count("a", StoreError::Timeout, 1), None);
        assert_eq!(count("b", StoreError::Timeout, 1), Some(1));
        assert_eq!(count("a", throttled(Some(1)), 2), Some(1));
        assert_eq!(count("a", throttled(None), 3), None);
        assert_eq!(count("a", StoreError::Timeout, 10), Some(2));
    }
}
