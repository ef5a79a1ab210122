//! A store that is broken for a time: nobody gets a wrong byte, who hits is not troubled, everybody
//! is answered, and when it is well again so is the origin.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use s3_front::{Fault, Objects, Rule};
use tokio::task::JoinSet;

use crate::checker::{CHANGED, Known, Verdict};
use crate::client::get;
use crate::rig::{MIB, Rig, target};
use crate::support::until;

/// Three whole blocks and a bit.
const LEN: u64 = 3 * MIB + 17;

/// What a client may be told while the store is broken.
const CODES: [&str; 4] = [
    "store_unavailable",
    "store_timeout",
    "object_changed",
    "store_overloaded",
];

/// Every request for an object has the fault, for as long as many readers need to be answered.
fn outage(fault: Fault) -> Vec<Verdict> {
    let rig = Rig::start();
    broken(
        &rig,
        |rig| rig.front.add(Rule::new(fault.clone())),
        |rig| rig.front.clear(),
    )
}

fn broken(rig: &Rig, breaks: impl Fn(&Rig), mends: impl Fn(&Rig)) -> Vec<Verdict> {
    let hot = rig.object("hot", 300_000);
    until("the first hit", || {
        rig.ask(&hot, "hot").is_whole().then_some(())
    });
    let objects = Objects::new("cold/*", LEN);
    rig.front.put(objects.clone());
    breaks(rig);
    let counted = "countersign_cache_outcomes_total{site=\"media\",outcome=\"hit\"}";
    let before = rig.metric(counted);
    let (verdicts, hits) = rig.runtime.block_on(readers(rig, &objects, &hot));
    let asked_nobody = rig.metric(counted) - before;
    assert!(asked_nobody >= hits.len() as f64, "{asked_nobody}");
    let hit = hits[hits.len() / 2];
    assert!(hit < Duration::from_secs(1), "a hit took {hit:?}");
    for verdict in &verdicts {
        if let Verdict::Refused(code) = verdict {
            assert!(CODES.contains(&code.as_str()), "{code}");
        }
    }
    mends(rig);
    recovers(rig, &objects);
    verdicts
}

