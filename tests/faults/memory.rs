//! Memory under load that would grow it. `tests/run --full` runs these: they take their time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use s3_front::{Content, Fault, Objects, Rule, mix};
use sha2::{Digest, Sha256};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use http_body_util::BodyExt;

use crate::checker::{CHANGED, Known, Verdict};
use crate::client::{get, open};
use crate::leaving::leave;
use crate::plot;
use crate::rig::{MIB, Own, Rig, TWO_SECONDS, target};
use crate::support::until;

const CACHE: u64 = 64 * MIB;

/// What docs/DELIVERY.md promises.
fn bound(connections: u64, streams: u64) -> u64 {
    CACHE * 115 / 100 + 64 * MIB + connections * (128 << 10) + streams * (256 << 10)
}

fn rig() -> Rig {
    Rig::with(Own {
        cache: "max_bytes = \"64MiB\"",
        store: TWO_SECONDS,
    })
}

/// Takes an object's body at about this rate until the deadline; how much came, which is right.
async fn read_slowly(
    address: SocketAddr,
    key: String,
    bytes_per_sec: u64,
    deadline: Instant,
) -> u64 {
    let target = target(&key);
    let (answer, _connection) = loop {
        let stream = TcpStream::connect(address).await.unwrap();
        // Else the kernel takes what the reader does not.
        let socket = SockRef::from(&stream);
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let (answer, connection) = open(stream, &target, &[]).await.unwrap();
        if answer.status() == 200 {
            break (answer, connection);
        }
        // Too many wait for the store just now, on a busy machine.
        assert!(answer.status().is_server_error(), "{}", answer.status());
        sleep(Duration::from_secs(1)).await;
    };
    let (mut body, mut hash, mut count) = (answer.into_body(), Sha256::new(), 0_u64);
    let began = Instant::now();
    while Instant::now() < deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(Some(Ok(frame))) = timeout(left, body.frame()).await else {
            break;
        };
        let bytes = frame.into_data().unwrap_or_default();
        hash.update(&bytes);
        count += bytes.len() as u64;
        let due = Duration::from_secs_f64(count as f64 / bytes_per_sec as f64);
        sleep(due.saturating_sub(began.elapsed())).await;
    }
    let sum: [u8; 32] = hash.finalize().into();
    let is_right = sum == Content::of(&key, 1).sha256(0..count);
    assert!(is_right, "{key}: other bytes in the first {count}");
    count
}

#[test]
#[ignore = "half a minute"]
fn a_thousand_slow_readers_of_large_objects_stay_within_the_bound() {
    let rig = rig();
    rig.front.put(Objects::new("film/*", 100 * MIB));
    let deadline = Instant::now() + Duration::from_secs(40);
    let (resident, taken) = rig.runtime.block_on(async {
        let mut readers = JoinSet::new();
        for reader in 0..1_000 {
            let key = format!("film/{reader}");
            let reading = read_slowly(rig.delivery, key, 16 << 10, deadline);
            readers.spawn(async move {
                // One after the other: how many may come at once is another limit's business.
                sleep(Duration::from_millis(20 * reader)).await;
                reading.await
            });
        }
        let mut resident = Vec::new();
        let mut tick = interval(Duration::from_millis(250));
        while Instant::now() < deadline {
            tick.tick().await;
            resident.push(rig.resident_bytes());
        }
        (resident, readers.join_all().await)
    });
    let (most, bound) = (resident.into_iter().max().unwrap(), bound(1_000, 1_000));
    plot::told("1,000 slow readers", most, bound);
    assert!(most <= bound, "{} MiB of {} MiB", most / MIB, bound / MIB);
    let unserved = taken.iter().filter(|count| **count == 0).count();
    assert_eq!(unserved, 0);
}

/// One client after the other, of every kind, until the deadline.
async fn client(
    number: u64,
    address: SocketAddr,
    objects: Objects,
    deadline: Instant,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let mut turn = number;
    while Instant::now() < deadline {
        turn = mix(turn);
        let draw = turn >> 33;
        // Some are asked for often.
        let key = format!(
            "film/{}",
            draw % if draw.is_multiple_of(3) { 8 } else { 400 }
        );
        let known = Known::new(&key, &objects, [1, CHANGED]);
        let first = (draw * 7_919) % objects.len_bytes;
        let range = format!("bytes={first}-{}", first + 700_000);
        let part = [("range", range.as_str())];
        match draw % 8 {
            0 => leave(address, &key, (draw % 3_000_000) as usize).await,
            1 => verdicts.push(known.judge(&get(address, &target(&key), &[]).await)),
            _ => verdicts.push(known.judge(&get(address, &target(&key), &part).await)),
        }
    }
    verdicts
}

#[test]
#[ignore = "a minute and a half"]
fn a_soak_in_a_bad_store_ends_with_the_memory_that_it_began_with() {
    let rig = rig();
    let objects = Objects::new("film/*", 6 * MIB + 1);
    rig.front.put(objects.clone());
    let faults = [
        Fault::internal_error(),
        Fault::Reset {
            after_bytes: 300_000,
        },
        Fault::ShortBody { by_bytes: 70_000 },
        Fault::Stall {
            after_bytes: 100_000,
        },
        Fault::WrongContentRange { by_bytes: 64 << 10 },
        Fault::Changed,
        Fault::BlackHole,
        Fault::SlowBody {
            bytes_per_sec: 1 << 20,
        },
    ];
    for (seed, fault) in (1..).zip(faults) {
        rig.front.add(Rule::new(fault).probability(0.01, seed));
    }
    let deadline = Instant::now() + Duration::from_secs(90);
    let (resident, verdicts) = rig.runtime.block_on(async {
        let mut clients = JoinSet::new();
        for number in 0..64 {
            clients.spawn(client(number, rig.delivery, objects.clone(), deadline));
        }
        let mut resident = Vec::new();
        let mut tick = interval(Duration::from_secs(1));
        while Instant::now() < deadline {
            tick.tick().await;
            resident.push(rig.resident_bytes());
        }
        (resident, clients.join_all().await)
    });
    rig.front.clear();
    until("no request in flight", || {
        (rig.metric("countersign_requests_in_flight") == 0.0).then_some(())
    });
    let verdicts: Vec<Verdict> = verdicts.into_iter().flatten().collect();
    let whole = verdicts.iter().filter(|own| own.is_whole()).count();
    let all = verdicts.len();
    assert!(whole * 2 > all, "{whole} of {all} whole");
    plot::write("soak", &resident, bound(64, 64));
    let most = |part: &[u64]| part.iter().copied().max().unwrap();
    let (middle, end) = (most(&resident[30..60]), most(&resident[60..]));
    plot::told("soak", most(&resident), bound(64, 64));
    let slack = bound(64, 64) / 10;
    assert!(
        most(&resident) <= bound(64, 64) + slack,
        "{} MiB",
        most(&resident) / MIB
    );
    assert!(
        end <= middle + middle / 10,
        "{} MiB, then {} MiB",
        middle / MIB,
        end / MIB
    );
}
