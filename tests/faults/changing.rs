//! Objects that are replaced while they are read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::{Duration, Instant};

use s3_front::{Content, Fault, Objects, Rule, Seen};
use tokio::task::JoinSet;

use crate::checker::{CHANGED, Known, Verdict};
use crate::client::get;
use crate::rig::{MIB, Own, Rig, target};
use crate::support::until;

/// Bytes are asked for in the order of the object, so this one comes last.
const LEN: u64 = 8 * MIB;

#[test]
fn an_object_that_changes_between_two_blocks_is_cut_and_the_next_reader_has_the_new_one() {
    let rig = Rig::with(Own {
        cache: "max_bytes = \"64MiB\"",
        ..Own::default()
    });
    let objects = Objects::new("film", LEN);
    rig.front.put(objects.clone());
    let known = Known::new("film", &objects, [1, CHANGED]);
    let changed = Rule::new(Fault::Changed);
    rig.front.add(changed.bytes(3 * MIB..LEN));
    let verdict = rig.ask(&known, "film");
    assert!(
        matches!(verdict, Verdict::Cut | Verdict::Refused(_)),
        "{verdict:?}"
    );
    rig.front.clear();
    rig.front.overwrite("film");
    let known = Known::new("film", &objects, [2]);
    until("the new version", || {
        let got = rig.get("film", &[]);
        let old = Known::new("film", &objects, [1, 2]);
        (old.judge(&got) == Verdict::Whole(2)).then_some(())
    });
    assert_eq!(rig.ask(&known, "film"), Verdict::Whole(2));
}

#[test]
fn an_object_that_changed_before_the_first_byte_is_read_anew() {
    let rig = Rig::start();
    let objects = Objects::new("film", LEN);
    rig.front.put(objects.clone());
    // Brings the metadata and the first block of version 1.
    let first = rig.get("film", &[("range", "bytes=0-9")]);
    assert!(Known::new("film", &objects, [1]).judge(&first).is_whole());
    rig.front.overwrite("film");
    let later = rig.get("film", &[("range", "bytes=5000000-5000009")]);
    let known = Known::new("film", &objects, [1, 2]);
    assert_eq!(known.judge(&later), Verdict::Whole(2));
}

#[test]
fn all_of_an_object_instead_of_a_range_is_of_a_version_that_meets_the_conditions() {
    let rig = Rig::start();
    let objects = Objects::new("film", LEN);
    rig.front.put(objects.clone());
    let of_range = 3 * MIB..4 * MIB;
    let slow = Rule::new(Fault::SlowFirstByte { millis: 1_000 });
    rig.front.add(slow.method("GET").bytes(of_range).times(1));
    let is_asked = |own: &Seen| own.method == "GET" && own.key.as_deref() == Some("film");
    let etag = Content::of("film", 1).etag();
    let delivery = rig.delivery;
    let asking = rig.runtime.spawn(async move {
        let headers = [
            ("range", "bytes=3500000-3500009"),
            ("if-range", "\"another\""),
            ("if-match", etag.as_str()),
        ];
        get(delivery, &target("film"), &headers).await
    });
    // The range is of version 1; what is fetched instead of it is not.
    until("the range", || {
        (rig.front.count(is_asked) > 0).then_some(())
    });
    rig.front.overwrite("film");
    let got = rig.runtime.block_on(asking).unwrap();
    let known = Known::new("film", &objects, [1, 2]);
    let refused = Verdict::Refused("precondition_failed".to_owned());
    assert_eq!(known.judge(&got), refused);
}

/// So many times each object is replaced at once, and so often all of them are.
const BURST: u64 = 100;
const BURSTS: u64 = 25;
const READERS: usize = 8;

/// What the readers have come to.
#[derive(Default)]
struct Read {
    answers: AtomicU64,
    whole: AtomicU64,
    is_over: AtomicBool,
}

impl Read {
    /// Waits until a count has grown by so much.
    async fn goes_on(&self, count: &AtomicU64, further: u64) {
        let (until, limit) = (
            count.load(Relaxed) + further,
            Instant::now() + Duration::from_secs(60),
        );
        while count.load(Relaxed) < until {
            assert!(Instant::now() < limit, "no answers for a minute");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Each reader in turn: all of it, and a range over the border of two blocks.
async fn read_on(read: Arc<Read>, delivery: SocketAddr, known: Known, key: String) {
    let target = target(&key);
    for turn in 0_u64.. {
        if read.is_over.load(Relaxed) {
            return;
        }
        let range = [("range", "bytes=700000-1400000")];
        let headers = if turn % 3 == 0 { &range[..] } else { &[] };
        let verdict = known.judge(&get(delivery, &target, headers).await);
        read.whole.fetch_add(u64::from(verdict.is_whole()), Relaxed);
        read.answers.fetch_add(1, Relaxed);
    }
}

#[test]
fn ten_thousand_overwrites_during_reads_mix_no_body() {
    // Neither stays fresh for long nor fits whole, so that the store is asked between.
    let rig = Rig::with(Own {
        cache: "fresh_for = \"20ms\"\nmax_bytes = \"4MiB\"",
        ..Own::default()
    });
    let objects = Objects::new("live/*", 3 * MIB / 2).growing(61);
    rig.front.put(objects.clone());
    let keys: Vec<String> = (0..4).map(|number| format!("live/{number}")).collect();
    let known = |key: &String| Known::new(key, &objects, 1..=BURST * BURSTS + 1);
    let each: Vec<Known> = keys.iter().map(known).collect();
    rig.runtime.block_on(async {
        let (mut readers, read) = (JoinSet::new(), Arc::new(Read::default()));
        for reader in 0..READERS {
            let (known, key) = (each[reader % 4].clone(), keys[reader % 4].clone());
            readers.spawn(read_on(Arc::clone(&read), rig.delivery, known, key));
        }
        for _ in 0..BURSTS {
            for key in &keys {
                (0..BURST).for_each(|_| {
                    rig.front.overwrite(key);
                });
            }
            read.goes_on(&read.answers, READERS as u64).await;
        }
        // Some version is read whole, at the latest the last one.
        read.goes_on(&read.whole, 1).await;
        read.is_over.store(true, Relaxed);
        readers.join_all().await
    });
    for (key, known) in keys.iter().zip(&each) {
        let last = Verdict::Whole(BURST * BURSTS + 1);
        until("the last version", || {
            (rig.ask(known, key) == last).then_some(())
        });
    }
}
