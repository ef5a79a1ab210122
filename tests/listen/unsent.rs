//! Over HTTP/2 a client says how much it takes. What waits for its window is a request in flight,
//! although the library has taken all of the answer over.

use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::start::{folder, serve, signed};
use crate::support::http::{exchange, request};
use crate::support::until;

/// A connection whose streams take so many bytes before they ask for more.
async fn connect(address: SocketAddr, window_bytes: u32) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (requests, connection) = Builder::new(TokioExecutor::new())
        .initial_stream_window_size(window_bytes)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    requests
}

/// 60,000 bytes of the film.
async fn ask(requests: &mut SendRequest<Empty<Bytes>>) -> Response<Incoming> {
    let request = Request::get(format!("http://media.test{}", signed("/film.mp4")))
        .header("range", "bytes=0-59999")
        .body(Empty::new())
        .unwrap();
    requests.send_request(request).await.unwrap()
}

#[test]
fn answers_that_wait_for_a_window_are_requests_in_flight() {
    let folder = folder("limits.max_requests = 4");
    let (_program, address) = serve(&folder);
    let get = || {
        let target = signed("/a.txt");
        exchange(address, &request("GET", &target, &[("Host", "media.test")])).status
    };
    let runtime = Runtime::new().unwrap();
    // The first connection's come from the store, the other's from memory.
    for _ in 0..2 {
        let held = runtime.block_on(async {
            let mut requests = connect(address, 1).await;
            let mut held = Vec::new();
            for _ in 0..4 {
                let answer = ask(&mut requests).await;
                assert_eq!(answer.status(), 206);
                held.push(answer);
            }
            (requests, held)
        });
        assert_eq!(get(), 503);
        drop(held);
        until("a place", || (get() == 200).then_some(()));
    }
}

#[test]
fn who_opens_its_window_a_little_at_a_time_is_too_slow() {
    let folder = folder("stall_timeout = \"1s\"\nlimits.min_bytes_per_sec = \"64KiB\"");
    let (program, address) = serve(&folder);
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut requests = connect(address, 64).await;
        let mut body = ask(&mut requests).await.into_body();
        while let Some(Ok(_)) = body.frame().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let slow = "countersign_connections_closed_total{listener=\"delivery\",reason=\"slow\"}";
    until("the metric", || (program.metric(slow) == 1.0).then_some(()));
}
