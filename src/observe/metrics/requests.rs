//! What is counted of each request. Requests that end alike count on the same series, whose handles
//! are looked for by their labels once.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arc_swap::ArcSwap;
use metrics::{Counter, Gauge, Histogram, Key, Label, Recorder};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::names::{BYTES, CACHE, CUT, DECISIONS, DURATION, FIRST_BYTE, IN_FLIGHT, REQUESTS};
use super::{METADATA, known_method};
use crate::observe::Record;

/// The handles of every way in which requests have ended. No part of a way is a client's to make
/// up, so there are few.
pub(super) struct Requests {
    bytes: Counter,
    in_flight: Gauge,
    first_byte: Histogram,
    ended: ArcSwap<HashMap<Way, Arc<Handles>>>,
}

/// How a request ended, as far as labels tell.
#[derive(Clone, PartialEq, Eq)]
struct Way {
    site: Option<Arc<str>>,
    method: &'static str,
    status: u16,
    complete: bool,
    decision: &'static str,
    reason: Option<&'static str>,
    carrier: Option<&'static str>,
    cache: Option<&'static str>,
}

impl Hash for Way {
    /// There are few ways, and their words differ in length nearly as often as in letters.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let of = |word: Option<&str>| word.map_or(0, str::len) as u64;
        let words = [
            of(self.site.as_deref()),
            of(Some(self.method)),
            of(Some(self.decision)),
            of(self.reason),
            of(self.carrier),
            of(self.cache),
        ];
        let words = words.iter().fold(0_u64, |all, len| all << 8 | (len & 0xff));
        state.write_u64(words << 16 | u64::from(self.status));
    }
}

/// What counts requests of one way.
struct Handles {
    requests: Counter,
    cut: Option<Counter>,
    decisions: Counter,
    cache: Option<Counter>,
    duration: Histogram,
}

impl Requests {
    pub(super) fn new(recorder: &PrometheusRecorder) -> Self {
        let key = Key::from_static_name;
        Self {
            bytes: recorder.register_counter(&key(BYTES), &METADATA),
            in_flight: recorder.register_gauge(&key(IN_FLIGHT), &METADATA),
            first_byte: recorder.register_histogram(&key(FIRST_BYTE), &METADATA),
            ended: ArcSwap::default(),
        }
    }

    pub(super) fn started(&self) {
        self.in_flight.increment(1.0);
    }

    pub(super) fn ended(&self, record: &Record, recorder: &PrometheusRecorder) {
        self.in_flight.decrement(1.0);
        self.bytes.increment(record.bytes_sent);
        let way = Way::of(record);
        match self.ended.load().get(&way) {
            Some(handles) => handles.count(record),
            None => self.register(way, recorder).count(record),
        }
        if let Some(ttfb_ms) = record.ttfb_ms {
            self.first_byte.record(ttfb_ms / 1_000.0);
        }
    }

    /// The handles of a way that no request has taken yet.
    fn register(&self, way: Way, recorder: &PrometheusRecorder) -> Arc<Handles> {
        let handles = Arc::new(way.register(recorder));
        self.ended.rcu(|known| {
            let mut known = HashMap::clone(known);
            known.insert(way.clone(), Arc::clone(&handles));
            known
        });
        handles
    }
}

impl Way {
    fn of(record: &Record) -> Self {
        Self {
            site: record.site.clone(),
            method: known_method(record.method.as_str()),
            status: record.status,
            complete: record.complete,
            decision: record.decision,
            reason: record.reason,
            carrier: record.carrier,
            cache: record.cache,
        }
    }

    fn register(&self, recorder: &PrometheusRecorder) -> Handles {
        // A site's name is the configuration's; a request that found none has an empty one.
        let site = self.site.as_deref().unwrap_or_default().to_owned();
        let counter = |name, labels: &[(&'static str, &str)]| {
            let mut all = vec![Label::new("site", site.clone())];
            all.extend(
                labels
                    .iter()
                    .map(|(name, word)| Label::new(*name, word.to_string())),
            );
            recorder.register_counter(&Key::from_parts(name, all), &METADATA)
        };
        let status = self.status.to_string();
        let reason = self.reason.unwrap_or("none");
        let carrier = self.carrier.unwrap_or("none");
        let duration = Key::from_parts(DURATION, vec![Label::new("method", self.method)]);
        Handles {
            requests: counter(REQUESTS, &[("method", self.method), ("status", &status)]),
            cut: (!self.complete).then(|| counter(CUT, &[])),
            decisions: counter(
                DECISIONS,
                &[
                    ("decision", self.decision),
                    ("reason", reason),
                    ("carrier", carrier),
                ],
            ),
            cache: self
                .cache
                .map(|outcome| counter(CACHE, &[("outcome", outcome)])),
            duration: recorder.register_histogram(&duration, &METADATA),
        }
    }
}

impl Handles {
    fn count(&self, record: &Record) {
        self.requests.increment(1);
        self.decisions.increment(1);
        for counter in [&self.cut, &self.cache].into_iter().flatten() {
            counter.increment(1);
        }
        self.duration.record(record.duration_ms / 1_000.0);
    }
}
