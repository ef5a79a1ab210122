//! Metrics, in Prometheus' text format. No label holds anything that a stranger can make up.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::Record;

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// Upper bounds of the duration histograms, in seconds.
const BUCKETS_SECS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

const REQUESTS: &str = "countersign_requests_total";
const DECISIONS: &str = "countersign_decisions_total";
const CACHE: &str = "countersign_cache_outcomes_total";
const BYTES: &str = "countersign_response_body_bytes_total";
const DURATION: &str = "countersign_request_duration_seconds";
const FIRST_BYTE: &str = "countersign_time_to_first_byte_seconds";
const IN_FLIGHT: &str = "countersign_requests_in_flight";
const CACHED: &str = "countersign_cache_bytes";
const BUILD: &str = "countersign_build_info";

/// The process's metrics; a value, not a global.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    bytes: Counter,
    in_flight: Gauge,
    cached: Gauge,
    first_byte: Histogram,
}

impl Metrics {
    /// Metrics at zero.
    pub fn new() -> Self {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS_SECS);
        // The list of buckets is not empty, which is all that can be wrong with it.
        let recorder = builder.unwrap_or_default().build_recorder();
        describe(&recorder);
        let key = Key::from_static_name;
        let build = Key::from_parts(
            BUILD,
            vec![Label::new("version", env!("CARGO_PKG_VERSION"))],
        );
        recorder.register_gauge(&build, &METADATA).set(1.0);
        Self {
            bytes: recorder.register_counter(&key(BYTES), &METADATA),
            in_flight: recorder.register_gauge(&key(IN_FLIGHT), &METADATA),
            cached: recorder.register_gauge(&key(CACHED), &METADATA),
            first_byte: recorder.register_histogram(&key(FIRST_BYTE), &METADATA),
            handle: recorder.handle(),
            recorder,
        }
    }

    /// A request's head has arrived.
    pub fn started(&self) {
        self.in_flight.increment(1.0);
    }

    /// A request has ended, as its log line says.
    pub fn ended(&self, record: &Record) {
        self.in_flight.decrement(1.0);
        self.bytes.increment(record.bytes_sent);
        let method = known_method(&record.method);
        let status = record.status.to_string();
        self.count(
            REQUESTS,
            vec![Label::new("method", method), Label::new("status", status)],
        );
        let reason = record.reason.unwrap_or("none");
        let carrier = record.carrier.unwrap_or("none");
        let labels = [
            ("decision", record.decision),
            ("reason", reason),
            ("carrier", carrier),
        ];
        self.count(
            DECISIONS,
            labels.map(|(name, value)| Label::new(name, value)).into(),
        );
        if let Some(outcome) = record.cache {
            self.count(CACHE, vec![Label::new("outcome", outcome)]);
        }
        let duration = Key::from_parts(DURATION, vec![Label::new("method", method)]);
        self.recorder
            .register_histogram(&duration, &METADATA)
            .record(record.duration_ms / 1_000.0);
        if let Some(ttfb_ms) = record.ttfb_ms {
            self.first_byte.record(ttfb_ms / 1_000.0);
        }
    }

    /// How many bytes the cache holds now.
    pub fn cached_bytes(&self, bytes: u64) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
        self.cached.set(bytes as f64);
    }

    /// The text that a scrape gets.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
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
fn known_method(method: &str) -> &'static str {
    ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

fn describe(recorder: &PrometheusRecorder) {
    let name = KeyName::from_const_str;
    let counter = |metric, text: &'static str| {
        recorder.describe_counter(name(metric), Some(Unit::Count), text.into());
    };
    counter(REQUESTS, "Requests to the delivery listener.");
    counter(
        DECISIONS,
        "Verdicts, by reason and by what brought the token.",
    );
    counter(CACHE, "What the cache did for requests that reached it.");
    recorder.describe_counter(name(BYTES), Some(Unit::Bytes), "Body bytes sent.".into());
    recorder.describe_gauge(
        name(IN_FLIGHT),
        None,
        "Requests that have not ended.".into(),
    );
    recorder.describe_gauge(
        name(CACHED),
        Some(Unit::Bytes),
        "Bytes held by the cache.".into(),
    );
    recorder.describe_gauge(
        name(BUILD),
        None,
        "Always 1; the version is a label.".into(),
    );
    let histogram = |metric, text: &'static str| {
        recorder.describe_histogram(name(metric), Some(Unit::Seconds), text.into());
    };
    histogram(DURATION, "From a request's head to the end of its answer.");
    histogram(
        FIRST_BYTE,
        "From a request's head to the first byte of its answer's body.",
    );
}

#[cfg(test)]
mod tests {
    use super::{Metrics, Record};

    #[test]
    fn a_request_that_ended_is_counted_with_bounded_labels() {
        let metrics = Metrics::new();
        metrics.started();
        metrics.ended(&Record {
            method: "EVIL\"METHOD".into(),
            status: 403,
            decision: "denied",
            reason: Some("expired"),
            bytes_sent: 7,
            ttfb_ms: Some(1.0),
            ..Record::default()
        });
        let text = metrics.render();
        for line in [
            r#"countersign_requests_total{method="other",status="403"} 1"#,
            r#"countersign_decisions_total{decision="denied",reason="expired",carrier="none"} 1"#,
            "countersign_response_body_bytes_total 7",
            "countersign_requests_in_flight 0",
            "countersign_time_to_first_byte_seconds_count 1",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("EVIL"));
    }
}
