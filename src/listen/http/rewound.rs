//! A stream of which some bytes have been read, and are to be read again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What was read of a stream, and the stream.
pub(super) struct Rewound<S> {
    read: Vec<u8>,
    at: usize,
    stream: S,
}

impl<S> Rewound<S> {
    /// `stream`, of which `read` has been read.
    pub(super) const fn new(read: Vec<u8>, stream: S) -> Self {
        Self {
            read,
            at: 0,
            stream,
        }
    }

    /// What is left to be read again, and the stream.
    pub(super) fn into_parts(mut self) -> (Vec<u8>, S) {
        (self.read.split_off(self.at), self.stream)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.read.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let left = this.read.get(this.at..).unwrap_or_default();
        let taken = left.len().min(buffer.remaining());
        buffer.put_slice(left.get(..taken).unwrap_or_default());
        this.at += taken;
        if taken == left.len() {
            (this.read, this.at) = (Vec::new(), 0);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::Rewound;

    #[tokio::test]
    async fn what_was_read_comes_again_before_the_rest() {
        let mut rewound = Rewound::new(b"GET ".to_vec(), &b"/a"[..]);
        let mut first = [0; 3];
        rewound.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"GET");
        let mut rest = Vec::new();
        rewound.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b" /a");
    }

    #[tokio::test]
    async fn what_has_not_come_again_is_not_lost() {
        let mut rewound = Rewound::new(b"GET ".to_vec(), &b"/a"[..]);
        rewound.read_u8().await.unwrap();
        let (read, stream) = rewound.into_parts();
        assert_eq!((&*read, stream), (&b"ET "[..], &b"/a"[..]));
    }
}
