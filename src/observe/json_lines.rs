//! JSON lines, written by a thread of its own so that a slow reader never holds a request up. Lines
//! that it cannot take are dropped, and counted; so are those that a full disk or a closed pipe
//! refuses.
//!
//! A line costs its request one copy. The thread is woken for the first line only, lets others come
//! for [`PAUSE`], and takes all that wait: to wake it for each line costs more than the line.

use std::cell::RefCell;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::whole_lines::WholeLines;

/// How many lines wait for a slow reader at most.
const MAX_WAITING_LINES: usize = 8_192;

/// For so many lines the thread does not wait for more: what is written to and read from by turns stays
/// in the cache of a processor. With 2,000 each request took 6 % longer, with 64 the wake-ups cost 3 %.
const MANY_LINES: usize = 256;

/// How long it waits for more.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the last lines have to be written at the end.
const LAST: Duration = Duration::from_secs(1);

/// Memory for lines that is kept although nothing waits.
const KEPT_BYTES: usize = 256 << 10;

/// The way to the thread. Clones share it; the last one that goes waits for what waits.
#[derive(Clone)]
pub(super) struct JsonLines(Arc<Way>);

struct Way(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Tells the thread of lines, or of the end.
    filled: Condvar,
    /// Tells that the thread has ended.
    ended: Condvar,
    lost: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    lines: usize,
    /// Lines that the thread has taken and not written yet.
    in_hand: usize,
    /// The thread waits for a first line.
    is_idle: bool,
    is_closed: bool,
    has_ended: bool,
}

impl JsonLines {
    /// Lines on `out`, which is given each line in one call, from a thread of this name.
    pub(super) fn to(out: impl Write + Send + 'static, thread_name: &str) -> Self {
        Self::start(LineByLine(out), thread_name)
    }

    /// Lines on `out`, which is given all that wait in one call.
    pub(super) fn together(out: impl Write + Send + 'static, thread_name: &str) -> Self {
        Self::start(WholeLines::new(out, false), thread_name)
    }

    fn start(mut out: impl Take + Send + 'static, thread_name: &str) -> Self {
        let shared = Arc::<Shared>::default();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name(thread_name.to_owned());
        let started = thread.spawn(move || {
            for_thread.write_all(&mut out);
            drop(out);
            for_thread.lock().has_ended = true;
            for_thread.ended.notify_all();
        });
        if started.is_err() {
            // Whatever comes is lost, and counted.
            let mut waiting = shared.lock();
            (waiting.is_closed, waiting.has_ended) = (true, true);
        }
        Self(Arc::new(Way(shared)))
    }

    /// Writes one line; never waits.
    pub(super) fn write(&self, record: &impl Serialize) {
        self.write_with(|line| match serde_json::to_writer(&mut *line, record) {
            Ok(()) => line.push(b'\n'),
            Err(_) => line.clear(),
        });
    }

    /// Writes the line that `make` makes, its end included; none where that is empty. Never waits.
    pub(super) fn write_with(&self, make: impl FnOnce(&mut Vec<u8>)) {
        thread_local! {
            static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        LINE.with_borrow_mut(|line| {
            line.clear();
            make(line);
            if !line.is_empty() {
                self.0.0.put(line);
            }
        });
    }

    /// How many lines were dropped or refused, since the start.
    pub(super) fn lost(&self) -> u64 {
        self.0.0.lost.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.is_closed || waiting.lines + waiting.in_hand >= MAX_WAITING_LINES {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.text.extend_from_slice(line);
        waiting.lines += 1;
        let is_first = std::mem::take(&mut waiting.is_idle);
        let is_time = is_first || waiting.lines == MANY_LINES;
        drop(waiting);
        if is_time {
            self.filled.notify_one();
        }
    }

    /// Gives `out` what comes, until the end.
    fn write_all(&self, out: &mut impl Take) {
        let mut text = Vec::new();
        while let Some(lines) = self.next(&mut text) {
            let refused = out.take(&text);
            self.lost.fetch_add(refused, Ordering::Relaxed);
            text.clear();
            text.shrink_to(KEPT_BYTES);
            self.lock().in_hand -= lines;
        }
    }

    /// Waits for lines, and exchanges them for `text`, which is empty; how many there are.
    fn next(&self, text: &mut Vec<u8>) -> Option<usize> {
        let mut waiting = self.lock();
        while waiting.lines == 0 {
            if waiting.is_closed {
                return None;
            }
            waiting.is_idle = true;
            let filled = self.filled.wait(waiting);
            waiting = filled.unwrap_or_else(PoisonError::into_inner);
        }
        waiting.is_idle = false;
        let is_time = |waiting: &mut Waiting| waiting.lines < MANY_LINES && !waiting.is_closed;
        let more = self.filled.wait_timeout_while(waiting, PAUSE, is_time);
        let (mut waiting, _) = more.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.text, text);
        waiting.in_hand = std::mem::take(&mut waiting.lines);
        Some(waiting.in_hand)
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.is_closed = true;
        self.0.filled.notify_all();
        let ended = |waiting: &mut Waiting| !waiting.has_ended;
        let _ = self.0.ended.wait_timeout_while(waiting, LAST, ended);
    }
}

/// What takes lines; how many it refused.
trait Take {
    fn take(&mut self, lines: &[u8]) -> u64;
}

/// Each in one call.
struct LineByLine<W>(W);

impl<W: Write> Take for LineByLine<W> {
    fn take(&mut self, lines: &[u8]) -> u64 {
        let lines = lines.split_inclusive(|&byte| byte == b'\n');
        lines
            .map(|line| u64::from(self.0.write_all(line).is_err()))
            .sum()
    }
}

/// All in one call.
impl<W: Write> Take for WholeLines<W> {
    fn take(&mut self, lines: &[u8]) -> u64 {
        let mut rest = lines;
        match self.write(&mut rest) {
            Ok(()) => 0,
            Err(_) => rest.iter().filter(|&&byte| byte == b'\n').count() as u64,
        }
    }
}

#[cfg(test)]
mod tests;
