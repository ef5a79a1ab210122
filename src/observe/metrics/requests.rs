//! What is counted of each request. Requests that end alike are counted together, and told the
//! series that they count on when these are looked at.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use arc_swap::ArcSwap;
use metrics::{Counter, Gauge, Key, Label, Recorder};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::histogram::{Histogram, Histograms};
use super::names::{BYTES, CACHE, CUT, DECISIONS, DURATION, FIRST_BYTE, IN_FLIGHT, REQUESTS};
use super::{METADATA, known_method};
use crate::keyed;
use crate::observe::Entry;

/// Every way in which requests have ended. No part of a way is a client's to make up, so there are
/// few.
pub(super) struct Requests {
    /// Which of the process's it is.
    number: u64,
    bytes: Counter,
    in_flight: Gauge,
    first_byte: Arc<Histogram>,
    first_bytes: Histograms,
    durations: Histograms,
    ended: ArcSwap<keyed::Map<Way, Arc<Ended>>>,
    counted: Counted,
}

/// What a scrape has not been told yet.
#[derive(Default)]
struct Counted {
    /// Requests that began, since the start.
    begun: AtomicU64,
    /// Those of them that have ended.
    ended: AtomicU64,
}

static MADE: AtomicU64 = AtomicU64::new(0);

/// How many ways a thread keeps at hand.
const LATELY: usize = 16;

/// A way that a request of this thread took, at hand without a look into the map that all share.
struct Lately {
    requests: u64,
    way: Way,
    ended: Arc<Ended>,
}

thread_local! {
    static TAKEN: RefCell<[Option<Lately>; LATELY]> = const { RefCell::new([const { None }; LATELY]) };
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

/// What counts requests of one way: what they have in common is counted once, and told the series
/// at a scrape.
struct Ended {
    count: AtomicU64,
    bytes: AtomicU64,
    /// Of those answered in one go, which are counted here alone: their durations, which are their
    /// times to the first byte too.
    at_once: Histogram,
    duration: Arc<Histogram>,
    series: Vec<Counter>,
}

impl Requests {
    pub(super) fn new(recorder: &PrometheusRecorder) -> Self {
        let key = Key::from_static_name;
        let first_bytes = Histograms::new(FIRST_BYTE);
        Self {
            number: MADE.fetch_add(1, Relaxed),
            bytes: recorder.register_counter(&key(BYTES), &METADATA),
            in_flight: recorder.register_gauge(&key(IN_FLIGHT), &METADATA),
            first_byte: first_bytes.of(&[]),
            first_bytes,
            durations: Histograms::new(DURATION),
            ended: ArcSwap::default(),
            counted: Counted::default(),
        }
    }

    pub(super) fn started(&self) {
        self.counted.begun.fetch_add(1, Relaxed);
    }

    pub(super) fn ended(&self, entry: &Entry<'_>, recorder: &PrometheusRecorder) {
        self.counted.ended.fetch_add(1, Release);
        self.count(entry, recorder, |ended| {
            ended.count.fetch_add(1, Relaxed);
            ended.duration.record(entry.duration_micros);
        });
        if let Some(micros) = entry.ttfb_micros {
            self.first_byte.record(micros);
        }
    }

    /// A request that has not begun, as far as anybody was told.
    pub(super) fn answered_at_once(&self, entry: &Entry<'_>, recorder: &PrometheusRecorder) {
        self.count(entry, recorder, |ended| {
            ended.at_once.record(entry.duration_micros)
        });
    }

    fn count(&self, entry: &Entry<'_>, recorder: &PrometheusRecorder, count: impl FnOnce(&Ended)) {
        TAKEN.with_borrow_mut(|taken| {
            let at = usize::from(entry.status) + entry.site.map_or(0, |site| site.len());
            let place = &mut taken[at % LATELY];
            let is_it = |lately: &&mut Lately| lately.is(self.number, entry);
            let lately = match place.as_mut().filter(is_it) {
                Some(_) => place,
                None => {
                    let way = Way::of(entry);
                    *place = Some(Lately {
                        requests: self.number,
                        ended: self.of(&way, recorder),
                        way,
                    });
                    place
                }
            };
            if let Some(lately) = lately {
                lately.ended.bytes.fetch_add(entry.bytes_sent, Relaxed);
                count(&lately.ended);
            }
        });
    }

    fn of(&self, way: &Way, recorder: &PrometheusRecorder) -> Arc<Ended> {
        let known = self.ended.load().get(way).map(Arc::clone);
        known.unwrap_or_else(|| self.register(way.clone(), recorder))
    }

    /// Tells the series what has been counted.
    pub(super) fn tell(&self) {
        // In this order no request ends before it begins.
        let ended = self.counted.ended.load(Acquire);
        let begun = self.counted.begun.load(Acquire);
        #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
        self.in_flight.set(begun.saturating_sub(ended) as f64);
        for ended in self.ended.load().values() {
            self.bytes.increment(ended.bytes.swap(0, Relaxed));
            let others = [&*ended.duration, &*self.first_byte];
            let count = ended.count.swap(0, Relaxed) + ended.at_once.move_to(&others);
            for counter in &ended.series {
                counter.increment(count);
            }
        }
    }

    /// Adds the histograms to a scrape's text.
    pub(super) fn write(&self, text: &mut String) {
        self.durations.write(text);
        self.first_bytes.write(text);
    }

    /// A way that no request has taken yet. Two may come to it at once.
    fn register(&self, way: Way, recorder: &PrometheusRecorder) -> Arc<Ended> {
        let new = Arc::new(Ended {
            count: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            at_once: Histogram::default(),
            duration: self.durations.of(&[("method", way.method)]),
            series: way.series(recorder),
        });
        let before = self.ended.rcu(|known| {
            let mut known = keyed::Map::clone(known);
            known.entry(way.clone()).or_insert_with(|| Arc::clone(&new));
            known
        });
        before.get(&way).map_or(new, Arc::clone)
    }
}

impl Lately {
    fn is(&self, requests: u64, entry: &Entry<'_>) -> bool {
        let way = &self.way;
        let is_alike =
            (self.requests, way.status, way.complete) == (requests, entry.status, entry.complete);
        is_alike
            && way.method == known_method(entry.method)
            && way.site.as_ref() == entry.site
            && way.decision == entry.decision
            && way.reason == entry.reason
            && way.carrier == entry.carrier
            && way.cache == entry.cache
    }
}

impl Way {
    fn of(entry: &Entry<'_>) -> Self {
        Self {
            site: entry.site.cloned(),
            method: known_method(entry.method),
            status: entry.status,
            complete: entry.complete,
            decision: entry.decision,
            reason: entry.reason,
            carrier: entry.carrier,
            cache: entry.cache,
        }
    }

    /// Every series on which it counts.
    fn series(&self, recorder: &PrometheusRecorder) -> Vec<Counter> {
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
        let decision = [
            ("decision", self.decision),
            ("reason", reason),
            ("carrier", carrier),
        ];
        let mut series = vec![
            counter(REQUESTS, &[("method", self.method), ("status", &status)]),
            counter(DECISIONS, &decision),
        ];
        if !self.complete {
            series.push(counter(CUT, &[]));
        }
        if let Some(outcome) = self.cache {
            series.push(counter(CACHE, &[("outcome", outcome)]));
        }
        series
    }
}