/// Many readers of a few cold objects, and all the while one who hits: how long each hit takes, the
/// quickest first.
async fn readers(rig: &Rig, objects: &Objects, hot: &Known) -> (Vec<Verdict>, Vec<Duration>) {
    let mut readers = JoinSet::new();
    let delivery = rig.delivery;
    for reader in 0..24 {
        let key = format!("cold/{}", reader % 6);
        let known = Known::new(&key, objects, [1, CHANGED]);
        readers.spawn(async move {
            let range = [("range", "bytes=1000000-2500000")];
            let headers = if reader % 4 == 0 { &range[..] } else { &[] };
            known.judge(&get(delivery, &target(&key), headers).await)
        });
    }
    let are_done = Arc::new(AtomicBool::new(false));
    let (seen_done, known) = (Arc::clone(&are_done), hot.clone());
    let hitting = tokio::spawn(async move {
        let mut took = Vec::new();
        while took.is_empty() || !seen_done.load(Ordering::Relaxed) {
            let got = get(delivery, &target("hot"), &[]).await;
            assert!(known.judge(&got).is_whole(), "a hit: {got:?}");
            took.push(got.took);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        took.sort_unstable();
        took
    });
    let verdicts = readers.join_all().await;
    are_done.store(true, Ordering::Relaxed);
    (verdicts, hitting.await.unwrap())
}

/// The first body is whole within 5 s, all are then, and nothing is left over.
fn recovers(rig: &Rig, objects: &Objects) {
    let (since, mut first) = (Instant::now(), None);
    for number in 0..7 {
        let key = format!("cold/{number}");
        let known = Known::new(&key, objects, [1]);
        until("a whole body", || {
            rig.ask(&known, &key).is_whole().then_some(())
        });
        first.get_or_insert_with(|| since.elapsed());
    }
    let took = first.unwrap();
    assert!(took < Duration::from_secs(5), "recovered after {took:?}");
    until("no request in flight", || {
        (rig.metric("countersign_requests_in_flight") == 0.0).then_some(())
    });
    until("no call at the store", || {
        (rig.front.counts().in_flight == 0).then_some(())
    });
}

fn none_served(verdicts: &[Verdict]) {
    let are_refused = verdicts
        .iter()
        .all(|own| matches!(own, Verdict::Refused(_)));
    assert!(are_refused, "{verdicts:?}");
}

fn all_refused(verdicts: &[Verdict], code: &str) {
    let refused = Verdict::Refused(code.to_owned());
    assert!(verdicts.iter().all(|own| *own == refused), "{verdicts:?}");
}

#[test]
fn errors_of_the_store_reach_nobody_and_are_not_kept() {
    all_refused(&outage(Fault::internal_error()), "store_unavailable");
}

#[test]
fn a_store_that_throttles_is_told_as_such() {
    all_refused(&outage(Fault::slow_down()), "store_unavailable");
}

#[test]
fn an_error_whose_body_never_ends_is_an_error() {
    let endless = Fault::EndlessError {
        status: 500,
        bytes_per_sec: 1 << 30,
    };
    let rig = Rig::impatient();
    let before = rig.resident_bytes();
    let breaks = |rig: &Rig| rig.front.add(Rule::new(endless.clone()));
    let verdicts = broken(&rig, breaks, |rig| rig.front.clear());
    none_served(&verdicts);
    let grown = rig.program.peak_memory_bytes().saturating_sub(before);
    // The objects read after it are in there.
    assert!(grown < 128 * MIB, "{} MiB more", grown / MIB);
}

#[test]
fn a_store_that_refuses_connections_is_unavailable() {
    let rig = Rig::start();
    let verdicts = broken(&rig, |rig| rig.front.refuse(), |rig| rig.front.accept());
    all_refused(&verdicts, "store_unavailable");
}

#[test]
fn a_store_that_never_answers_times_out() {
    let rig = Rig::impatient();
    let breaks = |rig: &Rig| rig.front.add(Rule::new(Fault::BlackHole));
    let verdicts = broken(&rig, breaks, |rig| rig.front.clear());
    none_served(&verdicts);
}

#[test]
fn a_store_whose_first_byte_is_late_is_waited_for() {
    let verdicts = outage(Fault::SlowFirstByte { millis: 150 });
    assert!(verdicts.iter().all(Verdict::is_whole), "{verdicts:?}");
}

#[test]
fn a_store_whose_bodies_are_slow_is_waited_for() {
    let bytes_per_sec = 3 << 20;
    let verdicts = outage(Fault::SlowBody { bytes_per_sec });
    assert!(verdicts.iter().all(Verdict::is_whole), "{verdicts:?}");
}

/// Nobody is told that it has all; who has some of it is cut.
fn some_cut_and_none_whole(verdicts: &[Verdict]) {
    assert!(!verdicts.iter().any(Verdict::is_whole), "{verdicts:?}");
    assert!(verdicts.contains(&Verdict::Cut), "{verdicts:?}");
}

#[test]
fn bodies_that_stall_are_cut_where_they_stand() {
    let rig = Rig::impatient();
    let after_bytes = 70_000;
    let breaks = |rig: &Rig| rig.front.add(Rule::new(Fault::Stall { after_bytes }));
    some_cut_and_none_whole(&broken(&rig, breaks, |rig| rig.front.clear()));
}

#[test]
fn bodies_that_are_reset_are_cut_where_they_stand() {
    some_cut_and_none_whole(&outage(Fault::Reset {
        after_bytes: 70_000,
    }));
    let verdicts = outage(Fault::Reset { after_bytes: 0 });
    assert!(!verdicts.iter().any(Verdict::is_whole), "{verdicts:?}");
}

#[test]
fn bodies_that_end_early_are_cut_where_they_stand() {
    some_cut_and_none_whole(&outage(Fault::ShortBody { by_bytes: 1 }));
}

#[test]
fn bytes_behind_the_end_of_a_body_reach_nobody() {
    let verdicts = outage(Fault::Overrun { by_bytes: 999 });
    let versions: Vec<u64> = verdicts.iter().filter_map(Verdict::version).collect();
    assert!(versions.iter().all(|version| *version == 1), "{verdicts:?}");
    assert!(!versions.is_empty(), "{verdicts:?}");
}

#[test]
fn answers_that_contradict_themselves_or_the_question_are_nobodys_whole() {
    for fault in [
        Fault::LongBody { by_bytes: 5 },
        Fault::WrongContentRange { by_bytes: 1 },
    ] {
        let verdicts = outage(fault);
        assert!(!verdicts.iter().any(Verdict::is_whole), "{verdicts:?}");
    }
}

#[test]
fn faults_at_random_never_make_a_wrong_byte() {
    let rig = Rig::start();
    let breaks = |rig: &Rig| {
        let faults = [
            Fault::internal_error(),
            Fault::slow_down(),
            Fault::Reset {
                after_bytes: 300_000,
            },
            Fault::ShortBody { by_bytes: 70_000 },
            Fault::WrongContentRange { by_bytes: 64 << 10 },
            Fault::Changed,
            Fault::Overrun { by_bytes: 10 },
        ];
        for (seed, fault) in (1..).zip(faults) {
            rig.front.add(Rule::new(fault).probability(0.1, seed));
        }
    };
    broken(&rig, breaks, |rig| rig.front.clear());
}
