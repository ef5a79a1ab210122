//! The cache's own files for blocks that arrive (`src/cache/{arriving,block,fills,wanted}.rs`), with locks
//! and threads of [loom](https://docs.rs/loom), which runs them in every order. All that threads
//! share there is behind locks, and each turn at a lock is a place where loom tries the others first.
//!
//! A reader who is never woken is a deadlock, which loom reports. A cancellation is a reader who
//! drops what it holds after its `n`th poll, or a writer who drops the block before its `n`th step.
#![cfg(test)]

#[path = "../../../src/cache/arriving.rs"]
#[allow(dead_code, unreachable_pub)]
mod arriving;
#[path = "../../../src/cache/block.rs"]
#[allow(dead_code, unreachable_pub)]
mod block;
#[path = "../../../src/cache/fills.rs"]
#[allow(dead_code, unreachable_pub)]
mod fills;
#[path = "../../../src/cache/wanted.rs"]
#[allow(dead_code, unreachable_pub)]
mod wanted;

mod given_up;
mod key;
mod one_block;
mod one_fetch;
mod reader;
mod shelf;
mod store;
mod sync;
mod writer;

/// Every order of what `run` does in which a thread that could go on is stopped so many times at
/// most; `None`: every order. Which way it goes where one must wait is free.
fn in_every_order(most_preemptions: Option<usize>, run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = most_preemptions;
    model.check(run);
}
