//! An answer's body, which tells the connection's pulse whom it waits for.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::answers::Again;
use super::pieces::Pieces;
use super::unsent::Unsent;
use crate::listen::gate::InFlight;
use crate::listen::pulse::Turn;

/// How much a body gives at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gathers {
    /// A chunk.
    Nothing,
    /// What may be held.
    Some,
    /// What can be given back too.
    All,
}

/// An answer's body that tells whether it waits for its source or for its reader, and gives what is
/// there together.
pub(in crate::listen) struct ToldBody<B: Body> {
    body: B,
    /// `None`: nobody is told of the request before its answer has gone out.
    turn: Option<Turn>,
    /// In place of the turn, and of the place in flight, where the answer's bytes outlive this body.
    unsent: Option<Arc<Unsent>>,
    gathers: Gathers,
    /// What came behind chunks that are given first.
    behind: Option<Result<Frame<Bytes>, B::Error>>,
    in_flight: Option<InFlight>,
}

impl<B: Again<Data = Bytes> + Unpin> ToldBody<B> {
    /// The body of the answer to the request whose turn it is.
    pub(super) fn new(body: B, turn: Turn, in_flight: Option<InFlight>) -> Self {
        turn.is_ours(false);
        Self {
            turn: Some(turn),
            ..Self::untold(body, in_flight)
        }
    }

    /// The same, of an answer that may have gone out before anybody need be told of it.
    pub(super) const fn untold(body: B, in_flight: Option<InFlight>) -> Self {
        Self {
            body,
            turn: None,
            gathers: Gathers::Nothing,
            behind: None,
            unsent: None,
            in_flight,
        }
    }

    /// It has not gone out: the request takes its turn.
    pub(super) fn takes(&mut self, turn: Turn, is_ours: bool) {
        turn.is_ours(is_ours);
        self.turn = Some(turn);
    }

    /// The same, with several chunks at once where they are there: for HTTP/1, whose writes are as
    /// long as what a body gives at once. HTTP/2 has buffers of its own, and takes turns between
    /// streams.
    pub(super) fn gathered(self, gathers: Gathers) -> Self {
        Self { gathers, ..self }
    }

    /// The same, for HTTP/2, which takes bytes before it can send them: the request is over with the
    /// last of them.
    pub(super) fn until_sent(mut self) -> Self {
        let turn = self.turn.take();
        self.unsent = turn.map(|turn| Arc::new(Unsent::new(turn, self.in_flight.take())));
        self
    }

    /// Its last `bytes` were not sent: they come again.
    pub(super) fn go_back(&mut self, bytes: usize) {
        // What comes again is cut short by an error that came behind it: it is not lost.
        self.behind = self.behind.take().filter(Result::is_err);
        self.body.go_back(bytes);
    }

    /// Adds the chunks that are there already.
    fn gather(&mut self, first: Bytes, context: &mut Context<'_>) -> Pieces {
        let mut pieces = Pieces::of(first);
        while self.gathers != Gathers::Nothing && !self.body.is_end_stream() {
            let can_go_back = self.gathers == Gathers::All && self.body.can_go_back();
            if pieces.is_full(can_go_back) {
                break;
            }
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => pieces.push(bytes),
                    Err(other) => {
                        self.behind = Some(Ok(other));
                        break;
                    }
                },
                Poll::Ready(Some(Err(error))) => {
                    self.behind = Some(Err(error));
                    break;
                }
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        pieces
    }
}

impl<B: Again<Data = Bytes> + Unpin> Body for ToldBody<B>
where
    B::Error: Unpin,
{
    type Data = Pieces;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Pieces>, B::Error>>> {
        let this = &mut *self;
        let frame = match this.behind.take() {
            Some(behind) => Poll::Ready(Some(behind)),
            None => Pin::new(&mut this.body).poll_frame(context),
        };
        let unsent = this.unsent.as_deref().map(Unsent::turn);
        if let Some(turn) = unsent.or(this.turn.as_ref()) {
            turn.is_ours(frame.is_pending());
        }
        frame.map(|frame| {
            let frame = match frame? {
                Ok(frame) => frame,
                Err(error) => return Some(Err(error)),
            };
            Some(Ok(match frame.into_data() {
                Ok(bytes) => {
                    let pieces = this.gather(bytes, context);
                    Frame::data(pieces.of_request(this.unsent.clone()))
                }
                Err(frame) => match frame.into_trailers() {
                    Ok(trailers) => Frame::trailers(trailers),
                    Err(_) => Frame::data(Pieces::default()),
                },
            }))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.behind.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::{Duration, Instant};

    use bytes::{Buf, Bytes};
    use futures_util::stream;
    use http::Version;
    use http_body::Frame;
    use http_body_util::{BodyExt, StreamBody};

    use super::{Gathers, ToldBody};
    use crate::listen::pulse::Pulse;
    use crate::listen::{Again, Limits};

    impl<S> Again for StreamBody<S> where Self: http_body::Body {}

    fn pulse() -> std::sync::Arc<Pulse> {
        let time = Duration::from_secs(1);
        let limits = Limits {
            header_timeout: time,
            idle_timeout: time,
            stall_timeout: time,
            min_bytes_per_sec: 0,
        };
        Pulse::new(Instant::now(), limits)
    }

    #[tokio::test]
    async fn chunks_that_are_there_go_together_and_an_error_behind_them_comes_after_them() {
        for (gathers, expected) in [
            (Gathers::Nothing, &["a", "b"][..]),
            (Gathers::Some, &["ab"]),
            (Gathers::All, &["ab"]),
        ] {
            let chunk = |text: &'static str| Ok(Frame::data(Bytes::from_static(text.as_bytes())));
            let all = [chunk("a"), chunk("b"), Err(io::Error::other("cut"))];
            let body = StreamBody::new(stream::iter(all));
            let body = ToldBody::new(body, pulse().turn(Version::HTTP_11), None);
            let mut body = body.gathered(gathers);
            let mut read = Vec::new();
            while let Ok(frame) = body.frame().await.unwrap() {
                let mut pieces = frame.into_data().unwrap();
                read.push(pieces.copy_to_bytes(pieces.remaining()));
            }
            assert_eq!(read, expected);
        }
    }
}
