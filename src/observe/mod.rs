//! What an operator sees: one log line a request, and metrics. Never a token, a raw target, a
//! `Referer` or a cookie.

mod access_log;
mod logged;
mod metrics;
mod record;
mod store;

pub use self::access_log::AccessLog;
pub use self::logged::Logged;
pub use self::metrics::{Metrics, StoreCall};
pub use self::record::Record;
pub use self::store::Watched;

/// The log and the metrics: what hears of every request.
#[derive(Debug)]
pub struct Observer {
    /// Counters and histograms.
    pub metrics: Metrics,
    log: AccessLog,
}

impl Observer {
    /// Metrics at zero, and this log.
    pub fn new(log: AccessLog) -> Self {
        Self {
            metrics: Metrics::new(),
            log,
        }
    }

    /// A request's head has arrived.
    pub fn started(&self) {
        self.metrics.started();
    }

    /// The text that a scrape gets, with the log's losses.
    pub fn scrape(&self) -> String {
        self.metrics.log_lines_lost(self.log.lines_lost());
        self.metrics.render()
    }

    /// A request has ended.
    pub fn ended(&self, record: &Record) {
        self.metrics.ended(record);
        self.log.write(record);
    }
}
