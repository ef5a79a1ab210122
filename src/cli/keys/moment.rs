//! `--at`.

use crate::clock::Clock;
use crate::config::unix_secs;

/// The flag.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    /// When: Unix seconds, or 2030-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl At {
    /// The moment that was named, or now; Unix seconds.
    pub(super) fn unix_secs(&self, clock: &Clock) -> Result<u64, String> {
        match &self.at {
            None => Ok(clock.now_unix_secs()),
            Some(text) => unix_secs(text).ok_or_else(|| {
                format!("--at {text:?}: is no time; write Unix seconds or 2030-01-31T12:00:00Z")
            }),
        }
    }
}
