//! A configuration whose files nobody is writing.
//!
//! No reading can tell a file that is whole from one whose writer pauses after a part that makes
//! sense. Two things tell them apart in practice, and both are asked for: nothing has written to
//! any of the files between two readings that are [`Reload::settle`] apart (compared by content,
//! inode and change time, so that a file written twice to the same text does not pass); and since
//! writing in place starts by cutting the file, one that is shorter than before, or gone, must have
//! been left alone four times as long. Writers who rename a whole file into its place are safe from
//! all of it.
//!
//! [`Reload::settle`]: crate::config::model::Reload::settle

use std::time::Duration;

use crate::config::{Faults, Fixed, Inputs, Loaded, Sources};

/// How much longer a file that has become shorter is waited for.
const LESS_FACTOR: u32 = 4;

/// After how many readings that all differ it is told; it goes on.
const MANY: u32 = 40;

/// The configuration, once no file of it is being written.
pub(super) async fn settled(inputs: &Inputs, in_force: &Sources, settle: Duration) -> Loaded {
    let mut earlier = read(inputs).await;
    let mut readings = 1_u32;
    loop {
        let wait = match earlier.sources.has_less_than(in_force) {
            true => settle * LESS_FACTOR,
            false => settle,
        };
        tokio::time::sleep(wait).await;
        let now = read(inputs).await;
        if now.sources.is_untouched_since(&earlier.sources) {
            return now;
        }
        readings += 1;
        if readings == MANY {
            tracing::warn!("the configuration's files keep changing; they are read when they rest");
        }
        earlier = now;
    }
}

/// Reads it as it is now.
async fn read(inputs: &Inputs) -> Loaded {
    let inputs = inputs.clone();
    let read = tokio::task::spawn_blocking(move || Loaded::read_again(&inputs));
    read.await.unwrap_or_else(|_| Loaded {
        outcome: Err(Faults(Vec::new())),
        sources: Sources::default(),
        fixed: Fixed::default(),
    })
}
