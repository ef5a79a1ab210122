//! The end of the process: told once, heard everywhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far the process's end has come.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Phase {
    Serving,
    /// Not ready any more, and still accepting.
    Draining,
    /// Listeners close.
    Closing,
}

/// A handle on the process's end; clones hear of one another. Every request asks it, so asking takes
/// no lock.
#[derive(Clone, Debug)]
pub struct Drain {
    phase: Arc<AtomicU8>,
    /// Told of [`Phase::Closing`], behind `phase`, and of nothing else.
    closing: watch::Sender<bool>,
}

impl Drain {
    /// A process that serves.
    pub fn new() -> Self {
        Self {
            phase: Arc::new(AtomicU8::new(Phase::Serving as u8)),
            closing: watch::Sender::new(false),
        }
    }

    /// Whether new traffic should come here.
    pub fn is_ready(&self) -> bool {
        self.phase.load(Ordering::Acquire) == Phase::Serving as u8
    }

    /// From now on `/readyz` says no, while listeners go on accepting.
    pub fn start(&self) {
        self.reach(Phase::Draining);
    }

    /// Listeners close now.
    pub fn close(&self) {
        self.reach(Phase::Closing);
        self.closing.send_replace(true);
    }

    fn reach(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Ordering::AcqRel);
    }

    /// Ends when listeners are to close.
    pub fn closing(&self) -> Closing {
        let mut closing = self.closing.subscribe();
        let told = async move {
            // Without a sender there is nothing left to serve either.
            let _ = closing.wait_for(|is_closing| *is_closing).await;
        };
        Closing {
            phase: Arc::clone(&self.phase),
            told: Box::pin(told),
            waker: None,
        }
    }
}

/// Ends when listeners are to close. Every wake-up of a connection looks at it, so that costs little
/// until then.
pub struct Closing {
    phase: Arc<AtomicU8>,
    told: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Who is woken, once, behind `phase`.
    waker: Option<Waker>,
}

impl Future for Closing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.phase.load(Ordering::Acquire) == Phase::Closing as u8 {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if self.waker.as_ref().is_some_and(|own| own.will_wake(waker)) {
            return Poll::Pending;
        }
        self.waker = Some(waker.clone());
        self.told.as_mut().poll(context)
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

    #[tokio::test]
    async fn who_waits_already_is_woken_when_listeners_close_and_not_before() {
        let drain = Drain::new();
        let waiting = tokio::spawn(drain.closing());
        tokio::task::yield_now().await;
        drain.start();
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drain.close();
        waiting.await.unwrap();
    }
}
