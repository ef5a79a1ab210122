//! The accept loop, and HTTP/1.1 on each connection.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::{Drain, ProxyProtocol};

/// How long a full table of file descriptors is waited out before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Bounds on a connection.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// A request's head must have arrived by then.
    pub header_timeout: Duration,
    /// How long answers in flight may take once the listener closed.
    pub grace: Duration,
    /// Each connection begins with a PROXY header.
    pub proxy_protocol: Option<ProxyProtocol>,
}

/// Serves `answer` on every connection until `drain` closes, then waits for answers in flight.
pub async fn serve<A, F, B>(
    listener: TcpListener,
    settings: ConnectionSettings,
    drain: Drain,
    answer: A,
) where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let connections = GracefulShutdown::new();
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_headers(100);
    let mut closing = pin!(drain.closing());
    loop {
        let (mut stream, socket) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = &mut closing => break,
        };
        let (answer, http, watcher) = (answer.clone(), http.clone(), connections.watcher());
        let proxied = settings.proxy_protocol.clone();
        tokio::spawn(async move {
            let peer = match proxied {
                Some(proxied) => {
                    proxied
                        .source(&mut stream, socket, settings.header_timeout)
                        .await
                }
                None => Some(socket),
            };
            let Some(peer) = peer else { return };
            let service = service_fn(move |request| {
                let answered = answer(peer, request);
                async move { Ok::<_, Infallible>(answered.await) }
            });
            let io = TokioIo::new(without_delay(stream));
            let connection = watcher.watch(http.serve_connection(io, service));
            // A client that left, or spoke no HTTP, is its own business.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(settings.grace, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("answers were cut at the end of the grace time");
    }
}

/// Answers are written whole, so waiting to fill packets only delays their ends.
fn without_delay(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    stream
}
