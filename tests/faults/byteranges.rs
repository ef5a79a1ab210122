//! Several ranges of one object, of which the store fails one, or changes.

use s3_front::{Fault, Rule};

use crate::rig::{BLOCK, MIB, Rig};

/// In the first block and in the fourth.
const RANGES: (&str, &str) = ("range", "bytes=0-9,3145728-3145737");

#[test]
fn a_part_that_the_store_does_not_give_cuts_the_answer() {
    let rig = Rig::start();
    rig.object("film", 8 * MIB);
    let rule = Rule::new(Fault::internal_error()).bytes(3 * BLOCK..4 * BLOCK);
    rig.front.add(rule);
    let got = rig.get("film", &[RANGES]);
    assert_eq!(got.status, 206);
    let announced: u64 = got.header("content-length").unwrap().parse().unwrap();
    assert!(got.is_cut && got.len_bytes < announced, "{got:?}");
}

#[test]
fn a_part_that_fails_once_is_asked_for_again() {
    let rig = Rig::start();
    rig.object("film", 8 * MIB);
    let rule = Rule::new(Fault::internal_error()).bytes(3 * BLOCK..4 * BLOCK);
    rig.front.add(rule.times(1));
    let got = rig.get("film", &[RANGES]);
    let announced: u64 = got.header("content-length").unwrap().parse().unwrap();
    assert_eq!(
        (got.status, got.is_cut, got.len_bytes),
        (206, false, announced)
    );
}
