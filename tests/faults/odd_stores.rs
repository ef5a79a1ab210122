//! Stores that are well, and leave out what others send.

use s3_front::{Fault, Rule};

use crate::checker::Verdict;
use crate::rig::{MIB, Rig};

/// Whole, and in parts, over borders of blocks.
fn is_served(fault: Fault) -> Rig {
    let rig = Rig::start();
    let len_bytes = 2 * MIB + 5;
    let known = rig.object("film", len_bytes);
    rig.front.add(Rule::new(fault.clone()));
    assert_eq!(rig.ask(&known, "film"), Verdict::Whole(1), "{fault:?}");
    for range in [
        "bytes=0-0",
        "bytes=1048570-1048580",
        "bytes=-7",
        "bytes=2097152-",
    ] {
        let got = rig.get("film", &[("range", range)]);
        assert_eq!(known.judge(&got), Verdict::Whole(1), "{fault:?} {range}");
    }
    rig
}

#[test]
fn a_store_that_announces_no_length_of_a_range_is_served() {
    is_served(Fault::NoLength);
}

#[test]
fn a_store_without_entity_tags_is_served() {
    is_served(Fault::NoEtag);
}

#[test]
fn a_store_that_knows_no_ranges_is_served_or_refused_but_never_mixed() {
    let rig = Rig::start();
    let known = rig.object("film", 2 * MIB + 5);
    rig.front.add(Rule::new(Fault::WholeObject));
    let refused = Verdict::Refused("store_unavailable".to_owned());
    for range in [
        "bytes=0-",
        "bytes=1048570-1048580",
        "bytes=-7",
        "bytes=2097152-",
    ] {
        let got = rig.get("film", &[("range", range)]);
        let verdict = known.judge(&got);
        // One block is what can be had without ranges.
        assert!(matches!(&verdict, Verdict::Cut | Verdict::Whole(1)) || verdict == refused);
    }
}

#[test]
fn lengths_around_a_block_are_whole() {
    let rig = Rig::start();
    for len_bytes in [0, 1, 65_535, 65_536, 65_537, MIB - 1, MIB, MIB + 1, 2 * MIB] {
        let key = format!("of/{len_bytes}");
        let known = rig.object(&key, len_bytes);
        for asked in ["cold", "hit"] {
            assert_eq!(rig.ask(&known, &key), Verdict::Whole(1), "{key} {asked}");
        }
        if len_bytes > 0 {
            let last = [("range", "bytes=-1")];
            assert_eq!(
                known.judge(&rig.get(&key, &last)),
                Verdict::Whole(1),
                "{key}"
            );
        }
    }
}
