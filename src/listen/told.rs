//! A connection's two ends, which tell its [`Pulse`] what goes on: the socket and the answers.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frames::{Came, Frames};
use super::gate::InFlight;
use super::heads::{Heads, REFUSAL};
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
}

impl<S> ToldStream<S> {
    pub(super) fn new(stream: S, pulse: Arc<Pulse>, http2: &Http2Limits) -> Self {
        Self {
            stream,
            pulse,
            frames: Frames::new(http2.max_streams),
            heads: Heads::new(),
            instead: None,
            max_upkeep_frames: http2.max_upkeep_frames_per_10s,
        }
    }

    fn read_instead(&mut self, buffer: &mut ReadBuf<'_>) {
        let instead = self.instead.unwrap_or_default();
        let (now, later) = instead.split_at(buffer.remaining().min(instead.len()));
        buffer.put_slice(now);
        self.instead = Some(later);
    }

    fn written(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
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

    fn flushed(&self, flushed: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        self.pulse
            .has_written(if flushed.is_pending() { None } else { Some(0) });
        flushed
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
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
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
            if let Some(place) = this.heads.came(came) {
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

/// An answer's body that tells whether it waits for its source or for its reader.
pub(super) struct ToldBody<B> {
    body: B,
    turn: Turn,
    _in_flight: Option<InFlight>,
}

impl<B> ToldBody<B> {
    /// The body of the answer to the request whose turn it is.
    pub(super) fn new(body: B, mut turn: Turn, in_flight: Option<InFlight>) -> Self {
        turn.is_ours(false);
        Self {
            body,
            turn,
            _in_flight: in_flight,
        }
    }
}

impl<B: Body + Unpin> Body for ToldBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.turn.is_ours(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
