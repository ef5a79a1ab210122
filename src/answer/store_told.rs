//! How the store's errors are told to clients.

use http::StatusCode;

use crate::store::StoreError;

/// For a store that is not there.
pub(super) const RETRY_AFTER_SECS: u64 = 2;
/// However long a store wants to be left alone.
const MAX_RETRY_AFTER_SECS: u64 = 60;

/// Status, code and title.
pub(super) const fn store_told(error: StoreError) -> (StatusCode, &'static str, &'static str) {
    use StatusCode as S;
    match error {
        StoreError::NotFound => (S::NOT_FOUND, "not_found", "No such object"),
        StoreError::Denied | StoreError::Misconfigured => (
            S::BAD_GATEWAY,
            "store_denied",
            "The store refuses this server",
        ),
        StoreError::Timeout => (
            S::GATEWAY_TIMEOUT,
            "store_timeout",
            "The store did not answer in time",
        ),
        StoreError::Changed => (
            S::SERVICE_UNAVAILABLE,
            "object_changed",
            "The object is changing",
        ),
        StoreError::Overloaded => (
            S::SERVICE_UNAVAILABLE,
            "store_overloaded",
            "Too much is being fetched from the store",
        ),
        StoreError::RangeNotSatisfiable { .. }
        | StoreError::NotModified
        | StoreError::Unavailable
        | StoreError::Throttled { .. }
        | StoreError::BodyLength
        | StoreError::Corrupt => (
            S::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "The store is not available",
        ),
    }
}

/// How long a client is asked to wait, in seconds, where the status is 503: as long as the store
/// asks for, within bounds.
pub(super) fn retry_after_secs(error: StoreError) -> u64 {
    match error {
        StoreError::Throttled {
            retry_after_secs: Some(secs),
        } => u64::from(secs).clamp(1, MAX_RETRY_AFTER_SECS),
        StoreError::Overloaded => 1,
        _ => RETRY_AFTER_SECS,
    }
}

/// What happened and what to do, for people.
pub(super) const fn store_detail(error: StoreError) -> &'static str {
    match error {
        StoreError::NotFound => "There is nothing under this path.",
        StoreError::Denied => {
            "The store does not accept this server's credentials. Its operator can see more in the log."
        }
        StoreError::Misconfigured => {
            "The bucket or root that this site is configured with is not there."
        }
        StoreError::Timeout => "Try again; the object is not lost.",
        StoreError::Changed => "It was replaced while it was read. Try again.",
        _ => "Try again in a few seconds.",
    }
}
