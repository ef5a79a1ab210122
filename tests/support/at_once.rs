//! How soon an answer comes that nobody had to wait for.

use std::time::{Duration, Instant};

/// As a median.
const AT_ONCE: Duration = Duration::from_millis(10);

fn took(work: &mut impl FnMut()) -> Duration {
    let from = Instant::now();
    work();
    from.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Asserts that `refused` takes 10 ms as a median of so many times; on a machine that is too busy
/// for that, no more than three times what `probe` takes, which is asked in turn with it.
pub(crate) fn assert_at_once(count: usize, mut refused: impl FnMut(), mut probe: impl FnMut()) {
    let pairs: Vec<_> = (0..count)
        .map(|_| (took(&mut refused), took(&mut probe)))
        .collect();
    let (refused, probe): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let (refused, probe) = (median(refused), median(probe));
    assert!(
        refused < AT_ONCE.max(probe * 3),
        "refused after {refused:?}, a probe took {probe:?}"
    );
}
