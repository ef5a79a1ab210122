//! How many frames of a flood are taken, and what others see of it.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::client::{Came, Client, serves};
use super::floods::{Flood, all, own};
use super::row::{at_once, origin, put_objects};
use super::wire::{FILM, asks, stalling, whole, window};
use crate::support::origin::{Origin, TOP, site};
use crate::support::program::Program;
use crate::support::{pause, until};

/// Within so many frames a flood ends its connection.
const MOST_FRAMES: u32 = 1_000;
const MARK: [u8; 8] = *b"still up";

/// So many units of a flood, in the pieces in which they are sent.
fn wave(flood: &Flood, units: u32) -> Vec<Vec<u8>> {
    let (mut pieces, mut piece) = (Vec::new(), flood.start.clone());
    for at in 0..units {
        piece.extend((flood.unit)(at));
        if flood.is_paced || piece.len() > 16 << 10 {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push([piece, flood.end.clone()].concat());
    pieces
}

/// Whether a connection ends with a wave.
fn ends(address: SocketAddr, flood: &Flood, wave: &[Vec<u8>]) -> bool {
    let mut client = Client::open(address);
    for (at, piece) in (0..).zip(wave) {
        let is_answer = |came: &Came| matches!(came, Came::Status(of, _) if *of == own(at));
        let waits = flood.is_paced && (at as usize) < wave.len() - 1;
        if !client.send(piece) || waits && has_ended(&mut client, is_answer) {
            return true;
        }
    }
    client.ping(MARK);
    has_ended(&mut client, |came| *came == Came::Pong(MARK))
}

/// Reads on to the connection's end, or what shows that it goes on.
fn has_ended(client: &mut Client, goes_on: impl Fn(&Came) -> bool) -> bool {
    loop {
        match client.next() {
            Came::Closed => return true,
            came if goes_on(&came) => return false,
            _ => {}
        }
    }
}

fn most(flood: &Flood) -> Vec<Vec<u8>> {
    wave(flood, MOST_FRAMES / flood.frames)
}

/// The least number of units that end a connection, of which `most` do.
fn least(address: SocketAddr, flood: &Flood, most: u32) -> u32 {
    let (mut alive, mut ended) = (0, most);
    while ended - alive > 1 {
        let units = (alive + ended) / 2;
        match ends(address, flood, &wave(flood, units)) {
            true => ended = units,
            false => alive = units,
        }
    }
    ended
}

#[test]
fn a_flood_ends_its_connection_within_1000_frames_and_no_other() {
    let (origin, floods) = (origin(), all());
    let address = origin.addresses.delivery;
    at_once(&floods, |flood| {
        let fault = || flood.name.to_owned();
        let is_right = ends(address, flood, &most(flood)) && serves(Client::open(address));
        (!is_right).then(fault)
    });
}

#[test]
fn a_slow_reader_of_128_answers_is_cut_though_it_opens_its_windows_byte_by_byte() {
    let top = TOP.replace("[delivery]", "[delivery]\nstall_timeout = \"500ms\"");
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    put_objects(&origin);
    let address = origin.addresses.delivery;
    let mut client = Client::open(address);
    let requests = (0..128).flat_map(|at| whole(own(at), &asks("GET", &FILM)));
    client.send(&[stalling(), requests.collect()].concat());
    let mut at = 0;
    // Few enough to be no flood.
    until("the connection's end", || {
        at += 1;
        pause(Duration::from_millis(20));
        (!client.send(&window(own(at % 128), 1))).then_some(())
    });
    assert!(serves(Client::open(address)));
}

#[test]
#[ignore = "slow: tests/run --full"]
#[expect(clippy::print_stderr, reason = "its figures are what it is for")]
fn how_many_frames_a_flood_has() {
    let origin = origin();
    let address = origin.addresses.delivery;
    for flood in all() {
        let units = least(address, &flood, MOST_FRAMES / flood.frames);
        eprintln!("{:4} frames: {}", units * flood.frames, flood.name);
    }
}

/// Rounds of quiet and flood, in turns; of their figures the middle one counts.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(400);
/// Between two connections of a flood, so that what is measured is the server and not the test.
const PAUSE: Duration = Duration::from_millis(10);
/// Below this, the difference is the test machine's.
const NOISE: Duration = Duration::from_millis(10);

/// The 99th percentile of requests on new connections, one after another, while `on` holds.
fn p99(address: SocketAddr, on: impl Fn() -> bool) -> Duration {
    let mut times = Vec::new();
    while on() || times.is_empty() {
        let from = Instant::now();
        assert!(serves(Client::open(address)));
        times.push(from.elapsed());
    }
    times.sort();
    times[times.len() * 99 / 100]
}

/// For a program of its own, which may be another build: this one spends milliseconds on what a
/// released one does in microseconds.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    };
    fs::create_dir(folder.path().join("media")).unwrap();
    put("media/a.txt", b"hello");
    put("media/film.mp4", &vec![7; 4 << 20]);
    put(
        "countersign.toml",
        format!("{TOP}{}", site("media", "", "")).as_bytes(),
    );
    folder
}

/// What others see in a round without, then in one with a flood, and its connections and their frames.
fn round(address: SocketAddr, flood: &Flood, wave: &[Vec<u8>]) -> (Duration, Duration, u32) {
    let until = Instant::now() + ROUND;
    let quiet = p99(address, || Instant::now() < until);
    let goes_on = AtomicBool::new(true);
    let (flooded, connections) = std::thread::scope(|scope| {
        let others = scope.spawn(|| p99(address, || goes_on.load(Ordering::Relaxed)));
        let (until, mut connections, mut all_end) = (Instant::now() + ROUND, 0, true);
        while Instant::now() < until {
            all_end &= ends(address, flood, wave);
            connections += 1;
            pause(PAUSE);
        }
        goes_on.store(false, Ordering::Relaxed);
        assert!(all_end, "{}", flood.name);
        (others.join().unwrap(), connections)
    });
    (quiet, flooded, connections)
}

#[test]
#[ignore = "slow: tests/run --full"]
#[expect(clippy::print_stderr, reason = "its figures are what it is for")]
fn a_flood_slows_nobody() {
    let folder = folder();
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let mut slowed = Vec::new();
    for flood in all() {
        let wave = most(&flood);
        let rounds: Vec<_> = (0..ROUNDS).map(|_| round(address, &flood, &wave)).collect();
        let middle = |of: &dyn Fn(&(Duration, Duration, u32)) -> Duration| {
            let mut all: Vec<Duration> = rounds.iter().map(of).collect();
            all.sort();
            all[ROUNDS / 2]
        };
        let (quiet, flooded) = (middle(&|round| round.0), middle(&|round| round.1));
        let connections: u32 = rounds.iter().map(|round| round.2).sum();
        eprintln!(
            "p99 {quiet:6.1?} without, {flooded:6.1?} with {connections} x {}",
            flood.name
        );
        if flooded > 2 * quiet.max(NOISE) {
            slowed.push(flood.name);
        }
    }
    assert!(slowed.is_empty(), "{slowed:?}");
}
