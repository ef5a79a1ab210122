//! What every request of a connection passes on its way to who answers it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::{BoxFuture, Either, Ready, ready};
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::{Body, Incoming};
use hyper::service::Service;

use super::answers::{Answered, Answers, Head, Sent};
use super::body::{Gathers, ToldBody};
use crate::listen::drain::Drain;
use crate::listen::gate::{InFlight, Place, Refused};
use crate::listen::pulse::Pulse;
use crate::listen::shed::Shed;
use crate::request::Plain;

/// The requests of one connection. Clones share everything.
pub(in crate::listen) struct Requests<N>(Arc<Inner<N>>);

impl<N> Clone for Requests<N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<N> {
    connection: Served<N>,
    had_body: AtomicBool,
    /// Since the stream went to the library.
    by_library: AtomicU32,
}

/// A connection whose requests are served.
pub(in crate::listen) struct Served<N> {
    pub(in crate::listen) answers: N,
    pub(in crate::listen) peer: SocketAddr,
    pub(in crate::listen) pulse: Arc<Pulse>,
    pub(in crate::listen) place: Arc<Place>,
    pub(in crate::listen) drain: Drain,
    pub(in crate::listen) max_headers: usize,
    /// It is only told 503.
    pub(in crate::listen) is_shed: bool,
}

impl<N: Answers> Requests<N> {
    pub(in crate::listen) fn of(connection: Served<N>) -> Self {
        Self(Arc::new(Inner {
            connection,
            had_body: AtomicBool::new(false),
            by_library: AtomicU32::new(0),
        }))
    }

    pub(in crate::listen) fn pulse(&self) -> &Arc<Pulse> {
        &self.0.connection.pulse
    }

    /// Whether requests need not go by the HTTP library, as far as the connection goes.
    pub(in crate::listen) fn may_be_direct(&self) -> bool {
        let connection = &self.0.connection;
        // Who is told to close is told by the library.
        !connection.is_shed && connection.drain.is_ready()
    }

    /// How many requests the library has brought since the stream went to it.
    pub(in crate::listen) fn by_library(&self) -> u32 {
        self.0.by_library.load(Ordering::Relaxed)
    }

    /// The stream goes to the library.
    pub(in crate::listen) fn begins_by_library(&self) {
        self.0.by_library.store(0, Ordering::Relaxed);
    }

    /// Whether a body of the client's has come, of which the library may still have a rest to read.
    pub(in crate::listen) fn had_body(&self) -> bool {
        self.0.had_body.load(Ordering::Relaxed)
    }

    /// The answer to a plain request, where nothing need be waited for: its head is appended.
    pub(super) fn at_once(
        &self,
        request: &Plain<'_, '_>,
        head: &mut Vec<u8>,
        send: &mut dyn FnMut(&[u8]) -> Sent,
    ) -> Option<Answered<ToldBody<N::Body>>> {
        let ((body, in_flight), taken) = match self.now(request, Head::Text { head, send })? {
            Answered::Whole(at) => return Some(Answered::Whole(at)),
            Answered::Begun(begun, taken) => (begun, taken),
        };
        let body = ToldBody::untold(body, in_flight).gathered(Gathers::All);
        Some(Answered::Begun(body, taken))
    }

    /// The same, of a request that the library has read.
    fn brought<B: Body>(&self, request: &Request<B>) -> Option<Response<ToldBody<N::Body>>> {
        if !request.body().is_end_stream() {
            return None;
        }
        let (mut head, ()) = Response::new(()).into_parts();
        let answered = self.now(&Plain::brought(request)?, Head::Parts(&mut head))?;
        let Answered::Begun((body, in_flight), _) = answered else {
            return None;
        };
        let turn = self.0.connection.pulse.turn(request.version());
        // Only those of HTTP/2 are brought so.
        let body = ToldBody::new(body, turn, in_flight).until_sent();
        Some(Response::from_parts(head, body))
    }

    fn now(
        &self,
        request: &Plain<'_, '_>,
        head: Head<'_>,
    ) -> Option<Answered<(N::Body, Option<InFlight>)>> {
        let connection = &self.0.connection;
        if request.count() > connection.max_headers || !self.may_be_direct() {
            return None;
        }
        let passing = connection.place.pass()?;
        let answers = &connection.answers;
        Some(match answers.at_once(connection.peer, request, head)? {
            Answered::Whole(at) => Answered::Whole(at),
            Answered::Begun(body, taken) => Answered::Begun((body, passing.stays()), taken),
        })
    }
}

/// What the library is given.
type Answer<N> = Result<Response<ToldBody<<N as Answers>::Body>>, Infallible>;

impl<N: Answers> Service<Request<Incoming>> for Requests<N> {
    type Response = Response<ToldBody<N::Body>>;
    type Error = Infallible;
    type Future = Either<Ready<Answer<N>>, BoxFuture<'static, Answer<N>>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let connection = &self.0.connection;
        self.0.by_library.fetch_add(1, Ordering::Relaxed);
        if let Some(response) = self.brought(&request) {
            return Either::Left(ready(Ok(response)));
        }
        let version = request.version();
        let turn = connection.pulse.turn(version);
        let (ending, is_shed) = (connection.drain.clone(), connection.is_shed);
        if !request.body().is_end_stream() {
            self.0.had_body.store(true, Ordering::Relaxed);
        }
        // Where such a body ends is the likeliest thing for a proxy to see otherwise.
        let is_last = is_shed || request.headers().contains_key(header::TRANSFER_ENCODING);
        let in_flight = match is_shed {
            true => None,
            false => connection.place.enter(),
        };
        let gate = connection.place.gate();
        if in_flight.is_none() {
            if !is_shed {
                gate.count(Refused::Requests);
            }
            request.extensions_mut().insert(Shed::Overloaded);
        } else if request.headers().len() > connection.max_headers {
            gate.count(Refused::Headers);
            request.extensions_mut().insert(Shed::Headers);
        }
        let answered = connection.answers.clone().answer(connection.peer, request);
        Either::Right(Box::pin(async move {
            let (mut head, body) = answered.await.into_parts();
            let body = ToldBody::new(body, turn, in_flight);
            if version >= Version::HTTP_2 {
                // It says so by `GOAWAY`, and takes turns between streams.
                return Ok(Response::from_parts(head, body.until_sent()));
            }
            if is_last || !ending.is_ready() {
                let close = HeaderValue::from_static("close");
                head.headers.insert(header::CONNECTION, close);
            }
            Ok(Response::from_parts(head, body.gathered(Gathers::Some)))
        }))
    }
}
