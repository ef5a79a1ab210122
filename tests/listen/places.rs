//! How long a place is held by whoever has nothing to ask any more, or too much.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::end::{get, http2};
use crate::start::{folder, serve, signed};
use crate::support::http::{connect, exchange, request};
use crate::support::program::Program;
use crate::support::{pause, until};

/// A request after whose answer the server closes, and the client does not.
fn ask_once(address: SocketAddr, target: &str) -> (TcpStream, Vec<u8>) {
    let mut stream = connect(address);
    let ask = request("GET", target, &[("Host", "media.test")]);
    stream.write_all(&ask).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    (stream, all)
}

/// How long the server bears a client that sends a byte now and then.
fn borne(mut stream: TcpStream) -> Duration {
    let from = Instant::now();
    while stream.write_all(b"x").is_ok() && from.elapsed() < Duration::from_secs(25) {
        pause(Duration::from_millis(200));
    }
    from.elapsed()
}

fn connections(program: &Program, line: &str) -> usize {
    program.metric(&format!("countersign_connections{line}")) as usize
}

#[test]
fn whoever_is_told_503_and_does_not_close_is_closed_soon() {
    let folder = folder("limits.max_connections = 1");
    let (_program, address) = serve(&folder);
    let mut film = connect(address);
    let ask = request("GET", &signed("/film.mp4"), &[("Host", "media.test")]);
    film.write_all(&ask).unwrap();
    film.read_exact(&mut [0; 12]).unwrap();
    let (stream, told) = ask_once(address, &signed("/a.txt"));
    assert!(told.starts_with(b"HTTP/1.1 503"));
    // An ordinary one is borne for half a minute.
    let borne = borne(stream);
    assert!(borne < Duration::from_secs(12), "{borne:?}");
}

#[test]
fn whoever_does_not_close_gives_way() {
    let folder = folder("limits.max_connections = 2");
    let (program, address) = serve(&folder);
    let (a, _) = ask_once(address, &signed("/a.txt"));
    let (b, _) = ask_once(address, &signed("/a.txt"));
    let lingering = [a, b].map(|stream| std::thread::spawn(move || borne(stream)));
    assert_eq!(connections(&program, "{listener=\"delivery\"}"), 2);
    let hello = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    until("a place", || {
        (exchange(address, &hello).status == 200).then_some(())
    });
    drop(program);
    for thread in lingering {
        thread.join().unwrap();
    }
}

#[test]
fn more_headers_than_may_be_are_refused_at_every_listener() {
    let folder = folder("limits.max_headers = 20");
    let (program, _) = serve(&folder);
    Runtime::new().unwrap().block_on(async {
        let (mut sender, connection) = http2(program.address("ops")).await;
        tokio::spawn(connection);
        for (count, status) in [(20, 200), (21, 431)] {
            let mut ask = get("/livez");
            for number in 0..count {
                let name = http::HeaderName::try_from(format!("x-{number}")).unwrap();
                ask.headers_mut().insert(name, "v".parse().unwrap());
            }
            let answer = sender.send_request(ask).await.unwrap();
            assert_eq!(answer.status(), status);
        }
    });
}
