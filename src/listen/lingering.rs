//! Closing without taking back what was sent (RFC 9112 §9.6).
//!
//! A socket that is closed while bytes of its peer wait unread makes the system send a reset, and a
//! reset throws away what the peer has not read yet: the end of a film. HTTP/2 clients write all the
//! while, if only to open their windows. So the writing side is closed first, and what still comes
//! is read and dropped until the peer closes too, for a while.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long a peer may send nothing before it closes. One that reads slowly has megabytes in its
/// socket, and opens its window every few seconds. nginx's `lingering_timeout` is as long.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// How much it may go on sending.
const MAX_DROPPED_BYTES: usize = 256 << 10;

/// How long a peer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Linger {
    /// While it sends nothing.
    pub(super) pause: Duration,
    /// In all.
    pub(super) longest: Duration,
}

impl Linger {
    /// nginx's `lingering_timeout` and `lingering_time` are as long.
    pub(super) const USUAL: Self = Self {
        pause: PAUSE,
        longest: Duration::from_secs(30),
    };
    /// For those who are only told 503, in a few bytes.
    pub(super) const SHORT: Self = Self {
        pause: Duration::from_secs(1),
        longest: Duration::from_secs(1),
    };
}

/// A socket that lingers when it is shut down.
pub(super) struct Lingering<S> {
    stream: S,
    /// From when the writing side is closed on.
    until: Option<Pin<Box<Sleep>>>,
    closed_at: Option<Instant>,
    linger: Linger,
    dropped_bytes: usize,
}

impl<S> Lingering<S> {
    pub(super) fn new(stream: S, linger: Linger) -> Self {
        Self {
            stream,
            until: None,
            closed_at: None,
            linger,
            dropped_bytes: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
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
        let this = &mut *self;
        if this.until.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        let Linger { pause, longest } = this.linger;
        let closed_at = *this.closed_at.get_or_insert_with(Instant::now);
        let until = this.until.get_or_insert_with(|| Box::pin(sleep(pause)));
        let mut bytes = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    this.dropped_bytes += buffer.filled().len();
                    if this.dropped_bytes > MAX_DROPPED_BYTES {
                        return Poll::Ready(Ok(()));
                    }
                    let next = Instant::now() + pause;
                    until.as_mut().reset(next.min(closed_at + longest));
                }
                // Closed by the peer, or broken: nothing is left to keep.
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return until.as_mut().poll(context).map(Ok),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::{Linger, Lingering, MAX_DROPPED_BYTES, PAUSE};

    #[tokio::test]
    async fn a_peer_that_still_writes_reads_to_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        peer.write_all(b"unread").await.unwrap();
        let closing = tokio::spawn(async move {
            let mut stream = Lingering::new(stream, Linger::USUAL);
            stream.write_all(&[7; 100_000]).await.unwrap();
            stream.shutdown().await.unwrap();
        });
        peer.write_all(b"unread too").await.unwrap();
        let mut read = Vec::new();
        peer.read_to_end(&mut read).await.unwrap();
        assert_eq!(read.len(), 100_000);
        drop(peer);
        closing.await.unwrap();
    }

    #[tokio::test]
    async fn a_peer_that_says_nothing_is_not_waited_for_long() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let began = tokio::time::Instant::now();
        let pause = Duration::from_millis(100);
        let linger = Linger {
            pause,
            ..Linger::USUAL
        };
        Lingering::new(ours, linger).shutdown().await.unwrap();
        assert!(began.elapsed() >= pause);
    }

    #[tokio::test]
    async fn one_that_sends_now_and_then_is_waited_for() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let closing = tokio::spawn(async move {
            let linger = Linger {
                pause: Duration::from_secs(2),
                ..Linger::USUAL
            };
            Lingering::new(ours, linger).shutdown().await.unwrap();
        });
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            theirs.write_all(b"window").await.unwrap();
        }
        assert!(!closing.is_finished());
        drop(theirs);
        closing.await.unwrap();
    }

    #[tokio::test]
    async fn whoever_sends_on_and_on_is_waited_for_no_longer_than_the_longest() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let closing = tokio::spawn(async move {
            Lingering::new(ours, Linger::SHORT)
                .shutdown()
                .await
                .unwrap();
        });
        let mut sent = 0;
        while theirs.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            sent += 1;
            assert!(sent < 50, "still open");
        }
        closing.await.unwrap();
    }

    #[tokio::test]
    async fn nor_is_all_read_that_it_sends() {
        let (ours, mut theirs) = tokio::io::duplex(64 << 10);
        let sending = tokio::spawn(async move {
            let mut sent = 0;
            while theirs.write_all(&[0; 1024]).await.is_ok() {
                sent += 1024;
            }
            sent
        });
        let began = tokio::time::Instant::now();
        Lingering::new(ours, Linger::USUAL)
            .shutdown()
            .await
            .unwrap();
        assert!(began.elapsed() < PAUSE);
        assert!(sending.await.unwrap() >= MAX_DROPPED_BYTES);
    }
}
