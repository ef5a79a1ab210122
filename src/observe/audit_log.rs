//! The file of the signing API's decisions, one JSON line each. What a line says is `sign`'s.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::json_lines::JsonLines;
use super::log_file::LogFile;

/// Where decisions are recorded. Clones share it.
#[derive(Clone, Default)]
pub struct AuditLog(Option<On>);

#[derive(Clone)]
struct On {
    lines: JsonLines,
    file: LogFile,
}

/// Why decisions cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing.audit.file {}: {error}", path.display())]
pub struct AuditFault {
    /// The file.
    pub path: PathBuf,
    /// The system's word.
    pub error: String,
}

impl AuditFault {
    fn new(path: &Path, error: &std::io::Error) -> Self {
        Self {
            path: path.to_owned(),
            error: error.to_string(),
        }
    }
}

impl AuditLog {
    /// No file.
    pub const fn off() -> Self {
        Self(None)
    }

    /// A file that is added to, made with mode 0600 where there is none.
    ///
    /// # Errors
    /// [`AuditFault`]: the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, AuditFault> {
        let file = LogFile::open(path).map_err(|error| AuditFault::new(path, &error))?;
        let lines = JsonLines::to(file.clone(), "audit-log");
        Ok(Self(Some(On { lines, file })))
    }

    /// Whether a file that is there could be opened. Writes nothing.
    ///
    /// # Errors
    /// [`AuditFault`]: it could not.
    pub fn check(path: &Path) -> Result<(), AuditFault> {
        LogFile::check(path).map_err(|error| AuditFault::new(path, &error))
    }

    /// Whether there is a file.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Writes one line; never waits.
    pub fn write(&self, line: &impl Serialize) {
        if let Some(on) = &self.0 {
            on.lines.write(line);
        }
    }

    /// How many lines were dropped or refused, since the start.
    pub fn lines_lost(&self) -> u64 {
        self.0.as_ref().map_or(0, |on| on.lines.lost())
    }

    /// Lets go of a file that was renamed or removed, and makes a new one. May wait for the disk;
    /// what fails is told in the program's messages.
    pub fn reopen(&self) {
        if let Some(on) = &self.0 {
            on.file.reopen();
        }
    }
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AuditLog").field(&self.is_on()).finish()
    }
}
