//! What came of the requests.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A request that failed, and when.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// How it was asked, and the path.
    pub(crate) what: String,
    pub(crate) why: String,
    /// The server that the proxy took the answer from, where there was one.
    pub(crate) server: Option<String>,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

impl Failure {
    fn line(&self) -> String {
        let server = self.server.as_deref().unwrap_or("none");
        let took = self.ended - self.began;
        let Self { what, why, .. } = self;
        format!("{what} from {server}, after {} ms: {why}", took.as_millis())
    }
}

/// Panics where a request failed.
pub(crate) fn none_of(failures: &[Failure]) {
    let lines: Vec<String> = failures.iter().map(Failure::line).collect();
    assert!(
        lines.is_empty(),
        "{} failed:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// Of all clients of a load.
#[derive(Debug)]
pub(crate) struct Tally {
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) whole: u64,
    pub(crate) over_http2: u64,
    pub(crate) bytes: u64,
    pub(crate) connections: u64,
    pub(crate) slowest_head: Duration,
    pub(crate) failures: Vec<Failure>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            counts: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn counts(&self) -> Counts {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }

    /// Tells the figures, and hands them out.
    #[expect(clippy::print_stderr, reason = "figures, for `--no-capture`")]
    pub(crate) fn told(&self, name: &str) -> Counts {
        let counts = self.counts();
        let secs = self.began.elapsed().as_secs_f64();
        let requests = counts.whole + counts.failures.len() as u64;
        eprintln!(
            "{name}: {requests} requests ({} over HTTP/2) in {secs:.1} s, {:.0} a second, on {} \
             connections; {:.0} MB, every byte checked; {} failed; slowest head {} ms",
            counts.over_http2,
            requests as f64 / secs,
            counts.connections,
            counts.bytes as f64 / 1e6,
            counts.failures.len(),
            counts.slowest_head.as_millis(),
        );
        counts
    }
}
