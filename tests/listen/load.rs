//! The end of the process under load: whatever was begun is whole.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::end::{get, http2};
use crate::start::{folder, serve, signed};
use crate::support::until;

const CLIENTS_A_VERSION: usize = 8;
const BYTES: usize = 300_000;

/// Bytes of which no two parts are alike.
fn pattern() -> Vec<u8> {
    (0_u32..).flat_map(u32::to_be_bytes).take(BYTES).collect()
}

/// How many answers were whole, and how many were not.
#[derive(Debug, Default)]
struct Seen {
    whole: AtomicUsize,
    wrong: AtomicUsize,
}

impl Seen {
    async fn read(&self, answer: Response<Incoming>, pattern: &[u8]) {
        let is_ok = answer.status() == 200;
        let body = answer.into_body().collect().await;
        let is_whole = is_ok && body.is_ok_and(|body| body.to_bytes() == pattern);
        let count = if is_whole { &self.whole } else { &self.wrong };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Asks on one connection after another, as it is told to, until no further one is accepted. A
/// request that was sent has an answer.
async fn http_1(address: SocketAddr, target: String, seen: Arc<Seen>, pattern: Arc<Vec<u8>>) {
    while let Ok(stream) = TcpStream::connect(address).await {
        let io = TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(io)
            .await
            .unwrap();
        tokio::spawn(connection);
        loop {
            let ask = Request::get(&target).header("Host", "media.test");
            let answer = sender.send_request(ask.body(Empty::new()).unwrap()).await;
            let Ok(answer) = answer else {
                seen.wrong.fetch_add(1, Ordering::Relaxed);
                break;
            };
            let closes = answer
                .headers()
                .get("connection")
                .is_some_and(|value| value == "close");
            seen.read(answer, &pattern).await;
            if closes {
                break;
            }
        }
    }
}

/// Asks on one connection until it is told that no further request is taken.
async fn http_2(address: SocketAddr, target: String, seen: Arc<Seen>, pattern: Arc<Vec<u8>>) {
    let (mut sender, connection) = http2(address).await;
    let connection = tokio::spawn(connection);
    loop {
        match sender.send_request(get(&target)).await {
            Ok(answer) => seen.read(answer, &pattern).await,
            // Never begun: the client may ask elsewhere (RFC 9113 §6.8).
            Err(error) => {
                assert!(
                    error.is_canceled() || error.is_closed() || is_refused(&error),
                    "{error:?}"
                );
                break;
            }
        }
    }
    drop(sender);
    // GOAWAY without a fault.
    connection.await.unwrap().unwrap();
}

fn is_refused(error: &hyper::Error) -> bool {
    let told = format!("{error:?}");
    told.contains("GoAway") && told.contains("NO_ERROR") || told.contains("REFUSED_STREAM")
}

#[test]
fn under_load_in_both_versions_no_request_is_lost_and_no_answer_cut() {
    let folder = folder("drain_delay = \"400ms\"\ngrace = \"60s\"");
    let pattern = Arc::new(pattern());
    fs::write(folder.path().join("media/p.bin"), &*pattern).unwrap();
    let (mut program, address) = serve(&folder);
    let (seen, target) = (Arc::new(Seen::default()), signed("/p.bin"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut clients = Vec::new();
        for _ in 0..CLIENTS_A_VERSION {
            let asks = || (address, target.clone(), seen.clone(), pattern.clone());
            let (address, target, seen, pattern) = asks();
            clients.push(tokio::spawn(http_1(address, target, seen, pattern)));
            let (address, target, seen, pattern) = asks();
            clients.push(tokio::spawn(http_2(address, target, seen, pattern)));
        }
        let under_load = seen.clone();
        let begun = move || (under_load.whole.load(Ordering::Relaxed) > 200).then_some(());
        let begun = tokio::task::spawn_blocking(move || until("load", begun));
        begun.await.unwrap();
        program.signal("TERM");
        for client in clients {
            client.await.unwrap();
        }
    });
    assert_eq!(seen.wrong.load(Ordering::Relaxed), 0, "{seen:?}");
    assert_eq!(program.end(), Some(0));
    assert!(!program.err.text().contains("answers were cut"));
}
