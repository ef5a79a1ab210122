//! A connection's socket, which tells its [`Pulse`] what goes on.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frames::{Came, Frames};
use super::heads::{Heads, REFUSAL};
use super::malformed::NO_SETTINGS;
use crate::config::model::Http2Limits;
use crate::listen::pulse::Pulse;

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
                    let wrong = io::Error::new(io::ErrorKind::InvalidData, NO_SETTINGS);
                    return Poll::Ready(Err(wrong));
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
