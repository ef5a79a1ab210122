//! Durations, counted as they come. The metrics crate's histograms keep each value, and when it
//! came, until a scrape: where nobody scrapes, each request would take memory for good.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics_exporter_prometheus::formatting::{
    sanitize_label_value, write_help_line, write_type_line,
};

use super::described::help;

/// Upper bounds of the buckets, in microseconds.
const BOUNDS_MICROS: [u64; 12] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000,
    30_000_000,
];

/// A histogram of durations; it takes the same memory whatever it has counted.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Those within each bound and above the one before; last, those above all.
    counts: [AtomicU64; BOUNDS_MICROS.len() + 1],
    sum_micros: AtomicU64,
}

impl Histogram {
    /// Something took so long.
    pub(super) fn record(&self, micros: u64) {
        let above = BOUNDS_MICROS.iter().filter(|&&bound| bound < micros);
        if let Some(count) = self.counts.get(above.count()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Moves what it has counted to the others; how many that were.
    pub(super) fn move_to(&self, others: &[&Self]) -> u64 {
        let mut all = 0;
        for (place, count) in self.counts.iter().enumerate() {
            let count = count.swap(0, Ordering::Relaxed);
            all += count;
            for other in others {
                other.counts[place].fetch_add(count, Ordering::Relaxed);
            }
        }
        let sum_micros = self.sum_micros.swap(0, Ordering::Relaxed);
        for other in others {
            other.sum_micros.fetch_add(sum_micros, Ordering::Relaxed);
        }
        all
    }

    /// Adds its series in Prometheus' text format, without help and type. `labels` are written as
    /// they stand between braces.
    fn write(&self, text: &mut String, name: &str, labels: &str) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut so_far = 0;
        for (place, count) in self.counts.iter().enumerate() {
            so_far += count.load(Ordering::Relaxed);
            let bound = BOUNDS_MICROS.get(place);
            let bound = bound.map_or("+Inf".to_owned(), |micros| seconds(*micros).to_string());
            let _ = writeln!(
                text,
                "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {so_far}"
            );
        }
        let braces = match labels {
            "" => String::new(),
            labels => format!("{{{labels}}}"),
        };
        let sum = seconds(self.sum_micros.load(Ordering::Relaxed));
        let _ = writeln!(text, "{name}_sum{braces} {sum}");
        let _ = writeln!(text, "{name}_count{braces} {so_far}");
    }
}

/// All histograms of one name.
pub(super) struct Histograms {
    name: &'static str,
    by_labels: Mutex<BTreeMap<String, Arc<Histogram>>>,
}

impl Histograms {
    /// None yet.
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            by_labels: Mutex::new(BTreeMap::new()),
        }
    }

    /// The one with these labels.
    pub(super) fn of(&self, labels: &[(&str, &str)]) -> Arc<Histogram> {
        let labels = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", sanitize_label_value(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        Arc::clone(self.lock().entry(labels).or_default())
    }

    /// Adds all of them in Prometheus' text format.
    pub(super) fn write(&self, text: &mut String) {
        let by_labels = self.lock();
        if by_labels.is_empty() {
            return;
        }
        write_help_line(text, self.name, None, None, help(self.name));
        write_type_line(text, self.name, None, None, "histogram");
        for (labels, histogram) in by_labels.iter() {
            histogram.write(text, self.name, labels);
        }
        text.push('\n');
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Histogram>>> {
        self.by_labels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the format's numbers are floats"
)]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn a_duration_is_counted_within_each_bound_from_its_own_on() {
        let histogram = Histogram::default();
        for micros in [0, 500, 501, 30_000_000, 30_000_001] {
            histogram.record(micros);
        }
        let mut text = String::new();
        histogram.write(&mut text, "x_seconds", "a=\"b\"");
        for line in [
            r#"x_seconds_bucket{a="b",le="0.0005"} 2"#,
            r#"x_seconds_bucket{a="b",le="0.001"} 3"#,
            r#"x_seconds_bucket{a="b",le="5"} 3"#,
            r#"x_seconds_bucket{a="b",le="30"} 4"#,
            r#"x_seconds_bucket{a="b",le="+Inf"} 5"#,
            r#"x_seconds_sum{a="b"} 60.001002"#,
            r#"x_seconds_count{a="b"} 5"#,
        ] {
            assert!(text.lines().any(|own| own == line), "{line} in\n{text}");
        }
        text.clear();
        histogram.write(&mut text, "x_seconds", "");
        assert!(text.contains("x_seconds_bucket{le=\"+Inf\"} 5\nx_seconds_sum 60.001002\n"));
    }
}
