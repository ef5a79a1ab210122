//! One block: one writer, its readers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use loom::thread;

use crate::arriving::Arriving;
use crate::in_every_order;
use crate::reader::{End, Manner, Reader};
use crate::store::StoreError;
use crate::sync::{Arc, Mutex};
use crate::writer::{Ends, LEN_BYTES, STEPS, Step, content, take, write};
use Manner::{Begins, Insists, Leaves, Moves, Stays};

const ALL: usize = usize::MAX;

/// One writer that takes these steps, and a reader of each manner; how they end is checked.
fn check(readers: &[Manner], steps: &[Step], ends: Ends, is_kept: bool, most_bytes: usize) {
    let (fill, writer) = Arriving::new(LEN_BYTES, StoreError::Unavailable);
    let kept = Arc::new(Mutex::new(None));
    let threads: Vec<_> = readers
        .iter()
        .map(|&manner| {
            let (fill, kept) = (Arc::clone(&fill), Arc::clone(&kept));
            thread::spawn(move || {
                let reader = Reader::new(manner);
                let (got, end) = reader.read(&fill, 0..LEN_BYTES, most_bytes, |_| {});
                judge(&got, &end, manner, ends, is_kept);
                // Who was told of the end finds the block where it is kept.
                if end == End::Whole && ends == Ends::Finished && is_kept && got.is_empty() {
                    assert!(kept.lock().unwrap().is_some());
                }
            })
        })
        .collect();
    write(writer, steps, ends, |block| {
        if is_kept {
            *kept.lock().unwrap() = Some(block);
        }
    });
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}

fn judge(got: &[u8], end: &End<StoreError>, manner: Manner, ends: Ends, is_kept: bool) {
    assert_eq!(got, &content()[..got.len()], "other bytes");
    match (end, ends) {
        (End::Left, _) => assert!(matches!(manner, Leaves(_))),
        (End::Whole, _) => assert_eq!(got.len(), LEN_BYTES),
        (End::Lost, Ends::Finished) => assert!(!is_kept, "kept, and not found"),
        (End::Failed(StoreError::Broken), Ends::Failed) => {}
        (End::Failed(StoreError::Unavailable), Ends::Dropped) => {}
        (end, ends) => panic!("{end:?} of a block that {ends:?}"),
    }
}

fn one_reader(most_preemptions: Option<usize>) {
    for manner in [Stays, Moves, Insists, Begins] {
        for ends in [Ends::Finished, Ends::Failed, Ends::Dropped] {
            in_every_order(most_preemptions, move || {
                check(&[manner], &STEPS, ends, true, ALL);
            });
        }
    }
}

#[test]
fn one_reader_and_the_writer() {
    one_reader(Some(2));
}

#[test]
#[ignore = "minutes; tests/run --full"]
fn one_reader_and_the_writer_in_every_order_there_is() {
    one_reader(None);
}

#[test]
fn a_writer_that_goes_away_before_any_step_is_told_to_two_readers() {
    for count in 0..=STEPS.len() {
        for ends in [Ends::Failed, Ends::Dropped] {
            let steps = &STEPS[..count];
            in_every_order(Some(1), move || {
                check(&[Stays, Moves], steps, ends, true, ALL)
            });
        }
    }
}

#[test]
fn a_reader_that_leaves_after_any_poll_takes_nothing_from_another() {
    for polls in 0..6 {
        in_every_order(Some(2), move || {
            let readers = [Leaves(polls), Stays];
            check(&readers, &STEPS, Ends::Finished, true, ALL);
        });
    }
}

#[test]
fn a_block_that_nobody_keeps_is_read_or_known_to_be_lost() {
    for manner in [Stays, Begins] {
        in_every_order(Some(2), move || {
            check(&[manner, Stays], &STEPS, Ends::Finished, false, ALL);
        });
    }
}

fn three_readers(most_preemptions: usize) {
    in_every_order(Some(most_preemptions), || {
        let readers = [Moves, Insists, Leaves(2)];
        check(&readers, &STEPS, Ends::Finished, true, ALL);
    });
}

#[test]
fn three_readers_of_all_manners_get_every_byte() {
    three_readers(1);
}

#[test]
#[ignore = "a minute; tests/run --full"]
fn three_readers_of_all_manners_get_every_byte_in_more_orders() {
    three_readers(2);
}

#[test]
fn small_reads_are_put_together_without_a_seam() {
    let most_bytes = LEN_BYTES / 2 + 1;
    in_every_order(Some(3), move || {
        check(&[Stays], &STEPS, Ends::Finished, true, most_bytes);
    });
}

/// What these steps make seen comes to every reader while the writer stands still: it waits for them
/// here.
fn check_seen(steps: &'static [Step], seen_bytes: usize) {
    for manner in [Stays, Moves, Insists, Begins] {
        in_every_order(Some(1), move || {
            let (fill, mut writer) = Arriving::new(LEN_BYTES, StoreError::Unavailable);
            let told = Arc::new(loom::sync::Notify::new());
            let seen = Arc::new(Mutex::new(0));
            let threads = [manner, Stays].map(|manner| {
                let (fill, told, seen) = (fill.clone(), told.clone(), seen.clone());
                thread::spawn(move || {
                    let all = Reader::new(manner).read(&fill, 0..LEN_BYTES, ALL, |got| {
                        if got == seen_bytes {
                            *seen.lock().unwrap() += 1;
                            told.notify();
                        }
                    });
                    assert_eq!(all.1, End::Failed(StoreError::Broken));
                    assert_eq!(all.0, content()[..seen_bytes]);
                })
            });
            take(&mut writer, steps);
            while *seen.lock().unwrap() < 2 {
                told.wait();
            }
            writer.fail(StoreError::Broken);
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        });
    }
}

#[test]
fn the_first_bytes_are_seen_at_once() {
    check_seen(&[Step::Begin, Step::Write(2)], 2);
}

#[test]
fn what_is_shown_is_seen_though_the_store_stalls() {
    let steps = &[Step::Begin, Step::Write(1), Step::Write(2), Step::Show];
    check_seen(steps, 3);
}

#[test]
fn a_part_in_the_second_chunk_is_read_as_it_comes() {
    in_every_order(Some(3), || {
        let (fill, writer) = Arriving::new(LEN_BYTES, StoreError::Unavailable);
        let range = LEN_BYTES - 2..LEN_BYTES;
        let own = (fill.clone(), range.clone());
        let reader = thread::spawn(move || {
            let (fill, range) = own;
            let (got, end) = Reader::new(Stays).read(&fill, range.clone(), 1, |_| {});
            assert!(matches!(end, End::Whole | End::Lost), "{end:?}");
            assert_eq!(got, content()[range][..got.len()]);
        });
        write(writer, &STEPS, Ends::Finished, drop);
        reader.join().unwrap();
    });
}

#[test]
fn a_writer_that_panics_where_the_block_is_kept_is_told_of_too() {
    in_every_order(Some(2), || {
        let (fill, writer) = Arriving::new(LEN_BYTES, StoreError::Unavailable);
        let reader = thread::spawn(move || {
            let (got, end) = Reader::new(Stays).read(&fill, 0..LEN_BYTES, ALL, |_| {});
            match end {
                // It had all of it by then.
                End::Whole => assert_eq!(got, content()),
                end => assert_eq!(end, End::Failed(StoreError::Unavailable)),
            }
        });
        let keep = |_| std::panic::resume_unwind(Box::new(()));
        let written = AssertUnwindSafe(|| write(writer, &STEPS, Ends::Finished, keep));
        assert!(catch_unwind(written).is_err());
        reader.join().unwrap();
    });
}
