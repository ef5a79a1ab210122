//! Who answers the requests of a listener's connections.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;

use crate::request::Plain;

/// Answers requests; a function that does is one.
pub trait Answers: Clone + Send + Sync + 'static {
    /// The body of an answer.
    type Body: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>> + Unpin + Send>
        + Unpin
        + Send
        + 'static;

    /// The answer to a request that came on a connection from `peer`.
    fn answer(
        self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Self::Body>> + Send + 'static;

    /// The answer to a plain request, where nothing need be waited for: appends its head to `head`,
    /// without a `Connection` line, and gives its body, whose length the head tells. `None`:
    /// [`Self::answer`] knows, and what was appended is dropped.
    fn at_once(
        &self,
        _peer: SocketAddr,
        _request: &Plain<'_, '_>,
        _head: &mut Vec<u8>,
    ) -> Option<Self::Body> {
        None
    }
}

impl<A, F, B> Answers for A
where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
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
