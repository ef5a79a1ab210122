//! HTTP/2's own limits, seen by a client that writes its frames by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::start::{folder, serve, signed};
use crate::support::http::{connect, exchange, request};
use crate::support::ops::ask_ops;
use crate::support::until;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const PING: u8 = 6;

fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let [_, _, high, low] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[0, high, low, kind, flags, 0, 0, 0, 0], payload].concat()
}

fn open(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(PREFACE).unwrap();
    stream.write_all(&frame(SETTINGS, 0, &[])).unwrap();
    stream
}

#[test]
fn the_settings_of_a_connection_say_how_many_streams_it_may_have() {
    let folder = folder("http2.max_streams = 7");
    let (_program, address) = serve(&folder);
    let mut stream = open(address);
    let mut head = [0; 9];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[3], SETTINGS);
    let mut payload = vec![0; usize::from(head[2])];
    stream.read_exact(&mut payload).unwrap();
    // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 §6.5.2).
    let streams = payload.chunks(6).find(|setting| setting[..2] == [0, 3]);
    assert_eq!(streams, Some(&[0, 3, 0, 0, 0, 7][..]), "{payload:?}");
}

#[test]
fn a_flood_of_frames_that_are_no_requests_ends_the_connection_and_no_other() {
    let folder = folder("http2.max_upkeep_frames_per_10s = 100");
    let (program, address) = serve(&folder);
    let mut few = open(address);
    for _ in 0..50 {
        few.write_all(&frame(PING, 0, &[7; 8])).unwrap();
    }
    for (kind, payload) in [(PING, &[7; 8][..]), (SETTINGS, &[])] {
        let mut stream = open(address);
        for _ in 0..200 {
            // It may be closed in the middle.
            let _ = stream.write_all(&frame(kind, 0, payload));
        }
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let closed =
        "countersign_connections_closed_total{listener=\"delivery\",reason=\"http2_frames\"} 2";
    until("the metric", || {
        let answer = ask_ops(program.address("ops"), "/metrics", &[]);
        answer.text().contains(closed).then_some(())
    });
    few.write_all(&frame(PING, 0, &[9; 8])).unwrap();
    let pong = frame(PING, 1, &[9; 8]);
    let mut read = Vec::new();
    until("the answer to a ping", || {
        let mut bytes = [0; 4096];
        let count = few.read(&mut bytes).unwrap();
        assert!(count > 0, "closed");
        read.extend_from_slice(&bytes[..count]);
        read.ends_with(&pong).then_some(())
    });
    let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    assert_eq!(exchange(address, &ask).status, 200);
}
