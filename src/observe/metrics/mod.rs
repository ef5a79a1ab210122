//! Metrics, in Prometheus' text format. No label holds anything that a stranger can make up.

mod cache;
mod certificates;
mod described;
mod gate;
mod histogram;
mod keys;
mod listeners;
mod names;
mod reload;
mod requests;
mod state;

pub use self::cache::CacheFigures;
pub use self::gate::GateMetrics;
pub use self::listeners::ListenerFigures;
pub use self::reload::ReloadResult;
use self::requests::Requests;
pub use self::state::{Filling, Remembered};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use self::histogram::Histograms;
use self::names::{
    AUDIT_LOST, BUILD, CACHE_MAX, CACHED, GUARDED, LINES_LOST, PROXY_REFUSED, STORE_CALLS,
    STORE_DURATION, STREAMS_CUT,
};
use super::{Entry, micros};

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// A call to a store, answered.
#[derive(Clone, Copy, Debug)]
pub struct StoreCall<'c> {
    /// The site's name.
    pub site: &'c str,
    /// `get`, `head` or `names`.
    pub operation: &'static str,
    /// `ok`, or what went wrong.
    pub result: &'static str,
    /// Until the head of the answer.
    pub duration: Duration,
}

/// The process's metrics; a value, not a global.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    requests: Requests,
    store_durations: Histograms,
    cached: Gauge,
    lines_lost: Counter,
    keys: Mutex<keys::Told>,
    process: metrics_process::Collector,
}

