//! The accept loop, and a connection's way from its first byte to its last answer.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::kept::Kept;
use super::lingering::Lingering;
use super::protocol;
use super::pulse::{LONGEST, Limits, Pulse};
use super::seldom::Seldom;
use super::tls::Tls;
use super::told::{ToldBody, ToldStream};
use super::{Drain, ProxyProtocol, queue};

/// How long a full table of file descriptors is waited out before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Between two lines of the log that say so. Descriptors are the process's, and so is the line.
const ACCEPT_LINE_PAUSE: Duration = Duration::from_secs(10);
static NOT_ACCEPTED: Seldom = Seldom::new();

/// What a listener does with its connections.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// How long they may do nothing.
    pub limits: Limits,
    /// How long answers in flight may take once the listener closed.
    pub grace: Duration,
    /// Each connection begins with a PROXY header.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// `None`: clear text.
    pub tls: Option<Arc<Tls>>,
}

/// Serves `answer` on every connection until `drain` closes, then on those that wait to be
/// accepted, and ends when all have ended or the grace time has.
pub async fn serve<A, F, B>(
    listener: TcpListener,
    settings: ConnectionSettings,
    drain: Drain,
    answer: A,
) where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: http_body::Body + Unpin + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Every connection holds a receiver, so that their end is heard.
    let (open, held) = watch::channel(());
    let way = Way {
        http: protocol::builder(&settings.limits),
        settings,
        drain: drain.clone(),
        answer,
        _held: held,
    };
    let mut closing = pin!(drain.closing());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    tokio::spawn(way.clone().serve(stream, peer));
                }
                Err(error) => {
                    if let Some(count) = NOT_ACCEPTED.count(Instant::now(), ACCEPT_LINE_PAUSE) {
                        tracing::warn!(%error, count, "a connection was not accepted");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            () = &mut closing => break,
        }
    }
    for (stream, peer) in queue::drain(listener) {
        tokio::spawn(way.clone().serve(stream, peer));
    }
    let grace = way.settings.grace;
    drop(way);
    if tokio::time::timeout(grace, open.closed()).await.is_err() {
        tracing::warn!("answers were cut at the end of the grace time");
    }
}

/// What a connection passes.
#[derive(Clone)]
struct Way<A> {
    http: Builder<TokioExecutor>,
    settings: ConnectionSettings,
    drain: Drain,
    answer: A,
    _held: watch::Receiver<()>,
}

impl<A, F, B> Way<A>
where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: http_body::Body + Unpin + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Socket → (PROXY header) → (TLS) → HTTP.
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        let opened_at = Instant::now();
        let mut stream = without_delay(stream);
        let limit = self.settings.limits.header_timeout.min(LONGEST);
        let peer = match &self.settings.proxy_protocol {
            Some(proxied) => proxied.source(&mut stream, peer, limit).await,
            None => Some(peer),
        };
        let Some(peer) = peer else { return };
        let stream = Lingering::new(stream);
        let Some(tls) = self.settings.tls.clone() else {
            return self.http(stream, peer, opened_at).await;
        };
        let handshake = tls.acceptor().accept(stream);
        match tokio::time::timeout_at((opened_at + limit).into(), handshake).await {
            Ok(Ok(stream)) => self.http(stream, peer, opened_at).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn http<S>(self, stream: S, peer: SocketAddr, opened_at: Instant)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self {
            http,
            settings,
            drain,
            answer,
            _held,
        } = self;
        let pulse = Pulse::new(opened_at);
        let told = Arc::clone(&pulse);
        let ending = drain.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let turn = told.turn(request.version());
            let (version, ending) = (request.version(), ending.clone());
            let answered = answer(peer, request);
            async move {
                let (mut head, body) = answered.await.into_parts();
                // HTTP/2 says so by `GOAWAY`.
                if version < Version::HTTP_2 && !ending.is_ready() {
                    let close = HeaderValue::from_static("close");
                    head.headers.insert(header::CONNECTION, close);
                }
                let body = ToldBody::new(body, turn);
                Ok::<_, Infallible>(Response::from_parts(head, body))
            }
        });
        let io = TokioIo::new(ToldStream::new(stream, Arc::clone(&pulse)));
        let connection = http.serve_connection(io, service);
        let closing = Box::pin(drain.closing());
        if let Err(limit) = Kept::new(connection, pulse, settings.limits, closing).await {
            tracing::debug!("a connection was closed: {limit}");
        }
    }
}

/// Answers are written whole, so waiting to fill packets only delays their ends.
fn without_delay(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    stream
}
