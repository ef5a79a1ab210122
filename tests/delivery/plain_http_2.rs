//! Plain requests of HTTP/2 for what is in memory are answered where they are read: as all others.

use http::{Request, Response, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use crate::support::origin::Origin;
use crate::support::token::signed;

/// What the fixed clock of the tests says. The library has a clock of its own, so that this tells
/// who has written an answer.
const DATE: &str = "Sun, 17 Mar 2030 17:46:40 GMT";

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn connect(origin: &Origin) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(origin.addresses.delivery).await.unwrap();
    let (requests, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    requests
}

async fn ask(
    to: &mut SendRequest<Empty<Bytes>>,
    target: &str,
    lines: &[(&str, &str)],
) -> Response<Bytes> {
    let mut request = Request::get(format!("http://media.test{target}")).version(Version::HTTP_2);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let answer = to
        .send_request(request.body(Empty::new()).unwrap())
        .await
        .unwrap();
    let (head, body) = answer.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

#[test]
fn a_plain_request_of_http_2_is_answered_as_all_others() {
    for own in [
        "",
        "[site.answers]\ncache_status = true\n",
        "[site.cors]\nallowed_origins = [\"*\"]\n",
        "[site.cors]\nallowed_origins = [\"https://page.test\"]\n",
        "[[site.cache]]\npaths = [\"/**\"]\nbrowser = \"5m\"\nedge = \"1h\"\n",
    ] {
        let origin = Origin::media("", own);
        let runtime = runtime();
        let mut requests = runtime.block_on(connect(&origin));
        let mut ask =
            |target: &str, lines: &[_]| runtime.block_on(ask(&mut requests, target, lines));
        for (name, len_bytes) in [("a.txt", 5), ("b.html", 70_000), ("c.mp4", 3 << 20)] {
            let bytes: Vec<u8> = (0..len_bytes).map(|at| (at * 31 % 251) as u8).collect();
            origin.put(name, bytes);
            let target = signed(&format!("/{name}"));
            // The store is asked by the first.
            ask(&target, &[]);
            origin.has_kept_all();
            for range in [
                None,
                Some("bytes=0-0"),
                Some("bytes=-3"),
                Some("bytes=1-"),
                Some("lines=1-2"),
            ] {
                let fault = format!("{own}{name}{range:?}");
                let mut lines: Vec<_> = range.into_iter().map(|range| ("range", range)).collect();
                let plain = ask(&target, &lines);
                // It holds for all that there is, and a request that has it is not plain.
                lines.push(("if-match", "*"));
                let mut other = ask(&target, &lines);
                assert_eq!(plain.headers()["date"], DATE, "{fault}");
                assert_ne!(other.headers()["date"], DATE);
                other.headers_mut().insert("date", DATE.parse().unwrap());
                assert_eq!(plain.status(), other.status(), "{fault}");
                assert_eq!(plain.headers(), other.headers(), "{fault}");
                assert!(plain.body() == other.body(), "{fault}");
            }
        }
    }
}

#[test]
fn more_requests_than_are_answered_at_once_are_all_answered() {
    let origin = Origin::media("", "");
    origin.put("a.mp4", vec![7; 100_000]);
    let target = signed("/a.mp4");
    let runtime = runtime();
    let mut requests = runtime.block_on(connect(&origin));
    runtime.block_on(ask(&mut requests, &target, &[]));
    let all = (0..90).map(|_| {
        let (mut requests, target) = (requests.clone(), target.clone());
        async move { ask(&mut requests, &target, &[]).await }
    });
    for answer in runtime.block_on(futures_util::future::join_all(all)) {
        assert!(answer.body().len() == 100_000 && answer.body().iter().all(|byte| *byte == 7));
    }
}
