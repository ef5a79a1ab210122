//! A connection's two ends, which tell its [`Pulse`] what goes on: the socket and the answers.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::answers::Again;
use super::frames::{Came, Frames};
use super::gate::InFlight;
use super::heads::{Heads, REFUSAL};
use super::pieces::Pieces;
use super::pulse::{Pulse, Turn};
use crate::config::model::Http2Limits;

/// A stream that tells of its reads and writes.
pub(super) struct ToldStream<S> {
    stream: S,
    pulse: Arc<Pulse>,
    frames: Frames,
    heads: Heads,
    /// What is read in place of what comes; nothing is, once this is not `None`.
    instead: Option<&'static [u8]>,
    max_upkeep_frames: u32,
    max_header_bytes: usize,
    /// The last write or flush waits.
    is_blocked: bool,
}

impl<S> ToldStream<S> {
    pub(super) fn new(
        stream: S,
        pulse: Arc<Pulse>,
        http2: &Http2Limits,
        max_header_bytes: usize,
    ) -> Self {
        Self {
            stream,
            pulse,
            frames: Frames::new(http2.max_streams),
            heads: Heads::new(),
            instead: None,
            max_upkeep_frames: http2.max_upkeep_frames_per_10s,
            max_header_bytes,
            is_blocked: false,
        }
    }

    /// The stream.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    fn read_instead(&mut self, buffer: &mut ReadBuf<'_>) {
        let instead = self.instead.unwrap_or_default();
        let (now, later) = instead.split_at(buffer.remaining().min(instead.len()));
        buffer.put_slice(now);
        self.instead = Some(later);
    }

    fn written(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.is_blocked = written.is_pending();
        match &written {
            Poll::Pending => self.pulse.has_written(None),
            Poll::Ready(Ok(bytes)) => {
                self.frames.sent(*bytes);
                self.pulse.has_written(Some(*bytes));
            }
            Poll::Ready(Err(_)) => {}
        }
        written
    }

    fn flushed(&mut self, flushed: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        // A flush that goes through at once behind a write that did tells nothing new.
        if self.is_blocked || flushed.is_pending() {
            self.is_blocked = flushed.is_pending();
            let bytes = if self.is_blocked { None } else { Some(0) };
            self.pulse.has_written(bytes);
        }
        flushed
    }
}

impl<S: AsyncRead + Unpin> ToldStream<S> {
    /// Reads no more of a head than it may have: the library looks at its length only where the
    /// head is not whole by then.
    fn read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut self.stream);
        let head_bytes = self.heads.of_head().unwrap_or_default();
        let most = self.max_header_bytes.saturating_sub(head_bytes).max(1);
        if self.heads.of_head().is_none() || buffer.remaining() <= most {
            return stream.poll_read(context, buffer);
        }
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = stream.poll_read(context, &mut part);
        let len_bytes = part.filled().len();
        buffer.advance(len_bytes);
        read
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ToldStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.instead.is_some() {
            this.read_instead(buffer);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = this.read(context, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        if !came.is_empty() {
            let taken = this.pulse.has_read();
            match this.frames.came(came, taken) {
                Came::Upkeep(frames) if frames <= this.max_upkeep_frames => {}
                Came::Upkeep(_) => {
                    // Nobody sees them: whoever polls this connection ends it.
                    buffer.set_filled(before);
                    this.pulse.has_flooded();
                    return Poll::Pending;
                }
                Came::Wrong => {
                    buffer.set_filled(before);
                    let wrong = "the first frame is not SETTINGS";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, wrong)));
                }
            }
            let refused = this.heads.came(came);
            let of_head = this.heads.of_head().unwrap_or_default();
            if (1..came.len()).contains(&of_head) {
                this.pulse.has_read_ahead();
            }
            if let Some(place) = refused {
                buffer.set_filled(before + place);
                this.instead = Some(REFUSAL);
                this.read_instead(buffer);
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ToldStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.flushed(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pulse.closes();
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.flushed(shut)
    }
}

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
pub(super) struct ToldBody<B: Body> {
    body: B,
    /// `None`: nobody is told of the request before its answer has gone out.
    turn: Option<Turn>,
    gathers: Gathers,
    /// What came behind chunks that are given first.
    behind: Option<Result<Frame<Bytes>, B::Error>>,
    _in_flight: Option<InFlight>,
}

impl<B: Again<Data = Bytes> + Unpin> ToldBody<B> {
    /// The body of the answer to the request whose turn it is.
    pub(super) fn new(body: B, mut turn: Turn, in_flight: Option<InFlight>) -> Self {
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
            _in_flight: in_flight,
        }
    }

    /// It has not gone out: the request takes its turn.
    pub(super) fn takes(&mut self, mut turn: Turn, is_ours: bool) {
        turn.is_ours(is_ours);
        self.turn = Some(turn);
    }

    /// The same, with several chunks at once where they are there: for HTTP/1, whose writes are as
    /// long as what a body gives at once. HTTP/2 has buffers of its own, and takes turns between
    /// streams.
    pub(super) fn gathered(self, gathers: Gathers) -> Self {
        Self { gathers, ..self }
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
        if let Some(turn) = &mut this.turn {
            turn.is_ours(frame.is_pending());
        }
        frame.map(|frame| {
            let frame = match frame? {
                Ok(frame) => frame,
                Err(error) => return Some(Err(error)),
            };
            Some(Ok(match frame.into_data() {
                Ok(bytes) => Frame::data(this.gather(bytes, context)),
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

    use super::{Gathers, Pulse, ToldBody};
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
