//! What strangers can cause again and again is told in the log once in a while, with a count.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::start::{folder, serve};
use crate::support::http::connect;
use crate::support::{pause, until};

const LINE: &str = "a connection was not accepted";

#[test]
fn a_full_table_of_descriptors_is_told_once_in_a_while_and_outlived() {
    let folder = folder("");
    let (program, address) = serve(&folder);
    let pid = program.id();
    // A process that is still starting opens more, and would have none left for a client.
    until("an answer", || is_answered(address).then_some(()));
    let count = || {
        let open = std::fs::read_dir(format!("/proc/{pid}/fd"));
        open.unwrap().count()
    };
    let open = until("all that it opens", || {
        let before = count();
        pause(Duration::from_millis(200));
        (count() == before).then_some(before)
    });
    let limit = format!("--nofile={}", open + 4);
    let done = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &limit])
        .status();
    assert!(done.unwrap().success());
    let held: Vec<TcpStream> = (0..12).map(|_| connect(address)).collect();
    let line = program.told(LINE);
    assert!(
        line.contains("count=1") && line.contains("Too many open files"),
        "{line}"
    );
    // Many times the pause between two tries.
    pause(Duration::from_millis(500));
    let lines = program.err.all();
    let told = lines.iter().filter(|line| line.contains(LINE)).count();
    assert_eq!(told, 1, "{lines:?}");
    drop(held);
    until("an answer", || is_answered(address).then_some(()));
}

fn is_answered(address: SocketAddr) -> bool {
    let mut stream = connect(address);
    let within = Some(Duration::from_secs(2));
    stream.set_read_timeout(within).unwrap();
    let mut status = [0; 12];
    let asked = stream.write_all(b"OPTIONS * HTTP/1.1\r\nHost: media.test\r\n\r\n");
    asked.and_then(|()| stream.read_exact(&mut status)).is_ok() && status == *b"HTTP/1.1 204"
}

#[test]
fn connections_without_a_proxy_header_are_one_line_a_fault() {
    let folder = folder("trusted_proxies = [\"127.0.0.1\"]\nproxy_protocol = true");
    let (program, address) = serve(&folder);
    let closed = |bytes: &[u8]| {
        let mut stream = connect(address);
        stream.write_all(bytes).unwrap();
        // Closed, or reset where bytes were left unread.
        let _ = stream.read_to_end(&mut Vec::new());
    };
    for _ in 0..5 {
        closed(b"GET / HTTP/1.1\r\n\r\n");
    }
    closed(b"PROXY TCP4 nonsense\r\n");
    program.told("its PROXY header is not valid");
    let lines = program.err.all();
    let told = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    assert_eq!(
        told("it does not begin with a PROXY header"),
        1,
        "{lines:?}"
    );
    assert_eq!(told("a connection was closed"), 2, "{lines:?}");
    assert!(
        program
            .told("a connection was closed")
            .contains("peer=127.0.0.1:")
    );
}
