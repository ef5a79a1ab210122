//! Many readers, one fetch.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::checker::Verdict;
use crate::client::Http2;
use crate::rig::{BLOCK, MIB, Own, Rig, target};
use crate::support::until;
use s3_front::{Fault, Rule};

/// How often each byte of each block was asked for: calls by the block that they start in.
fn calls_by_block(rig: &Rig, key: &str) -> BTreeMap<u64, usize> {
    let mut calls = BTreeMap::new();
    for seen in rig.front.seen() {
        if seen.key.as_deref() != Some(key) {
            continue;
        }
        assert_eq!(seen.method, "GET", "a call for metadata alone: {seen:?}");
        let range = seen.range.unwrap_or_else(|| "bytes=0-".to_owned());
        let range = range.strip_prefix("bytes=").unwrap();
        let first: u64 = range.split('-').next().unwrap().parse().unwrap();
        *calls.entry(first / BLOCK).or_default() += 1;
    }
    calls
}

#[test]
fn a_thousand_readers_of_a_cold_object_cause_one_fetch_a_block() {
    let rig = Rig::with(Own {
        cache: "max_bytes = \"64MiB\"",
        ..Own::default()
    });
    let known = rig.object("film", 5 * MIB + 3);
    let before = rig.front.counts().body_bytes;
    // So that all of them come while it arrives.
    rig.front
        .add(Rule::new(Fault::SlowFirstByte { millis: 200 }));
    let verdicts = rig.runtime.block_on(async {
        let mut readers = JoinSet::new();
        for _ in 0..10 {
            let connection = Http2::connect(rig.delivery).await;
            for reader in 0..100 {
                let (connection, known) = (connection.clone(), known.clone());
                readers.spawn(async move {
                    // Two of a hundred want all of it, the others a part of some block or two.
                    let first = reader * 52_000;
                    let range = format!("bytes={first}-{}", first + 99_999);
                    let part = [("range", range.as_str())];
                    let headers = if reader < 2 { &[][..] } else { &part[..] };
                    known.judge(&connection.get(&target("film"), headers).await)
                });
            }
        }
        readers.join_all().await
    });
    assert_eq!(verdicts.len(), 1_000);
    let other = verdicts.iter().find(|own| **own != Verdict::Whole(1));
    assert_eq!(other, None);
    let calls = calls_by_block(&rig, "film");
    assert!(calls.values().all(|&count| count == 1), "{calls:?}");
    assert!(calls.len() <= 6, "{calls:?}");
    let bytes = rig.front.counts().body_bytes - before;
    assert_eq!(bytes, 5 * MIB + 3);
}

#[test]
fn one_byte_of_a_large_object_costs_one_block() {
    let rig = Rig::start();
    let known = rig.object("film", 1 << 30);
    let before = rig.front.counts().body_bytes;
    let got = rig.get("film", &[("range", "bytes=600000000-600000000")]);
    assert_eq!(known.judge(&got), Verdict::Whole(1));
    let calls = calls_by_block(&rig, "film");
    assert_eq!(calls, BTreeMap::from([(600_000_000 / BLOCK, 1)]));
    let brought = || rig.front.counts().body_bytes - before;
    // The byte is answered before its block has come.
    until("the block", || (brought() >= BLOCK).then_some(()));
    assert_eq!(brought(), BLOCK);
    // Its neighbour is in the same block.
    let again = rig.get("film", &[("range", "bytes=600000001-600000002")]);
    assert_eq!(known.judge(&again), Verdict::Whole(1));
    assert_eq!(calls_by_block(&rig, "film").len(), 1);
}
