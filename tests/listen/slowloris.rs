//! 500 connections that dribble their heads, against the time-outs as they are by default.
//! Takes a quarter of a minute, so `tests/run --full` only.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::start::{folder, serve, signed};
use crate::support::http::{exchange, request};
use crate::support::pause;

const CONNECTIONS: usize = 500;
const CLOSED_WITHIN: Duration = Duration::from_secs(11);

/// Below this, the difference is the test machine's: beside a neighbour's virtual machine a p99 of
/// 5 ms in a debug build triples by itself. Both figures are printed; what fails is a stall.
const NOISE: Duration = Duration::from_millis(20);

/// The 99th percentile of requests, one after another, while `on` holds.
fn p99(address: SocketAddr, on: impl Fn() -> bool) -> (Duration, usize) {
    let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    let mut times = Vec::new();
    while on() {
        let from = Instant::now();
        assert_eq!(exchange(address, &ask).status, 200);
        times.push(from.elapsed());
        pause(Duration::from_millis(2));
    }
    times.sort();
    (times[times.len() * 99 / 100], times.len())
}

/// Whether the other side has closed; sends a byte if not.
fn dribble(stream: &mut TcpStream) -> bool {
    let ended = match stream.read(&mut [0; 64]) {
        Ok(bytes) => bytes == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    };
    ended || stream.write_all(b"x").is_err()
}

#[test]
#[ignore = "slow: tests/run --full"]
#[expect(clippy::print_stderr, reason = "its figures are what it is for")]
fn a_slowloris_of_500_connections_is_closed_within_11_s_and_slows_nobody() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    let until = Instant::now() + Duration::from_secs(5);
    let (before, asked_before) = p99(address, || Instant::now() < until);
    let from = Instant::now();
    let mut open: Vec<TcpStream> = (0..CONNECTIONS)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream
                .write_all(b"GET /a.txt HTTP/1.1\r\nX-Slow: ")
                .unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    let opened = from.elapsed();
    let attack = AtomicBool::new(true);
    let (during, asked_during, closed) = std::thread::scope(|scope| {
        let others = scope.spawn(|| p99(address, || attack.load(Ordering::Relaxed)));
        while !open.is_empty() && from.elapsed() < 2 * CLOSED_WITHIN {
            open.retain_mut(|stream| !dribble(stream));
            pause(Duration::from_millis(200));
        }
        let closed = from.elapsed();
        attack.store(false, Ordering::Relaxed);
        let (during, asked) = others.join().unwrap();
        (during, asked, closed)
    });
    eprintln!(
        "slowloris: {CONNECTIONS} connections opened in {opened:.1?}, all closed after {closed:.1?}; \
         p99 of others {before:.2?} before ({asked_before} requests), {during:.2?} during \
         ({asked_during})"
    );
    assert!(open.is_empty(), "{} are still open", open.len());
    assert!(closed < CLOSED_WITHIN + opened, "{closed:?}");
    assert!(during < 2 * before.max(NOISE), "{before:?} → {during:?}");
}
