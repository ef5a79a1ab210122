//! The access log: JSON lines on standard output, written by a thread of its own so that a slow
//! reader never holds a request up. Lines that it cannot take are dropped.

use std::io::Write;
use std::sync::Arc;

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

use super::Record;

/// How many lines wait for a slow reader at most.
const MAX_WAITING_LINES: usize = 8_192;

/// Where requests are logged.
#[derive(Clone)]
pub struct AccessLog(Option<Writer>);

#[derive(Clone)]
struct Writer {
    lines: NonBlocking,
    /// Ends, and writes what waits, with the last log.
    _worker: Arc<WorkerGuard>,
}

impl AccessLog {
    /// No log.
    pub const fn off() -> Self {
        Self(None)
    }

    /// A log on `out`.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        let (lines, worker) = NonBlockingBuilder::default()
            .buffered_lines_limit(MAX_WAITING_LINES)
            .lossy(true)
            .thread_name("access-log")
            .finish(out);
        Self(Some(Writer {
            lines,
            _worker: Arc::new(worker),
        }))
    }

    /// Writes one line.
    pub fn write(&self, record: &Record) {
        let Some(writer) = &self.0 else {
            return;
        };
        if let Ok(mut line) = serde_json::to_vec(record) {
            line.push(b'\n');
            let _ = writer.lines.clone().write_all(&line);
        }
    }
}

impl std::fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AccessLog").field(&self.0.is_some()).finish()
    }
}
