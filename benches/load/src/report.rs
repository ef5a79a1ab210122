//! What a run found.

use serde::Serialize;

/// One line of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Answers in the measured time.
    pub(crate) requests: u64,
    /// Bytes of their bodies.
    pub(crate) body_bytes: u64,
    /// The measured time.
    pub(crate) seconds: f64,
    /// From request, or from when it was due, to the last byte: microseconds.
    pub(crate) p50_us: f64,
    /// The same.
    pub(crate) p99_us: f64,
    /// From request to the first byte of the answer: microseconds.
    pub(crate) first_byte_p50_us: f64,
    /// The same.
    pub(crate) first_byte_p99_us: f64,
    /// Processor time of the server: seconds.
    pub(crate) server_cpu_seconds: f64,
    /// Memory of the server at the end.
    pub(crate) server_resident_bytes: u64,
    /// The part of the time in which this process had something to do: from 0.95 on, the load was
    /// the limit.
    pub(crate) load_busy: f64,
    /// Answers that were compared whole.
    pub(crate) compared_whole: u64,
    /// Answers that were not as they must be, warm-up included.
    pub(crate) wrong: u64,
    /// The first of them.
    pub(crate) first_wrong: Option<String>,
    /// Connections that the server closed.
    pub(crate) reconnects: u64,
    /// The next line of the plan.
    pub(crate) next: usize,
}

/// Times of answers.
#[derive(Default)]
pub(crate) struct Times(Vec<u32>);

impl Times {
    /// Adds one, in nanoseconds.
    pub(crate) fn add(&mut self, nanos: u128) {
        // Tenths of a microsecond: 429 seconds at most.
        self.0.push(u32::try_from(nanos / 100).unwrap_or(u32::MAX));
    }

    /// The time, in microseconds, that so large a part of the answers did not exceed.
    pub(crate) fn quantile(&mut self, part: f64) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        let place = ((self.0.len() as f64 * part).ceil() as usize).clamp(1, self.0.len()) - 1;
        let (_, found, _) = self.0.select_nth_unstable(place);
        f64::from(*found) / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn a_quantile_is_the_time_that_its_part_did_not_exceed() {
        let mut times = Times::default();
        assert_eq!(times.quantile(0.5), 0.0);
        (1..=100).rev().for_each(|micros| times.add(micros * 1_000));
        assert_eq!(times.quantile(0.5), 50.0);
        assert_eq!(times.quantile(0.99), 99.0);
        assert_eq!(times.quantile(1.0), 100.0);
    }
}
