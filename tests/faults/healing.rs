//! One fetch that breaks: the client sees no seam.

use s3_front::{Fault, Objects, Rule};

use crate::checker::{Known, Verdict};
use crate::rig::{MIB, Own, Rig};

const LEN: u64 = 4 * MIB;

/// The first call for bytes of the second block fails so.
fn broken_once(fault: Fault) -> (Rig, Verdict) {
    let rig = Rig::hurried();
    let known = rig.object("film", LEN);
    rig.front.add(Rule::new(fault).bytes(MIB..MIB + 1).times(1));
    let verdict = rig.ask(&known, "film");
    (rig, verdict)
}

#[test]
fn a_body_that_breaks_off_goes_on_from_the_byte_reached_in_the_same_version() {
    for fault in [
        Fault::Reset {
            after_bytes: 200_000,
        },
        Fault::ShortBody { by_bytes: 300_000 },
        Fault::Stall {
            after_bytes: 200_000,
        },
    ] {
        let (rig, verdict) = broken_once(fault.clone());
        assert_eq!(verdict, Verdict::Whole(1), "{fault:?}");
        let seen = rig.front.seen();
        let broken = seen.iter().position(|seen| seen.fault.is_some()).unwrap();
        let starts = |range: &str| -> u64 {
            let range = range.strip_prefix("bytes=").unwrap();
            range.split('-').next().unwrap().parse().unwrap()
        };
        let first = starts(seen[broken].range.as_deref().unwrap_or("bytes=0-"));
        let again = seen[broken + 1..].iter().find(|seen| {
            let start = seen.range.as_deref().map_or(0, starts);
            // Read-ahead begins at the border of a block.
            start > first && start % MIB != 0
        });
        let again = again.unwrap_or_else(|| panic!("{fault:?}: no second call: {seen:?}"));
        assert!(again.if_match.is_some(), "{fault:?}: {again:?}");
        // What had come is not asked for again, but for what a reset took with it.
        assert!(
            rig.front.counts().body_bytes <= LEN + 300_000,
            "{:?}",
            rig.front.counts()
        );
    }
}

#[test]
fn a_call_that_fails_before_its_answer_is_made_again() {
    for fault in [
        Fault::internal_error(),
        Fault::slow_down(),
        Fault::Reset { after_bytes: 0 },
    ] {
        let (_, verdict) = broken_once(fault.clone());
        assert_eq!(verdict, Verdict::Whole(1), "{fault:?}");
    }
}

#[test]
fn the_first_call_of_all_is_made_again_too() {
    for fault in [Fault::internal_error(), Fault::Reset { after_bytes: 0 }] {
        let rig = Rig::start();
        let known = rig.object("film", LEN);
        rig.front.add(Rule::new(fault.clone()).times(1));
        assert_eq!(rig.ask(&known, "film"), Verdict::Whole(1), "{fault:?}");
    }
}

#[test]
fn a_connection_that_the_store_closed_meanwhile_is_no_failure() {
    let rig = Rig::start();
    let known = rig.object("film", LEN);
    assert!(rig.ask(&known, "film").is_whole());
    rig.front.refuse();
    rig.front.accept();
    let other = Known::new("film2", &Objects::new("film2", 10), [1]);
    rig.front.put(Objects::new("film2", 10));
    assert_eq!(rig.ask(&other, "film2"), Verdict::Whole(1));
}

#[test]
fn a_byte_that_the_stores_own_checksum_denies_reaches_nobody_as_whole() {
    let rig = Rig::with(Own::default());
    let objects = Objects::new("sum/*", 500_000).with_checksums();
    rig.front.put(objects.clone());
    rig.front
        .add(Rule::new(Fault::CorruptByte { at_byte: 400_000 }));
    let known = Known::new("sum/a", &objects, [1]);
    // A cut body is right as far as it goes; the wrong byte is never sent as the object's.
    let got = rig.get("sum/a", &[]);
    let is_right = got.is_cut || got.status >= 500;
    assert!(is_right, "{got:?}");
    rig.front.clear();
    assert_eq!(rig.ask(&known, "sum/a"), Verdict::Whole(1));
}
