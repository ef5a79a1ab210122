//! HTTP/1.1 and HTTP/2 on one connection, whichever the client begins with.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::pulse::{LONGEST, Limits};

/// Header lines of an HTTP/1.1 request; more is 431.
const MAX_HEADERS: usize = 100;

/// A request's header fields in HTTP/2, as counted by RFC 9113 §6.5.2; more is 431. Cookies that
/// hold several tokens fit.
const MAX_HEADER_LIST_BYTES: u32 = 64 << 10;

/// Requests at once on one HTTP/2 connection; further ones wait at the client. A page of
/// thumbnails asks for as many.
const MAX_STREAMS: u32 = 128;

/// Streams that a client may reset before they were looked at ("rapid reset", CVE-2023-44487);
/// more ends the connection.
const MAX_PENDING_RESETS: usize = 20;

/// Streams that this side may have to reset because of a client's faults (CVE-2025-8671); more
/// ends the connection.
const MAX_OWN_RESETS: usize = 256;

/// What is held of an HTTP/2 answer that its reader does not take.
const MAX_SEND_BUFFER_BYTES: usize = 128 << 10;

/// How often an HTTP/2 client is asked whether it is there, and how long it may take to say so.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// What serves a connection.
pub(super) fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The finer limits are `Pulse`'s; this one holds if that should ever miss a head.
    let longest = limits.idle_timeout.saturating_add(limits.header_timeout);
    let longest = longest.min(LONGEST);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(longest)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_LIST_BYTES)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_OWN_RESETS)
        .max_send_buf_size(MAX_SEND_BUFFER_BYTES);
    builder
}
