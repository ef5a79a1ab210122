//! A shelf in the place of the cache's, which keeps all or nothing.

use std::collections::HashMap;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::block::Block;
use crate::key::BlockKey;
use crate::sync::{Arc, Mutex};

pub(crate) struct Shelf {
    blocks: Mutex<HashMap<BlockKey, Arc<Block>>>,
    memory: Arc<Semaphore>,
    memory_bytes: usize,
}

impl Shelf {
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self {
            blocks: Mutex::default(),
            memory: Arc::new(Semaphore::new(memory_bytes)),
            memory_bytes,
        }
    }

    pub(crate) fn block(&self, key: BlockKey) -> Option<Arc<Block>> {
        self.blocks.lock().unwrap().get(&key).cloned()
    }

    pub(crate) fn keep_block(&self, key: BlockKey, block: Arc<Block>) {
        self.blocks.lock().unwrap().insert(key, block);
    }

    pub(crate) fn reserve(&self, len_bytes: u64) -> Option<OwnedSemaphorePermit> {
        let memory = Arc::clone(&self.memory);
        memory.try_acquire_many_owned(len_bytes as u32).ok()
    }

    /// The block leaves.
    pub(crate) fn evict(&self, key: BlockKey) {
        self.blocks.lock().unwrap().remove(&key);
    }

    pub(crate) fn reserved_bytes(&self) -> usize {
        self.memory_bytes - self.memory.available_permits()
    }
}
