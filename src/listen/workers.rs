//! One thread a core, each with a runtime of its own: a connection lives and ends on one thread,
//! and nothing of it is handed between cores.

use std::future::Future;
use std::io;

use tokio::runtime::Builder;
use tokio::sync::watch;

/// Threads that work until their work ends, or until this is dropped.
#[derive(Debug)]
pub struct Workers {
    stop: watch::Sender<()>,
    /// Each thread holds a receiver.
    running: watch::Sender<()>,
}

impl Workers {
    /// Starts a thread for each of `works`, which becomes a future on it.
    ///
    /// # Errors
    /// The system gives no further thread or runtime; those already started stop.
    pub fn start<W, F>(works: Vec<W>) -> io::Result<Self>
    where
        W: FnOnce() -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        let (stop, stopped) = watch::channel(());
        let (running, held) = watch::channel(());
        for (number, work) in works.into_iter().enumerate() {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let (mut stopped, held) = (stopped.clone(), held.clone());
            let run = move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = work() => {}
                        // The sender was dropped.
                        _ = stopped.changed() => {}
                    }
                });
                // With it go connections that were left; each still writes its line of the log.
                drop(runtime);
                drop(held);
            };
            std::thread::Builder::new()
                .name(format!("delivery-{number}"))
                .spawn(run)?;
        }
        Ok(Self { stop, running })
    }

    /// Ends when all work has.
    pub async fn ended(&self) {
        self.running.closed().await;
    }

    /// Stops all work at once, and ends when it has.
    pub async fn stop(self) {
        drop(self.stop);
        self.running.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::Workers;

    #[tokio::test]
    async fn work_ends_by_itself_or_is_stopped() {
        let workers = Workers::start(vec![|| ready(()); 2]).unwrap();
        workers.ended().await;
        workers.stop().await;
        let workers = Workers::start(vec![|| pending::<()>()]).unwrap();
        workers.stop().await;
    }
}
