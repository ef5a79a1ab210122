//! A short answer offered to the system as it is made, in one piece and in one call.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use crate::listen::http::answers::Sent;

/// Offers `answer` once. What goes wrong comes up again for who sends what is left.
pub(super) fn offer<S: AsyncWrite + Unpin>(
    stream: &mut S,
    answer: &[u8],
    cx: &mut Context<'_>,
) -> Sent {
    match Pin::new(&mut *stream).poll_write(cx, answer) {
        Poll::Ready(Ok(taken)) if taken == answer.len() => {
            // TLS may hold some of it.
            match Pin::new(stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => Sent::Whole,
                _ => Sent::Bytes(taken),
            }
        }
        Poll::Ready(Ok(taken)) => Sent::Bytes(taken),
        Poll::Ready(Err(_)) | Poll::Pending => Sent::Bytes(0),
    }
}

/// A stream that has taken the first bytes of what is written to it now: it says so once.
pub(super) struct Offered<'s, S> {
    stream: &'s mut S,
    taken: usize,
}

impl<'s, S> Offered<'s, S> {
    pub(super) const fn new(stream: &'s mut S, taken: usize) -> Self {
        Self { stream, taken }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Offered<'_, S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match std::mem::take(&mut self.taken).min(bytes.len()) {
            0 => Pin::new(&mut *self.stream).poll_write(cx, bytes),
            taken => Poll::Ready(Ok(taken)),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let len_bytes = parts.iter().map(|part| part.len()).sum();
        match std::mem::take(&mut self.taken).min(len_bytes) {
            0 => Pin::new(&mut *self.stream).poll_write_vectored(cx, parts),
            taken => Poll::Ready(Ok(taken)),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }
}
