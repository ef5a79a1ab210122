//! The access log: JSON lines on standard output. A slow reader never holds a request up.

use std::io::Write;
use std::os::fd::AsFd;

use super::Entry;
use super::json_lines::JsonLines;

/// Where requests are logged.
#[derive(Clone)]
pub struct AccessLog(Option<JsonLines>);

impl AccessLog {
    /// No log.
    pub const fn off() -> Self {
        Self(None)
    }

    /// A log on `out`.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self(Some(JsonLines::together(out, "access-log")))
    }

    /// A log on standard output, past the standard library's buffer: that would keep a part of a
    /// line that a full disk refused, and hand it on later as the beginning of another.
    ///
    /// # Errors
    /// The system gives no further file descriptor.
    pub fn to_stdout() -> std::io::Result<Self> {
        let stdout = std::io::stdout().as_fd().try_clone_to_owned()?;
        Ok(Self::to(std::fs::File::from(stdout)))
    }

    /// Writes one line.
    pub fn write(&self, entry: &Entry<'_>) {
        if let Some(lines) = &self.0 {
            lines.write_with(|line| entry.write_line(line));
        }
    }

    /// How many lines were dropped or refused, since the start.
    pub fn lines_lost(&self) -> u64 {
        self.0.as_ref().map_or(0, JsonLines::lost)
    }
}

impl std::fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AccessLog").field(&self.0.is_some()).finish()
    }
}
