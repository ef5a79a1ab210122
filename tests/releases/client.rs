//! A client that keeps its connection, over HTTP/1.1 or HTTP/2, in clear text or TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Http1,
    Http2,
}

/// Where requests go.
#[derive(Clone)]
pub(crate) struct Door {
    address: SocketAddr,
    /// The certificate to trust; `None`: clear text.
    trusted: Option<CertificateDer<'static>>,
}

impl Door {
    pub(crate) fn clear(address: SocketAddr) -> Self {
        let trusted = None;
        Self { address, trusted }
    }

    pub(crate) fn tls(address: SocketAddr, cert_pem: &str) -> Self {
        let cert = CertificateDer::from_pem_slice(cert_pem.as_bytes()).unwrap();
        let trusted = Some(cert);
        Self { address, trusted }
    }

    /// A connection, ready for requests.
    pub(crate) async fn connect(&self, wire: Wire) -> Result<Sender, String> {
        let stream = TcpStream::connect(self.address).await.map_err(told)?;
        stream.set_nodelay(true).map_err(told)?;
        let Some(cert) = &self.trusted else {
            return handshake(stream, wire).await;
        };
        let mut roots = rustls::RootCertStore::empty();
        roots.add(cert.clone()).map_err(told)?;
        let config = rustls::ClientConfig::builder().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![match wire {
            Wire::Http1 => b"http/1.1".to_vec(),
            Wire::Http2 => b"h2".to_vec(),
        }];
        let name = ServerName::try_from("media.test").map_err(told)?;
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, stream).await.map_err(told)?;
        handshake(stream, wire).await
    }
}

pub(crate) fn told(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn handshake<S>(stream: S, wire: Wire) -> Result<Sender, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(stream);
    // How a connection ends, its requests hear.
    Ok(match wire {
        Wire::Http1 => {
            let (sender, connection) = http1::handshake(io).await.map_err(told)?;
            tokio::spawn(connection);
            Sender::Http1(sender)
        }
        Wire::Http2 => {
            let handshake = http2::handshake(TokioExecutor::new(), io);
            let (sender, connection) = handshake.await.map_err(told)?;
            tokio::spawn(connection);
            Sender::Http2(sender)
        }
    })
}

/// A connection's way in.
pub(crate) enum Sender {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

/// How h2 tells that a stream came behind the last one of a `GOAWAY` without a fault, which the
/// server has not looked at (RFC 9113 §6.8).
const GOODBYE: &str = "connection error received: not a result of an error";

/// How a request came to no answer.
pub(crate) enum NoAnswer {
    /// The connection had ended before the request: it belongs on another one.
    NotSent,
    Failed(String),
}

impl Sender {
    /// Another way into an HTTP/2 connection.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Http1(_) => None,
            Self::Http2(sender) => Some(Self::Http2(sender.clone())),
        }
    }

    /// Whether the connection takes a further request.
    pub(crate) async fn is_open(&mut self) -> bool {
        match self {
            Self::Http1(sender) => sender.ready().await.is_ok(),
            Self::Http2(sender) => sender.ready().await.is_ok(),
        }
    }

    /// `GET` of the site `media`.
    pub(crate) async fn get(&mut self, target: &str) -> Result<Response<Incoming>, NoAnswer> {
        let answer = match self {
            Self::Http1(sender) => {
                let request = Request::get(target).header("host", "media.test");
                let request = request.body(Empty::new()).unwrap();
                sender.try_send_request(request).await
            }
            Self::Http2(sender) => {
                let request = Request::get(format!("https://media.test{target}"));
                let request = request.body(Empty::new()).unwrap();
                sender.try_send_request(request).await
            }
        };
        answer.map_err(|mut error| {
            let is_unsent = error.take_message().is_some();
            let why = told(error.into_error());
            match is_unsent || why.contains(GOODBYE) {
                true => NoAnswer::NotSent,
                false => NoAnswer::Failed(why),
            }
        })
    }
}
