//! The blocks that are arriving: one fetch for each, whatever the number of readers.

use std::collections::HashMap;
use std::fmt;

use tokio::sync::OwnedSemaphorePermit;

use super::arriving::{Arriving, Writer};
use super::block::Block;
use super::key::BlockKey;
use super::shelf::Shelf;
use super::sync::{Arc, Mutex, MutexGuard, PoisonError};
use crate::store::StoreError;

/// A block on its way.
pub(super) type Fill = Arriving<StoreError>;

/// Where a reader finds a block.
#[derive(Debug)]
pub(super) enum Place {
    /// In memory.
    Kept(Arc<Block>),
    /// It arrives, as another reader wanted it.
    Arriving(Arc<Fill>),
    /// Nowhere yet: the reader has it brought.
    Begun(Arc<Fill>, Bringing),
    /// Nowhere, and there is no memory for it.
    NoMemory,
}

/// Blocks by version and index.
#[derive(Debug, Default)]
pub(super) struct Fills {
    arriving: Arc<Mutex<HashMap<BlockKey, Arc<Fill>>>>,
}

/// A block's place among the fills, which it leaves on drop, its memory, and its writer. In this
/// order they go where it fails: who is told of that, and looks again, begins anew.
pub(super) struct Bringing {
    entry: Entry,
    memory: OwnedSemaphorePermit,
    pub(super) writer: Writer<StoreError>,
    pub(super) key: BlockKey,
}

struct Entry {
    arriving: Arc<Mutex<HashMap<BlockKey, Arc<Fill>>>>,
    key: BlockKey,
}

impl Fills {
    /// Finds a block of `len_bytes`, or the beginning of its way.
    pub(super) fn find(&self, shelf: &Shelf, key: BlockKey, len_bytes: u64) -> Place {
        if let Some(block) = shelf.block(key) {
            return Place::Kept(block);
        }
        let mut arriving = lock(&self.arriving);
        if let Some(fill) = arriving.get(&key) {
            return Place::Arriving(Arc::clone(fill));
        }
        // It is kept before it leaves the fills, so now it is sure.
        if let Some(block) = shelf.block(key) {
            return Place::Kept(block);
        }
        let Some(memory) = shelf.reserve(len_bytes) else {
            return Place::NoMemory;
        };
        let Ok(len_bytes) = usize::try_from(len_bytes) else {
            return Place::NoMemory;
        };
        let (fill, writer) = Arriving::new(len_bytes, StoreError::Unavailable);
        arriving.insert(key, Arc::clone(&fill));
        let entry = Entry {
            arriving: Arc::clone(&self.arriving),
            key,
        };
        let bringing = Bringing {
            entry,
            memory,
            writer,
            key,
        };
        Place::Begun(fill, bringing)
    }

    /// How many blocks are on their way.
    pub(super) fn count(&self) -> usize {
        lock(&self.arriving).len()
    }
}

impl Bringing {
    /// The block is complete: it is kept, then told of, then no longer arriving.
    pub(super) fn finish(self, shelf: &Shelf) {
        let Self { writer, key, .. } = self;
        writer.finish(|block| shelf.keep_block(key, block));
    }

    /// No more will come.
    pub(super) fn fail(self, error: StoreError) {
        let Self {
            entry,
            memory,
            writer,
            ..
        } = self;
        drop((entry, memory));
        writer.fail(error);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.arriving).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Bringing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bringing({:?})", self.key)
    }
}
