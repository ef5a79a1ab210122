//! `[delivery.limits]` and `[delivery.http2]`.

use crate::config::model::{ConnectionLimits, Http2Limits};
use crate::config::reader::Section;

/// More than a process has descriptors or streams for.
const MOST: u64 = 1 << 20;

/// The least that a listener works with: probes, a few lines of a head.
const LEAST_HEADER_BYTES: u64 = 8 << 10;
/// HTTP/2 counts header fields in 32 bits, and a target has less than 64 KiB anyway.
const MOST_HEADER_BYTES: u64 = 1 << 20;

/// `[delivery.limits]`.
pub(super) fn connections(section: &Section<'_>) -> ConnectionLimits {
    let default = ConnectionLimits::default();
    let count = |name, least, default| number(section, name, least, default);
    ConnectionLimits {
        max_connections: count("max_connections", 1, default.max_connections),
        max_connections_per_client: count(
            "max_connections_per_client",
            0,
            default.max_connections_per_client,
        ),
        max_requests: count("max_requests", 1, default.max_requests),
        max_header_bytes: size(
            section,
            "max_header_bytes",
            [LEAST_HEADER_BYTES, MOST_HEADER_BYTES],
        )
        .unwrap_or(default.max_header_bytes),
        max_headers: section
            .integer("max_headers", 16, 1_000)
            .map_or(default.max_headers, |number| number as usize),
        min_bytes_per_sec: section
            .bytes("min_bytes_per_sec")
            .unwrap_or(default.min_bytes_per_sec),
    }
}

/// `[delivery.http2]`.
pub(super) fn http2(section: &Section<'_>) -> Http2Limits {
    let default = Http2Limits::default();
    let count = |name, default| number(section, name, 1, default);
    let count_u32 = |name, default: u32| {
        u32::try_from(number(section, name, 1, default as usize)).unwrap_or(default)
    };
    Http2Limits {
        max_streams: count_u32("max_streams", default.max_streams),
        max_pending_resets: count("max_pending_resets", default.max_pending_resets),
        max_own_resets: count("max_own_resets", default.max_own_resets),
        max_upkeep_frames_per_10s: count_u32(
            "max_upkeep_frames_per_10s",
            default.max_upkeep_frames_per_10s,
        ),
        send_buffer_bytes: size(section, "send_buffer_bytes", [16 << 10, 16 << 20])
            .unwrap_or(default.send_buffer_bytes),
        ping_interval: section
            .time_limit("ping_interval")
            .unwrap_or(default.ping_interval),
        ping_timeout: section
            .time_limit("ping_timeout")
            .unwrap_or(default.ping_timeout),
    }
}

fn number(section: &Section<'_>, name: &'static str, least: u64, default: usize) -> usize {
    let number = section.integer(name, least, MOST);
    number.map_or(default, |number| number as usize)
}

/// A size between the two, inclusive.
fn size(section: &Section<'_>, name: &'static str, [least, most]: [u64; 2]) -> Option<usize> {
    let bytes = section.bytes(name)?;
    if !(least..=most).contains(&bytes) {
        let message = format!("must be from {least} to {most} bytes");
        section.fault(name, message);
        return None;
    }
    Some(bytes as usize)
}
