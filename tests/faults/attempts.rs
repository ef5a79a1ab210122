//! How often a store that fails is asked.

use std::time::Instant;

use s3_front::{Fault, Objects, Rule, Seen};

use crate::checker::{Known, Verdict};
use crate::rig::{MIB, Rig};

/// An origin whose store fails always, and is waited for where it answers at all.
fn failing(fault: Fault) -> (Rig, Objects) {
    let rig = match fault {
        Fault::BlackHole => Rig::impatient(),
        _ => Rig::start(),
    };
    let objects = Objects::new("film/*", 10);
    rig.front.put(objects.clone());
    rig.front.add(Rule::new(fault));
    (rig, objects)
}

fn calls(rig: &Rig, key: &str) -> Vec<Seen> {
    let mut seen = rig.front.seen();
    seen.retain(|seen| seen.key.as_deref() == Some(key));
    seen
}

#[test]
fn a_request_is_made_of_the_store_twice_at_most() {
    for fault in [
        Fault::internal_error(),
        Fault::slow_down(),
        Fault::BlackHole,
        Fault::Reset { after_bytes: 0 },
    ] {
        let (rig, objects) = failing(fault.clone());
        let known = Known::new("film/a", &objects, [1]);
        let verdict = rig.ask(&known, "film/a");
        assert!(!verdict.is_whole(), "{verdict:?}");
        let count = calls(&rig, "film/a").len();
        assert!((1..=2).contains(&count), "{fault:?}: {count} calls");
    }
}

#[test]
fn a_body_that_breaks_again_and_again_is_given_up() {
    let rig = Rig::start();
    let known = rig.object("film", 10 * MIB);
    rig.front
        .add(Rule::new(Fault::Reset { after_bytes: 5_000 }));
    let verdict = rig.ask(&known, "film");
    assert!(
        matches!(verdict, Verdict::Cut | Verdict::Refused(_)),
        "{verdict:?}"
    );
    // Two attempts for each block that was under way: the one read, and two ahead of it.
    let count = calls(&rig, "film").len();
    assert!(count <= 6, "{count} calls");
}

#[test]
fn what_the_store_answers_for_good_is_asked_once() {
    for (fault, code) in [
        (Fault::status(404, "NoSuchKey"), "not_found"),
        (Fault::status(403, "AccessDenied"), "store_denied"),
    ] {
        let (rig, objects) = failing(fault);
        let known = Known::new("film/a", &objects, [1]);
        assert_eq!(rig.ask(&known, "film/a"), Verdict::Refused(code.to_owned()));
        assert_eq!(calls(&rig, "film/a").len(), 1);
    }
}

#[test]
fn second_attempts_are_a_tenth_of_the_requests_and_a_small_reserve() {
    let (rig, objects) = failing(Fault::internal_error());
    let (requests, began) = (200, Instant::now());
    for number in 0..requests {
        let key = format!("film/{number}");
        let verdict = rig.ask(&Known::new(&key, &objects, [1]), &key);
        assert_eq!(verdict, Verdict::Refused("store_unavailable".to_owned()));
    }
    let retries = rig.front.count(|seen| seen.key.is_some()) - requests;
    // The reserve of a quiet site is 3, and 1 more every 10 s.
    let reserve = 3 + 1 + began.elapsed().as_secs() as usize / 10;
    assert!(
        (1..=requests / 10 + reserve).contains(&retries),
        "{retries} retries"
    );
}

#[test]
fn second_attempts_come_after_pauses_that_differ() {
    let (rig, objects) = failing(Fault::internal_error());
    let mut pauses = Vec::new();
    for number in 0..100 {
        let key = format!("film/{number}");
        rig.ask(&Known::new(&key, &objects, [1]), &key);
        if let [first, second] = &calls(&rig, &key)[..] {
            pauses.push(second.at_millis - first.at_millis);
        }
    }
    assert!(pauses.len() >= 5, "{pauses:?}");
    pauses.sort_unstable();
    pauses.dedup();
    assert!(pauses.len() >= 3, "{pauses:?}");
}
