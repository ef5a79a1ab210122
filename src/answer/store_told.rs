//! How the store's errors are told to clients.

use http::StatusCode;

use crate::store::StoreError;

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
        StoreError::RangeNotSatisfiable { .. }
        | StoreError::Unavailable
        | StoreError::BodyLength => (
            S::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "The store is not available",
        ),
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
