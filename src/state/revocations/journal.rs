//! A file of lines, each one JSON object: what was revoked and lifted since it was last written
//! whole. A line is on the disk before anybody is told that it is done.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Revocation;
use crate::state::{StateFault, StateFaultKind};

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// Made.
    Revoke(Revocation),
    /// Lifted: its id.
    Lift(u64),
    /// The least id that was never given.
    Next(u64),
}

/// The open file.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that are whole lines.
    len_bytes: u64,
    /// Lines since the file was last written whole, and then.
    pub(super) lines: usize,
    /// Held until the process ends, even by `kill -9`. A file of its own, as the other is replaced.
    _lock: File,
}

impl Journal {
    /// Opens the file, or makes one that only its owner can read, and reads its lines.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Line>), StateFault> {
        let fault = |kind| StateFault {
            path: path.to_owned(),
            kind,
        };
        let io = |error: io::Error| fault(StateFaultKind::Io(error.to_string()));
        let lock = private(&beside(path, ".lock")).map_err(io)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => fault(StateFaultKind::InUse),
            TryLockError::Error(error) => io(error),
        })?;
        let mut file = private(path).map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let (lines, len_bytes) = read(&bytes).map_err(fault)?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            len_bytes,
            lines: lines.len(),
            _lock: lock,
        };
        if len_bytes != bytes.len() as u64 {
            tracing::warn!(path = %path.display(), "dropped the last line, which is torn");
            journal.file.set_len(len_bytes).map_err(io)?;
        }
        if bytes.last().is_some_and(|byte| *byte != b'\n') && len_bytes == bytes.len() as u64 {
            journal.write(b"\n").map_err(io)?;
        }
        sync_folder(path).map_err(io)?;
        Ok((journal, lines))
    }

    /// The lines of a file that another process may hold; none where there is no file. Nothing is
    /// made, mended or locked.
    pub(super) fn look(path: &Path) -> Result<Vec<Line>, StateFault> {
        let fault = |kind| StateFault {
            path: path.to_owned(),
            kind,
        };
        let io = |error: io::Error| fault(StateFaultKind::Io(error.to_string()));
        let is_file = match std::fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            metadata => metadata.map_err(io)?.is_file(),
        };
        // A pipe would wait for its writer.
        if !is_file {
            return Err(io(io::Error::other("it is no regular file")));
        }
        let bytes = std::fs::read(path).map_err(io)?;
        read(&bytes).map(|(lines, _)| lines).map_err(fault)
    }

    /// Adds a line; on failure the file is as before.
    pub(super) fn append(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.write(&bytes)?;
        self.lines += 1;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // What an earlier failure left behind.
        self.file.set_len(self.len_bytes)?;
        let written = self.file.write_all(bytes);
        let written = written.and_then(|()| self.file.sync_data());
        if written.is_err() {
            let _ = self.file.set_len(self.len_bytes);
        }
        written?;
        self.len_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Puts a file with these lines in its place; on failure the old one stays.
    pub(super) fn rewrite(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line)?;
            bytes.push(b'\n');
        }
        let new = beside(&self.path, ".new");
        let mut file = private(&new)?;
        file.set_len(0)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        (self.file, self.len_bytes, self.lines) = (file, bytes.len() as u64, lines.len());
        sync_folder(&self.path)
    }
}

/// The lines, and how many bytes of the text they are. The last line may be torn: the process ended
/// while it was written, so nobody was told that it is done.
fn read(bytes: &[u8]) -> Result<(Vec<Line>, u64), StateFaultKind> {
    let mut lines = Vec::new();
    let mut len_bytes = 0;
    for (at, text) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match serde_json::from_slice(text) {
            Ok(line) => lines.push(line),
            Err(_) if text.last() != Some(&b'\n') => break,
            Err(error) => {
                return Err(StateFaultKind::Line {
                    number: at + 1,
                    why: error.to_string(),
                });
            }
        }
        len_bytes += text.len() as u64;
    }
    Ok((lines, len_bytes))
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A new name in a folder is lasting when the folder is (fsync(2)).
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
