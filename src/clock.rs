//! The one place that reads the wall clock; everything else is given the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// 2020-01-01T00:00:00Z. A clock before it is not set, and every token would look far from expiry.
pub const EARLIEST_PLAUSIBLE_UNIX_SECS: u64 = 1_577_836_800;

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
    #[expect(clippy::disallowed_methods, reason = "the owner of the wall clock")]
    pub fn now_unix_secs(&self) -> u64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::Relaxed),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
        }
    }
}
