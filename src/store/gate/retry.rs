//! Which failures are asked about again, and after which pause.

use std::time::Duration;

use crate::store::StoreError;

/// The longest pause before the second attempt.
const MAX_PAUSE: Duration = Duration::from_millis(100);
/// The same where the store throttles.
const MAX_THROTTLED_PAUSE: Duration = Duration::from_millis(500);
/// A store that wants more time than this before it is asked again is not waited for.
const MAX_RETRY_AFTER_SECS: u32 = 1;

/// How long to wait before the one retry, with full jitter
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>): anything up to the
/// longest pause, by `random`. `None` for what is not retried: an answer, or what did not reach the
/// store.
pub(super) fn pause(error: StoreError, random: u64) -> Option<Duration> {
    match error {
        StoreError::Unavailable | StoreError::Timeout => Some(part(MAX_PAUSE, random)),
        StoreError::Throttled { retry_after_secs } => {
            let least = retry_after_secs.unwrap_or_default();
            (least <= MAX_RETRY_AFTER_SECS)
                .then(|| Duration::from_secs(u64::from(least)) + part(MAX_THROTTLED_PAUSE, random))
        }
        // The first two are of a body, which its reader asks for again from the byte reached.
        StoreError::BodyLength
        | StoreError::Corrupt
        | StoreError::Overloaded
        | StoreError::NotFound
        | StoreError::Denied
        | StoreError::RangeNotSatisfiable { .. }
        | StoreError::Changed
        | StoreError::NotModified
        | StoreError::Misconfigured => None,
    }
}

/// `random / 2^64` of `whole`.
fn part(whole: Duration, random: u64) -> Duration {
    let nanos = (whole.as_nanos() * u128::from(random)) >> 64;
    // Less than `whole`, which is less than a second.
    Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{StoreError, pause};

    fn millis(error: StoreError, random: u64) -> Option<u128> {
        pause(error, random).map(|pause| pause.as_millis())
    }

    #[test]
    fn the_pause_is_anything_up_to_its_bound() {
        let half = u64::MAX / 2 + 1;
        assert_eq!(pause(StoreError::Unavailable, 0), Some(Duration::ZERO));
        assert_eq!(millis(StoreError::Unavailable, half), Some(50));
        assert_eq!(millis(StoreError::Timeout, u64::MAX), Some(99));
    }

    #[test]
    fn a_throttling_store_is_given_more_time_and_the_time_that_it_asks_for() {
        let throttled = |retry_after_secs| StoreError::Throttled { retry_after_secs };
        assert_eq!(millis(throttled(None), u64::MAX), Some(499));
        assert_eq!(millis(throttled(Some(1)), 0), Some(1_000));
        assert_eq!(millis(throttled(Some(2)), 0), None);
    }

    #[test]
    fn answers_are_final() {
        for error in [
            StoreError::NotFound,
            StoreError::Denied,
            StoreError::RangeNotSatisfiable { len_bytes: 1 },
            StoreError::Changed,
            StoreError::Misconfigured,
            StoreError::Overloaded,
        ] {
            assert_eq!(pause(error, 0), None, "{error}");
        }
    }
}
