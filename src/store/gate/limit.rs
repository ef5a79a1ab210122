//! The arithmetic of the limit: halved when the store throttles, slowly back (AIMD, as TCP's
//! congestion window in RFC 5681 §3.1).

/// The limit is never adapted below this, if the setting is not.
const MIN: u32 = 4;

/// How many fetches may be in flight.
#[derive(Debug)]
pub(super) struct Limit {
    now: u32,
    max: u32,
    min: u32,
    /// Good answers since the limit was last changed.
    good: u32,
    cuts: u64,
}

/// When a fetch began, counted in cuts of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Began(u64);

impl Limit {
    /// Starts at `max`: an unknown store is taken for a good one, and says so at once if not.
    pub(super) fn new(max: u32) -> Self {
        Self {
            now: max,
            max,
            min: MIN.min(max),
            good: 0,
            cuts: 0,
        }
    }

    pub(super) const fn now(&self) -> u32 {
        self.now
    }

    /// The mark of a fetch that begins now.
    pub(super) const fn begins(&self) -> Began {
        Began(self.cuts)
    }

    /// A fetch was throttled. Those that began before the limit was last cut are of the burst that
    /// it was cut for: they do not cut it again.
    pub(super) fn throttled(&mut self, began: Began) {
        if began == self.begins() {
            self.now = (self.now / 2).max(self.min);
            self.good = 0;
            self.cuts += 1;
        }
    }

    /// A fetch was answered: after as many as the limit it grows by one, about once a round trip
    /// where it is made use of.
    pub(super) fn answered(&mut self, began: Began) {
        if began == self.begins() && self.now < self.max {
            self.good += 1;
            if self.good >= self.now {
                self.now += 1;
                self.good = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Limit;

    #[test]
    fn a_burst_of_throttled_fetches_halves_the_limit_once() {
        let mut limit = Limit::new(64);
        let burst: Vec<_> = (0..64).map(|_| limit.begins()).collect();
        burst.into_iter().for_each(|began| limit.throttled(began));
        assert_eq!(limit.now(), 32);
        let next = limit.begins();
        limit.throttled(next);
        assert_eq!(limit.now(), 16);
    }

    #[test]
    fn it_comes_back_by_one_for_each_limitful_of_answers() {
        let mut limit = Limit::new(8);
        limit.throttled(limit.begins());
        assert_eq!(limit.now(), 4);
        let mut answers = 0;
        while limit.now() < 8 {
            limit.answered(limit.begins());
            answers += 1;
        }
        assert_eq!(answers, 4 + 5 + 6 + 7);
        limit.answered(limit.begins());
        assert_eq!(limit.now(), 8);
    }

    proptest! {
        #[test]
        fn it_stays_in_its_bounds_and_never_jumps(
            max in 1..1_000_u32,
            answers in prop::collection::vec((any::<bool>(), 0..20_usize), 0..400),
        ) {
            let mut limit = Limit::new(max);
            let mut marks = vec![limit.begins()];
            for (is_throttled, age) in answers {
                let before = limit.now();
                let began = marks[marks.len().saturating_sub(1 + age)];
                if is_throttled {
                    limit.throttled(began);
                    prop_assert!(limit.now() == before || limit.now() == (before / 2).max(4.min(max)));
                } else {
                    limit.answered(began);
                    prop_assert!(limit.now() - before <= 1);
                }
                prop_assert!((4.min(max)..=max).contains(&limit.now()));
                marks.push(limit.begins());
            }
        }
    }
}
