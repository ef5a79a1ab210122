//! One call to the store that fails: the client sees nothing of it.

use s3_front::{Fault, Objects, Rule};

use crate::checker::{Known, Verdict};
use crate::rig::{MIB, Rig};

const LEN: u64 = 4 * MIB;

#[test]
fn the_first_call_of_all_is_made_again_too() {
    for fault in [Fault::internal_error(), Fault::slow_down()] {
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
