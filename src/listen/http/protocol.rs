//! HTTP/1.1 and HTTP/2 on one port: over TLS what ALPN agreed on, in clear text whichever the client
//! begins with.

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;

use super::streams::Streams;
use crate::config::model::{ConnectionLimits, Http2Limits};
use crate::listen::pulse::LONGEST;

/// Of the line that begins an HTTP/2 connection (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::listen) enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
    /// What its first bytes say.
    Either,
}

impl Protocol {
    /// What a TLS handshake agreed on, and HTTP/1.1 where it named nothing (RFC 7301 §3.2, RFC 9113
    /// §3.2): what else a client may begin with was meant for another server.
    pub(in crate::listen) fn agreed(alpn: Option<&[u8]>) -> Self {
        match alpn {
            Some(b"h2") => Self::Http2,
            _ => Self::Http1,
        }
    }

    /// The same, of a connection on which a request was answered.
    pub(in crate::listen) const fn later(self) -> Self {
        match self {
            Self::Either => Self::Http1,
            other => other,
        }
    }

    /// The same, of a connection that begins so.
    pub(in crate::listen) fn begun(self, bytes: &[u8]) -> Self {
        let is_preface = PREFACE.starts_with(bytes) || bytes.starts_with(PREFACE);
        match self {
            Self::Either if !is_preface => Self::Http1,
            other => other,
        }
    }
}

/// The HTTP library, set up for each protocol.
pub(in crate::listen) struct Library {
    pub(in crate::listen) http1: http1::Builder,
    pub(in crate::listen) http2: auto::Builder<Streams>,
    pub(in crate::listen) either: auto::Builder<Streams>,
    pub(in crate::listen) limits: Http2Limits,
    pub(in crate::listen) max_header_bytes: usize,
}

impl Library {
    pub(in crate::listen) fn new(heads: &ConnectionLimits, limits: &Http2Limits) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            // Heads that are late are `Pulse`'s, which sets no timer for each.
            .header_read_timeout(None)
            // Of answers what is given at once is written at once, and the next is asked for after it.
            .max_buf_size(heads.max_header_bytes)
            .max_headers(heads.max_headers);
        let mut either = auto::Builder::new(Streams);
        either
            .http1()
            .header_read_timeout(None)
            .max_buf_size(heads.max_header_bytes)
            .max_headers(heads.max_headers);
        either
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.ping_interval.min(LONGEST))
            .keep_alive_timeout(limits.ping_timeout.min(LONGEST))
            .max_concurrent_streams(limits.max_streams)
            .max_header_list_size(u32::try_from(heads.max_header_bytes).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(limits.max_pending_resets)
            .max_local_error_reset_streams(limits.max_own_resets)
            .max_send_buf_size(limits.send_buffer_bytes);
        Self {
            http1,
            http2: either.clone().http2_only(),
            either,
            limits: *limits,
            max_header_bytes: heads.max_header_bytes,
        }
    }
}
