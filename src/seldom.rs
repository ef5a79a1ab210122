//! A line of the log that is written at most once in a while, with how often what it tells has
//! happened: what strangers can cause must not fill a disk.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counts what happens, and says when it is time for a line.
#[derive(Debug)]
pub struct Seldom(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    told_at: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// Nothing has happened yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Counted {
            told_at: None,
            untold: 0,
        }))
    }

    /// It happened again: how often since the last line, this time included, where that line is
    /// `pause` ago. `None`: not a line yet.
    pub fn count(&self, now: Instant, pause: Duration) -> Option<u64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.untold += 1;
        let is_time = |told_at| now.saturating_duration_since(told_at) >= pause;
        if !counted.told_at.is_none_or(is_time) {
            return None;
        }
        counted.told_at = Some(now);
        Some(std::mem::take(&mut counted.untold))
    }
}

impl Default for Seldom {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_later_ones_together() {
        let (seldom, start) = (Seldom::new(), Instant::now());
        let count = |millis| {
            let now = start + Duration::from_millis(millis);
            seldom.count(now, Duration::from_secs(10))
        };
        assert_eq!(count(0), Some(1));
        assert_eq!(count(50), None);
        assert_eq!(count(9_999), None);
        assert_eq!(count(10_000), Some(3));
        assert_eq!(count(10_001), None);
        assert_eq!(count(60_000), Some(2));
    }
}
