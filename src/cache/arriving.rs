//! A block on its way: one writer, any number of readers who read what is there already.
//!
//! This file uses nothing of the cache but [`Block`], so that `tests/fill_model` can run every
//! interleaving of it under a model checker.

use std::mem;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};

use super::block::{Block, CHUNK_BYTES, slice};
use super::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A block that arrives, as its readers see it. `E` is why it may fail.
#[derive(Debug)]
pub(super) struct Arriving<E> {
    state: Mutex<State<E>>,
}

#[derive(Debug)]
struct State<E> {
    phase: Phase<E>,
    /// Grows by one whenever readers are woken.
    turn: u64,
    waiting: Vec<Waker>,
}

#[derive(Debug)]
enum Phase<E> {
    /// Nothing has been answered yet.
    Asked,
    /// The chunks that are full, and the one that is being filled.
    Arrives {
        full: Vec<Bytes>,
        last: BytesMut,
    },
    /// Whoever keeps the block decides how long it lives.
    Complete(Weak<Block>),
    Failed(E),
}

/// What there is for a reader.
#[derive(Debug)]
pub(super) enum Progress {
    /// Bytes from where the reader stands, at least one.
    Bytes(Bytes),
    /// All has arrived: the block, if somebody still keeps it.
    Complete(Weak<Block>),
}

/// Where a reader waits; each reader has its own.
#[derive(Debug, Default)]
pub(super) struct Seat(Option<(u64, Waker)>);

impl<E: Clone> Arriving<E> {
    /// A block of `len_bytes`, and its one writer. Where the writer is dropped before its end,
    /// readers get `abandoned`.
    pub(super) fn new(len_bytes: usize, abandoned: E) -> (Arc<Self>, Writer<E>) {
        let state = State {
            phase: Phase::Asked,
            turn: 0,
            waiting: Vec::new(),
        };
        let arriving = Arc::new(Self {
            state: Mutex::new(state),
        });
        let writer = Writer {
            arriving: Arc::clone(&arriving),
            len_bytes,
            written_bytes: 0,
            shown_bytes: 0,
            at_end: Some(abandoned),
        };
        (arriving, writer)
    }

    /// Ready when the byte `at` is there, or the block has ended.
    pub(super) fn poll_begun(
        &self,
        at: usize,
        cx: &mut Context<'_>,
        seat: &mut Seat,
    ) -> Poll<Result<(), E>> {
        let mut state = self.lock();
        match &state.phase {
            Phase::Arrives { full, last } if at < full.len() * CHUNK_BYTES + last.len() => {
                Poll::Ready(Ok(()))
            }
            Phase::Asked | Phase::Arrives { .. } => state.wait(cx, seat),
            Phase::Complete(_) => Poll::Ready(Ok(())),
            Phase::Failed(error) => Poll::Ready(Err(error.clone())),
        }
    }

