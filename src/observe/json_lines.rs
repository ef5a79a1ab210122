//! JSON lines, written by a thread of its own so that a slow reader never holds a request up. Lines
//! that it cannot take are dropped, and counted; so are those that a full disk or a closed pipe
//! refuses.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// How many lines wait for a slow reader at most.
const MAX_WAITING_LINES: usize = 8_192;

/// The way to the thread. Clones share it.
#[derive(Clone)]
pub(super) struct JsonLines {
    lines: NonBlocking,
    dropped: ErrorCounter,
    refused: Arc<AtomicU64>,
    /// Ends, and writes what waits, with the last clone.
    _worker: Arc<WorkerGuard>,
}

impl JsonLines {
    /// Lines on `out`, which is given each line in one call, from a thread of this name.
    pub(super) fn to(out: impl Write + Send + 'static, thread_name: &str) -> Self {
        let refused = Arc::new(AtomicU64::new(0));
        let out = Counting {
            out,
            refused: Arc::clone(&refused),
            torn: false,
        };
        let (lines, worker) = NonBlockingBuilder::default()
            .buffered_lines_limit(MAX_WAITING_LINES)
            .lossy(true)
            .thread_name(thread_name)
            .finish(out);
        Self {
            dropped: lines.error_counter(),
            refused,
            lines,
            _worker: Arc::new(worker),
        }
    }

    /// Writes one line; never waits.
    pub(super) fn write(&self, record: &impl Serialize) {
        if let Ok(mut line) = serde_json::to_vec(record) {
            line.push(b'\n');
            let _ = self.lines.clone().write_all(&line);
        }
    }

    /// How many lines were dropped or refused, since the start.
    pub(super) fn lost(&self) -> u64 {
        self.dropped.dropped_lines() as u64 + self.refused.load(Ordering::Relaxed)
    }
}

/// Counts what `out` refuses; the worker gives each line in one call.
struct Counting<W> {
    out: W,
    refused: Arc<AtomicU64>,
    /// The last line has no end: a full disk took a part of it.
    torn: bool,
}

impl<W: Write> Counting<W> {
    /// Writes a line; a torn one before it is ended first, so that it spoils no other.
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.out.write_all(b"\n")?;
            self.torn = false;
        }
        let mut rest = line;
        while !rest.is_empty() {
            match self.out.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => {
                    rest = rest.get(taken..).unwrap_or_default();
                    self.torn = !rest.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.line(bytes);
        if written.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        written.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, sync_channel};

    use super::{JsonLines, MAX_WAITING_LINES};

    /// Takes nothing before it is told to.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_writes_never_waits_and_what_is_dropped_is_counted() {
        let (go_on, stuck) = sync_channel(0);
        let lines = JsonLines::to(Stuck(stuck), "stuck");
        for _ in 0..MAX_WAITING_LINES + 100 {
            lines.write(&1);
        }
        // One may be in the thread's hands.
        assert!((99..=100).contains(&lines.lost()), "{}", lines.lost());
        drop(go_on);
    }
}
