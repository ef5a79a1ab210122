//! How many retries a store's requests pay for: 10 % of them, and a few for a quiet site.
//!
//! A token bucket as in Finagle's `RetryBudget`
//! (<https://twitter.github.io/finagle/guide/Clients.html#retries>): while a store fails, retries add
//! a tenth to its load and not as much again.

use std::time::{Duration, Instant};

/// What a request puts in, in tenths of a retry.
const DEPOSIT: u32 = 1;
/// What a retry takes out.
const COST: u32 = 10;
/// The bucket holds no more than this: what a burst of failures after a long good time may take.
const MAX: u32 = 100 * COST;
/// The bucket is filled up to this by time alone.
const RESERVE: u32 = 3 * COST;
/// How long it takes for one retry of the reserve.
const RESERVE_EVERY: Duration = Duration::from_secs(10);

/// The bucket. At any time `t` after the first request, retries are at most a tenth of the requests
/// and `3 + t / 10 s`.
#[derive(Debug)]
pub(super) struct Budget {
    tenths: u32,
    /// Since when the reserve grows.
    since: Instant,
}

impl Budget {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            tenths: RESERVE,
            since: now,
        }
    }

    /// A request is made.
    pub(super) fn deposit(&mut self) {
        self.tenths = self.tenths.saturating_add(DEPOSIT).min(MAX);
    }

    /// Takes a retry out; false, and nothing taken, where there is none.
    pub(super) fn withdraw(&mut self, now: Instant) -> bool {
        self.fill(now);
        let left = self.tenths.checked_sub(COST);
        self.tenths = left.unwrap_or(self.tenths);
        left.is_some()
    }

    fn fill(&mut self, now: Instant) {
        let secs = now.saturating_duration_since(self.since).as_secs();
        let grown = u32::try_from(secs / RESERVE_EVERY.as_secs()).unwrap_or(u32::MAX);
        let filled = self.tenths.saturating_add(grown.saturating_mul(COST));
        if filled >= RESERVE {
            self.tenths = self.tenths.max(RESERVE);
            self.since = now;
        } else {
            self.tenths = filled;
            // What is over of the last ten seconds counts for the next.
            self.since += RESERVE_EVERY * grown;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::Budget;

    fn withdrawn(budget: &mut Budget, now: Instant) -> usize {
        (0..1_000).take_while(|_| budget.withdraw(now)).count()
    }

    #[test]
    fn a_quiet_site_may_retry_three_times_and_again_after_ten_seconds() {
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        let mut budget = Budget::new(start);
        assert_eq!(withdrawn(&mut budget, start), 3);
        assert_eq!(withdrawn(&mut budget, at(9)), 0);
        assert_eq!(withdrawn(&mut budget, at(10)), 1);
        assert_eq!(withdrawn(&mut budget, at(19)), 0);
        assert_eq!(withdrawn(&mut budget, at(20)), 1);
        assert_eq!(withdrawn(&mut budget, at(10_000)), 3);
    }

    #[test]
    fn ten_requests_pay_for_a_retry_and_no_more_than_a_hundred_are_kept() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        withdrawn(&mut budget, start);
        for requests in [9, 1, 20, 1_000_000] {
            (0..requests).for_each(|_| budget.deposit());
            let retries = withdrawn(&mut budget, start);
            assert_eq!(
                retries,
                match requests {
                    9 => 0,
                    1 => 1,
                    20 => 2,
                    _ => 100,
                }
            );
        }
    }

    proptest! {
        #[test]
        fn retries_are_a_tenth_of_the_requests_and_the_reserve_whatever_happens_when(
            steps in prop::collection::vec((0..30_u64, 0..40_usize, 0..20_usize), 1..60),
        ) {
            let start = Instant::now();
            let (mut now, mut requests, mut retries) = (start, 0, 0);
            let mut budget = Budget::new(start);
            for (secs, asked, failed) in steps {
                now += Duration::from_secs(secs);
                (0..asked).for_each(|_| budget.deposit());
                requests += asked;
                retries += (0..failed).filter(|_| budget.withdraw(now)).count();
                let by_time = usize::try_from((now - start).as_secs()).unwrap() / 10;
                prop_assert!(retries <= requests / 10 + 3 + by_time + 1);
                prop_assert!(10 * retries <= requests + 30 + 10 * by_time);
            }
        }
    }
}
