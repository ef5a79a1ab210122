//! The end of the process, seen from open connections and from those that wait.

use std::io::{Read, Write};
use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{Connection, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::start::{FILM_BYTES, TLS, curl, folder, serve, signed, write_pair};
use crate::support::http::{connect, parse, request};
use crate::support::program::Program;
use crate::support::until;

/// An HTTP/2 connection in clear text.
pub(crate) async fn http2(
    address: SocketAddr,
) -> (
    SendRequest<Empty<Bytes>>,
    Connection<TokioIo<TcpStream>, Empty<Bytes>, TokioExecutor>,
) {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
        .await
        .unwrap()
}

/// A request to the site `media`.
pub(crate) fn get(target: &str) -> Request<Empty<Bytes>> {
    let uri = format!("http://media.test{target}");
    Request::get(uri).body(Empty::new()).unwrap()
}

/// Until new connections are refused.
fn closed(address: SocketAddr) {
    until("the listener to close", || {
        std::net::TcpStream::connect(address).err()
    });
}

#[test]
fn http_2_streams_in_flight_end_whole_and_no_further_one_starts() {
    let folder = folder("grace = \"60s\"");
    let (mut program, address) = serve(&folder);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (mut sender, connection) = http2(address).await;
        let connection = tokio::spawn(connection);
        let target = signed("/film.mp4");
        let answer = sender.send_request(get(&target)).await.unwrap();
        let mut body = answer.into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        program.signal("TERM");
        closed(address);
        let rest = body.collect().await.unwrap().to_bytes();
        assert_eq!(first.len() + rest.len(), FILM_BYTES);
        // GOAWAY without a fault.
        connection.await.unwrap().unwrap();
        assert!(sender.send_request(get(&target)).await.is_err());
    });
    assert_eq!(program.end(), Some(0));
}

#[test]
fn a_download_over_tls_ends_whole() {
    let folder = folder(&format!("{TLS}\ngrace = \"60s\""));
    write_pair(folder.path());
    let (mut program, address) = serve(&folder);
    let cert = folder.path().join("tls.crt").display().to_string();
    let part = folder.path().join("part").display().to_string();
    let target = signed("/film.mp4");
    let download = std::thread::spawn(move || {
        let args = ["--cacert", &cert, "--limit-rate", "24M", "-o", &part];
        let say = ["-w", "%{http_version} %{size_download}"];
        curl(address, "https", &[&args[..], &say].concat(), &target)
    });
    let began = folder.path().join("part");
    until("the download to begin", || {
        std::fs::metadata(&began).ok().filter(|part| part.len() > 0)
    });
    program.signal("TERM");
    assert_eq!(download.join().unwrap(), format!("2 {FILM_BYTES}"));
    assert_eq!(program.end(), Some(0));
}

#[test]
fn kept_connections_are_told_to_close() {
    let folder = folder("drain_delay = \"0s\"");
    let (mut program, address) = serve(&folder);
    let ask = b"OPTIONS * HTTP/1.1\r\nHost: media.test\r\n\r\n";
    let mut kept = connect(address);
    kept.write_all(ask).unwrap();
    kept.read_exact(&mut [0; 12]).unwrap();
    // In the middle of a head when the end comes.
    let mut asking = connect(address);
    asking.write_all(&ask[..20]).unwrap();
    program.signal("TERM");
    closed(address);
    asking.write_all(&ask[20..]).unwrap();
    let mut answer = Vec::new();
    asking.read_to_end(&mut answer).unwrap();
    let answer = parse(&answer);
    assert_eq!(
        (answer.status, answer.header("connection").as_str()),
        (204, "close")
    );
    kept.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(program.end(), Some(0));
}

#[test]
fn who_waits_to_be_accepted_is_answered_before_the_end() {
    let folder = folder("");
    let (mut program, address) = serve(&folder);
    // The system takes connections for a program that stands still.
    program.signal("STOP");
    let mut waiting: Vec<_> = (0..40).map(|_| connect(address)).collect();
    for stream in &mut waiting {
        let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
        stream.write_all(&ask).unwrap();
    }
    program.signal("TERM");
    program.signal("CONT");
    for mut stream in waiting {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = parse(&answer);
        assert_eq!((answer.status, answer.text()), (200, "hello"));
    }
    assert_eq!(program.end(), Some(0));
}

#[test]
fn a_second_signal_ends_streams_at_once() {
    let folder = folder("grace = \"60s\"");
    let mut program = Program::serve(folder.path());
    let address = program.address("delivery");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (mut sender, connection) = http2(address).await;
        tokio::spawn(connection);
        let answer = sender.send_request(get(&signed("/film.mp4")));
        let mut body = answer.await.unwrap().into_body();
        body.frame().await.unwrap().unwrap();
        program.signal("TERM");
        program.told("stopping");
        program.signal("TERM");
        assert_eq!(program.end(), Some(0));
        assert!(body.collect().await.is_err());
    });
    let line = program.out.text();
    assert!(line.contains("\"complete\":false"), "{line}");
}
