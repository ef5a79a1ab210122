//! The requests of a connection: answered past the HTTP library where that is enough, else by it.

mod answers;
mod body;
mod direct;
mod frames;
mod gathered;
mod heads;
mod malformed;
mod pieces;
mod protocol;
mod requests;
mod rewound;
mod stream;
mod streams;
mod unsent;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};

pub use self::answers::{Again, Answered, Answers, Head, Sent};
use self::direct::{Broken, Direct, Next};
use self::gathered::Gathered;
pub(super) use self::malformed::is_malformed;
pub(super) use self::protocol::{Library, Protocol};
pub(super) use self::requests::{Requests, Served};
use self::rewound::Rewound;
use self::stream::ToldStream;
use self::streams::Streams;
use super::kept::Ending;

type Told<S> = ToldStream<Rewound<S>>;
type Io<S> = TokioIo<Told<S>>;
type Any<S, N> = auto::Connection<'static, TokioIo<Gathered<Told<S>>>, Requests<N>, Streams>;

/// A connection that speaks HTTP.
pub(super) struct Http<S, N: Answers> {
    requests: Requests<N>,
    library: Arc<Library>,
    protocol: Protocol,
    state: State<S, N>,
    /// So many requests the library answers before the stream comes back: twice as many each time
    /// that it came back for nothing.
    stay: u32,
}

/// The most that [`Http::stay`] comes to.
const LONGEST_STAY: u32 = 64;

/// Who has the stream.
enum State<S, N: Answers> {
    Direct(Direct<S, N>),
    /// It may come back from here, between two requests.
    Http1(Box<http1::Connection<Io<S>, Requests<N>>>),
    Any(Pin<Box<Any<S, N>>>, Gathered<Told<S>>),
    /// Nothing more is said.
    Closing(Box<Told<S>>),
    Gone,
}

impl<S, N> Http<S, N>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    N: Answers,
{
    pub(super) fn new(
        stream: S,
        protocol: Protocol,
        requests: Requests<N>,
        library: Arc<Library>,
    ) -> Self {
        let mut this = Self {
            requests,
            library,
            protocol,
            state: State::Gone,
            stay: 0,
        };
        this.state = match protocol != Protocol::Http2 && this.requests.may_be_direct() {
            true => State::Direct(Direct::new(stream, Vec::new())),
            false => this.by_library(stream, Vec::new()),
        };
        this
    }

    /// Gives the stream to the library, which reads `begun` first.
    fn by_library(&mut self, stream: S, begun: Vec<u8>) -> State<S, N> {
        if self.requests.pulse().has_served() {
            self.protocol = self.protocol.later();
        }
        let protocol = self.protocol.begun(&begun);
        let stream = self.told(stream, begun);
        let requests = self.requests.clone();
        let serves = match protocol {
            Protocol::Http1 => {
                let io = TokioIo::new(stream);
                let connection = self.library.http1.serve_connection(io, requests);
                return State::Http1(Box::new(connection));
            }
            Protocol::Http2 => &self.library.http2,
            Protocol::Either => &self.library.either,
        };
        let stream = Gathered::new(stream);
        let io = TokioIo::new(stream.clone());
        let connection = serves.serve_connection(io, requests).into_owned();
        State::Any(Box::pin(connection), stream)
    }

    fn told(&self, stream: S, begun: Vec<u8>) -> Told<S> {
        let pulse = Arc::clone(self.requests.pulse());
        let max_header_bytes = self.library.max_header_bytes;
        let stream = Rewound::new(begun, stream);
        ToldStream::new(stream, pulse, &self.library.limits, max_header_bytes)
    }

    /// Whether the library has nothing left to do for this connection.
    fn may_come_back(&self) -> bool {
        self.requests.by_library() >= self.stay
            && self.requests.pulse().is_between()
            && self.requests.may_be_direct()
            && !self.requests.had_body()
    }

    fn close(&mut self, stream: S) {
        self.state = State::Closing(Box::new(self.told(stream, Vec::new())));
    }
}

impl<S, N> Future for Http<S, N>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    N: Answers,
{
    type Output = Result<(), Broken>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Direct(direct) => {
                    let next = ready!(direct.poll(&this.requests, cx))?;
                    let State::Direct(direct) = std::mem::replace(&mut this.state, State::Gone)
                    else {
                        return Poll::Ready(Ok(()));
                    };
                    this.stay = match direct.has_answered() {
                        true => 1,
                        false => (this.stay * 2).clamp(1, LONGEST_STAY),
                    };
                    this.requests.begins_by_library();
                    let (begun, stream) = direct.into_parts();
                    match next {
                        Next::Ended => this.close(stream),
                        Next::Library => this.state = this.by_library(stream, begun),
                    }
                }
                State::Http1(connection) => {
                    if let Poll::Ready(ended) = Pin::new(&mut **connection).poll(cx) {
                        this.state = State::Gone;
                        return Poll::Ready(ended.map_err(Into::into));
                    }
                    if !this.may_come_back() {
                        return Poll::Pending;
                    }
                    let State::Http1(connection) = std::mem::replace(&mut this.state, State::Gone)
                    else {
                        return Poll::Ready(Ok(()));
                    };
                    let parts = connection.into_parts();
                    let (mut begun, stream) = parts.io.into_inner().into_inner().into_parts();
                    begun.splice(0..0, parts.read_buf);
                    this.state = State::Direct(Direct::new(stream, begun));
                }
                State::Any(connection, stream) => {
                    streams::turn_begins();
                    let polled = connection.as_mut().poll(cx);
                    return match stream.poll_end_of_turn(cx) {
                        Poll::Ready(Err(error)) if polled.is_pending() => {
                            Poll::Ready(Err(error.into()))
                        }
                        _ => polled,
                    };
                }
                State::Closing(stream) => {
                    return Pin::new(&mut **stream)
                        .poll_shutdown(cx)
                        .map_err(Into::into);
                }
                State::Gone => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<S, N> Ending for Http<S, N>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    N: Answers,
{
    fn goodbye(mut self: Pin<&mut Self>) {
        let this = &mut *self;
        match &mut this.state {
            State::Direct(direct) => {
                if direct.is_last() {
                    return;
                }
                if let State::Direct(direct) = std::mem::replace(&mut this.state, State::Gone) {
                    let (_, stream) = direct.into_parts();
                    this.close(stream);
                }
            }
            State::Http1(connection) => Pin::new(&mut **connection).graceful_shutdown(),
            State::Any(connection, _) => connection.as_mut().graceful_shutdown(),
            State::Closing(_) | State::Gone => {}
        }
    }
}
