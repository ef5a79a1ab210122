//! An S3 body on its way: of the announced length, and never slower than the time-out between bytes.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::timeout;

use crate::store::StoreError;

struct Arriving {
    body: ByteStream,
    remaining_bytes: u64,
    is_cut: bool,
    read_timeout: Duration,
}

/// Brings exactly `len_bytes` or ends with an error. With `is_cut` the body has more, which is left
/// unread; else more is [`StoreError::BodyLength`]. The time-out counts while a reader waits only.
pub(super) fn stream(
    body: ByteStream,
    len_bytes: u64,
    is_cut: bool,
    read_timeout: Duration,
) -> BoxStream<'static, Result<Bytes, StoreError>> {
    let arriving = Arriving {
        body,
        remaining_bytes: len_bytes,
        is_cut,
        read_timeout,
    };
    stream::unfold(Some(arriving), |arriving| async {
        let mut arriving = arriving?;
        match arriving.next().await {
            Ok(None) => None,
            Ok(Some(bytes)) => Some((Ok(bytes), Some(arriving))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl Arriving {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.is_cut && self.remaining_bytes == 0 {
            return Ok(None);
        }
        let next = timeout(self.read_timeout, self.body.try_next()).await;
        let bytes = match next.map_err(|_| StoreError::Timeout)? {
            Ok(bytes) => bytes,
            // The connection broke, or ended before the announced length.
            Err(_) => return Err(StoreError::BodyLength),
        };
        match bytes {
            None if self.remaining_bytes == 0 => Ok(None),
            None => Err(StoreError::BodyLength),
            Some(bytes) => self.count(bytes).map(Some),
        }
    }

    fn count(&mut self, mut bytes: Bytes) -> Result<Bytes, StoreError> {
        // Wider than any usize.
        let len_bytes = bytes.len() as u64;
        if len_bytes > self.remaining_bytes {
            if !self.is_cut {
                return Err(StoreError::BodyLength);
            }
            // Below the length of a buffer, so it fits.
            bytes.truncate(self.remaining_bytes as usize);
        }
        self.remaining_bytes = self.remaining_bytes.saturating_sub(len_bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(
        text: &'static str,
        len_bytes: u64,
        is_cut: bool,
    ) -> Vec<Result<Bytes, StoreError>> {
        let body = stream(
            ByteStream::from_static(text.as_bytes()),
            len_bytes,
            is_cut,
            Duration::from_secs(1),
        );
        body.collect().await
    }

    #[tokio::test]
    async fn a_body_has_the_announced_length_or_ends_with_an_error() {
        let hello = Ok(Bytes::from_static(b"hello"));
        let short = Err(StoreError::BodyLength);
        assert_eq!(of("hello", 6, false).await, [hello.clone(), short.clone()]);
        assert_eq!(of("hello", 5, false).await, [hello]);
        assert_eq!(of("hello", 4, false).await, [short]);
    }

    #[tokio::test]
    async fn a_body_that_is_to_be_cut_ends_where_the_range_does() {
        assert_eq!(of("hello", 2, true).await, [Ok(Bytes::from_static(b"he"))]);
    }
}
