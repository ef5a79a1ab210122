//! What ALPN agreed on is what is spoken, and the host of SNI decides nothing.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::{Pair, client};
use crate::start::{TLS, folder, serve, signed};
use crate::support::http::{connect, parse, request};

/// Of an HTTP/2 connection: the preface (RFC 9113 §3.4), empty SETTINGS, and a GOAWAY, so that it ends.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \0\0\0\x04\0\0\0\0\0\
    \0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// The kinds of the frames of a server that speaks it, and of one that ends it.
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

/// All that comes back on one connection.
fn ask(address: SocketAddr, config: Arc<ClientConfig>, sni: &str, bytes: &[u8]) -> Vec<u8> {
    let name = sni.to_owned().try_into().unwrap();
    let tls = ClientConnection::new(config, name).unwrap();
    let mut stream = StreamOwned::new(tls, connect(address));
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    all
}

/// The kinds of the frames in what a server of HTTP/2 said.
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [a, b, c, kind, ..] = bytes {
        kinds.push(*kind);
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        bytes = bytes.get(9 + length..).unwrap_or_default();
    }
    kinds
}

#[test]
fn only_unknown_protocols_end_the_handshake_in_both_versions() {
    let folder = folder(TLS);
    let pair = Pair::new();
    pair.put(folder.path());
    let (_program, address) = serve(&folder);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(pair.cert.clone()).unwrap();
        let config = ClientConfig::builder_with_protocol_versions(&[version]);
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h3".to_vec(), b"spdy/3".to_vec()];
        let name = "media.test".try_into().unwrap();
        let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = connect(address);
        let end = std::iter::repeat_with(|| tls.complete_io(&mut socket))
            .take(9)
            .find_map(Result::err);
        let end = end.map(|error| error.to_string()).unwrap_or_default();
        assert!(end.contains("NoApplicationProtocol"), "{version:?}: {end}");
    }
}

#[test]
fn what_alpn_agreed_on_is_spoken_and_nothing_else() {
    let folder = folder(TLS);
    let pair = Pair::new();
    pair.put(folder.path());
    let (_program, address) = serve(&folder);
    let http_1 = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    let ask = |alpn: &[&str], bytes| ask(address, client([&pair], alpn), "media.test", bytes);
    for alpn in [&[][..], &["http/1.1"], &["unknown", "http/1.1"]] {
        assert_eq!(parse(&ask(alpn, &http_1)).status, 200, "{alpn:?}");
        let said = ask(alpn, HTTP_2);
        let is_refused = said.is_empty() || said.starts_with(b"HTTP/1.1 400 ");
        assert!(is_refused, "{alpn:?}: {said:?}");
    }
    assert!(frames(&ask(&["h2"], HTTP_2)).contains(&SETTINGS));
    let said = ask(&["h2"], &http_1);
    // The GOAWAY may be left out there (RFC 9113 §3.4).
    let is_end = |kind: &u8| [SETTINGS, GOAWAY].contains(kind);
    assert!(frames(&said).iter().all(is_end), "{said:?}");
}

#[test]
fn the_host_of_the_handshake_decides_nothing_and_that_of_the_request_everything() {
    let folder = folder(TLS);
    let pair = Pair::new();
    pair.put(folder.path());
    let (_program, address) = serve(&folder);
    let config = client([&pair], &["http/1.1"]);
    for (sni, host, status) in [
        ("media.test", "media.test", 200),
        ("other.test", "media.test", 200),
        ("media.test", "other.test", 421),
        ("other.test", "other.test", 421),
    ] {
        let bytes = request("GET", &signed("/a.txt"), &[("Host", host)]);
        let answer = parse(&ask(address, config.clone(), sni, &bytes));
        assert_eq!(answer.status, status, "{sni} {host}");
    }
}
