//! Connections and requests at the listeners: how many there are, and whom their limits met.

use metrics::Label;

use super::Metrics;
use super::names::{
    CONNECTIONS, CONNECTIONS_CLOSED, CONNECTIONS_MAX, LIMIT_REFUSALS, REQUESTS_MAX,
};

/// A listener's figures now.
#[derive(Clone, Debug)]
pub struct ListenerFigures {
    /// `delivery`, `signing` or `ops`.
    pub listener: &'static str,
    /// Connections that are open.
    pub connections: usize,
    /// How many may be.
    pub max_connections: usize,
    /// Requests that may be in flight; `None`: any number.
    pub max_requests: Option<usize>,
    /// Who came past a limit, by its name, since the start.
    pub refused: Vec<(&'static str, u64)>,
    /// Connections that were closed here, by why, since the start.
    pub closed: Vec<(&'static str, u64)>,
}

impl Metrics {
    /// A listener, as it is now.
    pub fn listener(&self, now: &ListenerFigures) {
        let listener = || Label::new("listener", now.listener);
        self.set(CONNECTIONS, vec![listener()], now.connections as u64);
        self.set(
            CONNECTIONS_MAX,
            vec![listener()],
            now.max_connections as u64,
        );
        if let Some(max_requests) = now.max_requests {
            self.set(REQUESTS_MAX, vec![], max_requests as u64);
        }
        let counts = |name, label, counts: &[(&'static str, u64)]| {
            for (word, count) in counts {
                self.total(name, vec![listener(), Label::new(label, *word)], *count);
            }
        };
        counts(LIMIT_REFUSALS, "limit", &now.refused);
        counts(CONNECTIONS_CLOSED, "reason", &now.closed);
    }
}
