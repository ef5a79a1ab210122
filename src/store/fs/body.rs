//! A file's bytes in chunks, of one version or not at all.

use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::file::OpenedFile;
use crate::store::StoreError;

/// How many bytes a chunk has at most.
const CHUNK_BYTES: u64 = 64 * 1024;

/// How many chunks are read at once: the one that is waited for and the next.
const CHUNKS_AHEAD: usize = 2;

/// The bytes of `range`, which lies inside the file as it was opened. A reader that stops asking
/// holds at most two chunks and no thread.
pub(super) fn stream(
    opened: OpenedFile,
    range: Range<u64>,
) -> BoxStream<'static, Result<Bytes, StoreError>> {
    let opened = Arc::new(opened);
    let read = move |chunk: Range<u64>| {
        let opened = Arc::clone(&opened);
        tokio::task::spawn_blocking(move || read_chunk(&opened, chunk))
    };
    stream::iter(chunks(range))
        .map(read)
        .buffered(CHUNKS_AHEAD)
        .map(|joined| joined.unwrap_or(Err(StoreError::Unavailable)))
        .scan(false, |failed, chunk| {
            let go_on = !*failed;
            *failed = chunk.is_err();
            ready(go_on.then_some(chunk))
        })
        .boxed()
}

fn chunks(range: Range<u64>) -> impl Iterator<Item = Range<u64>> + Send {
    let mut next = range.start;
    std::iter::from_fn(move || {
        let start = next;
        next = start.saturating_add(CHUNK_BYTES).min(range.end);
        (start < range.end).then_some(start..next)
    })
}

/// Reads a chunk, then looks whether the file is still the one that was opened: so no byte of
/// another version is handed on.
fn read_chunk(opened: &OpenedFile, chunk: Range<u64>) -> Result<Bytes, StoreError> {
    // At most CHUNK_BYTES, which every usize holds.
    let mut bytes = vec![0; (chunk.end - chunk.start) as usize];
    opened
        .file
        .read_exact_at(&mut bytes, chunk.start)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => StoreError::BodyLength,
            _ => StoreError::Unavailable,
        })?;
    if !opened.is_unchanged() {
        return Err(StoreError::Changed);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn chunks_meet_each_other_and_end_with_the_range() {
        let of = |range| chunks(range).collect::<Vec<_>>();
        assert!(of(5..5).is_empty());
        assert_eq!(of(0..65_536), vec![0..65_536]);
        assert_eq!(of(1..65_538), [1..65_537, 65_537..65_538]);
        assert_eq!(of(u64::MAX - 1..u64::MAX), vec![u64::MAX - 1..u64::MAX]);
    }
}
