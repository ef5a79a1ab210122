//! What an operator sees: one log line a request, and metrics. Never a token, a raw target, a
//! `Referer` or a cookie.

use std::time::{Duration, Instant};

mod access_log;
mod audit_log;
mod json_lines;
mod line;
mod log_file;
mod logged;
mod metrics;
mod record;
mod store;
mod store_failures;
mod trace;
mod whole_lines;

pub use self::access_log::AccessLog;
pub use self::audit_log::{AuditFault, AuditLog};
pub use self::logged::{Logged, OpenRecord};
pub use self::metrics::{
    CacheFigures, Filling, GateMetrics, ListenerFigures, Metrics, ReloadResult, Remembered,
    StoreCall,
};
pub use self::record::{Entry, Named, Record};
pub use self::store::Watched;
use self::store_failures::StoreFailures;
pub use self::trace::{Trace, Traces};
use crate::store::StoreError;

/// Where what is observed goes, but for metrics.
#[derive(Clone, Debug)]
pub struct Outlets {
    /// One line a request.
    pub log: AccessLog,
    /// One span a request and store call.
    pub traces: Traces,
}

impl From<AccessLog> for Outlets {
    /// A log and no traces.
    fn from(log: AccessLog) -> Self {
        Self {
            log,
            traces: Traces::off(),
        }
    }
}

/// The log, the traces and the metrics: what hears of every request.
#[derive(Debug)]
pub struct Observer {
    /// Counters and histograms.
    pub metrics: Metrics,
    /// The signing API's decisions.
    pub audit: AuditLog,
    outlets: Outlets,
    store_failures: StoreFailures,
}

impl Observer {
    /// Metrics at zero, and these outlets.
    pub fn new(outlets: Outlets) -> Self {
        Self {
            metrics: Metrics::new(),
            audit: AuditLog::off(),
            outlets,
            store_failures: StoreFailures::default(),
        }
    }

    /// The same, with this file for the signing API's decisions.
    #[must_use]
    pub fn with_audit(self, audit: AuditLog) -> Self {
        Self { audit, ..self }
    }

    /// A request's span.
    pub fn trace(&self, head: &http::request::Parts) -> Trace {
        self.outlets.traces.request(head)
    }

    /// Whether requests have spans.
    pub const fn has_spans(&self) -> bool {
        self.outlets.traces.are_on()
    }

    /// A request's head has arrived.
    pub fn started(&self) {
        self.metrics.started();
    }

    /// A request of this site, for this path, got nothing of its store.
    pub fn store_failed(&self, site: &str, error: StoreError, path: &str, request_id: &str) {
        if let Some(count) = self.store_failures.count(site, error, Instant::now()) {
            tracing::warn!(site, %error, count, path, request_id, "the store failed");
        }
    }

    /// The text that a scrape gets, with the logs' losses.
    pub fn scrape(&self) -> String {
        self.metrics.log_lines_lost(self.outlets.log.lines_lost());
        self.metrics.audit_lines_lost(self.audit.lines_lost());
        self.metrics.render()
    }

    /// A request has ended.
    pub fn ended(&self, record: &Record) {
        let entry = record.entry();
        self.metrics.ended(&entry);
        self.outlets.log.write(&entry);
    }

    /// A request that [`Self::started`] has not heard of was answered at once, the whole time since
    /// its head had arrived taken by that.
    pub fn answered_at_once(&self, entry: &Entry<'_>) {
        self.metrics.answered_at_once(entry);
        self.outlets.log.write(entry);
    }
}

/// Microseconds, to the nearest.
pub fn micros(duration: Duration) -> u64 {
    let secs = duration.as_secs().saturating_mul(1_000_000);
    secs.saturating_add((u64::from(duration.subsec_nanos()) + 500) / 1_000)
}
