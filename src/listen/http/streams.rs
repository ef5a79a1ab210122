//! Where the answers to an HTTP/2 connection's requests are made.

use std::task::{Context, Waker};

use hyper::rt::Executor;

/// Makes answers where their requests were read, and those that have to wait for something in tasks
/// of their own. What is in memory needs none, and goes out with the turn that its request came in,
/// of which there are few in one turn ([`super::frames`]).
#[derive(Clone, Copy, Debug)]
pub(in crate::listen) struct Streams;

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut stream = Box::pin(stream);
        // Nobody is woken: the task polls it again from where it is.
        let mut context = Context::from_waker(Waker::noop());
        if stream.as_mut().poll(&mut context).is_pending() {
            tokio::spawn(stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hyper::rt::Executor;
    use tokio::sync::{Notify, oneshot};

    use super::Streams;

    #[tokio::test]
    async fn what_is_ready_is_done_at_once_and_what_waits_is_done_later() {
        let (ended, mut end) = oneshot::channel();
        Streams.execute(async move {
            let _ = ended.send("at once");
        });
        assert_eq!(end.try_recv(), Ok("at once"));
        let (ended, mut end) = oneshot::channel();
        let waits = Arc::new(Notify::new());
        let waited = Arc::clone(&waits);
        Streams.execute(async move {
            waited.notified().await;
            let _ = ended.send("later");
        });
        assert!(end.try_recv().is_err());
        waits.notify_one();
        assert_eq!(end.await, Ok("later"));
    }
}