impl Metrics {
    /// Metrics at zero.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        described::describe(&recorder);
        let process = metrics_process::Collector::default();
        metrics::with_local_recorder(&recorder, || process.describe());
        let key = Key::from_static_name;
        let build = Key::from_parts(
            BUILD,
            vec![Label::new("version", env!("CARGO_PKG_VERSION"))],
        );
        recorder.register_gauge(&build, &METADATA).set(1.0);
        Self {
            requests: Requests::new(&recorder),
            store_durations: Histograms::new(STORE_DURATION),
            cached: recorder.register_gauge(&key(CACHED), &METADATA),
            lines_lost: recorder.register_counter(&key(LINES_LOST), &METADATA),
            keys: Mutex::default(),
            process,
            handle: recorder.handle(),
            recorder,
        }
    }

    /// A request's head has arrived.
    pub fn started(&self) {
        self.requests.started();
    }

    /// A request has ended, as its log line says.
    pub fn ended(&self, entry: &Entry<'_>) {
        self.requests.ended(entry, &self.recorder);
    }

    /// A request that [`Self::started`] has not heard of was answered in one go: its first byte went
    /// out with its last.
    pub fn answered_at_once(&self, entry: &Entry<'_>) {
        self.requests.answered_at_once(entry, &self.recorder);
    }

    /// What the brute-force guard said of a failure.
    pub fn guarded(&self, outcome: &'static str) {
        self.count(GUARDED, vec![Label::new("outcome", outcome)]);
    }

    /// A listener has closed a connection for the PROXY protocol's sake.
    pub fn proxy_refused(&self, listener: &'static str, fault: &'static str) {
        let labels = [("listener", listener), ("fault", fault)];
        let labels = labels.map(|(name, value)| Label::new(name, value));
        self.count(PROXY_REFUSED, labels.into());
    }

    /// A body was cut while it was sent, for this reason.
    pub fn stream_cut(&self, reason: &'static str) {
        self.count(STREAMS_CUT, vec![Label::new("reason", reason)]);
    }

    /// How many bytes the cache holds now.
    pub fn cached_bytes(&self, bytes: u64) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
        self.cached.set(bytes as f64);
    }

    /// How many bytes the cache may hold.
    pub fn cache_max_bytes(&self, bytes: u64) {
        self.set(CACHE_MAX, vec![], bytes);
    }

    /// How many lines the access log has lost, since the start.
    pub fn log_lines_lost(&self, count: u64) {
        self.lines_lost.absolute(count);
    }

    /// How many lines the audit file has lost, since the start.
    pub fn audit_lines_lost(&self, count: u64) {
        self.total(AUDIT_LOST, vec![], count);
    }

    /// A site's store has answered a call.
    pub fn store_called(&self, call: &StoreCall<'_>) {
        let labels = vec![
            Label::new("site", call.site.to_owned()),
            Label::new("operation", call.operation),
            Label::new("result", call.result),
        ];
        self.count(STORE_CALLS, labels);
        let labels = [("site", call.site), ("operation", call.operation)];
        self.store_durations
            .of(&labels)
            .record(micros(call.duration));
    }

    /// The keys of every site, as they are now.
    pub fn keys<'k, T: 'k>(
        &self,
        keys: impl Iterator<Item = (&'k str, &'k countersign_token::Key<T>)>,
    ) {
        let mut told = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        told.tell(&self.recorder, keys);
    }

    /// The text that a scrape gets.
    pub fn render(&self) -> String {
        metrics::with_local_recorder(&self.recorder, || self.process.collect());
        self.requests.tell();
        let mut text = self.handle.render();
        self.requests.write(&mut text);
        self.store_durations.write(&mut text);
        text
    }

    /// A gauge, as it is now.
    fn set(&self, name: &'static str, labels: Vec<Label>, count: u64) {
        let gauge = Key::from_parts(name, labels);
        let gauge = self.recorder.register_gauge(&gauge, &METADATA);
        #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
        gauge.set(count as f64);
    }

    /// What is counted elsewhere, since the start.
    fn total(&self, name: &'static str, labels: Vec<Label>, count: u64) {
        let counter = Key::from_parts(name, labels);
        let counter = self.recorder.register_counter(&counter, &METADATA);
        counter.absolute(count);
    }

    fn count(&self, name: &'static str, labels: Vec<Label>) {
        let key = Key::from_parts(name, labels);
        self.recorder.register_counter(&key, &METADATA).increment(1);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// A method may be any token; only the usual ones are labels.
pub(super) fn known_method(method: &str) -> &'static str {
    ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::Metrics;
    use crate::observe::Record;

    #[test]
    fn a_request_that_ended_is_counted_with_bounded_labels() {
        let metrics = Metrics::new();
        metrics.started();
        let record = Record {
            method: http::Method::from_bytes(b"EVIL-METHOD").unwrap(),
            status: 403,
            decision: "denied",
            reason: Some("expired"),
            bytes_sent: 7,
            ttfb_micros: Some(1_000),
            ..Record::default()
        };
        metrics.ended(&record.entry());
        let text = metrics.render();
        for line in [
            r#"countersign_requests_total{site="",method="other",status="403"} 1"#,
            r#"countersign_decisions_total{site="",decision="denied",reason="expired",carrier="none"} 1"#,
            "countersign_response_body_bytes_total 7",
            "countersign_requests_in_flight 0",
            "countersign_time_to_first_byte_seconds_count 1",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("EVIL"));
        // What one scrape was told is in the next one too, and not twice.
        let again = metrics.render();
        let counts = |text: &str| {
            text.matches("reason=\"expired\",carrier=\"none\"} 1\n")
                .count()
        };
        assert_eq!((counts(&text), counts(&again)), (1, 1));
        for name in ["time_to_first_byte", "request_duration"] {
            let metric = format!("countersign_{name}_seconds");
            assert!(text.contains(&format!("# TYPE {metric} histogram\n{metric}_bucket{{")));
        }
    }

    #[test]
    fn what_was_answered_at_once_counts_as_what_ended_later_does() {
        let record = |site: &str, micros| Record {
            site: Some(site.into()),
            method: http::Method::GET,
            status: 200,
            decision: "granted",
            cache: Some("hit"),
            bytes_sent: 10,
            complete: true,
            ttfb_micros: Some(micros),
            duration_micros: micros,
            ..Record::default()
        };
        let (later, at_once) = (Metrics::new(), Metrics::new());
        // Of two processes' worth of metrics in one thread neither counts for the other.
        for (site, micros) in [("a", 100), ("b", 700), ("a", 900), ("a", 40_000_000)] {
            let record = record(site, micros);
            later.started();
            later.ended(&record.entry());
            at_once.answered_at_once(&record.entry());
        }
        for _ in 0..2 {
            let of_requests = |metrics: &Metrics| {
                let text = metrics.render();
                let own = |line: &&str| {
                    !line.starts_with("process_") && !line.starts_with("countersign_process")
                };
                let lines: Vec<_> = text.lines().filter(own).map(str::to_owned).collect();
                lines.into_iter().collect::<std::collections::BTreeSet<_>>()
            };
            let told = of_requests(&at_once);
            assert_eq!(told, of_requests(&later));
            for line in [
                r#"countersign_requests_total{site="a",method="GET",status="200"} 3"#,
                "countersign_response_body_bytes_total 40",
                "countersign_time_to_first_byte_seconds_count 4",
                r#"countersign_request_duration_seconds_bucket{method="GET",le="0.001"} 3"#,
            ] {
                assert!(told.contains(line), "{line} in\n{told:#?}");
            }
        }
    }
}
