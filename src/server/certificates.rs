//! The listeners' certificates, read again while the server runs, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use crate::listen::Tls;
use crate::observe::{Observer, ReloadResult};

/// The certificates of all listeners that have one. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Certificates {
    all: Vec<Arc<Tls>>,
    observer: Arc<Observer>,
}

impl Certificates {
    /// Those that were read at the start; metrics know of them from now on.
    pub(super) fn new(all: Vec<Arc<Tls>>, observer: Arc<Observer>) -> Self {
        for tls in &all {
            observer.metrics.certificate_read(tls.listener(), None);
            let not_after = tls.not_after_unix_secs();
            observer.metrics.certificate(tls.listener(), not_after);
        }
        Self { all, observer }
    }

    /// Reads them again. Each listener for itself: a wrong pair keeps the one before.
    pub(super) fn reread(&self) {
        self.all.iter().for_each(|tls| self.reread_one(tls));
    }

    fn reread_one(&self, tls: &Tls) {
        let (metrics, listener) = (&self.observer.metrics, tls.listener());
        let result = match tls.reload() {
            Ok(false) => return,
            Ok(true) => {
                tracing::info!(listener, "a new certificate is in force");
                metrics.certificate(listener, tls.not_after_unix_secs());
                ReloadResult::Success
            }
            Err(fault) => {
                tracing::error!("the certificate before stays in force: {fault}");
                ReloadResult::Failure
            }
        };
        metrics.certificate_read(listener, Some(result));
    }

    /// Reads them again and again, until what it gives is dropped.
    pub(super) fn reread_every(self, interval: Duration) -> Rereading {
        Rereading(tokio::spawn(async move {
            while !self.all.is_empty() {
                tokio::time::sleep(interval).await;
                let own = self.clone();
                let _ = tokio::task::spawn_blocking(move || own.reread()).await;
            }
        }))
    }
}

/// Ends with the server.
#[derive(Debug)]
pub(super) struct Rereading(tokio::task::JoinHandle<()>);

impl Drop for Rereading {
    fn drop(&mut self) {
        self.0.abort();
    }
}
