//! The end of the process: told once, heard everywhere.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far the process's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// Not ready any more, and still accepting.
    Draining,
    /// Listeners close.
    Closing,
}

/// A handle on the process's end; clones hear of one another.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<Phase>);

impl Drain {
    /// A process that serves.
    pub fn new() -> Self {
        Self(watch::Sender::new(Phase::Serving))
    }

    /// Whether new traffic should come here.
    pub fn is_ready(&self) -> bool {
        *self.0.borrow() == Phase::Serving
    }

    /// From now on `/readyz` says no, while listeners go on accepting.
    pub fn start(&self) {
        self.reach(Phase::Draining);
    }

    /// Listeners close now.
    pub fn close(&self) {
        self.reach(Phase::Closing);
    }

    fn reach(&self, phase: Phase) {
        self.0.send_modify(|now| *now = phase.max(*now));
    }

    /// Ends when listeners are to close.
    pub fn closing(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut phase = self.0.subscribe();
        async move {
            // The sender may go first: then nothing is left to serve either.
            let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
        }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}

/// The signals that end the process.
#[derive(Debug)]
pub struct Shutdown {
    terminate: Signal,
    interrupt: Signal,
}

/// Listens for SIGTERM and SIGINT.
///
/// # Errors
/// Where the system has no signals to give.
pub fn shutdown_signal() -> std::io::Result<Shutdown> {
    Ok(Shutdown {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    })
}

impl Shutdown {
    /// Ends with the next of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Drain;

    #[tokio::test]
    async fn readiness_goes_first_and_never_comes_back() {
        let drain = Drain::new();
        let heard = drain.clone();
        assert!(heard.is_ready());
        drain.start();
        assert!(!heard.is_ready());
        let closing = heard.closing();
        drain.close();
        closing.await;
        drain.start();
        assert!(!heard.is_ready());
        heard.closing().await;
    }
}
