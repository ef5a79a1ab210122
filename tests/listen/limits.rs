//! How long a connection may do nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::start::{folder, serve, signed};
use crate::support::http::connect;
use crate::support::{pause, until};

const ASK: &[u8] = b"OPTIONS * HTTP/1.1\r\nHost: media.test\r\n\r\n";

/// A connection that has had its first answer.
fn kept(address: std::net::SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(ASK).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 204"));
    stream
}

/// How long the other side leaves the connection open.
fn open_for(mut stream: TcpStream) -> Duration {
    let from = Instant::now();
    let _ = stream.read_to_end(&mut Vec::new());
    from.elapsed()
}

#[test]
fn a_kept_connection_has_its_own_time_and_a_begun_head_another() {
    let folder = folder("header_timeout = \"400ms\"\nidle_timeout = \"1500ms\"");
    let (_program, address) = serve(&folder);
    let idle = kept(address);
    let mut begun = kept(address);
    begun.write_all(b"GET /a").unwrap();
    let begun = open_for(begun);
    assert!(begun > Duration::from_millis(350), "{begun:?}");
    // Longer than a head may take, and still there.
    let mut asked = kept(address);
    pause(Duration::from_millis(600));
    asked.write_all(ASK).unwrap();
    asked.read_exact(&mut [0; 12]).unwrap();
    let idle = open_for(idle);
    assert!(idle < Duration::from_secs(10), "{idle:?}");
}

#[test]
fn a_dribbled_head_buys_no_time() {
    let folder = folder("header_timeout = \"500ms\"\nidle_timeout = \"60s\"");
    let (_program, address) = serve(&folder);
    let first = connect(address);
    let later = kept(address);
    for mut stream in [first, later] {
        let from = Instant::now();
        stream
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        stream.write_all(b"GET /a HTTP/1.1\r\nX: ").unwrap();
        until("the connection's end", || {
            // A write after the end fails, a read before it times out.
            let written = stream.write_all(b"x");
            let ended = matches!(stream.read(&mut [0]), Ok(0));
            (written.is_err() || ended).then_some(())
        });
        assert!(from.elapsed() < Duration::from_secs(8));
    }
}

#[test]
fn a_reader_who_takes_nothing_is_cut_in_both_versions() {
    let folder = folder("stall_timeout = \"500ms\"");
    let (program, address) = serve(&folder);
    let target = signed("/film.mp4");
    let mut stalled = connect(address);
    stalled
        .write_all(format!("GET {target} HTTP/1.1\r\nHost: media.test\r\n\r\n").as_bytes())
        .unwrap();
    let cut = |count| {
        move |text: String| (text.matches("\"complete\":false").count() == count).then_some(())
    };
    until("the first cut", || cut(1)(program.out.text()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (mut sender, connection) = crate::end::http2(address).await;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(crate::end::get(&target)).await.unwrap();
        assert_eq!(answer.status(), 200);
        // HTTP/2's own windows are full long before the sockets are.
        let _ = connection.await;
        drop(answer);
    });
    until("the second cut", || cut(2)(program.out.text()));
}

#[test]
fn an_idle_http_2_connection_is_told_to_go() {
    let folder = folder("idle_timeout = \"500ms\"");
    let (_program, address) = serve(&folder);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (mut sender, connection) = crate::end::http2(address).await;
        let connection = tokio::spawn(connection);
        let target = signed("/a.txt");
        let answer = sender.send_request(crate::end::get(&target)).await.unwrap();
        assert_eq!(answer.status(), 200);
        drop(answer);
        // GOAWAY without a fault.
        connection.await.unwrap().unwrap();
        assert!(sender.send_request(crate::end::get(&target)).await.is_err());
    });
}
