//! What happens at the gate of each site's store: fetches in flight and in the queue, the limit that
//! follows the store, retries.

use metrics::{Counter, Gauge, Key, Label, Recorder};

use super::names::{
    FETCH_LIMIT, FETCHES, FETCHES_REFUSED, FETCHES_WAITING, RETRIES, RETRIES_REFUSED, THROTTLED,
};
use super::{METADATA, Metrics};
use crate::store::{GateEvent, GateWatch};

/// One site's part; a store that is opened anew goes on with it.
pub struct GateMetrics {
    limit: Gauge,
    in_flight: Gauge,
    waiting: Gauge,
    throttled: Counter,
    queue_full: Counter,
    waited_too_long: Counter,
    helped: Counter,
    failed: Counter,
    given: Counter,
    budget_empty: Counter,
}

impl Metrics {
    /// Where the gate of the store of the site named `site` tells what happens.
    pub fn gate(&self, site: &str) -> GateMetrics {
        let key = |name, labels: &[(&'static str, &'static str)]| {
            let mut all = vec![Label::new("site", site.to_owned())];
            all.extend(labels.iter().map(|(name, word)| Label::new(*name, *word)));
            Key::from_parts(name, all)
        };
        let gauge = |name| self.recorder.register_gauge(&key(name, &[]), &METADATA);
        let counter = |name, labels: &[(&'static str, &'static str)]| {
            self.recorder
                .register_counter(&key(name, labels), &METADATA)
        };
        GateMetrics {
            limit: gauge(FETCH_LIMIT),
            in_flight: gauge(FETCHES),
            waiting: gauge(FETCHES_WAITING),
            throttled: counter(THROTTLED, &[]),
            queue_full: counter(FETCHES_REFUSED, &[("reason", "queue_full")]),
            waited_too_long: counter(FETCHES_REFUSED, &[("reason", "waited_too_long")]),
            helped: counter(RETRIES, &[("outcome", "helped")]),
            failed: counter(RETRIES, &[("outcome", "failed")]),
            given: counter(RETRIES, &[("outcome", "body")]),
            budget_empty: counter(RETRIES_REFUSED, &[]),
        }
    }
}

impl GateWatch for GateMetrics {
    fn happened(&self, event: GateEvent) {
        match event {
            GateEvent::Limit(limit) => self.limit.set(f64::from(limit)),
            GateEvent::Enters => self.in_flight.increment(1.0),
            GateEvent::Leaves => self.in_flight.decrement(1.0),
            GateEvent::Waits => self.waiting.increment(1.0),
            GateEvent::WaitsNoMore => self.waiting.decrement(1.0),
            GateEvent::QueueFull => self.queue_full.increment(1),
            GateEvent::WaitedTooLong => self.waited_too_long.increment(1),
            GateEvent::Throttled => self.throttled.increment(1),
            GateEvent::RetryHelped => self.helped.increment(1),
            GateEvent::RetryFailed => self.failed.increment(1),
            GateEvent::RetryGiven => self.given.increment(1),
            GateEvent::BudgetEmpty => self.budget_empty.increment(1),
        }
    }
}

impl std::fmt::Debug for GateMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GateMetrics")
    }
}

#[cfg(test)]
mod tests {
    use super::{GateEvent, GateWatch, Metrics};

    #[test]
    fn a_gate_is_told_of_by_site() {
        let metrics = Metrics::new();
        let gate = metrics.gate("media.example");
        gate.happened(GateEvent::Limit(32));
        gate.happened(GateEvent::Enters);
        gate.happened(GateEvent::RetryHelped);
        gate.happened(GateEvent::QueueFull);
        let text = metrics.render();
        for line in [
            r#"countersign_store_fetch_limit{site="media.example"} 32"#,
            r#"countersign_store_fetches_in_flight{site="media.example"} 1"#,
            r#"countersign_store_fetches_waiting{site="media.example"} 0"#,
            r#"countersign_store_retries_total{site="media.example",outcome="helped"} 1"#,
            r#"countersign_store_fetches_refused_total{site="media.example",reason="queue_full"} 1"#,
            r#"countersign_store_throttled_total{site="media.example"} 0"#,
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
