//! Readers who leave before the end.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::BodyExt;
use s3_front::{Fault, Objects, Rule};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::checker::Known;
use crate::client::{self, get};
use crate::rig::{MIB, Own, Rig, target};
use crate::support::until;

/// Reads so much of an object's body at most, then leaves; with nought before the answer's head.
pub(crate) async fn leave(address: SocketAddr, key: &str, after_bytes: usize) {
    let stream = TcpStream::connect(address).await.unwrap();
    let target = target(key);
    let opened = client::open(stream, &target, &[]);
    if after_bytes == 0 {
        let _ = timeout(Duration::from_millis(50), opened).await;
        return;
    }
    // In an overload the connection may be closed first.
    let Ok((answer, _connection)) = opened.await else {
        return;
    };
    let (mut seen, mut body) = (0, answer.into_body());
    while seen < after_bytes {
        let Some(Ok(frame)) = body.frame().await else {
            break;
        };
        seen += frame.into_data().unwrap_or_default().len();
    }
}

fn nothing_is_left(rig: &Rig) {
    until("no request in flight", || {
        (rig.metric("countersign_requests_in_flight") == 0.0).then_some(())
    });
    until("no call at the store", || {
        (rig.front.counts().in_flight == 0).then_some(())
    });
}

#[test]
fn who_leaves_in_the_middle_takes_nothing_from_those_who_stay() {
    let rig = Rig::start();
    let known = rig.object("film", 6 * MIB);
    let bytes_per_sec = 4 << 20;
    rig.front.add(Rule::new(Fault::SlowBody { bytes_per_sec }));
    rig.runtime.block_on(async {
        let mut tasks = JoinSet::new();
        // The first one, who caused the fetch, leaves too.
        for place in [300_000, 0, 1_500_000, 0, 70_000] {
            let delivery = rig.delivery;
            tasks.spawn(async move { leave(delivery, "film", place).await });
        }
        let staying = get(rig.delivery, &target("film"), &[]).await;
        assert!(known.judge(&staying).is_whole(), "{staying:?}");
        tasks.join_all().await;
    });
    nothing_is_left(&rig);
}

#[test]
fn a_fetch_ends_with_its_block_when_everybody_has_left() {
    let rig = Rig::start();
    rig.object("film", 200 * MIB);
    rig.runtime.block_on(leave(rig.delivery, "film", 100_000));
    nothing_is_left(&rig);
    let bytes = rig.front.counts().body_bytes;
    // Blocks that were under way, read-ahead, and what sockets hold.
    assert!(
        bytes < 24 * MIB,
        "{} MiB were fetched for nobody",
        bytes / MIB
    );
}

#[test]
fn a_thousand_who_leave_at_once_leave_nothing_behind() {
    let rig = Rig::with(Own {
        cache: "max_bytes = \"32MiB\"",
        ..Own::default()
    });
    let objects = Objects::new("film/*", 20 * MIB);
    rig.front.put(objects.clone());
    let bytes_per_sec = 2 << 20;
    rig.front.add(Rule::new(Fault::SlowBody { bytes_per_sec }));
    let thousand = || {
        rig.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for reader in 0..1_000_usize {
                let delivery = rig.delivery;
                let key = format!("film/{}", reader % 50);
                let after_bytes = (reader % 5) * 20_000;
                tasks.spawn(async move {
                    let within = Duration::from_secs(1);
                    let left = leave(delivery, &key, after_bytes);
                    let _ = timeout(within, left).await;
                });
            }
            tasks.join_all().await;
        });
        nothing_is_left(&rig);
    };
    // Fills the cache, and makes the allocator's arenas what they are.
    thousand();
    thousand();
    let (memory, files) = (rig.resident_bytes(), rig.open_files());
    // What leaks grows each time; an allocator on a busy machine comes to an end.
    let mut then = vec![memory];
    let has_grown = |then: &[u64]| {
        let [.., before, last] = then else {
            return true;
        };
        *last >= before + 12 * MIB
    };
    while then.len() < 6 && has_grown(&then) {
        thousand();
        then.push(rig.resident_bytes());
    }
    assert!(!has_grown(&then), "{then:?} bytes");
    let files_then = rig.open_files();
    assert!(
        files_then <= files + 64,
        "{files} descriptors, then {files_then}"
    );
    // Nothing of what is needed to fetch is still held.
    rig.front.clear();
    for number in 0..50 {
        let key = format!("film/{number}");
        let known = Known::new(&key, &objects, [1]);
        let got = rig.get(&key, &[("range", "bytes=15000000-15000999")]);
        assert!(known.judge(&got).is_whole(), "{key}: {got:?}");
    }
}
