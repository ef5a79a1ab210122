//! What is remembered beyond a token: revocations and counted uses, each with its bound, so that an
//! alert comes before something is refused.

use metrics::Label;

use super::Metrics;
use super::names::{
    OPEN_USES, OPEN_USES_MAX, REVOCATION_FAILURES, REVOCATIONS, REVOCATIONS_MAX, USE_TOKENS,
    USE_TOKENS_MAX,
};

/// Something that grows, and how far it may.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// How many there are.
    pub count: usize,
    /// How many there may be.
    pub max: usize,
}

/// What is remembered now.
#[derive(Clone, Copy, Debug)]
pub struct Remembered {
    /// Revocations in force.
    pub revocations: Filling,
    /// Tokens whose uses are counted.
    pub use_tokens: Filling,
    /// Uses that further requests belong to.
    pub open_uses: Filling,
    /// Revocations that were neither made nor lifted, since the start, by reason.
    pub revocation_failures: [(&'static str, u64); 2],
}

impl Metrics {
    /// What is remembered now.
    pub fn remembered(&self, now: &Remembered) {
        for ([name, bound], filling) in [
            ([REVOCATIONS, REVOCATIONS_MAX], now.revocations),
            ([USE_TOKENS, USE_TOKENS_MAX], now.use_tokens),
            ([OPEN_USES, OPEN_USES_MAX], now.open_uses),
        ] {
            self.set(name, vec![], filling.count as u64);
            self.set(bound, vec![], filling.max as u64);
        }
        for (reason, count) in now.revocation_failures {
            let labels = vec![Label::new("reason", reason)];
            self.total(REVOCATION_FAILURES, labels, count);
        }
    }
}
