//! Where the cache's own work runs: the runtime in which the cache was made. The store's
//! connections live there, and a reader's own runtime may be one of many.

use opentelemetry::context::FutureExt;
use tokio::runtime::Handle;

/// A runtime; of none, the one in which a task is started.
#[derive(Clone, Debug)]
pub(super) struct Tasks(Option<Handle>);

impl Tasks {
    pub(super) fn current() -> Self {
        Self(Handle::try_current().ok())
    }

    /// Runs `work` to its end, whoever waits for it; in the trace of who starts it.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        let work = work.with_current_context();
        match &self.0 {
            Some(runtime) => runtime.spawn(work),
            None => tokio::spawn(work),
        };
    }
}