    /// Up to `most_bytes` (at least 1) from `at` on, counted from the block's start, as soon as
    /// there is one byte. A failure takes what came before it along.
    pub(super) fn poll_read(
        &self,
        at: usize,
        most_bytes: usize,
        cx: &mut Context<'_>,
        seat: &mut Seat,
    ) -> Poll<Result<Progress, E>> {
        let mut state = self.lock();
        match &state.phase {
            Phase::Asked => {}
            Phase::Arrives { full, last } => {
                let bytes = match full.get(at / CHUNK_BYTES) {
                    Some(chunk) => slice(chunk, at % CHUNK_BYTES, most_bytes),
                    // Copied, as the rest of the chunk is still written to.
                    None => part(last, at - full.len() * CHUNK_BYTES, most_bytes),
                };
                if !bytes.is_empty() {
                    return Poll::Ready(Ok(Progress::Bytes(bytes)));
                }
            }
            Phase::Complete(block) => return Poll::Ready(Ok(Progress::Complete(block.clone()))),
            Phase::Failed(error) => return Poll::Ready(Err(error.clone())),
        }
        state.wait(cx, seat)
    }

    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes who waits where `change` says so.
    fn change(&self, change: impl FnOnce(&mut Phase<E>) -> bool) {
        let mut state = self.lock();
        if !change(&mut state.phase) {
            return;
        }
        state.turn += 1;
        let waiting = mem::take(&mut state.waiting);
        // A waker may poll at once, on this thread.
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl<E> State<E> {
    /// A reader who is polled again before anything has happened is not noted twice.
    fn wait<T>(&mut self, cx: &mut Context<'_>, seat: &mut Seat) -> Poll<T> {
        let noted = matches!(&seat.0, Some((turn, waker))
            if *turn == self.turn && waker.will_wake(cx.waker()));
        if !noted {
            self.waiting.push(cx.waker().clone());
            seat.0 = Some((self.turn, cx.waker().clone()));
        }
        Poll::Pending
    }
}

fn part(last: &BytesMut, at: usize, most_bytes: usize) -> Bytes {
    let from = at.min(last.len());
    let until = from.saturating_add(most_bytes).min(last.len());
    last.get(from..until)
        .map_or_else(Bytes::new, Bytes::copy_from_slice)
}

/// The one who brings a block.
#[derive(Debug)]
pub(super) struct Writer<E: Clone> {
    arriving: Arc<Arriving<E>>,
    len_bytes: usize,
    written_bytes: usize,
    shown_bytes: usize,
    /// What readers are told if the writer is dropped; `None` after its end.
    at_end: Option<E>,
}

impl<E: Clone> Writer<E> {
    /// The store has answered: bytes will come.
    pub(super) fn begin(&mut self) {
        let last = BytesMut::with_capacity(self.len_bytes.min(CHUNK_BYTES));
        let chunks = self.len_bytes.div_ceil(CHUNK_BYTES);
        self.arriving.change(|phase| {
            let full = Vec::with_capacity(chunks);
            *phase = Phase::Arrives { full, last };
            true
        });
    }

    /// How many bytes have been written.
    pub(super) fn written_bytes(&self) -> usize {
        self.written_bytes
    }

    /// How many bytes are missing.
    pub(super) fn missing_bytes(&self) -> usize {
        self.len_bytes - self.written_bytes
    }

    /// Takes what fits of bytes that have arrived. Readers are woken where a chunk is full.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let mut left = bytes.get(..self.missing_bytes()).unwrap_or(bytes);
        while !left.is_empty() {
            left = self.write_to_chunk(left);
        }
    }

    /// Readers are woken for what has been written, if they have not been.
    pub(super) fn show(&mut self) {
        if self.shown_bytes < self.written_bytes {
            self.shown_bytes = self.written_bytes;
            self.arriving.change(|_| true);
        }
    }

    fn write_to_chunk<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (len_bytes, written_bytes) = (self.len_bytes, &mut self.written_bytes);
        let (mut rest, mut wakes) = (bytes, false);
        self.arriving.change(|phase| {
            let Phase::Arrives { full, last } = phase else {
                rest = &[];
                return false;
            };
            let (fitting, behind) = bytes.split_at(bytes.len().min(CHUNK_BYTES - last.len()));
            last.extend_from_slice(fitting);
            *written_bytes += fitting.len();
            rest = behind;
            let is_first = full.is_empty() && last.len() == fitting.len();
            let is_full = last.len() == CHUNK_BYTES;
            if is_full {
                let next = (len_bytes - *written_bytes).min(CHUNK_BYTES);
                full.push(mem::replace(last, BytesMut::with_capacity(next)).freeze());
            }
            wakes = is_first || is_full;
            wakes
        });
        if wakes {
            self.shown_bytes = self.written_bytes;
        }
        rest
    }

    /// All has arrived. `keep` gets the block before readers are told of it.
    pub(super) fn finish(mut self, keep: impl FnOnce(Arc<Block>)) {
        let mut chunks = Vec::new();
        self.arriving.change(|phase| {
            if let Phase::Arrives { full, last } = phase {
                // Readers hold chunks of their own, and the state its until it is replaced below.
                chunks.clone_from(full);
                if !last.is_empty() {
                    let last = mem::take(last).freeze();
                    full.push(last.clone());
                    chunks.push(last);
                }
            }
            false
        });
        let block = Arc::new(Block::new(chunks));
        let weak = Arc::downgrade(&block);
        keep(block);
        self.arriving.change(|phase| {
            *phase = Phase::Complete(weak);
            true
        });
        // Not earlier: `keep` may panic.
        self.at_end = None;
    }

    /// No more will come.
    pub(super) fn fail(mut self, error: E) {
        self.at_end = Some(error);
    }
}

impl<E: Clone> Drop for Writer<E> {
    fn drop(&mut self) {
        if let Some(error) = self.at_end.take() {
            self.arriving.change(|phase| {
                *phase = Phase::Failed(error);
                true
            });
        }
    }
}
