//! An answer on its way to the client.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::Version;
use http_body::Body;
use tokio::io::AsyncWrite;

use super::Broken;
use crate::listen::http::answers::Again;
use crate::listen::http::body::ToldBody;
use crate::listen::http::pieces::{MOST_PIECES, Pieces};
use crate::listen::pulse::Pulse;

/// A head and a body, as far as they have not been sent.
pub(super) struct Sending<B: Body> {
    /// Of the head what the first write did not take.
    head: Vec<u8>,
    pieces: Pieces,
    body: ToldBody<B>,
    has_ended: bool,
    /// The client takes no more at present.
    is_blocked: bool,
}

impl<B> Sending<B>
where
    B: Again<Data = Bytes, Error: Into<Broken> + Unpin> + Unpin,
{
    /// An answer of which nothing has been sent.
    pub(super) fn new(body: ToldBody<B>) -> Self {
        Self {
            head: Vec::new(),
            pieces: Pieces::default(),
            has_ended: body.is_end_stream(),
            body,
            is_blocked: false,
        }
    }

    /// Whether it waits for the client, and not for its own body.
    pub(super) const fn is_for_reader(&self) -> bool {
        self.is_blocked
    }

    /// Sends `head`, and as much as there is of the body, but for the first `taken` bytes of both,
    /// which the stream has; ends when all of it is sent.
    pub(super) fn begin<S: AsyncWrite + Unpin>(
        &mut self,
        head: &[u8],
        taken: usize,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Broken>> {
        let mut left = head;
        if taken > 0 {
            // What was taken had all of its body in one piece, which is there.
            let _is_there = self.fetch(cx)?;
            self.went(&mut left, taken);
        }
        let polled = self.send(&mut left, stream, cx, |_| {});
        if polled.is_pending() {
            self.head = left.to_vec();
        }
        polled
    }

    /// Lets `pulse` know of a request whose answer did not go out at once.
    pub(super) fn takes_time(&mut self, pulse: &Arc<Pulse>) {
        let turn = pulse.turn(Version::HTTP_11);
        self.body.takes(turn, !self.is_blocked);
        if self.is_blocked {
            pulse.has_written(None);
        }
    }

    /// Sends on.
    pub(super) fn poll<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        pulse: &Pulse,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Broken>> {
        let head = std::mem::take(&mut self.head);
        let mut left = &*head;
        let polled = self.send(&mut left, stream, cx, |bytes| pulse.has_written(bytes));
        if !left.is_empty() {
            self.head = left.to_vec();
        }
        polled
    }

    /// `tell` hears how many bytes the stream took, or `None`: none at present.
    fn send<S: AsyncWrite + Unpin>(
        &mut self,
        head: &mut &[u8],
        stream: &mut S,
        cx: &mut Context<'_>,
        tell: impl Fn(Option<usize>),
    ) -> Poll<Result<(), Broken>> {
        loop {
            let waits = self.fetch(cx)?.is_pending();
            if head.is_empty() && !self.pieces.has_remaining() {
                let flushed = Pin::new(&mut *stream).poll_flush(cx);
                // One that goes through at once behind a write that did tells nothing new.
                if self.is_blocked || flushed.is_pending() {
                    self.is_blocked = flushed.is_pending();
                    tell(if self.is_blocked { None } else { Some(0) });
                }
                ready!(flushed)?;
                return if waits {
                    Poll::Pending
                } else {
                    Poll::Ready(Ok(()))
                };
            }
            let mut slices = [IoSlice::new(&[]); 1 + MOST_PIECES];
            slices[0] = IoSlice::new(head);
            let count = 1 + self.pieces.chunks_vectored(&mut slices[1..]);
            let written = Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..count]);
            self.is_blocked = written.is_pending();
            let Poll::Ready(written) = written else {
                let back = self.pieces.give_back();
                if back > 0 {
                    self.body.go_back(back);
                    self.has_ended = false;
                }
                tell(None);
                return Poll::Pending;
            };
            let written = match written {
                Ok(1..) => written?,
                Ok(0) => return Poll::Ready(Err(self.fails(io::ErrorKind::WriteZero.into()))),
                Err(error) => return Poll::Ready(Err(self.fails(error))),
            };
            tell(Some(written));
            self.went(head, written);
        }
    }

    /// So many bytes of the head and of what is behind it have gone.
    fn went(&mut self, head: &mut &[u8], bytes: usize) {
        let of_head = bytes.min(head.len());
        *head = &head[of_head..];
        let of_body = (bytes - of_head).min(self.pieces.remaining());
        self.pieces.advance(of_body);
    }

    /// The client took no more: what lies here was not sent.
    fn fails(&mut self, error: io::Error) -> Broken {
        self.body.go_back(self.pieces.remaining());
        error.into()
    }

    /// Takes what there is of the body, once all before it is sent.
    fn fetch(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, Broken> {
        while !self.has_ended && !self.pieces.has_remaining() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(None) => self.has_ended = true,
                Poll::Ready(Some(Err(error))) => return Err(error.into()),
                Poll::Ready(Some(Ok(frame))) => {
                    self.has_ended = self.body.is_end_stream();
                    self.pieces = frame.into_data().unwrap_or_default();
                }
            }
        }
        Ok(Poll::Ready(()))
    }
}
