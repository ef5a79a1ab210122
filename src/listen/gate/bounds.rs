//! How many connections and requests there may be, and which of these limits refuses.

/// How many there may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::listen) struct Bounds {
    pub(in crate::listen) connections: usize,
    /// Of one client's network; 0: any number.
    pub(in crate::listen) per_client: usize,
    pub(in crate::listen) requests: usize,
    /// Places for those who are told 503.
    pub(in crate::listen) extra: usize,
}

impl Bounds {
    /// An eighth of the connections, within bounds, is told 503 at once.
    pub(in crate::listen) fn extra_of(connections: usize) -> usize {
        (connections / 8).clamp(4, 256)
    }

    /// So many a listener for the house has, where the delivery listener has `connections`.
    pub(in crate::listen) fn house_of(connections: usize) -> usize {
        (connections / 16).clamp(16, 128)
    }

    /// So many more may be there, as they have been told to give way.
    pub(in crate::listen) fn leaving_of(connections: usize) -> usize {
        4 * Self::at_once(connections)
    }

    /// So many are told to give way at once.
    pub(super) fn at_once(connections: usize) -> usize {
        (connections / 64).max(1)
    }
}

/// Which limit refused somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::listen) enum Refused {
    /// `max_connections`.
    Connections,
    /// `max_connections_per_client`.
    Client,
    /// `max_requests`.
    Requests,
    /// `max_headers`, in HTTP/2.
    Headers,
    /// `max_connections`, and nobody is left to say so: closed.
    Unanswered,
}

impl Refused {
    /// All, in their order.
    pub(super) const ALL: [Self; 5] = [
        Self::Connections,
        Self::Client,
        Self::Requests,
        Self::Headers,
        Self::Unanswered,
    ];

    /// The word in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Client => "connections_per_client",
            Self::Requests => "requests",
            Self::Headers => "headers",
            Self::Unanswered => "connections_unanswered",
        }
    }
}
