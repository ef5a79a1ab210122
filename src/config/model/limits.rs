//! How much of it there may be at once: connections, requests, heads, and HTTP/2's own traffic.
//!
//! The defaults fit a container of 1 GiB: 1.15 × 256 MiB of cache, 64 MiB for the program, 128 KiB
//! for each of 2,048 connections and 256 KiB for each of 1,024 answers are 870 MiB.

use std::time::Duration;

/// `[delivery.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// `max_connections`, default 2,048: open at once at the delivery listener.
    pub max_connections: usize,
    /// `max_connections_per_client`, default 0 (no such limit): of them from one client's network.
    pub max_connections_per_client: usize,
    /// `max_requests`, default 1,024: in flight at once at the delivery listener.
    pub max_requests: usize,
    /// `max_header_bytes`, default 64 KiB: of a request's head.
    pub max_header_bytes: usize,
    /// `max_headers`, default 100: header lines of a request.
    pub max_headers: usize,
    /// `min_bytes_per_sec`, default 256: what a client must take of an answer that is ready; 0: none.
    pub min_bytes_per_sec: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max_connections: 2_048,
            max_connections_per_client: 0,
            max_requests: 1_024,
            max_header_bytes: 64 << 10,
            max_headers: 100,
            min_bytes_per_sec: 256,
        }
    }
}

/// `[delivery.http2]`: of one HTTP/2 connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2Limits {
    /// `max_streams`, default 128: requests at once; further ones wait at the client. A page of
    /// thumbnails asks for as many.
    pub max_streams: u32,
    /// `max_pending_resets`, default 20: streams that a client resets before they were looked at
    /// ("rapid reset", CVE-2023-44487); more ends the connection.
    pub max_pending_resets: usize,
    /// `max_own_resets`, default 256: streams that this side resets because of a client's faults
    /// (CVE-2025-8671); more ends the connection.
    pub max_own_resets: usize,
    /// `max_upkeep_frames_per_10s`, default 900 in ten seconds: a client's frames that are no requests, by
    /// what they count; more ends the connection.
    pub max_upkeep_frames_per_10s: u32,
    /// `send_buffer_bytes`, default 128 KiB: held of an answer that its reader does not take.
    pub send_buffer_bytes: usize,
    /// `ping_interval`, default 20 s: how often a client is asked whether it is there.
    pub ping_interval: Duration,
    /// `ping_timeout`, default 20 s: how long it may take to say so.
    pub ping_timeout: Duration,
}

impl Default for Http2Limits {
    fn default() -> Self {
        Self {
            max_streams: 128,
            max_pending_resets: 20,
            max_own_resets: 256,
            max_upkeep_frames_per_10s: 900,
            send_buffer_bytes: 128 << 10,
            ping_interval: Duration::from_secs(20),
            ping_timeout: Duration::from_secs(20),
        }
    }
}

/// How many fetches from a site's store may be in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// `max_fetches`, default 64: halved while the store throttles, and slowly back.
    pub max_fetches: u32,
    /// `max_wait`, default 5 s: how long one more waits at most.
    pub max_wait: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            max_fetches: 64,
            max_wait: Duration::from_secs(5),
        }
    }
}
