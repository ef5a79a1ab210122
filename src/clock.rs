//! The one place that reads the wall clock; everything else is given the time.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// 2020-01-01T00:00:00Z. A clock before it is not set, and every token would look far from expiry.
pub const EARLIEST_PLAUSIBLE_UNIX_SECS: u64 = 1_577_836_800;

/// For so long a time that was read goes on by the clock that nobody sets.
const HELD: Duration = Duration::from_millis(10);

/// A source of Unix time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicU64>>);

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until [`Clock::set`] moves it; clones move together.
    pub fn fixed(now_unix_secs: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(now_unix_secs))))
    }

    /// Moves a fixed clock; without effect on the machine's.
    pub fn set(&self, now_unix_secs: u64) {
        if let Some(fixed) = &self.0 {
            fixed.store(now_unix_secs, Ordering::Relaxed);
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z; 0 for a clock before that.
    pub fn now_unix_secs(&self) -> u64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::Relaxed),
            None => read().as_secs(),
        }
    }

    /// The same at `now`, which has just been read. Of many calls of one thread few read the clock:
    /// that it was set is noticed [`HELD`] later.
    pub fn unix_secs_at(&self, now: Instant) -> u64 {
        thread_local! {
            static LAST: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
        }
        if let Some(fixed) = &self.0 {
            return fixed.load(Ordering::Relaxed);
        }
        if let Some((read_at, unix)) = LAST.get()
            && let Some(since) = now.checked_duration_since(read_at)
            && since < HELD
        {
            return (unix + since).as_secs();
        }
        let unix = read();
        LAST.set(Some((now, unix)));
        unix.as_secs()
    }
}

#[expect(clippy::disallowed_methods, reason = "the owner of the wall clock")]
fn read() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Clock, HELD};

    #[test]
    fn a_time_that_was_read_goes_on_for_a_moment_and_is_read_again() {
        let (clock, start) = (Clock::system(), Instant::now());
        for part in 0..20 {
            let before = clock.now_unix_secs();
            let told = clock.unix_secs_at(start + part * HELD / 3);
            // A second may begin meanwhile, or in the moment that has not come yet.
            assert!((before..=clock.now_unix_secs() + 1).contains(&told));
        }
        let fixed = Clock::fixed(7);
        assert_eq!(fixed.unix_secs_at(start), 7);
        fixed.set(8);
        assert_eq!(fixed.unix_secs_at(start + Duration::from_secs(1)), 8);
    }
}
