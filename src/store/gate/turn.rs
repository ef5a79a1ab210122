//! Whether a call waits for its turn at a gate: what nobody wants any more can leave the queue, while
//! a question that the store has been asked is seen to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task_local;

task_local! {
    /// Of the work that is going on.
    static OWN: Turn;
}

/// Tells of the calls that some work makes at stores. Clones tell of the same.
#[derive(Clone, Debug, Default)]
pub struct Turn(Arc<AtomicUsize>);

impl Turn {
    /// The same work, of whose calls this tells; not of those of tasks that it starts.
    pub fn of<W: Future>(&self, work: W) -> impl Future<Output = W::Output> + use<W> {
        OWN.scope(self.clone(), work)
    }

    /// Whether a call is waiting for its turn, so that the store knows nothing of it.
    pub fn is_awaited(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// The work that is going on waits for its turn, until this is dropped.
    pub(crate) fn awaited() -> Awaited {
        let turn = OWN.try_with(Self::clone).ok();
        if let Some(turn) = &turn {
            turn.0.fetch_add(1, Ordering::Relaxed);
        }
        Awaited(turn)
    }
}

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Awaited(Option<Turn>);

impl Drop for Awaited {
    fn drop(&mut self) {
        if let Some(turn) = &self.0 {
            turn.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
