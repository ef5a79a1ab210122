//! A short answer offered to the system as it is made, in one piece and in one call.

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
