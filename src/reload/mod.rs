//! The configuration read again without a restart: on SIGHUP, when a file changes, and every
//! `reload.interval` by the files' contents. All or nothing: whatever is wrong, the configuration
//! in force stays in force.
//!
//! A file that is being written may be right as far as it goes: a key file that ends after its
//! first key, say. So no file is believed before nothing has written to it for `reload.settle`
//! (`settled`).

mod settled;
mod watch;

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use self::settled::settled;
use self::watch::Watch;
use crate::clock::Clock;
use crate::config::model::Reload;
use crate::config::{Config, Faults, Fixed, Inputs, Loaded, Sources, Warning};
use crate::listen::service_manager;
use crate::observe::ReloadResult;
use crate::server::Live;

/// Reads the configuration again for as long as it runs.
pub struct Reloader {
    inputs: Inputs,
    settings: Reload,
    /// The settings that the process was started with.
    started_with: Fixed,
    in_force: Sources,
    /// What was read and refused last, so that its faults are told once.
    refused: Option<Refused>,
    clock: Clock,
    hangup: Signal,
}

struct Refused {
    sources: Sources,
    /// Nothing is wrong in the files: a store was asked, which may answer differently.
    may_pass: bool,
}

/// Why the configuration is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Signal,
    Change,
    Interval,
}

impl Reloader {
    /// From now on SIGHUP is heard and no longer ends the process. What was `read` is in force, with
    /// these `settings`.
    ///
    /// # Errors
    /// Where the system has no signals to give.
    pub fn new(
        inputs: Inputs,
        read: Read,
        settings: Reload,
        clock: Clock,
    ) -> std::io::Result<Self> {
        Ok(Self {
            inputs,
            settings,
            started_with: read.fixed,
            in_force: read.sources,
            refused: None,
            clock,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Never ends. Dropped in the middle it leaves the server as it was, or wholly replaced.
    pub async fn run(mut self, live: Live) {
        live.observer()
            .metrics
            .reloaded(None, self.clock.now_unix_secs());
        if let Some(path) = self.in_force.pipe() {
            let path = path.display();
            tracing::warn!(%path, "is no regular file, so the configuration cannot be read again");
            loop {
                self.hangup.recv().await;
                live.reopen_logs().await;
                tracing::error!("the configuration cannot be read again: it came from a pipe");
            }
        }
        let mut watch = Watch::new(self.settings.watch);
        // What has changed while the process started is found at once.
        let mut next = Instant::now();
        loop {
            watch.follow(self.in_force.paths());
            if let Some(refused) = &self.refused {
                watch.follow(refused.sources.paths());
            }
            let cause = tokio::select! {
                _ = self.hangup.recv() => Cause::Signal,
                () = watch.changed() => Cause::Change,
                () = sleep_until(next), if self.settings.watch => Cause::Interval,
            };
            if cause == Cause::Signal {
                service_manager::reloading();
                live.reopen_logs().await;
                live.reread_certificates();
            }
            self.look(cause, &live).await;
            if cause == Cause::Signal {
                service_manager::ready();
            }
            next = Instant::now() + self.settings.interval;
        }
    }

    async fn look(&mut self, cause: Cause, live: &Live) {
        if cause != Cause::Signal && self.refused.is_none() {
            let in_force = self.in_force.clone();
            let unchanged = tokio::task::spawn_blocking(move || in_force.still_hold());
            if unchanged.await.unwrap_or(false) {
                // A busy folder is looked at no more often than this.
                return tokio::time::sleep(self.settings.settle.min(MAX_PAUSE)).await;
            }
        }
        let loaded = settled(&self.inputs, &self.in_force, self.settings.settle).await;
        if cause != Cause::Signal {
            if loaded.sources.same_contents(&self.in_force) {
                if self.refused.take().is_some() {
                    tracing::info!("the configuration is again as it is in force");
                    self.tell(live, ReloadResult::Success);
                }
                return;
            }
            let refused = self.refused.as_ref();
            if refused
                .is_some_and(|old| !old.may_pass && loaded.sources.same_contents(&old.sources))
            {
                return;
            }
        }
        self.take(loaded, live).await;
    }

    async fn take(&mut self, loaded: Loaded, live: &Live) {
        let Loaded {
            outcome,
            sources,
            fixed,
        } = loaded;
        let may_pass = outcome.is_ok();
        let faults: Vec<String> = match outcome {
            Ok((config, warnings)) => match live.replace(config).await {
                Ok(()) => return self.taken(sources, &fixed, &warnings, live),
                Err(faults) => faults.iter().map(ToString::to_string).collect(),
            },
            Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
        };
        for fault in faults {
            tracing::error!("{fault}");
        }
        tracing::error!("the configuration was not taken; the one before stays in force");
        self.refused = Some(Refused { sources, may_pass });
        self.tell(live, ReloadResult::Failure);
    }

    fn taken(&mut self, sources: Sources, fixed: &Fixed, warnings: &[Warning], live: &Live) {
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let waiting = self.started_with.differing(fixed);
        if !waiting.is_empty() {
            let settings = waiting.join(", ");
            tracing::warn!(%settings, "these settings take effect after a restart");
        }
        self.in_force = sources;
        self.refused = None;
        self.tell(live, ReloadResult::Success);
        tracing::info!("the configuration was read again");
    }

    fn tell(&self, live: &Live, result: ReloadResult) {
        let now = self.clock.now_unix_secs();
        live.observer().metrics.reloaded(Some(result), now);
    }
}

/// What the configuration in force was read from.
#[derive(Debug)]
pub struct Read {
    sources: Sources,
    fixed: Fixed,
}

/// The longest pause after a look that found nothing.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Reads the configuration for a process that will read it again.
///
/// # Errors
/// Every fault at once.
pub fn load(inputs: &Inputs) -> Result<(Config, Vec<Warning>, Read), Faults> {
    let loaded = Loaded::read(inputs);
    let (config, warnings) = loaded.outcome?;
    let read = Read {
        sources: loaded.sources,
        fixed: loaded.fixed,
    };
    Ok((config, warnings, read))
}
