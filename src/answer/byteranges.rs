//! Several parts of an object in one body: `multipart/byteranges` (RFC 9110 §14.6).

use std::fmt::Write as _;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use super::representation::{Wishes, content_type};
use crate::store::{ObjectMeta, StoreError};

/// The parts of one answer: its boundary, the head of each part, and what ends the last.
#[derive(Clone, Debug)]
pub struct ByteRanges {
    boundary: String,
    parts: Vec<(Bytes, Range<u64>)>,
    end: Bytes,
}

impl ByteRanges {
    /// These parts, which lie within the object and do not overlap. `None` where the whole object
    /// is the better answer: it is shorter than the parts with their heads; it has a
    /// `Content-Encoding`, of which clients differ whether it is that of the parts or of the
    /// envelope; or the system has no randomness for a boundary.
    pub fn new(ranges: Vec<Range<u64>>, meta: &ObjectMeta, wishes: Wishes<'_>) -> Option<Self> {
        if meta.content_encoding.is_some() {
            return None;
        }
        let parts = Self::between(&boundary()?, ranges, meta, wishes);
        (parts.len_bytes() < meta.len_bytes).then_some(parts)
    }

    fn between(
        boundary: &str,
        ranges: Vec<Range<u64>>,
        meta: &ObjectMeta,
        wishes: Wishes<'_>,
    ) -> Self {
        let content_type = content_type(meta, wishes);
        let whole = meta.len_bytes;
        let heads = ranges.into_iter().enumerate().map(|(place, range)| {
            let line_end = if place == 0 { "" } else { "\r\n" };
            let mut head = format!("{line_end}--{boundary}\r\nContent-Type: ").into_bytes();
            head.extend_from_slice(content_type.as_bytes());
            let (first, last) = (range.start, range.end.saturating_sub(1));
            let place = format!("\r\nContent-Range: bytes {first}-{last}/{whole}\r\n\r\n");
            head.extend_from_slice(place.as_bytes());
            (Bytes::from(head), range)
        });
        Self {
            parts: heads.collect(),
            end: Bytes::from(format!("\r\n--{boundary}--\r\n")),
            boundary: boundary.to_owned(),
        }
    }

    /// The length of the body.
    pub fn len_bytes(&self) -> u64 {
        let parts = self.parts.iter();
        let lengths = parts.map(|(head, range)| head.len() as u64 + (range.end - range.start));
        lengths.fold(self.end.len() as u64, u64::saturating_add)
    }

    /// The body's `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// The body; `body_of` is asked for a part's bytes when its head has been sent.
    pub fn stream<S>(
        self,
        mut body_of: impl FnMut(Range<u64>) -> S + Send,
    ) -> impl Stream<Item = Result<Bytes, StoreError>> + Send
    where
        S: Stream<Item = Result<Bytes, StoreError>> + Send,
    {
        let Self { parts, end, .. } = self;
        let parts =
            stream::iter(parts).flat_map(move |(head, range)| at_once(head).chain(body_of(range)));
        parts.chain(at_once(end))
    }
}

fn at_once(bytes: Bytes) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    stream::once(std::future::ready(Ok(bytes)))
}

/// 128 random bits in hexadecimal: in no object but by a chance of 2⁻¹²⁸ a byte, and new for each
/// answer, so that nobody can put one into an object beforehand.
fn boundary() -> Option<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok()?;
    let mut text = String::with_capacity(2 * random.len());
    for byte in random {
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream::{self, StreamExt, TryStreamExt};

    use super::{ByteRanges, Wishes};
    use crate::answer::test_meta;
    use crate::store::{ObjectMeta, StoreError};

    fn meta(len_bytes: u64) -> ObjectMeta {
        ObjectMeta {
            len_bytes,
            ..test_meta()
        }
    }

    #[tokio::test]
    async fn each_part_has_its_type_and_place_and_the_length_is_exact() {
        let wishes = Wishes {
            content_type: Some("text/plain; charset=utf-8"),
            disposition: None,
        };
        let parts = ByteRanges::between("B", vec![7..9, 0..1], &meta(10), wishes);
        let len_bytes = parts.len_bytes();
        let object = Bytes::from_static(b"0123456789");
        let body_of = move |range: std::ops::Range<u64>| {
            let bytes = object.slice(range.start as usize..range.end as usize);
            stream::iter([Ok(bytes)])
        };
        let body: Vec<Bytes> = parts.stream(body_of).try_collect().await.unwrap();
        let body = body.concat();
        assert_eq!(body.len() as u64, len_bytes);
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 7-8/10\r\n\r\n78\
             \r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-0/10\r\n\r\n0\
             \r\n--B--\r\n"
        );
    }

    #[tokio::test]
    async fn a_part_is_opened_when_its_turn_comes_and_its_error_is_the_bodys() {
        let parts = ByteRanges::between("B", vec![0..1, 5..6], &meta(1_000), Wishes::default());
        let (opened, seen) = std::sync::mpsc::channel();
        let mut body = Box::pin(parts.stream(move |range| {
            opened.send(range.start).unwrap();
            let bytes = Ok(Bytes::from_static(b"x"));
            stream::iter([if range.start == 0 {
                bytes
            } else {
                Err(StoreError::Changed)
            }])
        }));
        body.next().await.unwrap().unwrap();
        body.next().await.unwrap().unwrap();
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [0]);
        body.next().await.unwrap().unwrap();
        assert_eq!(body.next().await, Some(Err(StoreError::Changed)));
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn the_whole_is_sent_where_the_parts_would_be_no_shorter() {
        let ranges = vec![0..1, 5..6];
        let len_bytes = ByteRanges::between(
            &"b".repeat(32),
            ranges.clone(),
            &meta(999),
            Wishes::default(),
        )
        .len_bytes();
        let of = |len_bytes| ByteRanges::new(ranges.clone(), &meta(len_bytes), Wishes::default());
        // Of three figures each.
        assert!(of(len_bytes).is_none());
        assert_eq!(of(len_bytes + 1).unwrap().len_bytes(), len_bytes);
    }

    #[test]
    fn what_is_encoded_is_not_put_into_parts() {
        let encoded = ObjectMeta {
            content_encoding: Some("gzip".to_owned()),
            ..meta(100_000)
        };
        assert!(ByteRanges::new(vec![0..1, 5..6], &encoded, Wishes::default()).is_none());
    }

    #[test]
    fn a_boundary_is_long_and_new_each_time() {
        let of = || {
            let parts = ByteRanges::new(vec![0..1, 5..6], &meta(100_000), Wishes::default());
            parts.unwrap().content_type()
        };
        let one = of();
        let boundary = one.strip_prefix("multipart/byteranges; boundary=").unwrap();
        assert!(boundary.len() == 32 && boundary.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(one, of());
    }
}
