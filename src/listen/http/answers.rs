//! Who answers the requests of a listener's connections.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use http::response::Parts;
use http::{Request, Response};
use hyper::body::Incoming;

use crate::request::Plain;

/// A body of which what was given can be taken back, to be given again.
pub trait Again: http_body::Body {
    /// Whether what comes next could be.
    fn can_go_back(&self) -> bool {
        false
    }

    /// Its last `bytes` were not sent.
    fn go_back(&mut self, _bytes: usize) {}
}

/// How much of an answer the system took of what was offered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All of it, and nothing waits in between.
    Whole,
    /// The first so many bytes, or all, of which some wait in between.
    Bytes(usize),
}

/// A plain request that was answered.
pub enum Answered<B> {
    /// All of it has gone out, at this time.
    Whole(Instant),
    /// Of the head and this body so many bytes have gone out.
    Begun(B, usize),
}

/// Where the head of an answer is written.
pub enum Head<'h> {
    /// As text of HTTP/1.1, without a `Connection` line. With the body behind it, it may be offered
    /// to `send`, once.
    Text {
        /// Only the head is left there.
        head: &'h mut Vec<u8>,
        /// Sends what it can.
        send: &'h mut dyn FnMut(&[u8]) -> Sent,
    },
    /// For the HTTP library.
    Parts(&'h mut Parts),
}

/// Answers requests; a function that does is one.
pub trait Answers: Clone + Send + Sync + 'static {
    /// The body of an answer.
    type Body: Again<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>> + Unpin + Send>
        + Unpin
        + Send
        + 'static;

    /// The answer to a request that came on a connection from `peer`.
    fn answer(
        self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Self::Body>> + Send + 'static;

    /// The answer to a plain request, where nothing need be waited for: writes its head to `head`,
    /// and gives its body, whose length the head tells, or has sent both. `None`: [`Self::answer`]
    /// knows, nothing was offered, and what was written is dropped.
    fn at_once(
        &self,
        _peer: SocketAddr,
        _request: &Plain<'_, '_>,
        _head: Head<'_>,
    ) -> Option<Answered<Self::Body>> {
        None
    }
}

impl<A, F, B> Answers for A
where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Again<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>> + Unpin + Send,
{
    type Body = B;

    fn answer(
        self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<B>> + Send + 'static {
        self(peer, request)
    }
}
