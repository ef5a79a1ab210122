//! HTTP/1.1 and HTTP/2 on one port: over TLS what ALPN agreed on, in clear text whichever the client
//! begins with.

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::pulse::LONGEST;
use crate::config::model::{ConnectionLimits, Http2Limits};

/// What serves a connection.
pub(super) fn builder(heads: &ConnectionLimits, http2: &Http2Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // Heads that are late are `Pulse`'s, which sets no timer for each.
        .header_read_timeout(None)
        // Of answers what is given at once is written at once, and the next is asked for after it.
        .max_buf_size(heads.max_header_bytes)
        .max_headers(heads.max_headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(http2.ping_interval.min(LONGEST))
        .keep_alive_timeout(http2.ping_timeout.min(LONGEST))
        .max_concurrent_streams(http2.max_streams)
        .max_header_list_size(u32::try_from(heads.max_header_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(http2.max_pending_resets)
        .max_local_error_reset_streams(http2.max_own_resets)
        .max_send_buf_size(http2.send_buffer_bytes);
    builder
}

/// Serves only what the TLS handshake agreed on, and HTTP/1.1 where it named nothing (RFC 7301 §3.2,
/// RFC 9113 §3.2): what else a client may begin with was meant for another server.
pub(super) fn agreed(
    builder: Builder<TokioExecutor>,
    alpn: Option<&[u8]>,
) -> Builder<TokioExecutor> {
    match alpn {
        Some(b"h2") => builder.http2_only(),
        _ => builder.http1_only(),
    }
}
