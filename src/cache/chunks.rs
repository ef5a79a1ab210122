//! The bytes of an answer on their way to the client.

use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};

use crate::store::StoreError;

/// The longest piece of a cached body that is handed on at once.
pub const MAX_CHUNK_BYTES: usize = 64 << 10;

/// A stream of exactly the bytes announced; it ends with its first error.
pub struct Body {
    left_bytes: u64,
    source: Source,
}

enum Source {
    Cached(Bytes),
    Store(BoxStream<'static, Result<Bytes, StoreError>>),
}

impl Body {
    pub(super) fn empty() -> Self {
        Self::cached(Bytes::new())
    }

    /// Bytes in memory, in slices of at most [`MAX_CHUNK_BYTES`].
    pub(super) fn cached(bytes: Bytes) -> Self {
        Self {
            left_bytes: bytes.len() as u64,
            source: Source::Cached(bytes),
        }
    }

    /// The first `len_bytes` of a store's stream. Fewer are [`StoreError::BodyLength`].
    pub(super) fn from_store(
        stream: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
        len_bytes: u64,
    ) -> Self {
        Self {
            left_bytes: len_bytes,
            source: Source::Store(stream.boxed()),
        }
    }

    /// How many bytes are still to come.
    pub fn left_bytes(&self) -> u64 {
        self.left_bytes
    }

    fn fail(&mut self, error: StoreError) -> Poll<Option<Result<Bytes, StoreError>>> {
        *self = Self::empty();
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left_bytes == 0 {
            return Poll::Ready(None);
        }
        let chunk = match &mut self.source {
            Source::Cached(bytes) => bytes.split_to(bytes.len().min(MAX_CHUNK_BYTES)),
            Source::Store(stream) => match ready!(stream.poll_next_unpin(cx)) {
                Some(Ok(mut chunk)) => {
                    chunk.truncate(usize::try_from(self.left_bytes).unwrap_or(usize::MAX));
                    chunk
                }
                Some(Err(error)) => return self.fail(error),
                None => return self.fail(StoreError::BodyLength),
            },
        };
        self.left_bytes -= chunk.len() as u64;
        Poll::Ready(Some(Ok(chunk)))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("left_bytes", &self.left_bytes)
            .finish_non_exhaustive()
    }
}

/// The part of a body in memory that a range names, without copying.
pub(super) fn slice(body: &Bytes, range: &Range<u64>) -> Bytes {
    // Ranges are resolved against the body's own length, so both ends fit.
    body.slice(range.start as usize..range.end as usize)
}
