//! Which files a configuration was read from, and what they held: to tell a change from none, and
//! a file that is being written from one that is whole.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The files of one reading. Holds digests, no contents.
#[derive(Clone, Default)]
pub struct Sources {
    files: BTreeMap<PathBuf, Seen>,
    /// A file was read twice and held different texts.
    torn: bool,
    /// A file that is none, such as a pipe, is not opened: that waits for its writer.
    regular_only: bool,
}

/// One file as it was read.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    /// `None`: it could not be read.
    content: Option<Content>,
    stamp: Stamp,
    is_regular: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Content {
    len_bytes: usize,
    sha256: [u8; 32],
}

/// What the file system says of a file; another after every write, even of the same text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stamp(Vec<i128>);

/// The longest file; none is near it. A link to a device has no end.
const MAX_FILE_BYTES: u64 = 16 << 20;

impl Sources {
    /// For a process that runs: it must not wait for a pipe's writer, who may never come.
    pub(super) fn of_regular_files() -> Self {
        Self {
            regular_only: true,
            ..Self::default()
        }
    }

    /// Reads a file and remembers what it held.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Zeroizing<String>> {
        let (seen, text) = look(path, self.regular_only);
        let before = self.files.get(path);
        self.torn |= before.is_some_and(|before| *before != seen);
        self.files.insert(path.to_path_buf(), seen);
        text
    }

    /// The files, as they were named.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// A file that is no file, such as a pipe, which gives its text only once.
    pub fn pipe(&self) -> Option<&Path> {
        let mut files = self.files.iter();
        let (path, _) = files.find(|(_, seen)| seen.content.is_some() && !seen.is_regular)?;
        Some(path)
    }

    /// Whether both readings found the same files with the same contents.
    pub fn same_contents(&self, other: &Self) -> bool {
        let contents = |sources: &Self| -> Vec<(PathBuf, Option<Content>)> {
            let content = |(path, seen): (&PathBuf, &Seen)| (path.clone(), seen.content);
            sources.files.iter().map(content).collect()
        };
        !self.torn && !other.torn && contents(self) == contents(other)
    }

    /// Whether nothing was written to any of the files between both readings.
    pub fn is_untouched_since(&self, earlier: &Self) -> bool {
        !self.torn && !earlier.torn && self.files == earlier.files
    }

    /// Whether every file still has the contents of this reading.
    pub fn still_hold(&self) -> bool {
        let holds = |(path, seen): (&PathBuf, &Seen)| look(path, true).0.content == seen.content;
        !self.torn && self.files.iter().all(holds)
    }

    /// Whether a file is gone or shorter than in `earlier`, as all are that are half written.
    pub fn has_less_than(&self, earlier: &Self) -> bool {
        let len = |seen: &Seen| seen.content.map_or(0, |content| content.len_bytes);
        self.files.iter().any(|(path, seen)| {
            let before = earlier.files.get(path);
            seen.content.is_none() || before.is_some_and(|before| len(seen) < len(before))
        })
    }
}

/// The text of a file of configuration or keys, of at most 16 MiB.
///
/// # Errors
/// The system's word; [`io::ErrorKind::FileTooLarge`] and [`io::ErrorKind::InvalidData`] (no UTF-8).
pub fn read_text(path: &Path) -> io::Result<Zeroizing<String>> {
    look(path, false).1
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

fn look(path: &Path, regular_only: bool) -> (Seen, io::Result<Zeroizing<String>>) {
    let mut seen = Seen {
        content: None,
        stamp: Stamp::default(),
        is_regular: false,
    };
    let text = open(path, regular_only).and_then(|file| {
        // Before the text: a write in between shows at the next look.
        let metadata = file.metadata()?;
        seen.stamp = stamp(&metadata);
        seen.is_regular = metadata.is_file();
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it is longer than {} MiB", MAX_FILE_BYTES >> 20),
            ));
        }
        seen.content = Some(Content {
            len_bytes: bytes.len(),
            sha256: Sha256::digest(&bytes).into(),
        });
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "stream did not contain valid UTF-8",
            )),
        }
    });
    (seen, text)
}

fn open(path: &Path, regular_only: bool) -> io::Result<File> {
    if regular_only && !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

#[cfg(unix)]
fn stamp(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;

    // The change time cannot be set back, the modification time can (`cp -p`, `touch -d`).
    Stamp(vec![
        i128::from(metadata.dev()),
        i128::from(metadata.ino()),
        i128::from(metadata.ctime()),
        i128::from(metadata.ctime_nsec()),
    ])
}

#[cfg(not(unix))]
fn stamp(metadata: &Metadata) -> Stamp {
    let modified = metadata.modified().ok();
    let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Stamp(vec![since.map_or(0, |since| since.as_nanos() as i128)])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{MAX_FILE_BYTES, Sources, read_text};

    fn read(path: &std::path::Path) -> Sources {
        let mut sources = Sources::default();
        let _ = sources.read(path);
        sources
    }

    #[test]
    fn a_text_written_anew_is_the_same_content_but_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        fs::write(&file, "one two").unwrap();
        let first = read(&file);
        assert!(first.still_hold());
        assert!(read(&file).is_untouched_since(&first));
        let other = folder.path().join("other");
        fs::write(&other, "one two").unwrap();
        fs::rename(other, &file).unwrap();
        let second = read(&file);
        assert!(second.same_contents(&first));
        assert!(!second.is_untouched_since(&first));
    }

    #[test]
    fn a_file_without_an_end_is_not_read_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let made = fs::File::create(&file).unwrap();
        made.set_len(MAX_FILE_BYTES + 1).unwrap();
        let error = read_text(&file).unwrap_err();
        assert_eq!(error.to_string(), "it is longer than 16 MiB");
    }

    #[test]
    fn a_file_cut_or_gone_has_less_and_one_that_grew_has_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        fs::write(&file, "one two").unwrap();
        let first = read(&file);
        fs::write(&file, "one").unwrap();
        assert!(read(&file).has_less_than(&first));
        assert!(!first.still_hold());
        fs::write(&file, "one two three").unwrap();
        assert!(!read(&file).has_less_than(&first));
        fs::remove_file(&file).unwrap();
        assert!(read(&file).has_less_than(&first));
        assert!(!read(&file).same_contents(&first));
    }
}
