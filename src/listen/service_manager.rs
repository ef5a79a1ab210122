//! What a service manager is told (sd_notify(3)): systemd's `Type=notify`. Nothing happens where
//! `NOTIFY_SOCKET` is not set.

use sd_notify::NotifyState;

/// Requests are served from now on.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The process ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Configuration is read again; to be followed by [`ready`].
pub fn reloading() {
    // `Type=notify-reload` wants the time with it.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
