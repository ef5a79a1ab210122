//! Readers who leave while their block waits for its turn at the store.

use std::sync::atomic::{AtomicUsize, Ordering};

use loom::thread;

use crate::fills::{Bringing, Fills, Place};
use crate::in_every_order;
use crate::key::BlockKey;
use crate::reader::{End, Manner, Reader, Task};
use crate::shelf::Shelf;
use crate::store::Turn;
use crate::sync::{Arc, Mutex};
use crate::wanted::unless_given_up;
use crate::writer::{LEN_BYTES, Step, content, take};

const KEY: BlockKey = BlockKey {
    version: 1,
    index: 0,
};

const STEPS: [Step; 2] = [Step::Begin, Step::Write(LEN_BYTES)];

/// Of the gate, which lets one call after the other through.
struct Cache {
    fills: Fills,
    shelf: Shelf,
    gate: Mutex<()>,
    asked: AtomicUsize,
    given_up: AtomicUsize,
}

impl Cache {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            fills: Fills::default(),
            shelf: Shelf::new(4 * LEN_BYTES),
            gate: Mutex::new(()),
            asked: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
        })
    }

    fn find(&self) -> Place {
        self.fills.find(&self.shelf, KEY, LEN_BYTES as u64)
    }

    /// As `Blocks::bring` does; its turn comes after a pause, or never.
    fn bring(&self, mut bringing: Bringing, comes: bool) {
        let entry = &bringing.entry;
        let call = async {
            let turn = Turn::awaited();
            if comes {
                pause(&self.gate).await;
            } else {
                std::future::pending::<()>().await;
            }
            drop(turn);
        };
        let called = unless_given_up(call, &entry.wanted, || entry.is_unwanted());
        if Task::run(called).is_none() {
            self.given_up.fetch_add(1, Ordering::SeqCst);
            return;
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        take(&mut bringing.writer, &STEPS);
        bringing.finish(&self.shelf);
    }

    /// Finds the block, or has it brought in a thread of its own; then stays or leaves at once.
    fn visit(self: &Arc<Self>, stays: bool, comes: bool) {
        let (fill, bringer) = match self.find() {
            Place::Kept(_) => return,
            Place::Arriving(fill) => (fill, None),
            Place::Begun(fill, bringing) => {
                let own = Arc::clone(self);
                let bringer = thread::spawn(move || own.bring(bringing, comes));
                (fill, Some(bringer))
            }
            Place::NoMemory => panic!("there is memory for four"),
        };
        if stays {
            let reader = Reader::new(Manner::Stays);
            let (got, end) = reader.read(&fill, 0..LEN_BYTES, usize::MAX, |_| {});
            assert_eq!((&got[..], end), (content(), End::Whole), "others have left");
        }
        drop(fill);
        if let Some(bringer) = bringer {
            bringer.join().unwrap();
        }
    }

    fn nothing_is_left(&self) {
        assert_eq!(self.fills.count(), 0, "a fill without a writer");
        assert_eq!(self.shelf.reserved_bytes(), 0, "memory that nobody uses");
    }

    fn counts(&self) -> (usize, usize) {
        let (asked, given_up) = (&self.asked, &self.given_up);
        (
            asked.load(Ordering::SeqCst),
            given_up.load(Ordering::SeqCst),
        )
    }
}

/// Pending once, and looks at a lock before and after, so that others may go first.
async fn pause(gate: &Mutex<()>) {
    let mut has_waited = false;
    std::future::poll_fn(|cx| {
        drop(gate.lock().unwrap());
        if std::mem::replace(&mut has_waited, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[test]
fn a_turn_that_never_comes_is_given_up_by_the_last_who_leaves() {
    in_every_order(Some(2), || {
        let cache = Cache::new();
        let own = Arc::clone(&cache);
        let other = thread::spawn(move || own.visit(false, false));
        cache.visit(false, false);
        other.join().unwrap();
        let (asked, given_up) = cache.counts();
        assert_eq!(asked, 0);
        assert!((1..=2).contains(&given_up), "{given_up}");
        cache.nothing_is_left();
    });
}

#[test]
fn who_comes_while_the_last_one_leaves_gets_every_byte() {
    in_every_order(Some(2), || {
        let cache = Cache::new();
        let own = Arc::clone(&cache);
        let leaving = thread::spawn(move || own.visit(false, true));
        cache.visit(true, true);
        leaving.join().unwrap();
        let (asked, given_up) = cache.counts();
        // Where the other came and left after the block was kept, it was asked for once by then.
        assert_eq!(asked, 1);
        assert!(given_up <= 1, "{given_up}");
        cache.nothing_is_left();
    });
}

#[test]
fn a_block_that_was_given_up_does_not_take_the_next_ones_place() {
    in_every_order(Some(1), || {
        let cache = Cache::new();
        let [leaving, staying] = [false, true].map(|stays| {
            let own = Arc::clone(&cache);
            thread::spawn(move || own.visit(stays, true))
        });
        cache.visit(true, true);
        leaving.join().unwrap();
        staying.join().unwrap();
        assert_eq!(cache.counts().0, 1);
        cache.nothing_is_left();
    });
}
