//! Many who look for one block: one of them has it brought.

use loom::thread;

use crate::fills::{Bringing, Fill, Fills, Place};
use crate::in_every_order;
use crate::key::BlockKey;
use crate::reader::{End, Manner, Reader};
use crate::shelf::Shelf;
use crate::store::StoreError;
use crate::sync::{Arc, Mutex};
use crate::writer::{Ends, content, take};
use crate::writer::{LEN_BYTES, STEPS, Step};

const KEY: BlockKey = BlockKey {
    version: 1,
    index: 0,
};

/// Fewer turns at locks than [`STEPS`].
const SHORT: [Step; 2] = [Step::Begin, Step::Write(LEN_BYTES)];

struct Cache {
    fills: Fills,
    shelf: Shelf,
    fetches: Mutex<usize>,
    ends: Ends,
}

impl Cache {
    fn new(ends: Ends) -> Arc<Self> {
        Arc::new(Self {
            fills: Fills::default(),
            shelf: Shelf::new(2 * LEN_BYTES),
            fetches: Mutex::new(0),
            ends,
        })
    }

    fn find(&self) -> Place {
        self.fills.find(&self.shelf, KEY, LEN_BYTES as u64)
    }

    fn bring(&self, mut bringing: Bringing, steps: &[Step]) {
        *self.fetches.lock().unwrap() += 1;
        take(&mut bringing.writer, steps);
        match self.ends {
            Ends::Finished => bringing.finish(&self.shelf),
            Ends::Failed => bringing.fail(StoreError::Broken),
            Ends::Dropped => drop(bringing),
        }
    }

    fn read(&self, fill: &Fill) -> End<StoreError> {
        let reader = Reader::new(Manner::Stays);
        let (got, end) = reader.read(fill, 0..LEN_BYTES, usize::MAX, |_| {});
        assert_eq!(got, content()[..got.len()]);
        end
    }

    /// Looks for the block and reads it; who begins it brings it first, or in a thread of its own.
    fn visit(self: &Arc<Self>, steps: &'static [Step], in_thread: bool) -> End<StoreError> {
        match self.find() {
            Place::Kept(block) => {
                let first = block.chunk(0, LEN_BYTES);
                assert_eq!(first, content()[..first.len()]);
                End::Whole
            }
            Place::Arriving(fill) => self.read(&fill),
            Place::Begun(fill, bringing) => {
                if in_thread {
                    let own = Arc::clone(self);
                    let bringer = thread::spawn(move || own.bring(bringing, steps));
                    let end = self.read(&fill);
                    bringer.join().unwrap();
                    return end;
                }
                self.bring(bringing, steps);
                self.read(&fill)
            }
            Place::NoMemory => panic!("there is memory for two"),
        }
    }

    fn nothing_is_left(&self) {
        assert_eq!(self.fills.count(), 0, "a fill without a writer");
        assert_eq!(self.shelf.reserved_bytes(), 0, "memory that nobody uses");
    }
}

/// So many visitors at once; how each ended.
fn visitors(cache: &Arc<Cache>, count: usize, steps: &'static [Step]) -> Vec<End<StoreError>> {
    let threads: Vec<_> = (1..count)
        .map(|_| {
            let own = Arc::clone(cache);
            thread::spawn(move || own.visit(steps, false))
        })
        .collect();
    let first = cache.visit(steps, false);
    let others = threads.into_iter().map(|thread| thread.join().unwrap());
    let ends = [first].into_iter().chain(others).collect();
    cache.nothing_is_left();
    ends
}

#[test]
fn a_block_that_is_kept_is_fetched_once_whatever_the_order() {
    for count in [2, 3] {
        in_every_order(Some(2), move || {
            let cache = Cache::new(Ends::Finished);
            let ends = visitors(&cache, count, &SHORT);
            assert!(ends.iter().all(|end| *end == End::Whole), "{ends:?}");
            assert_eq!(*cache.fetches.lock().unwrap(), 1);
        });
    }
}

#[test]
fn a_block_is_fetched_once_while_its_reader_and_its_writer_are_two_tasks() {
    in_every_order(Some(1), || {
        let cache = Cache::new(Ends::Finished);
        let own = Arc::clone(&cache);
        let other = thread::spawn(move || own.visit(&STEPS, true));
        let ends = [cache.visit(&STEPS, true), other.join().unwrap()];
        assert_eq!(ends, [End::Whole, End::Whole]);
        assert_eq!(*cache.fetches.lock().unwrap(), 1);
        cache.nothing_is_left();
    });
}

#[test]
fn a_fetch_that_fails_or_goes_away_is_told_and_leaves_nothing_behind() {
    for (ends, error) in [
        (Ends::Failed, StoreError::Broken),
        (Ends::Dropped, StoreError::Unavailable),
    ] {
        for steps in [&[][..], &STEPS[..1], &STEPS[..3]] {
            in_every_order(Some(3), move || {
                let cache = Cache::new(ends);
                let told = visitors(&cache, 2, steps);
                let expected = End::Failed(error);
                assert!(told.iter().all(|end| *end == expected), "{told:?}");
                let fetches = *cache.fetches.lock().unwrap();
                assert!(
                    (1..=2).contains(&fetches),
                    "{fetches} fetches of two readers"
                );
            });
        }
    }
}

#[test]
fn who_is_told_of_a_failure_and_looks_again_begins_anew() {
    for ends in [Ends::Failed, Ends::Dropped] {
        in_every_order(Some(3), move || {
            let cache = Cache::new(ends);
            let Place::Begun(fill, bringing) = cache.find() else {
                panic!("it is the first");
            };
            let own = Arc::clone(&cache);
            let bringer = thread::spawn(move || own.bring(bringing, &STEPS[..1]));
            assert!(matches!(cache.read(&fill), End::Failed(_)));
            let again = cache.find();
            assert!(matches!(again, Place::Begun(..)), "{again:?}");
            drop(again);
            bringer.join().unwrap();
            cache.nothing_is_left();
        });
    }
}

#[test]
fn a_block_that_leaves_at_any_time_is_whole_or_known_to_be_lost() {
    in_every_order(Some(2), || {
        let cache = Cache::new(Ends::Finished);
        let own = Arc::clone(&cache);
        let evictor = thread::spawn(move || own.shelf.evict(KEY));
        let ends = visitors(&cache, 2, &SHORT);
        evictor.join().unwrap();
        assert!(
            ends.iter().all(|end| matches!(end, End::Whole | End::Lost)),
            "{ends:?}"
        );
        cache.nothing_is_left();
    });
}

#[test]
fn where_memory_is_for_one_the_other_is_told_at_once() {
    in_every_order(None, || {
        let fills = Arc::new((Fills::default(), Shelf::new(LEN_BYTES)));
        let other = BlockKey { index: 1, ..KEY };
        let find = |key| {
            let own = Arc::clone(&fills);
            thread::spawn(move || {
                let (fills, shelf) = &*own;
                match fills.find(shelf, key, LEN_BYTES as u64) {
                    Place::Begun(_, bringing) => {
                        drop(bringing);
                        true
                    }
                    Place::NoMemory => false,
                    place => panic!("{place:?}"),
                }
            })
        };
        let found = [find(KEY), find(other)].map(|thread| thread.join().unwrap());
        assert!(found.contains(&true));
        assert_eq!((fills.0.count(), fills.1.reserved_bytes()), (0, 0));
    });
}
