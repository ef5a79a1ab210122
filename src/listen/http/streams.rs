//! Where the answers to an HTTP/2 connection's requests are made.

use std::cell::Cell;
use std::task::{Context, Waker};

use hyper::rt::Executor;

/// So many answers a connection makes in one turn; further ones take turns with other connections.
const MOST_AT_ONCE: u32 = 32;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// A connection's turn begins on this thread.
pub(super) fn turn_begins() {
    LEFT.set(MOST_AT_ONCE);
}

/// Makes answers where their requests were read, and those that have to wait for something in tasks
/// of their own. What is in memory needs none, and goes out with the turn that its request came in.
#[derive(Clone, Copy, Debug)]
pub(in crate::listen) struct Streams;

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut stream = Box::pin(stream);
        let left = LEFT.get();
        if left > 0 {
            LEFT.set(left - 1);
            // Nobody is woken: the task polls it again from its start.
            let mut context = Context::from_waker(Waker::noop());
            if stream.as_mut().poll(&mut context).is_ready() {
                return;
            }
        }
        tokio::spawn(stream);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use hyper::rt::Executor;
    use tokio::sync::Notify;

    use super::{MOST_AT_ONCE, Streams, turn_begins};

    #[tokio::test]
    async fn what_is_ready_is_done_at_once_up_to_a_limit_and_what_waits_is_done_later() {
        let (done, waits) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let ready = || {
            let done = Arc::clone(&done);
            async move {
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        turn_begins();
        for _ in 0..MOST_AT_ONCE + 3 {
            Streams.execute(ready());
        }
        assert_eq!(done.load(Ordering::Relaxed), MOST_AT_ONCE);
        turn_begins();
        let (ended, end) = tokio::sync::oneshot::channel();
        let slow = {
            let waits = Arc::clone(&waits);
            async move {
                waits.notified().await;
                let _ = ended.send(());
            }
        };
        Streams.execute(slow);
        waits.notify_one();
        end.await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), MOST_AT_ONCE + 3);
    }
}
