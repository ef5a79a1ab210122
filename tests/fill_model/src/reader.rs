//! A reader with a thread of its own, as a task would read.

use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::Notify;

use crate::arriving::{Arriving, Progress, Seat};
use crate::block::Block;
use crate::sync::{Arc, Weak};

/// How a reader goes about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Reads to the end.
    Stays,
    /// The same, and polls twice before it waits, each time with another waker; the ones before
    /// wake nobody.
    Moves,
    /// Polls twice before it waits, with the same waker.
    Insists,
    /// Leaves after so many polls.
    Leaves(usize),
    /// Waits for the beginning first, as an answer's head does.
    Begins,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End<E> {
    Whole,
    /// The block was complete, and nobody kept it.
    Lost,
    Failed(E),
    Left,
}

/// A reader's task: woken, it is polled again.
#[derive(Default)]
pub(crate) struct Task(Notify);

impl Task {
    /// Runs `work` to its end on this thread.
    pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
        let (task, mut work) = (Arc::new(Self::default()), pin!(work));
        let waker = Waker::from(Arc::clone(&task));
        loop {
            let done = work.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(done) = done {
                return done;
            }
            task.0.wait();
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

pub(crate) struct Reader {
    manner: Manner,
    task: Arc<Task>,
    seat: Seat,
    polls: usize,
}

impl Reader {
    pub(crate) fn new(manner: Manner) -> Self {
        Self {
            manner,
            task: Arc::default(),
            seat: Seat::default(),
            polls: 0,
        }
    }

    /// All bytes of `fill` from `from` on, at most `most_bytes` at once, and how it ended; `seen` is
    /// told of each step.
    pub(crate) fn read<E: Clone>(
        mut self,
        fill: &Arriving<E>,
        range: std::ops::Range<usize>,
        most_bytes: usize,
        seen: impl Fn(usize),
    ) -> (Vec<u8>, End<E>) {
        let mut got = Vec::new();
        if let Manner::Begins = self.manner {
            let at = range.start;
            match self.wait(|cx, seat| fill.poll_begun(at, cx, seat)) {
                Some(Ok(())) => has_byte(fill, at),
                Some(Err(error)) => return (got, End::Failed(error)),
                None => return (got, End::Left),
            }
        }
        while range.start + got.len() < range.end {
            let at = range.start + got.len();
            let most = most_bytes.min(range.end - at);
            let next = self.wait(|cx, seat| fill.poll_read(at, most, cx, seat));
            match next {
                Some(Ok(Progress::Bytes(bytes))) => {
                    assert!(!bytes.is_empty(), "ready without a byte");
                    got.extend_from_slice(&bytes);
                    seen(got.len());
                }
                Some(Ok(Progress::Complete(block))) => {
                    let end = rest(&block, &mut got, range, most_bytes);
                    return (got, end);
                }
                Some(Err(error)) => return (got, End::Failed(error)),
                None => return (got, End::Left),
            }
        }
        (got, End::Whole)
    }

    /// `None`: it leaves.
    fn wait<T>(&mut self, poll: impl Fn(&mut Context<'_>, &mut Seat) -> Poll<T>) -> Option<T> {
        loop {
            let tries = 1 + usize::from(matches!(self.manner, Manner::Insists | Manner::Moves));
            for _ in 0..tries {
                if let Manner::Moves = self.manner {
                    self.task = Arc::default();
                }
                let waker = Waker::from(Arc::clone(&self.task));
                if matches!(self.manner, Manner::Leaves(after) if self.polls >= after) {
                    return None;
                }
                self.polls += 1;
                if let Poll::Ready(ready) = poll(&mut Context::from_waker(&waker), &mut self.seat) {
                    return Some(ready);
                }
            }
            if matches!(self.manner, Manner::Leaves(after) if self.polls >= after) {
                return None;
            }
            self.task.0.wait();
        }
    }
}

/// What has begun has a byte to send, or says how it ended.
fn has_byte<E: Clone>(fill: &Arriving<E>, at: usize) {
    let (mut cx, mut seat) = (Context::from_waker(Waker::noop()), Seat::default());
    assert!(fill.poll_read(at, 1, &mut cx, &mut seat).is_ready());
}

/// The rest, from the block itself.
fn rest<E>(
    block: &Weak<Block>,
    got: &mut Vec<u8>,
    range: std::ops::Range<usize>,
    most_bytes: usize,
) -> End<E> {
    let Some(block) = block.upgrade() else {
        return End::Lost;
    };
    while range.start + got.len() < range.end {
        let at = range.start + got.len();
        let bytes = block.chunk(at, most_bytes.min(range.end - at));
        assert!(!bytes.is_empty(), "a block without its byte {at}");
        got.extend_from_slice(&bytes);
    }
    End::Whole
}
