//! The bytes of an answer on their way to the client.

use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::reader::Reader;
use crate::store::{Fetched, StoreError};

/// A stream of exactly the bytes announced; it ends with its first error.
pub struct Body {
    left_bytes: u64,
    source: Source,
}

enum Source {
    Nothing,
    Whole(Bytes),
    Blocks(Box<Reader>),
    Stream(BoxStream<'static, Result<Bytes, StoreError>>),
}

impl Body {
    pub(super) fn empty() -> Self {
        Self {
            left_bytes: 0,
            source: Source::Nothing,
        }
    }

    /// These bytes.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self {
            left_bytes: bytes.len() as u64,
            source: Source::Whole(bytes),
        }
    }

    /// All that is still to come, where it is in memory in one piece.
    ///
    /// # Errors
    /// The body as it was, where it is not.
    pub fn into_whole(self) -> Result<Bytes, Self> {
        match self.source {
            Source::Whole(bytes) => Ok(bytes),
            Source::Nothing => Ok(Bytes::new()),
            _ => Err(self),
        }
    }

    /// What a reader brings.
    pub(super) fn blocks(reader: Reader) -> Self {
        Self {
            left_bytes: reader.left_bytes(),
            source: Source::Blocks(Box::new(reader)),
        }
    }

    /// The first `len_bytes` of a stream. Fewer are [`StoreError::BodyLength`].
    pub(super) fn stream(
        stream: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
        len_bytes: u64,
    ) -> Self {
        Self {
            left_bytes: len_bytes,
            source: Source::Stream(stream.boxed()),
        }
    }

    /// The same, when its first bytes are there: until then a failure can be told.
    pub(super) async fn begun(mut self) -> Result<Self, StoreError> {
        let left_bytes = self.left_bytes;
        let first = self.next().await.transpose()?;
        let first = stream::iter(first).map(Ok);
        Ok(Self::stream(first.chain(self), left_bytes))
    }

    /// Whether what comes next is of a block that is kept, so that it can be taken back.
    pub fn can_go_back(&self) -> bool {
        matches!(&self.source, Source::Blocks(reader) if reader.can_go_back())
    }

    /// Takes its last `bytes` back, where [`Self::can_go_back`] said so before they came.
    pub fn go_back(&mut self, bytes: u64) {
        if let Source::Blocks(reader) = &mut self.source {
            self.left_bytes += bytes;
            reader.go_back(bytes);
        }
    }

    /// How many bytes are still to come.
    pub fn left_bytes(&self) -> u64 {
        self.left_bytes
    }
}

/// The bytes of `wanted`, which lie within what was fetched.
pub(super) fn between(fetched: Fetched, wanted: Range<u64>) -> Body {
    let len_bytes = wanted.end - wanted.start;
    let mut before = wanted.start.saturating_sub(fetched.range.start);
    let chunks = fetched.body.try_filter_map(move |mut bytes| {
        let skipped = before.min(bytes.len() as u64);
        before -= skipped;
        // At most the length of `bytes`.
        bytes.advance(skipped as usize);
        std::future::ready(Ok((!bytes.is_empty()).then_some(bytes)))
    });
    Body::stream(chunks, len_bytes)
}

impl Stream for Body {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left_bytes == 0 {
            return Poll::Ready(None);
        }
        let next = match &mut self.source {
            Source::Nothing => None,
            Source::Whole(bytes) => Some(Ok(std::mem::take(bytes))),
            Source::Blocks(reader) => ready!(reader.poll_next(cx)),
            Source::Stream(stream) => ready!(stream.poll_next_unpin(cx)),
        };
        let next = next.unwrap_or(Err(StoreError::BodyLength));
        match next {
            Ok(mut chunk) => {
                chunk.truncate(usize::try_from(self.left_bytes).unwrap_or(usize::MAX));
                self.left_bytes -= chunk.len() as u64;
                Poll::Ready(Some(Ok(chunk)))
            }
            Err(error) => {
                *self = Self::empty();
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("left_bytes", &self.left_bytes)
            .finish_non_exhaustive()
    }
}
