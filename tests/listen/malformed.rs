//! Connections that end for what came on them are counted, as no line of the access log tells of
//! them.

use std::io::{Read, Write};
use std::net::SocketAddr;

use crate::start::{folder, serve, signed, write_pair};
use crate::support::http::{connect, exchange, request};
use crate::support::program::Program;
use crate::support::until;

fn closed(program: &Program, reason: &str) -> f64 {
    let labels = format!("{{listener=\"delivery\",reason=\"{reason}\"}}");
    program.metric(&format!("countersign_connections_closed_total{labels}"))
}

fn becomes(program: &Program, reason: &str, count: f64) {
    until(reason, || (closed(program, reason) == count).then_some(()));
}

/// Sends the bytes, and reads to the end.
fn sent(address: SocketAddr, bytes: &[u8]) {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn what_is_no_http_is_counted_and_a_client_that_leaves_is_not() {
    let folder = folder("");
    let (program, address) = serve(&folder);
    sent(address, b"");
    sent(address, b"GET /a.txt HT");
    let good = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    assert_eq!(exchange(address, &good).status, 200);
    let bare_lf = b"GET /a HTTP/1.1\nHost: media.test\n\n";
    let of_http2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x01\x06\x00\x00\x00\x00\x00x";
    let no_settings =
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678";
    let of_tls = b"\x16\x03\x01\x02\x00\x01\r\n\r\n";
    let malformed: [&[u8]; 4] = [of_tls, bare_lf, of_http2, no_settings];
    for (index, bytes) in malformed.iter().enumerate() {
        sent(address, bytes);
        becomes(&program, "malformed", (index + 1) as f64);
    }
}

#[test]
fn a_handshake_that_fails_is_counted_and_a_probe_of_the_port_is_not() {
    let folder = folder("tls = { cert_file = \"tls.crt\", key_file = \"tls.key\" }");
    write_pair(folder.path());
    let (program, address) = serve(&folder);
    sent(address, b"");
    sent(address, &request("GET", &signed("/a.txt"), &[]));
    becomes(&program, "tls_handshake", 1.0);
    assert_eq!(closed(&program, "malformed"), 0.0);
}
