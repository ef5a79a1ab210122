//! How long a connection may go on, and the limit it comes under when it does not.

use std::time::Duration;

/// Whoever is only told 503 has no longer than this for anything.
const SHORT: Duration = Duration::from_secs(1);

/// How long a connection may do nothing, or little.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A request's head must have arrived by then: from the accept, TLS handshake included; on a
    /// connection that was kept, from the head's first byte.
    pub header_timeout: Duration,
    /// How long a connection without a request is kept after the last one.
    pub idle_timeout: Duration,
    /// An answer of which the client takes no byte for so long is cut.
    pub stall_timeout: Duration,
    /// So is one of which it takes fewer bytes a second, once it is `stall_timeout` behind; 0: none.
    pub min_bytes_per_sec: u64,
}

impl Limits {
    /// The limits of those who are only told 503.
    pub(super) fn hasty(self) -> Self {
        Self {
            header_timeout: self.header_timeout.min(SHORT),
            idle_timeout: self.idle_timeout.min(SHORT),
            stall_timeout: self.stall_timeout.min(SHORT),
            ..self
        }
    }
}

/// Which limit a connection comes under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::listen) enum Overdue {
    /// [`Limits::header_timeout`].
    #[error("no request's head arrived in time")]
    Head,
    /// [`Limits::idle_timeout`].
    #[error("no further request came")]
    Idle,
    /// [`Limits::stall_timeout`].
    #[error("the client took no byte of an answer")]
    Stall,
    /// [`Limits::min_bytes_per_sec`].
    #[error("the client took too few bytes of an answer")]
    Slow,
    /// It has no request, and others need its place.
    #[error("others needed its place")]
    Room,
    /// Too many frames that are no requests.
    #[error("too many HTTP/2 frames that are no requests")]
    Frames,
}

impl Overdue {
    /// All, in their order.
    pub(in crate::listen) const ALL: [Self; 6] = [
        Self::Head,
        Self::Idle,
        Self::Stall,
        Self::Slow,
        Self::Room,
        Self::Frames,
    ];

    /// The word in metrics.
    pub(in crate::listen) const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Stall => "stalled",
            Self::Slow => "slow",
            Self::Room => "room",
            Self::Frames => "http2_frames",
        }
    }
}
