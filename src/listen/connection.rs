//! The accept loop, and a connection's way from its first byte to its last answer.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::gate::{Gate, Place, Refused};
use super::kept::Kept;
use super::lingering::Lingering;
use super::pulse::{Limits, Overdue, Pulse};
use super::shed::{self, Shed};
use super::tls::Tls;
use super::told::{ToldBody, ToldStream};
use super::{Drain, ProxyProtocol, protocol, queue};
use crate::config::Networks;
use crate::config::model::{ConnectionLimits, Http2Limits};
use crate::seldom::Seldom;

/// How long a full table of file descriptors is waited out before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Between two lines of the log that say so. Descriptors are the process's, and so is the line.
const ACCEPT_LINE_PAUSE: Duration = Duration::from_secs(10);
static NOT_ACCEPTED: Seldom = Seldom::new();
static NO_PLACE: Seldom = Seldom::new();

/// What may wait in the system of an answer that the network has not taken yet. Without it that
/// is megabytes, which no memory limit of ours sees, and of which a slow reader takes so long that it
/// looks like one who takes nothing.
const MAX_UNSENT_BYTES: u32 = 128 << 10;

/// What a listener does with its connections.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// How long they may do nothing.
    pub limits: Limits,
    /// How long heads may be.
    pub heads: ConnectionLimits,
    /// Of HTTP/2 connections.
    pub http2: Http2Limits,
    /// How many there may be.
    pub gate: Arc<Gate>,
    /// Whose connections are not counted by client: trusted proxies.
    pub unlimited: Networks,
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
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Unpin + Send + Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Every connection holds a receiver, so that their end is heard.
    let (open, held) = watch::channel(());
    let way = Way {
        http: protocol::builder(&settings.heads, &settings.http2),
        settings,
        drain: drain.clone(),
        answer,
        _held: held,
    };
    let mut closing = pin!(drain.closing());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => way.admit(stream, peer).await,
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
        way.admit(stream, peer).await;
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
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Unpin + Send + Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Gives a connection a place, and serves it there.
    async fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        let opened_at = Instant::now();
        let pulse = Pulse::new(opened_at, self.settings.limits);
        let mut place = self.settings.gate.place(&pulse, opened_at);
        if place.is_none() {
            // Those who are being told so on this thread may end first.
            tokio::task::yield_now().await;
            place = self.settings.gate.place(&pulse, opened_at);
        }
        let Some(place) = place else {
            self.settings.gate.count(Refused::Unanswered);
            tell_no_place();
            let is_clear = self.settings.tls.is_none() && self.settings.proxy_protocol.is_none();
            return shed::close(stream, is_clear);
        };
        if place.is_extra() {
            tell_no_place();
        }
        let visit = Visit {
            pulse,
            place,
            opened_at,
            is_shed: false,
        };
        tokio::spawn(self.clone().serve(stream, peer, visit));
    }

    /// Socket → (PROXY header) → (TLS) → HTTP.
    async fn serve(mut self, stream: TcpStream, peer: SocketAddr, mut visit: Visit) {
        let mut stream = settled(stream);
        let pulse = Arc::clone(&visit.pulse);
        if visit.place.is_extra() {
            pulse.hurry(visit.opened_at);
        }
        let limit = pulse.first_head_until();
        let limit = limit.saturating_duration_since(visit.opened_at);
        let peer = match &self.settings.proxy_protocol {
            Some(proxied) => tokio::select! {
                peer = proxied.source(&mut stream, peer, limit) => peer,
                () = pulse.evicted() => return visit.place.gate().closed(Overdue::Room),
            },
            None => Some(peer),
        };
        let Some(peer) = peer else { return };
        let is_trusted = self.settings.unlimited.contain(peer.ip());
        let fits = is_trusted || visit.place.belongs_to(peer.ip());
        if !fits && !visit.place.is_extra() {
            return shed::close(stream, self.settings.tls.is_none());
        }
        if !fits {
            pulse.hurry(Instant::now());
        }
        visit.is_shed = visit.place.is_extra();
        let stream = Lingering::new(stream, pulse.linger());
        let Some(tls) = self.settings.tls.clone() else {
            return self.http(stream, peer, visit).await;
        };
        let handshake = tls.acceptor().accept(stream);
        let handshake = tokio::time::timeout_at(pulse.first_head_until().into(), handshake);
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            () = pulse.evicted() => return visit.place.gate().closed(Overdue::Room),
        };
        match shaken {
            Ok(Ok(stream)) => {
                self.http = protocol::agreed(self.http, stream.get_ref().1.alpn_protocol());
                self.http(stream, peer, visit).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => {
                visit.place.gate().closed(Overdue::Head);
                tracing::debug!("a TLS handshake took too long");
            }
        }
    }

    async fn http<S>(self, stream: S, peer: SocketAddr, visit: Visit)
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
        let Visit {
            pulse,
            place,
            is_shed,
            ..
        } = visit;
        let place = Arc::new(place);
        let (told, behind) = (Arc::clone(&pulse), Arc::clone(&place));
        let (ending, max_headers) = (drain.clone(), settings.heads.max_headers);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let turn = told.turn(request.version());
            let (version, ending) = (request.version(), ending.clone());
            // Where such a body ends is the likeliest thing for a proxy to see otherwise.
            let is_last = is_shed || request.headers().contains_key(header::TRANSFER_ENCODING);
            let in_flight = if is_shed { None } else { behind.enter() };
            if in_flight.is_none() {
                request.extensions_mut().insert(Shed::Overloaded);
            } else if request.headers().len() > max_headers {
                behind.gate().count(Refused::Headers);
                request.extensions_mut().insert(Shed::Headers);
            }
            let answered = answer(peer, request);
            async move {
                let (mut head, body) = answered.await.into_parts();
                // HTTP/2 says so by `GOAWAY`.
                if version < Version::HTTP_2 && (is_last || !ending.is_ready()) {
                    let close = HeaderValue::from_static("close");
                    head.headers.insert(header::CONNECTION, close);
                }
                let body = ToldBody::new(body, turn, in_flight);
                let body = if version < Version::HTTP_2 {
                    body.gathered()
                } else {
                    body
                };
                Ok::<_, Infallible>(Response::from_parts(head, body))
            }
        });
        let told = ToldStream::new(stream, Arc::clone(&pulse), &settings.http2);
        let io = TokioIo::new(told);
        let connection = http.serve_connection(io, service);
        let closing = Box::pin(drain.closing());
        let mut kept = Kept::new(connection, pulse, closing);
        if is_shed {
            kept = kept.once();
        }
        if let Err(limit) = kept.await {
            place.gate().closed(limit);
            tracing::debug!("a connection was closed: {limit}");
        }
    }
}

/// A connection on its way.
struct Visit {
    pulse: Arc<Pulse>,
    place: Place,
    opened_at: Instant,
    /// It is only told 503.
    is_shed: bool,
}

fn tell_no_place() {
    if let Some(count) = NO_PLACE.count(Instant::now(), ACCEPT_LINE_PAUSE) {
        tracing::warn!(
            count,
            "connections beyond delivery.limits.max_connections were refused"
        );
    }
}

/// Answers are written whole, so waiting to fill packets only delays their ends.
fn settled(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT was not set");
    }
    stream
}
