//! More clients than fit, under the limit of memory that the defaults are made for. `tests/run --full`
//! runs it: it takes its time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use s3_front::{Content, Front, Objects};
use sha2::{Digest, Sha256};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::cgroup::Cgroup;
use crate::plot;
use crate::rig::{MIB, Own, Rig, target};
use crate::support::program::{Program, READY};
use crate::support::until;

const LIMIT: u64 = 1_024 * MIB;

/// More than `max_connections`, which are twice as many as `max_requests`.
const CLIENTS: u64 = 2_600;

/// What docs/DELIVERY.md promises of the defaults.
const BOUND: u64 = 256 * MIB * 115 / 100 + 64 * MIB + 2_048 * (128 << 10) + 1_024 * (256 << 10);

/// Objects that nobody else asks for, each longer than a reader gets.
const LEN: u64 = 100 * MIB;

const BYTES_PER_SEC: u64 = 8 << 10;

/// What a client was told, in all its attempts.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    body_bytes: u64,
    refused: u64,
    closed: u64,
    cut: u64,
}

/// Asks, waits for as long as it is told to where it is refused (longer each time, as clients do),
/// asks again, and reads slowly what it gets. Its connections are kept, as a browser's or a proxy's are.
async fn client(address: SocketAddr, key: String, deadline: Instant) -> Told {
    let mut told = Told::default();
    while Instant::now() < deadline {
        let stream = TcpStream::connect(address).await.unwrap();
        // Else the kernel takes what the reader does not.
        let socket = SockRef::from(&stream);
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        while Instant::now() < deadline {
            let request = Request::get(target(&key)).header("host", "media.test");
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            let Ok(answer) = sender.send_request(request).await else {
                told.closed += 1;
                sleep(Duration::from_secs(1)).await;
                break;
            };
            if answer.status() == 200 {
                read_slowly(answer, &key, deadline, &mut told).await;
                break;
            }
            let pause = refused(answer).await;
            told.refused += 1;
            sleep(pause * u32::try_from(told.refused.min(4)).unwrap()).await;
            if sender.ready().await.is_err() {
                break;
            }
        }
        connection.abort();
    }
    told
}

/// How long to wait before asking again.
async fn refused(answer: Response<Incoming>) -> Duration {
    let (head, body) = answer.into_parts();
    assert_eq!(head.status, 503, "{head:?}");
    let after = &head.headers[header::RETRY_AFTER];
    let after: u64 = after.to_str().unwrap().parse().unwrap();
    let body = body.collect().await.unwrap().to_bytes();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let code = problem["code"].as_str().unwrap();
    assert!(["overloaded", "store_overloaded"].contains(&code), "{code}");
    Duration::from_secs(after)
}

/// Takes a body until the deadline; what came is right.
async fn read_slowly(answer: Response<Incoming>, key: &str, deadline: Instant, told: &mut Told) {
    let (mut body, mut hash, mut count) = (answer.into_body(), Sha256::new(), 0_u64);
    let began = Instant::now();
    while Instant::now() < deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(frame) = timeout(left, body.frame()).await else {
            break;
        };
        let Some(Ok(bytes)) = frame else {
            told.cut += 1;
            break;
        };
        let bytes = bytes.into_data().unwrap_or_default();
        hash.update(&bytes);
        count += bytes.len() as u64;
        let due = Duration::from_secs_f64(count as f64 / BYTES_PER_SEC as f64);
        sleep(due.saturating_sub(began.elapsed())).await;
    }
    let sum: [u8; 32] = hash.finalize().into();
    let is_right = sum == Content::of(key, 1).sha256(0..count);
    assert!(is_right, "{key}: other bytes in the first {count}");
    told.body_bytes += count;
}

/// A program with the defaults in a group of its own.
fn limited(group: &Cgroup) -> Rig {
    Rig::started_by(Front::alone(), Own::default(), |folder| {
        let program = Program::start(group.serve(folder));
        program.told(READY);
        program
    })
}

/// What was seen of it every quarter of a second.
#[derive(Debug, Default)]
struct Most {
    resident_bytes: u64,
    requests: f64,
    connections: f64,
}

async fn crowd(rig: &Rig, deadline: Instant) -> (Most, Vec<Told>) {
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = client(rig.delivery, format!("film/{number}"), deadline);
        clients.spawn(async move {
            sleep(Duration::from_millis(4 * number)).await;
            client.await
        });
    }
    let mut most = Most::default();
    while Instant::now() < deadline {
        sleep(Duration::from_millis(250)).await;
        tokio::task::block_in_place(|| {
            assert!(rig.is_live());
            let connections = rig.metric("countersign_connections{listener=\"delivery\"}");
            most.connections = most.connections.max(connections);
            let requests = rig.metric("countersign_requests_in_flight");
            most.requests = most.requests.max(requests);
            most.resident_bytes = most.resident_bytes.max(rig.resident_bytes());
        });
    }
    (most, clients.join_all().await)
}

#[test]
#[ignore = "three quarters of a minute"]
#[expect(
    clippy::print_stderr,
    reason = "its figures are part of what it is for"
)]
fn memory_for_a_container_of_1_gib_and_more_clients_than_fit() {
    let group = match Cgroup::with_limit(LIMIT) {
        Ok(group) => group,
        Err(error) => {
            eprintln!("skipped: no control group for memory can be made here: {error}");
            return;
        }
    };
    let mut rig = limited(&group);
    rig.front.put(Objects::new("film/*", LEN));
    let deadline = Instant::now() + Duration::from_secs(40);
    let (most, told) = rig.runtime.block_on(crowd(&rig, deadline));
    let sum = |of: fn(&Told) -> u64| told.iter().map(of).sum::<u64>();
    let served = told.iter().filter(|told| told.body_bytes > 0).count();
    let cut = sum(|told| told.cut);
    plot::told("more than fit in 1 GiB", most.resident_bytes, BOUND);
    eprintln!(
        "of {CLIENTS} clients {served} were served, {} times one was told 503, {} times closed \
         without an answer, {cut} answers were cut; {most:?}, charged {} MiB at most",
        sum(|told| told.refused),
        sum(|told| told.closed),
        group.peak_bytes().unwrap_or_default() / MIB,
    );
    assert_eq!(group.killed(), 0);
    assert_eq!(rig.program.has_ended(), None);
    assert!(most.resident_bytes <= BOUND, "{most:?}");
    // The limits were reached, else this would have shown nothing.
    assert!(served > 300, "{served}");
    assert!(
        most.requests >= 1_000.0 && most.connections >= 1_900.0,
        "{most:?}"
    );
    assert!(sum(|told| told.refused) > CLIENTS - 1_024);
    // What was begun goes before what is new: a busy machine may still be late for one.
    assert!(cut * 100 <= served as u64, "{cut} of {served}");
    until("no request in flight", || {
        (rig.metric("countersign_requests_in_flight") == 0.0).then_some(())
    });
    let known = rig.object("after", 3 * MIB);
    until("a whole body", || {
        rig.ask(&known, "after").is_whole().then_some(())
    });
}
