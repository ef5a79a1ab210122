//! Readers who leave before the end.

use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use s3_front::{Fault, Objects, Rule};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::checker::Known;
use crate::client::get;
use crate::rig::{MIB, Own, Rig, target};
use crate::support::until;

/// Reads so much of an object's body at most, then leaves.
async fn leave(address: std::net::SocketAddr, key: &str, after_bytes: usize) {
    let stream = TcpStream::connect(address).await.unwrap();
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get(target(key)).header("host", "media.test");
    let request = request.body(Empty::<bytes::Bytes>::new()).unwrap();
    let (mut seen, answer) = (0, sender.send_request(request));
    if after_bytes > 0 {
        let mut body = answer.await.unwrap().into_body();
        while seen < after_bytes {
            let Some(Ok(frame)) = body.frame().await else {
                break;
            };
            seen += frame.into_data().unwrap_or_default().len();
        }
    } else {
        // Before the answer's first byte.
        let _ = tokio::time::timeout(Duration::from_millis(50), answer).await;
    }
    connection.abort();
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
                    let _ = tokio::time::timeout(within, left).await;
                });
            }
            tasks.join_all().await;
        });
        nothing_is_left(&rig);
    };
    // Fills the cache, and makes the allocator's arenas what they are.
    (0..4).for_each(|_| thousand());
    let (memory, files) = (rig.resident_bytes(), rig.open_files());
    thousand();
    thousand();
    let (memory_then, files_then) = (rig.resident_bytes(), rig.open_files());
    assert!(
        memory_then < memory + 16 * MIB,
        "{} MiB, then {} MiB",
        memory / MIB,
        memory_then / MIB
    );
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
