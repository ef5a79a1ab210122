//! A client that reads to the end, keeps a digest, and says how it ended.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// Nothing that is answered at all takes longer.
const LIMIT: Duration = Duration::from_secs(50);

/// An error's body is short.
const KEPT_BYTES: usize = 4 << 10;

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// How much of the body came.
    pub(crate) len_bytes: u64,
    pub(crate) sha256: [u8; 32],
    /// The body's first bytes.
    pub(crate) start: Vec<u8>,
    /// The body broke off.
    pub(crate) is_cut: bool,
    pub(crate) took: Duration,
}

impl Got {
    /// The connection broke off before the answer's head: a body that fails at its first byte takes
    /// the head with it, where that has not been sent yet.
    fn nothing() -> Self {
        Self {
            status: 0,
            headers: HeaderMap::new(),
            len_bytes: 0,
            sha256: [0; 32],
            start: Vec::new(),
            is_cut: true,
            took: Duration::ZERO,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A connection, which ends on drop.
pub(crate) struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A `GET` of the site `media` on this connection, up to the answer's head.
pub(crate) async fn open(
    stream: TcpStream,
    target: &str,
    headers: &[(&str, &str)],
) -> hyper::Result<(Response<Incoming>, Connection)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = Connection(tokio::spawn(connection).abort_handle());
    let request = request(target, headers).header("host", "media.test");
    let request = request.body(Empty::<Bytes>::new()).expect("a request");
    Ok((sender.send_request(request).await?, connection))
}

/// A `GET` of the site `media`, on a connection of its own, to its end.
pub(crate) async fn get(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Got {
    let began = Instant::now();
    let asked = async {
        let stream = TcpStream::connect(address).await;
        let stream = stream.expect("the origin is there");
        match open(stream, target, headers).await {
            Ok((answer, _connection)) => read(answer, began).await,
            Err(_) => Got::nothing(),
        }
    };
    timeout(LIMIT, asked)
        .await
        .unwrap_or_else(|_| panic!("{target}: no end within {LIMIT:?}"))
}

fn request(target: &str, headers: &[(&str, &str)]) -> http::request::Builder {
    let lines = headers.iter();
    lines.fold(Request::get(target), |request, (name, value)| {
        request.header(*name, *value)
    })
}

async fn read(answer: Response<Incoming>, began: Instant) -> Got {
    let (head, mut body) = answer.into_parts();
    let mut hash = Sha256::new();
    let mut got = Got {
        status: head.status.as_u16(),
        headers: head.headers,
        is_cut: false,
        ..Got::nothing()
    };
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            got.is_cut = true;
            break;
        };
        let bytes = frame.into_data().unwrap_or_default();
        got.len_bytes += bytes.len() as u64;
        let room = KEPT_BYTES.saturating_sub(got.start.len()).min(bytes.len());
        got.start.extend_from_slice(&bytes[..room]);
        hash.update(&bytes);
    }
    got.sha256 = hash.finalize().into();
    got.took = began.elapsed();
    got
}

/// A connection for many requests at once, over HTTP/2.
#[derive(Clone)]
pub(crate) struct Http2(http2::SendRequest<Empty<Bytes>>);

impl Http2 {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the origin is there");
        let executor = TokioExecutor::new();
        let handshake = http2::handshake(executor, TokioIo::new(stream)).await;
        let (sender, connection) = handshake.expect("a connection");
        tokio::spawn(connection);
        Self(sender)
    }

    pub(crate) async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Got {
        let began = Instant::now();
        let target = format!("http://media.test{target}");
        let request = request(&target, headers)
            .body(Empty::new())
            .expect("a request");
        let mut sender = self.0.clone();
        let asked = async {
            sender.ready().await.expect("the connection is there");
            read(
                sender.send_request(request).await.expect("an answer"),
                began,
            )
            .await
        };
        timeout(LIMIT, asked)
            .await
            .unwrap_or_else(|_| panic!("{target}: no end within {LIMIT:?}"))
    }
}
