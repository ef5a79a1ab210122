//! A connection's way from the accept to HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::gate::{Closed, Gate, Place, Refused};
use super::http::{Answers, Http, Library, Protocol, Requests, Served, is_malformed};
use super::kept::Kept;
use super::lingering::Lingering;
use super::pulse::{Limits, Overdue, Pulse};
use super::tls::Tls;
use super::{Drain, ProxyProtocol, shed};
use crate::config::Networks;
use crate::config::model::{ConnectionLimits, Http2Limits};
use crate::seldom::Seldom;

/// Between two lines of the log that say that connections were refused.
const NO_PLACE_PAUSE: Duration = Duration::from_secs(10);
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

/// What a connection passes.
#[derive(Clone)]
pub(super) struct Way<N> {
    pub(super) library: Arc<Library>,
    pub(super) settings: Arc<ConnectionSettings>,
    pub(super) drain: Drain,
    pub(super) answers: N,
    pub(super) _held: watch::Receiver<()>,
}

impl<N: Answers> Way<N> {
    /// Gives a connection a place, and serves it there.
    pub(super) async fn admit(&self, stream: TcpStream, peer: SocketAddr) {
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
    async fn serve(self, stream: TcpStream, peer: SocketAddr, mut visit: Visit) {
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
                () = pulse.evicted() => return visit.place.gate().closed(Closed::Limit(Overdue::Room)),
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
            return self.http(stream, Protocol::Either, peer, visit).await;
        };
        let handshake = tls.accept(stream);
        let handshake = tokio::time::timeout_at(pulse.first_head_until().into(), handshake);
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            () = pulse.evicted() => return visit.place.gate().closed(Closed::Limit(Overdue::Room)),
        };
        match shaken {
            Ok(Ok(stream)) => {
                let protocol = Protocol::agreed(stream.get_ref().1.alpn_protocol());
                self.http(stream, protocol, peer, visit).await;
            }
            Ok(Err(error)) => {
                // A client that left, as health checks of a port do, is its own business.
                if error.kind() == io::ErrorKind::InvalidData {
                    visit.place.gate().closed(Closed::Handshake);
                }
                tracing::debug!(%error, "a TLS handshake failed");
            }
            Err(_) => {
                visit.place.gate().closed(Closed::Limit(Overdue::Head));
                tracing::debug!("a TLS handshake took too long");
            }
        }
    }

    async fn http<S>(self, stream: S, protocol: Protocol, peer: SocketAddr, visit: Visit)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (pulse, is_shed) = (visit.pulse, visit.is_shed);
        let place = Arc::new(visit.place);
        let closing = Box::pin(self.drain.closing());
        let requests = Requests::of(Served {
            answers: self.answers,
            peer,
            pulse: Arc::clone(&pulse),
            place: Arc::clone(&place),
            drain: self.drain,
            max_headers: self.settings.heads.max_headers,
            is_shed,
        });
        let connection = Http::new(stream, protocol, requests, self.library);
        let mut kept = Kept::new(connection, pulse, closing);
        if is_shed {
            kept = kept.once();
        }
        match kept.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                if is_malformed(&error) {
                    place.gate().closed(Closed::Malformed);
                }
                tracing::debug!(%error, "a connection ended early");
            }
            Err(limit) => {
                place.gate().closed(Closed::Limit(limit));
                tracing::debug!("a connection was closed: {limit}");
            }
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
    if let Some(count) = NO_PLACE.count(Instant::now(), NO_PLACE_PAUSE) {
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
