//! The access log: JSON lines on standard output, written by a thread of its own so that a slow
//! reader never holds a request up. Lines that it cannot take are dropped, and counted; so are those
//! that a full disk or a closed pipe refuses.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

use super::Record;

/// How many lines wait for a slow reader at most.
const MAX_WAITING_LINES: usize = 8_192;

/// Where requests are logged.
#[derive(Clone)]
pub struct AccessLog(Option<Writer>);

#[derive(Clone)]
struct Writer {
    lines: NonBlocking,
    dropped: ErrorCounter,
    refused: Arc<AtomicU64>,
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
        let refused = Arc::new(AtomicU64::new(0));
        let out = Counting {
            out,
            refused: Arc::clone(&refused),
        };
        let (lines, worker) = NonBlockingBuilder::default()
            .buffered_lines_limit(MAX_WAITING_LINES)
            .lossy(true)
            .thread_name("access-log")
            .finish(out);
        Self(Some(Writer {
            dropped: lines.error_counter(),
            refused,
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

impl AccessLog {
    /// How many lines were dropped or refused, since the start.
    pub fn lines_lost(&self) -> u64 {
        self.0.as_ref().map_or(0, |writer| {
            writer.dropped.dropped_lines() as u64 + writer.refused.load(Ordering::Relaxed)
        })
    }
}

/// Counts what `out` refuses; the worker gives each line in one call.
struct Counting<W> {
    out: W,
    refused: Arc<AtomicU64>,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes).map_or_else(
            |error| {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(error)
            },
            |()| Ok(bytes.len()),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl std::fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AccessLog").field(&self.0.is_some()).finish()
    }
}
