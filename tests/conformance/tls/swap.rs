//! Pairs that are replaced under load: every handshake succeeds, with the pair before or the new one.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustls::client::Resumption;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Pair, client};
use crate::start::{TLS, folder, put, serve, signed};
use crate::support::http::{connect, parse, request};
use crate::support::program::Program;
use crate::support::until;

const PAIRS: usize = 6;
const CLIENTS: usize = 8;
/// Handshakes with each pair, before the next one comes.
const HANDSHAKES: usize = 25;

/// Settings under which new files are found soon, with the first pair in place.
fn started(first: &Pair) -> (TempDir, Program, SocketAddr) {
    let folder = folder(TLS);
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let reload = "[reload]\ninterval = \"20ms\"\n";
    put(
        folder.path(),
        "countersign.toml",
        &format!("{config}{reload}"),
    );
    first.put(folder.path());
    let (program, address) = serve(&folder);
    (folder, program, address)
}

/// Renews as different tools do: either file first, and both told by a signal or not.
fn renew(folder: &Path, pair: &Pair, number: usize, program: &Program) {
    let mut files = [("tls.crt", &pair.cert_pem), ("tls.key", &pair.key_pem)];
    if number.is_multiple_of(2) {
        files.reverse();
    }
    for (name, text) in files {
        put(folder, name, text);
    }
    if number.is_multiple_of(3) {
        program.signal("HUP");
    }
}

/// What all clients know of the pairs, by their numbers.
#[derive(Default)]
struct Known {
    /// Of it the files were begun to be written.
    written: AtomicUsize,
    /// Some handshake has shown it.
    in_force: AtomicUsize,
    shown: [AtomicUsize; PAIRS],
    resumed: AtomicUsize,
    ends: AtomicBool,
}

struct Clients {
    address: SocketAddr,
    pairs: Vec<Pair>,
    known: Known,
    ask: Vec<u8>,
}

impl Clients {
    async fn handshakes(self: Arc<Self>, config: Arc<ClientConfig>) -> Result<(), String> {
        while !self.known.ends.load(Ordering::Acquire) {
            let told = |error| format!("a handshake failed: {error}");
            let oldest = self.known.in_force.load(Ordering::Acquire);
            let stream = TcpStream::connect(self.address).await.map_err(told)?;
            let connector = TlsConnector::from(config.clone());
            let name = "media.test".try_into().unwrap();
            let mut stream = connector.connect(name, stream).await.map_err(told)?;
            let newest = self.known.written.load(Ordering::Acquire);
            let tls = stream.get_ref().1;
            let cert = tls.peer_certificates().and_then(|chain| chain.first());
            let number = self.pairs.iter().position(|pair| Some(&pair.cert) == cert);
            let number = number.ok_or("a certificate of nobody")?;
            if !(oldest..=newest).contains(&number) {
                return Err(format!("{number} is not within {oldest} to {newest}"));
            }
            if tls.handshake_kind() == Some(HandshakeKind::Resumed) {
                self.known.resumed.fetch_add(1, Ordering::Relaxed);
            }
            stream.write_all(&self.ask).await.map_err(told)?;
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.map_err(told)?;
            let answer = parse(&all);
            if (answer.status, answer.text()) != (200, "hello") {
                return Err(format!("{answer:?}"));
            }
            self.known.shown[number].fetch_add(1, Ordering::Release);
        }
        Ok(())
    }
}

#[test]
fn pairs_are_replaced_under_load_without_a_failed_handshake() {
    let pairs: Vec<Pair> = (0..PAIRS).map(|_| Pair::new()).collect();
    let (folder, program, address) = started(&pairs[0]);
    let resuming = client(&pairs, &["http/1.1"]);
    let mut anew = ClientConfig::clone(&resuming);
    anew.resumption = Resumption::disabled();
    let configs = [resuming, Arc::new(anew)];
    let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    let known = Known::default();
    let clients = Arc::new(Clients {
        address,
        pairs,
        known,
        ask,
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let config = configs[number % configs.len()].clone();
            runtime.spawn(clients.clone().handshakes(config))
        })
        .collect();
    let known = &clients.known;
    // A client that failed ends; then all do.
    let shown = |number: usize, enough: usize| {
        until("handshakes", || {
            let count = known.shown[number].load(Ordering::Acquire);
            (count >= enough || tasks.iter().any(|task| task.is_finished())).then_some(())
        });
    };
    shown(0, HANDSHAKES);
    for number in 1..PAIRS {
        known.written.store(number, Ordering::Release);
        renew(folder.path(), &clients.pairs[number], number, &program);
        shown(number, 1);
        known.in_force.store(number, Ordering::Release);
        shown(number, HANDSHAKES);
    }
    known.ends.store(true, Ordering::Release);
    runtime.block_on(async {
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    assert!(
        known.resumed.load(Ordering::Relaxed) > 0,
        "none was resumed"
    );
}

#[test]
fn what_began_under_the_old_pair_ends_under_it() {
    let [old, new] = [Pair::new(), Pair::new()];
    let (folder, program, address) = started(&old);
    let config = client([&old, &new], &["http/1.1"]);
    let begin = || {
        let name = "media.test".try_into().unwrap();
        let tls = ClientConnection::new(config.clone(), name).unwrap();
        (tls, connect(address))
    };
    let mut open = begin();
    open.0.complete_io(&mut open.1).unwrap();
    // Of this one the server has not seen the end of the handshake.
    let (mut half, mut socket) = begin();
    while half.is_handshaking() {
        if half.wants_write() && half.peer_certificates().is_none() {
            half.write_tls(&mut socket).unwrap();
        } else {
            half.read_tls(&mut socket).unwrap();
            half.process_new_packets().unwrap();
        }
    }
    renew(folder.path(), &new, 0, &program);
    let shows_new = || {
        let (mut tls, mut socket) = begin();
        tls.complete_io(&mut socket).unwrap();
        let cert = tls.peer_certificates().and_then(|chain| chain.first());
        (cert == Some(&new.cert)).then_some(())
    };
    until("the new pair", shows_new);
    let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    for (mut tls, mut socket) in [open, (half, socket)] {
        let cert = tls.peer_certificates().and_then(|chain| chain.first());
        assert_eq!(cert, Some(&old.cert));
        let mut stream = rustls::Stream::new(&mut tls, &mut socket);
        stream.write_all(&ask).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        assert_eq!(parse(&all).text(), "hello");
    }
}
