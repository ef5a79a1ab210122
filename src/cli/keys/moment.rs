//! `--at`.

use crate::clock::Clock;
use crate::config::unix_secs;

/// The moment that was named, or now; Unix seconds.
pub(super) fn at(text: Option<&str>, clock: &Clock) -> Result<u64, String> {
    match text {
        None => Ok(clock.now_unix_secs()),
        Some(text) => unix_secs(text).ok_or_else(|| {
            format!("--at {text:?}: is no time; write Unix seconds or 2030-01-31T12:00:00Z")
        }),
    }
}
