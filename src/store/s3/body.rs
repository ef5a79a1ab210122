//! An S3 body on its way: of the announced length and checksum, and never slower than the time-out between bytes.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::timeout;

use super::checksum::Checksum;
use crate::store::StoreError;

/// What a body is to be.
pub(super) struct Expected {
    /// How many bytes it brings.
    pub(super) len_bytes: u64,
    /// It has more, which are left unread; else more are [`StoreError::BodyLength`].
    pub(super) is_cut: bool,
    /// Of all of its bytes.
    pub(super) checksum: Option<Checksum>,
}

struct Arriving {
    body: ByteStream,
    remaining_bytes: u64,
    is_cut: bool,
    checksum: Option<Checksum>,
    has_ended: bool,
    read_timeout: Duration,
}

/// Brings exactly what is expected or ends with an error, which comes before the last piece: of a
/// body that is too long or corrupt never all bytes go on. The time-out counts while a reader waits
/// only.
pub(super) fn stream(
    body: ByteStream,
    expected: Expected,
    read_timeout: Duration,
) -> BoxStream<'static, Result<Bytes, StoreError>> {
    let arriving = Arriving {
        body,
        remaining_bytes: expected.len_bytes,
        is_cut: expected.is_cut,
        checksum: expected.checksum,
        has_ended: false,
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
        if self.has_ended {
            return Ok(None);
        }
        let bytes = match self.remaining_bytes {
            0 => Bytes::new(),
            _ => {
                let bytes = self.arrive().await?.ok_or(StoreError::BodyLength)?;
                self.count(bytes)?
            }
        };
        if self.remaining_bytes == 0 {
            self.end().await?;
        }
        Ok(match self.has_ended && bytes.is_empty() {
            true => None,
            false => Some(bytes),
        })
    }

    async fn arrive(&mut self) -> Result<Option<Bytes>, StoreError> {
        let next = timeout(self.read_timeout, self.body.try_next()).await;
        // Else the connection broke, or ended before the announced length.
        next.map_err(|_| StoreError::Timeout)?
            .map_err(|_| StoreError::BodyLength)
    }

    /// All bytes are there: nothing follows, and they are the right ones.
    async fn end(&mut self) -> Result<(), StoreError> {
        self.has_ended = true;
        if self.is_cut {
            return Ok(());
        }
        while let Some(bytes) = self.arrive().await? {
            if !bytes.is_empty() {
                return Err(StoreError::BodyLength);
            }
        }
        match self.checksum.take().is_none_or(Checksum::holds) {
            true => Ok(()),
            false => Err(StoreError::Corrupt),
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
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&bytes);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_checksums::ChecksumAlgorithm;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http_body::Frame;

    use super::*;

    /// CRC-32 of `123456789` (<https://reveng.sourceforge.io/crc-catalogue/17plus.htm>).
    const CHECK: [u8; 4] = [0xcb, 0xf4, 0x39, 0x26];

    async fn of(
        pieces: &[&'static str],
        len_bytes: u64,
        is_cut: bool,
        checksum: Option<Checksum>,
    ) -> Vec<Result<Bytes, StoreError>> {
        let pieces: Vec<_> = pieces.iter().map(|piece| Bytes::from(*piece)).collect();
        let frames = pieces.into_iter().map(|piece| Ok(Frame::data(piece)));
        let frames: Vec<Result<_, std::io::Error>> = frames.collect();
        let body = http_body_util::StreamBody::new(stream::iter(frames));
        let expected = Expected {
            len_bytes,
            is_cut,
            checksum,
        };
        let body = ByteStream::from_body_1_x(body);
        let body = super::stream(body, expected, Duration::from_secs(1));
        body.collect().await
    }

    fn piece(text: &'static str) -> Result<Bytes, StoreError> {
        Ok(Bytes::from(text))
    }

    fn crc32(of: [u8; 4]) -> Option<Checksum> {
        let stated = STANDARD.encode(of);
        Some(Checksum::new(ChecksumAlgorithm::Crc32, &stated))
    }

    #[tokio::test]
    async fn a_body_has_the_announced_length_or_ends_with_an_error() {
        let short = Err(StoreError::BodyLength);
        assert_eq!(
            of(&["hello"], 6, false, None).await,
            [piece("hello"), short.clone()]
        );
        assert_eq!(of(&["hello"], 5, false, None).await, [piece("hello")]);
        assert_eq!(of(&["hello"], 4, false, None).await, [short]);
        assert_eq!(of(&[], 0, false, None).await, []);
    }

    #[tokio::test]
    async fn of_a_body_that_is_too_long_the_last_piece_does_not_go_on() {
        let long = Err(StoreError::BodyLength);
        let pieces = ["hel", "lo", "!"];
        assert_eq!(of(&pieces, 5, false, None).await, [piece("hel"), long]);
    }

    #[tokio::test]
    async fn a_body_that_is_to_be_cut_ends_where_the_range_does() {
        assert_eq!(of(&["hello"], 2, true, None).await, [piece("he")]);
        assert_eq!(of(&["he", "llo"], 2, true, None).await, [piece("he")]);
    }

    #[tokio::test]
    async fn a_body_has_the_announced_checksum_or_its_last_piece_does_not_go_on() {
        let whole = of(&["1234", "56789"], 9, false, crc32(CHECK)).await;
        assert_eq!(whole, [piece("1234"), piece("56789")]);
        let corrupt = of(&["1234", "56788"], 9, false, crc32(CHECK)).await;
        assert_eq!(corrupt, [piece("1234"), Err(StoreError::Corrupt)]);
        assert_eq!(of(&[], 0, false, crc32([0; 4])).await, []);
        let corrupt = of(&[], 0, false, crc32(CHECK)).await;
        assert_eq!(corrupt, [Err(StoreError::Corrupt)]);
    }
}
