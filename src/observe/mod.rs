//! What an operator sees: one log line a request, and metrics. Never a token, a raw target, a
//! `Referer` or a cookie.

mod access_log;
mod logged;
mod metrics;
mod record;

pub use self::access_log::AccessLog;
pub use self::logged::Logged;
pub use self::metrics::Metrics;
pub use self::record::Record;

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

    /// A request has ended.
    pub fn ended(&self, record: &Record) {
        self.metrics.ended(record);
        self.log.write(record);
    }
}
