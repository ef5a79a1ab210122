//! The body of an answer: exactly as long as announced, or an error that cuts the connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use http_body::{Frame, SizeHint};

use super::pace::paced;
use crate::cache;
use crate::store::StoreError;

type Chunks = BoxStream<'static, Result<Bytes, StoreError>>;

/// Bytes on their way to a client.
pub enum Body {
    /// None.
    Empty,
    /// All at once.
    Whole(Bytes),
    /// From the cache.
    Object {
        /// How many bytes are still to come.
        left_bytes: u64,
        /// Where from.
        body: cache::Body,
    },
    /// As they come.
    Stream {
        /// How many bytes are still to come.
        left_bytes: u64,
        /// Where from.
        chunks: Chunks,
    },
}

impl Body {
    /// `bytes`, or no body where there are none.
    pub fn whole(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Whole(bytes)
        }
    }

    /// What the cache brings, of which `len_bytes` are announced.
    pub fn object(len_bytes: u64, body: cache::Body) -> Self {
        match body.into_whole() {
            Ok(bytes) if bytes.len() as u64 == len_bytes => Self::whole(bytes),
            Ok(bytes) => {
                let all = std::future::ready(Ok(bytes));
                Self::stream(len_bytes, stream::once(all))
            }
            Err(_) if len_bytes == 0 => Self::Empty,
            Err(body) => Self::Object {
                left_bytes: len_bytes,
                body,
            },
        }
    }

    /// Whether what comes next could be taken back.
    pub fn can_go_back(&self) -> bool {
        matches!(self, Self::Object { body, .. } if body.can_go_back())
    }

    /// Takes its last `bytes` back, where it could be.
    pub fn go_back(&mut self, bytes: u64) {
        if let Self::Object { left_bytes, body } = self {
            *left_bytes += bytes;
            body.go_back(bytes);
        }
    }

    /// Exactly `len_bytes` of `chunks`.
    pub fn stream(
        len_bytes: u64,
        chunks: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
    ) -> Self {
        if len_bytes == 0 {
            return Self::Empty;
        }
        Self::Stream {
            left_bytes: len_bytes,
            chunks: Box::pin(chunks),
        }
    }

    /// The same bytes, at most so many a second.
    pub fn paced(self, bytes_per_sec: u64) -> Self {
        self.over(|chunks| Box::pin(paced(chunks, bytes_per_sec)))
    }

    /// The same bytes, unless `end` comes first: then the connection is cut, so that what was sent
    /// is never taken for all.
    pub fn cut_by(self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        // A stream that ends before its length is an error.
        self.over(|chunks| Box::pin(chunks.take_until(end)))
    }

    fn over(self, change: impl FnOnce(Chunks) -> Chunks) -> Self {
        let (left_bytes, chunks): (_, Chunks) = match self {
            Self::Empty => return self,
            Self::Whole(bytes) => {
                let all = std::future::ready(Ok(bytes.clone()));
                (bytes.len() as u64, Box::pin(stream::once(all)))
            }
            Self::Object { left_bytes, body } => (left_bytes, Box::pin(body)),
            Self::Stream { left_bytes, chunks } => (left_bytes, chunks),
        };
        Self::Stream {
            left_bytes,
            chunks: change(chunks),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let (next, left_bytes, stays) = match &mut *self {
            Self::Empty => return Poll::Ready(None),
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            Self::Object { left_bytes: 0, .. } => return Poll::Ready(None),
            // Its end may be taken back.
            Self::Object { left_bytes, body } => {
                (Pin::new(body).poll_next(context), left_bytes, true)
            }
            Self::Stream { left_bytes, chunks } => {
                (chunks.as_mut().poll_next(context), left_bytes, false)
            }
        };
        let next = std::task::ready!(next).unwrap_or(Err(StoreError::BodyLength));
        let next = next.and_then(|bytes| {
            let left = left_bytes.checked_sub(bytes.len() as u64);
            *left_bytes = left.ok_or(StoreError::BodyLength)?;
            Ok(bytes)
        });
        if next.is_err() || (*left_bytes == 0 && !stays) {
            *self = Self::Empty;
        }
        Poll::Ready(Some(next.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty | Self::Object { left_bytes: 0, .. })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Empty => 0,
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Object { left_bytes, .. } | Self::Stream { left_bytes, .. } => *left_bytes,
        })
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Body({} bytes)",
            http_body::Body::size_hint(self).lower()
        )
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream;
    use http_body_util::BodyExt;

    use super::Body;
    use crate::store::StoreError;

    async fn read(len_bytes: u64, chunks: &[&'static str]) -> Result<Bytes, StoreError> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|text| Ok(Bytes::from_static(text.as_bytes())))
            .collect();
        let body = Body::stream(len_bytes, stream::iter(chunks));
        body.collect()
            .await
            .map(http_body_util::Collected::to_bytes)
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_announced_or_an_error() {
        assert_eq!(read(4, &["ab", "cd"]).await.as_deref(), Ok(&b"abcd"[..]));
        assert_eq!(read(5, &["ab", "cd"]).await, Err(StoreError::BodyLength));
        assert_eq!(read(3, &["ab", "cd"]).await, Err(StoreError::BodyLength));
        assert_eq!(read(0, &[]).await.as_deref(), Ok(&b""[..]));
    }
}
