//! A file that lines are appended to, and that somebody may rename or remove at any time, as
//! logrotate does: the next line then goes into a new file under the old name.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::whole_lines::WholeLines;

/// The file. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct LogFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    /// The last line may have been cut by a full disk, or by the end of a process.
    lines: WholeLines<File>,
    /// Device and inode.
    id: (u64, u64),
    /// It was told that lines cannot be written.
    told: bool,
}

impl LogFile {
    /// Opens the file, or makes one that only its owner can read and write.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(Arc::new(Inner {
            open: Mutex::new(Open::at(path)?),
            path: path.to_owned(),
        })))
    }

    /// Whether a file that is there can be opened; makes none.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn check(path: &Path) -> io::Result<()> {
        match open(path, false) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            opened => opened.map(|_| ()),
        }
    }

    /// Opens it anew where it is no longer under its name. May wait for the disk.
    pub(super) fn reopen(&self) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let reopened = open.follow(&self.0.path);
        open.tell(&self.0.path, reopened.as_ref().err());
    }

    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let path = &self.0.path;
        let followed = open.follow(path);
        // A file that was renamed still takes lines; one that was removed would lose them.
        let written = match followed {
            Err(ref error) if open.is_removed() => Err(io::Error::from(error.kind())),
            _ => open.lines.write(&mut &*line),
        };
        open.tell(path, followed.as_ref().err().or(written.as_ref().err()));
        written
    }
}

impl Write for LogFile {
    /// Takes a whole line, or none.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.append(line).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Open {
    fn at(path: &Path) -> io::Result<Self> {
        let file = open(path, true)?;
        let metadata = file.metadata()?;
        let torn = metadata.is_file() && is_torn(path).unwrap_or(false);
        Ok(Self {
            lines: WholeLines::new(file, torn),
            id: id(&metadata),
            told: false,
        })
    }

    fn follow(&mut self, path: &Path) -> io::Result<()> {
        if std::fs::metadata(path).is_ok_and(|metadata| id(&metadata) == self.id) {
            return Ok(());
        }
        let told = self.told;
        *self = Self::at(path)?;
        self.told = told;
        Ok(())
    }

    fn is_removed(&self) -> bool {
        let metadata = self.lines.out.metadata();
        metadata.map_or(true, |metadata| metadata.nlink() == 0)
    }

    /// Tells of the first of a row of failures, and of their end.
    fn tell(&mut self, path: &Path, error: Option<&io::Error>) {
        let path = path.display();
        match error {
            Some(error) if !self.told => tracing::error!(%path, %error, "cannot be written"),
            None if self.told => tracing::info!(%path, "is written again"),
            _ => {}
        }
        self.told = error.is_some();
    }
}

fn open(path: &Path, create: bool) -> io::Result<File> {
    let named = std::fs::metadata(path);
    if named.is_ok_and(|metadata| metadata.file_type().is_fifo()) {
        // To open it would wait for a reader.
        return Err(io::Error::other("is a named pipe, must be a file"));
    }
    OpenOptions::new()
        .append(true)
        .create(create)
        .mode(0o600)
        .open(path)
}

fn id(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Whether a regular file ends within a line.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::LogFile;

    fn read(folder: &tempfile::TempDir, name: &str) -> String {
        fs::read_to_string(folder.path().join(name)).unwrap_or_default()
    }

    #[test]
    fn a_new_file_is_its_owners_and_an_old_one_is_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        for line in ["1\n", "2\n"] {
            LogFile::open(&path)
                .unwrap()
                .write_all(line.as_bytes())
                .unwrap();
        }
        assert_eq!(read(&folder, "log"), "1\n2\n");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_line_after_a_rename_or_removal_goes_into_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = LogFile::open(&path).unwrap();
        log.write_all(b"1\n").unwrap();
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        log.write_all(b"2\n").unwrap();
        assert_eq!(
            (
                read(&folder, "log.1").as_str(),
                read(&folder, "log").as_str()
            ),
            ("1\n", "2\n")
        );
        fs::remove_file(&path).unwrap();
        log.write_all(b"3\n").unwrap();
        assert_eq!(read(&folder, "log"), "3\n");
        // As logrotate's "create" and "copytruncate" do.
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        fs::write(&path, "").unwrap();
        log.write_all(b"4\n").unwrap();
        assert_eq!(read(&folder, "log"), "4\n");
        fs::write(&path, "").unwrap();
        log.write_all(b"5\n").unwrap();
        assert_eq!(read(&folder, "log"), "5\n");
    }

    #[test]
    fn reopening_makes_the_new_file_before_there_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = LogFile::open(&path).unwrap();
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        log.reopen();
        assert!(path.is_file());
    }

    #[test]
    fn a_torn_line_does_not_spoil_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "{\"half\":").unwrap();
        LogFile::open(&path).unwrap().write_all(b"2\n").unwrap();
        assert_eq!(read(&folder, "log"), "{\"half\":\n2\n");
    }

    #[test]
    fn a_file_without_its_folder_keeps_lines_while_it_has_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let mut log = LogFile::open(&inner.join("log")).unwrap();
        fs::rename(inner.join("log"), folder.path().join("elsewhere")).unwrap();
        fs::remove_dir(&inner).unwrap();
        log.write_all(b"1\n").unwrap();
        assert_eq!(read(&folder, "elsewhere"), "1\n");
        fs::remove_file(folder.path().join("elsewhere")).unwrap();
        log.write_all(b"2\n").unwrap_err();
        fs::create_dir(&inner).unwrap();
        log.write_all(b"3\n").unwrap();
        assert_eq!(read(&folder, "inner/log"), "3\n");
    }

    #[test]
    fn what_cannot_be_opened_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        LogFile::open(folder.path()).unwrap_err();
        LogFile::open(&folder.path().join("none/log")).unwrap_err();
    }
}
