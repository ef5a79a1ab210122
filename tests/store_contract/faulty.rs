//! A server that answers every request as a test says, for faults that no good S3 server has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What comes after the bytes of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The connection is closed.
    Close,
    /// Nothing, and the connection stays open.
    Stall,
    /// This again and again, with such a pause; without one, as fast as it goes.
    Endless(&'static str, Duration),
}

/// Raw bytes of an answer.
pub(crate) struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

impl Reply {
    /// `head` without the empty line: a status line and header fields, separated by `\n`.
    pub(crate) fn new(head: &str, body: &str) -> Self {
        let head = head.trim().replace('\n', "\r\n");
        Self {
            bytes: format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}").into(),
            then: Then::Close,
        }
    }

    /// An error as S3 writes it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{code} it is</Message></Error>");
        let head = format!(
            "{status} X\ncontent-length: {}\ncontent-type: application/xml",
            body.len()
        );
        Self::new(&head, &body)
    }

    /// No HTTP.
    pub(crate) fn raw(text: &str) -> Self {
        let (bytes, then) = (text.into(), Then::Close);
        Self { bytes, then }
    }

    /// Nothing at all.
    pub(crate) fn silence() -> Self {
        Self::raw("").then(Then::Stall)
    }

    pub(crate) fn then(self, then: Then) -> Self {
        Self { then, ..self }
    }
}

/// A listening server; ends with the test's runtime.
pub(crate) struct Faulty {
    pub(crate) endpoint: String,
    requests: Arc<AtomicUsize>,
}

impl Faulty {
    /// `reply` is given each request's head.
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (reply, counted) = (Arc::new(reply), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (reply, counted) = (Arc::clone(&reply), Arc::clone(&counted));
                tokio::spawn(async move {
                    let _ = answer(stream, &*reply, &counted).await;
                });
            }
        });
        Self { endpoint, requests }
    }

    /// How many requests have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn answer(
    mut stream: TcpStream,
    reply: &(impl Fn(&str) -> Reply + Send + Sync),
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    requests.fetch_add(1, Ordering::SeqCst);
    let reply = reply(&String::from_utf8_lossy(&head).to_lowercase());
    stream.write_all(&reply.bytes).await?;
    if let Then::Endless(more, pause) = reply.then {
        let more = more.repeat(if pause.is_zero() { 256 } else { 1 });
        loop {
            stream.write_all(more.as_bytes()).await?;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
    }
    if reply.then == Then::Stall {
        std::future::pending::<()>().await;
    }
    stream.shutdown().await
}
