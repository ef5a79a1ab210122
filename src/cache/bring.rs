//! Bringing bytes from the store: a whole block for the cache, or a small piece for one reader. A
//! connection that breaks is made good from the byte reached, of the same version.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};

use super::arriving::Writer;
use super::block::CHUNK_BYTES;
use super::blocks::Blocks;
use super::fills::Bringing;
use super::known::Version;
use super::source::Source;
use super::wanted::unless_given_up;
use crate::store::{Fetched, ObjectMeta, StoreError};

/// How often the rest of one block is asked for again.
const MAX_HEALS: usize = 4;

/// Whatever bytes are written to.
trait Sink {
    fn missing_bytes(&self) -> usize;
    /// Takes what fits.
    fn take(&mut self, bytes: &[u8]);
    /// The store pauses.
    fn pause(&mut self) {}
}

impl Sink for Writer<StoreError> {
    fn missing_bytes(&self) -> usize {
        Self::missing_bytes(self)
    }

    fn take(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }

    fn pause(&mut self) {
        self.show();
    }
}

/// A piece for one reader.
struct Piece {
    bytes: BytesMut,
    len_bytes: usize,
}

impl Sink for Piece {
    fn missing_bytes(&self) -> usize {
        self.len_bytes - self.bytes.len()
    }

    fn take(&mut self, bytes: &[u8]) {
        let fitting = bytes.len().min(self.missing_bytes());
        self.bytes.extend_from_slice(&bytes[..fitting]);
    }
}

impl Blocks {
    /// Brings a block to its end, whoever still reads it, unless it waits for its turn at the store and
    /// nobody does; `in_hand` may hold its bytes already.
    pub(super) async fn bring(
        self,
        source: Source,
        version: Arc<Version>,
        mut bringing: Bringing,
        in_hand: Option<Fetched>,
    ) {
        let range = self.grid.block(bringing.key.index, version.meta.len_bytes);
        let Bringing { writer, entry, .. } = &mut bringing;
        let block = self.block(&source, &version.meta, &range, writer, in_hand);
        let brought = unless_given_up(block, &entry.wanted, || entry.is_unwanted()).await;
        let Some(brought) = brought else {
            return;
        };
        match brought {
            Ok(()) => bringing.finish(&self.shelf),
            Err(error) => {
                if bringing.writer.written_bytes() > 0 {
                    let (path, first_byte) = (&*source.key().path, range.start);
                    tracing::warn!(%error, path, first_byte, "a block broke off");
                    self.counts.broken.add();
                }
                if error == StoreError::Changed {
                    self.shelf.forget_version(source.name(), &version);
                }
                bringing.fail(error);
            }
        }
    }

    async fn block(
        &self,
        source: &Source,
        meta: &ObjectMeta,
        range: &Range<u64>,
        writer: &mut Writer<StoreError>,
        in_hand: Option<Fetched>,
    ) -> Result<(), StoreError> {
        let fetched = match in_hand {
            Some(fetched) => fetched,
            None => source.exactly(meta, range).await?,
        };
        writer.begin();
        self.all(source, meta, range, writer, fetched).await
    }

    /// The bytes of `range`, collected.
    pub(super) async fn piece(
        &self,
        source: &Source,
        version: &Version,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        // At most a few chunks.
        let len_bytes = usize::try_from(range.end - range.start).unwrap_or_default();
        let mut piece = Piece {
            bytes: BytesMut::with_capacity(len_bytes),
            len_bytes,
        };
        let meta = &version.meta;
        let brought = async {
            let fetched = source.exactly(meta, &range).await?;
            self.all(source, meta, &range, &mut piece, fetched).await
        };
        let brought = brought.await;
        if brought == Err(StoreError::Changed) {
            self.shelf.forget_version(source.name(), version);
        }
        brought.map(|()| piece.bytes.freeze())
    }

    async fn all(
        &self,
        source: &Source,
        meta: &ObjectMeta,
        range: &Range<u64>,
        sink: &mut impl Sink,
        mut fetched: Fetched,
    ) -> Result<(), StoreError> {
        let (mut heals, mut missing_bytes) = (0, sink.missing_bytes());
        loop {
            let at = range.end - sink.missing_bytes() as u64;
            let Err(error) = copy(&mut fetched, at, sink).await else {
                return Ok(());
            };
            // A try that brought less than a chunk is the last but one.
            let has_brought = missing_bytes - sink.missing_bytes() >= CHUNK_BYTES;
            missing_bytes = sink.missing_bytes();
            let may_heal = heals == 0 || has_brought && heals < MAX_HEALS;
            // Of an object without an entity tag the rest may be another version's.
            if !may_go_on(error) || !may_heal || meta.etag.is_none() || !source.may_ask_again() {
                return Err(error);
            }
            heals += 1;
            self.counts.healed.add();
            let rest = range.end - missing_bytes as u64..range.end;
            fetched = source.exactly(meta, &rest).await?;
        }
    }
}

/// Writes what comes from `at` on until nothing is missing.
async fn copy(fetched: &mut Fetched, at: u64, sink: &mut impl Sink) -> Result<(), StoreError> {
    let mut before = at
        .checked_sub(fetched.range.start)
        .ok_or(StoreError::BodyLength)?;
    while sink.missing_bytes() > 0 {
        let next = match fetched.body.next().now_or_never() {
            Some(next) => next,
            None => {
                sink.pause();
                fetched.body.next().await
            }
        };
        let bytes = next.unwrap_or(Err(StoreError::BodyLength))?;
        let skipped = before.min(bytes.len() as u64);
        before -= skipped;
        // At most the length of `bytes`.
        sink.take(&bytes[skipped as usize..]);
    }
    // A connection is used again only where its answer has been read to its end.
    let _ = fetched.body.next().now_or_never();
    Ok(())
}

/// Whether the rest may be asked for: what came before is right, and the store may be there again.
fn may_go_on(error: StoreError) -> bool {
    error.may_pass() && error != StoreError::Corrupt
}
