//! The blocks that are arriving: one fetch for each, whatever the number of readers. One that still
//! waits for its turn at the store ends when the last of them has left.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use tokio::sync::{OwnedSemaphorePermit, watch};

use super::arriving::{Arriving, Writer};
use super::block::Block;
use super::key::BlockKey;
use super::shelf::Shelf;
use super::sync::{Arc, Mutex, MutexGuard, PoisonError};
use crate::store::StoreError;

/// A block on its way, in the hand of one who wants it.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    block: Arc<Arriving<StoreError>>,
    _wanted: watch::Receiver<()>,
}

impl Deref for Fill {
    type Target = Arriving<StoreError>;

    fn deref(&self) -> &Self::Target {
        &self.block
    }
}

/// Where a reader finds a block.
#[derive(Debug)]
pub(super) enum Place {
    /// In memory.
    Kept(Arc<Block>),
    /// It arrives, as another reader wanted it.
    Arriving(Fill),
    /// Nowhere yet: the reader has it brought.
    Begun(Fill, Bringing),
    /// Nowhere, and there is no memory for it.
    NoMemory,
}

/// Blocks by version and index.
#[derive(Debug, Default)]
pub(super) struct Fills {
    arriving: Arc<Mutex<ByKey>>,
}

type ByKey = HashMap<BlockKey, UnderWay>;

#[derive(Debug)]
struct UnderWay {
    block: Arc<Arriving<StoreError>>,
    /// Each [`Fill`] has a receiver.
    wanted: watch::Sender<()>,
}

impl UnderWay {
    fn fill(&self) -> Fill {
        Fill {
            block: Arc::clone(&self.block),
            _wanted: self.wanted.subscribe(),
        }
    }
}

/// A block's place among the fills, which it leaves on drop, its memory, and its writer. In this
/// order they go where it fails: who is told of that, and looks again, begins anew.
pub(super) struct Bringing {
    pub(super) entry: Entry,
    memory: OwnedSemaphorePermit,
    pub(super) writer: Writer<StoreError>,
    pub(super) key: BlockKey,
}

/// A block's place among the fills.
pub(super) struct Entry {
    arriving: Arc<Mutex<ByKey>>,
    key: BlockKey,
    /// Has a receiver for each who wants the block.
    pub(super) wanted: watch::Sender<()>,
}

impl Fills {
    /// Finds a block of `len_bytes`, or the beginning of its way.
    pub(super) fn find(&self, shelf: &Shelf, key: BlockKey, len_bytes: u64) -> Place {
        if let Some(block) = shelf.block(key) {
            return Place::Kept(block);
        }
        let mut arriving = lock(&self.arriving);
        if let Some(under_way) = arriving.get(&key) {
            return Place::Arriving(under_way.fill());
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
        let (block, writer) = Arriving::new(len_bytes, StoreError::Unavailable);
        let wanted = watch::Sender::new(());
        let entry = Entry {
            arriving: Arc::clone(&self.arriving),
            key,
            wanted: wanted.clone(),
        };
        let under_way = UnderWay { block, wanted };
        let fill = under_way.fill();
        arriving.insert(key, under_way);
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

impl Entry {
    /// Whether nobody wants the block; then nobody finds it any more.
    pub(super) fn is_unwanted(&self) -> bool {
        let mut arriving = lock(&self.arriving);
        let is_unwanted = self.wanted.is_closed();
        if is_unwanted {
            self.leave(&mut arriving);
        }
        is_unwanted
    }

    fn leave(&self, arriving: &mut ByKey) {
        // After it left, another may be under way for the key.
        let own = arriving.get(&self.key);
        if own.is_some_and(|own| own.wanted.same_channel(&self.wanted)) {
            arriving.remove(&self.key);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.leave(&mut lock(&self.arriving));
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
