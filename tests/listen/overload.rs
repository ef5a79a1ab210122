//! Past the limits of connections and requests: who is told so, and how soon; who gives way; and that
//! all is well afterwards.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::start::{TLS, curl, folder, serve, signed, write_pair};
use crate::support::at_once::assert_at_once;
use crate::support::http::{Answer, connect, exchange, parse, request};
use crate::support::ops::ask_ops;
use crate::support::program::Program;
use crate::support::{pause, until};

/// A request after which the connection is kept.
fn keep(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: media.test\r\n\r\n").into_bytes()
}

/// Connections whose film has begun and is not read on.
fn readers(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let ask = keep(&signed("/film.mp4"));
    let mut all: Vec<TcpStream> = (0..count).map(|_| connect(address)).collect();
    for stream in &mut all {
        stream.write_all(&ask).unwrap();
    }
    for stream in &mut all {
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    all
}

fn get(address: SocketAddr) -> Answer {
    exchange(
        address,
        &request("GET", &signed("/a.txt"), &[("Host", "media.test")]),
    )
}

fn probe(program: &Program) {
    let answer = ask_ops(program.address("ops"), "/livez", &[]);
    assert_eq!(answer.status, 200);
}

fn assert_overloaded(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"));
    assert_eq!(answer.header("retry-after"), "2");
}

#[test]
fn requests_past_the_limit_are_told_503_at_once_and_later_ones_are_served() {
    let folder = folder("limits.max_requests = 4");
    let (program, address) = serve(&folder);
    let held = readers(address, 4);
    let refused = || assert_overloaded(&get(address));
    assert_at_once(100, refused, || probe(&program));
    let refused = "countersign_limit_refusals_total{listener=\"delivery\",limit=\"requests\"}";
    assert!(program.metric(refused) >= 100.0);
    assert!((program.metric("countersign_requests_max") - 4.0).abs() < 0.5);
    // A connection is kept, and the next request on it is served once there is room.
    let mut kept = connect(address);
    kept.write_all(&keep(&signed("/a.txt"))).unwrap();
    assert_overloaded(&read_one(&mut kept));
    drop(held);
    until("an answer", || {
        kept.write_all(&keep(&signed("/a.txt"))).unwrap();
        (read_one(&mut kept).status == 200).then_some(())
    });
}

/// One answer, with a length, of a connection that stays.
fn read_one(stream: &mut TcpStream) -> Answer {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        all.push(byte[0]);
    }
    let mut answer = parse(&all);
    let length = answer.header("content-length").parse().unwrap_or(0);
    answer.body = vec![0; length];
    stream.read_exact(&mut answer.body).unwrap();
    answer
}

#[test]
fn connections_past_the_limit_are_told_503_and_closed_while_probes_are_answered() {
    let folder = folder("limits.max_connections = 8");
    let (program, address) = serve(&folder);
    let held = readers(address, 8);
    let refused = || {
        let mut stream = connect(address);
        stream.write_all(&keep(&signed("/a.txt"))).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let answer = parse(&all);
        assert_overloaded(&answer);
        assert_eq!(answer.header("connection"), "close");
    };
    assert_at_once(50, refused, || probe(&program));
    let say = ["--http2-prior-knowledge", "-w", " %{http_code}"];
    let out = curl(address, "http", &say, &signed("/a.txt"));
    assert!(out.contains("overloaded") && out.ends_with(" 503"), "{out}");
    assert_eq!(ask_ops(program.address("ops"), "/readyz", &[]).status, 200);
    let refused = "countersign_limit_refusals_total{listener=\"delivery\",limit=\"connections\"}";
    assert!(program.metric(refused) >= 51.0);
    let lines = program.err.all();
    let told = |line: &&String| line.contains("were refused");
    assert_eq!(lines.iter().filter(told).count(), 1, "{lines:?}");
    drop(held);
    until("room", || (get(address).status == 200).then_some(()));
}

#[test]
fn over_tls_too() {
    let folder = folder(&format!("{TLS}\nlimits.max_connections = 1"));
    write_pair(folder.path());
    let (_program, address) = serve(&folder);
    let cert = folder.path().join("tls.crt").display().to_string();
    let slow = folder.path().join("slow").display().to_string();
    std::thread::scope(|scope| {
        let held = ["--cacert", &cert, "--limit-rate", "8M", "-o", &slow];
        let target = signed("/film.mp4");
        let holder = scope.spawn(move || curl(address, "https", &held, &target));
        until("the film", || {
            std::fs::metadata(&slow).ok().filter(|part| part.len() > 0)
        });
        for version in ["--http1.1", "--http2"] {
            let args = [
                "--cacert",
                &cert,
                version,
                "-w",
                " %{http_version} %{http_code}",
            ];
            let out = curl(address, "https", &args, &signed("/a.txt"));
            let is_told = out.contains("overloaded") && out.ends_with(" 503");
            assert!(is_told, "{version}: {out}");
        }
        assert_eq!(holder.join().unwrap(), "");
    });
}

#[test]
fn who_has_had_no_request_for_longest_gives_way() {
    let folder = folder("limits.max_connections = 3\nworkers = 1");
    let (program, address) = serve(&folder);
    let _reader = readers(address, 1);
    let mut kept = connect(address);
    kept.write_all(&keep(&signed("/a.txt"))).unwrap();
    assert_eq!(read_one(&mut kept).status, 200);
    let mut half = connect(address);
    half.write_all(b"GET /a.txt HT").unwrap();
    let open = "countersign_connections{listener=\"delivery\"}";
    until("all of them", || (program.metric(open) > 2.5).then_some(()));
    assert_overloaded(&get(address));
    pause(Duration::from_millis(1_100));
    let mut later = Vec::new();
    for mut stream in [kept, half] {
        later.extend(readers(address, 1));
        // Closed, as others need its place.
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
    assert_overloaded(&get(address));
    let closed = "countersign_connections_closed_total{listener=\"delivery\",reason=\"room\"}";
    until("both", || (program.metric(closed) > 1.5).then_some(()));
}

#[test]
fn one_network_may_be_held_to_a_share() {
    let folder = folder("limits.max_connections_per_client = 2");
    let (_program, address) = serve(&folder);
    let held = readers(address, 2);
    let answer = get(address);
    assert_overloaded(&answer);
    assert_eq!(answer.header("connection"), "close");
    drop(held);
    until("room", || (get(address).status == 200).then_some(()));
    // A trusted proxy's clients are many.
    let folder = folder_of_a_proxy();
    let (_program, address) = serve(&folder);
    let _held = readers(address, 4);
}

fn folder_of_a_proxy() -> tempfile::TempDir {
    folder("limits.max_connections_per_client = 2\ntrusted_proxies = [\"127.0.0.1\"]")
}
