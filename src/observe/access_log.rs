//! The access log: JSON lines on standard output. A slow reader never holds a request up.

use std::io::Write;

use super::Record;
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
        Self(Some(JsonLines::to(out, "access-log")))
    }

    /// Writes one line.
    pub fn write(&self, record: &Record) {
        if let Some(lines) = &self.0 {
            lines.write(record);
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
