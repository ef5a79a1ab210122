//! Connections and requests at the listeners: how many there are, and whom their limits met.

use metrics::{Key, Label, Recorder};

use super::names::{
    CONNECTIONS, CONNECTIONS_CLOSED, CONNECTIONS_MAX, LIMIT_REFUSALS, REQUESTS_MAX,
};
use super::{METADATA, Metrics};

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
        let set = |name, labels, count: usize| {
            let key = Key::from_parts(name, labels);
            #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
            self.recorder
                .register_gauge(&key, &METADATA)
                .set(count as f64);
        };
        set(CONNECTIONS, vec![listener()], now.connections);
        set(CONNECTIONS_MAX, vec![listener()], now.max_connections);
        if let Some(max_requests) = now.max_requests {
            set(REQUESTS_MAX, vec![], max_requests);
        }
        let counts = |name, label, counts: &[(&'static str, u64)]| {
            for (word, count) in counts {
                let labels = vec![listener(), Label::new(label, *word)];
                let counter = Key::from_parts(name, labels);
                self.recorder
                    .register_counter(&counter, &METADATA)
                    .absolute(*count);
            }
        };
        counts(LIMIT_REFUSALS, "limit", &now.refused);
        counts(CONNECTIONS_CLOSED, "reason", &now.closed);
    }
}
