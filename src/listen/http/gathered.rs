//! What the HTTP library writes to a connection, gathered until it has nothing more to say.
//!
//! The library writes each frame of a body by itself, and frames are 16 KiB at most: over TLS that
//! is a call of the system and two records for each of them. Here what it writes within one turn of
//! the connection goes out together, in records that are full.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// So much goes out together: four records of TLS (RFC 8446 §5.1), and what the TLS library takes
/// at once.
const MOST_BYTES: usize = 64 << 10;

thread_local! {
    /// Nothing waits longer than a turn where its reader takes it, so a thread needs one.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A stream whose writes wait for the end of the turn. Clones are of the same stream.
pub(super) struct Gathered<S>(Arc<Mutex<Gathering<S>>>);

impl<S> Clone for Gathered<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Gathering<S> {
    stream: S,
    /// Of it the first `sent` bytes are gone.
    waiting: Vec<u8>,
    sent: usize,
    /// The stream takes no more at present.
    is_blocked: bool,
}

impl<S> Gathered<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Arc::new(Mutex::new(Gathering {
            stream,
            waiting: Vec::new(),
            sent: 0,
            is_blocked: false,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Gathering<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncWrite + Unpin> Gathered<S> {
    /// The turn is over: what waits goes out.
    pub(super) fn poll_end_of_turn(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().poll_all(context)
    }
}

impl<S: AsyncWrite + Unpin> Gathering<S> {
    /// Sends what waits.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(left @ [_, ..]) = self.waiting.get(self.sent..) {
            let written = Pin::new(&mut self.stream).poll_write(context, left);
            self.is_blocked = written.is_pending();
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.sent += bytes,
            }
        }
        self.sent = 0;
        if !self.waiting.is_empty() {
            self.waiting.clear();
            SPARE.set(std::mem::take(&mut self.waiting));
        }
        Poll::Ready(Ok(()))
    }

    /// The same, and what the stream itself holds back.
    fn poll_all(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.is_blocked = flushed.is_pending();
        flushed
    }

    /// Takes what there is room for.
    fn poll_take(
        &mut self,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_blocked || self.waiting.len() >= MOST_BYTES {
            ready!(self.poll_send(context))?;
        }
        if self.waiting.capacity() == 0 {
            self.waiting = SPARE.take();
            self.waiting.reserve_exact(MOST_BYTES);
        }
        let before = self.waiting.len();
        for part in parts {
            let room = MOST_BYTES - self.waiting.len();
            let taken = part.get(..room).unwrap_or(part);
            self.waiting.extend_from_slice(taken);
        }
        Poll::Ready(Ok(self.waiting.len() - before))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gathered<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathered<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.lock().poll_take(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.lock().poll_take(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Waits for nothing but a reader who takes no more: the turn's end is near.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.lock();
        match gathering.is_blocked {
            true => gathering.poll_all(context),
            false => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.lock();
        ready!(gathering.poll_send(context))?;
        Pin::new(&mut gathering.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::IoSlice;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};

    use super::{Gathered, MOST_BYTES};

    #[tokio::test]
    async fn what_is_written_waits_for_the_end_of_the_turn() {
        let (near, mut far) = duplex(1 << 20);
        let mut gathered = Gathered::new(near);
        for part in [&b"a"[..], b"bc", b"def"] {
            let parts = [IoSlice::new(part), IoSlice::new(b"-")];
            let write =
                |cx: &mut Context<'_>| Pin::new(&mut gathered).poll_write_vectored(cx, &parts);
            assert_eq!(poll_fn(write).await.unwrap(), part.len() + 1);
            gathered.flush().await.unwrap();
        }
        let mut context = Context::from_waker(Waker::noop());
        let mut read = [0; 9];
        let mut buffer = tokio::io::ReadBuf::new(&mut read);
        let came = tokio::io::AsyncRead::poll_read(Pin::new(&mut far), &mut context, &mut buffer);
        assert!(came.is_pending());
        poll_fn(|cx| gathered.poll_end_of_turn(cx)).await.unwrap();
        far.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"a-bc-def-");
    }

    #[tokio::test]
    async fn a_reader_who_takes_little_gets_all_of_it_and_holds_no_more_than_a_buffer_back() {
        let (near, mut far) = duplex(1_000);
        let mut gathered = Gathered::new(near);
        let all: Vec<u8> = (0..5 * MOST_BYTES).map(|at| (at % 251) as u8).collect();
        let mut context = Context::from_waker(Waker::noop());
        let mut taken = 0;
        while let Poll::Ready(bytes) =
            Pin::new(&mut gathered).poll_write(&mut context, &all[taken..])
        {
            taken += bytes.unwrap();
        }
        assert_eq!(taken, MOST_BYTES);
        assert!(
            Pin::new(&mut gathered)
                .poll_flush(&mut context)
                .is_pending()
        );
        let rest = all[taken..].to_vec();
        let writing = tokio::spawn(async move {
            gathered.write_all(&rest).await.unwrap();
            gathered.shutdown().await.unwrap();
        });
        let mut read = Vec::new();
        far.read_to_end(&mut read).await.unwrap();
        writing.await.unwrap();
        assert!(read == all);
    }
}
