//! Many seeds of a small world: readers who come and leave at any await, a store that fails and
//! changes, purges, memory that is short. What must always hold is checked in each of them.
//!
//! All of a seed runs on one thread, and whatever waits yields so many times as is drawn, so that a
//! seed is always the same order of events.

mod draw;
mod store;
mod world;

use std::time::Duration;

use self::draw::Draw;
use self::world::{World, run};
use super::{BLOCK_BYTES, settings};
use crate::config::model::CacheSettings;

/// A seed takes milliseconds; more is a reader whom nobody wakes.
const LIMIT: Duration = Duration::from_secs(60);

fn check(seeds: std::ops::Range<u64>, world: impl Fn(Draw) -> World) {
    for seed in seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let ended = runtime.block_on(async {
            let world = world(Draw::new(seed));
            tokio::time::timeout(LIMIT, run(seed, world)).await
        });
        assert!(ended.is_ok(), "seed {seed}: no end within {LIMIT:?}");
    }
}

/// Nothing fails or changes, and memory is plenty.
fn calm(draw: Draw) -> World {
    let settings = CacheSettings {
        max_bytes: 400 * BLOCK_BYTES,
        read_ahead_blocks: draw.below(3) as u32,
        ..settings()
    };
    World::new(draw, &settings, 0)
}

fn stormy(draw: Draw) -> World {
    let hour = Duration::from_secs(3_600);
    let some = |draw: &Draw| {
        if draw.below(2) == 0 {
            Duration::ZERO
        } else {
            hour
        }
    };
    let settings = CacheSettings {
        max_bytes: [2, 5, 10, 40][draw.below(4)] * BLOCK_BYTES,
        read_ahead_blocks: draw.below(3) as u32,
        fresh_for: some(&draw),
        stale_if_error: some(&draw),
        stale_while_revalidate: some(&draw),
        ..settings()
    };
    let faults = [0, 5, 50, 200][draw.below(4)];
    World::new(draw, &settings, faults).changing()
}

#[test]
fn in_a_calm_world_each_block_is_fetched_once_whoever_leaves() {
    check(0..100, calm);
}

#[test]
fn in_a_storm_every_byte_is_right_and_nothing_is_left_behind() {
    check(0..120, stormy);
}

#[test]
#[ignore = "a minute; tests/run --full"]
fn in_thousands_of_worlds() {
    check(1_000..6_000, calm);
    check(1_000..11_000, stormy);
}
