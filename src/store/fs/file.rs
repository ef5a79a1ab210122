//! Opening one regular file below the root, and what identifies its version.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::store::{EntityTag, ObjectMeta, StoreError, StoreKey, content_type};

/// What tells one version of one file from any other: a replaced file has another inode, one
/// written in place another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    len_bytes: u64,
    modified_secs: i64,
    modified_nanos: i64,
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            len_bytes: metadata.len(),
            modified_secs: metadata.mtime(),
            modified_nanos: metadata.mtime_nsec(),
        }
    }

    /// The identity's digest, as an inode's number tells strangers more than they need.
    fn etag(&self) -> Option<EntityTag> {
        let mut digest = Sha256::new();
        for part in [
            self.device,
            self.inode,
            self.len_bytes,
            self.modified_secs.cast_unsigned(),
            self.modified_nanos.cast_unsigned(),
        ] {
            digest.update(part.to_be_bytes());
        }
        let digest = digest.finalize();
        let (tag, _) = digest.split_first_chunk()?;
        EntityTag::strong(&format!("\"{:032x}\"", u128::from_be_bytes(*tag)))
    }
}

/// An open regular file, as it was when it was opened.
#[derive(Debug)]
pub(super) struct OpenedFile {
    pub(super) file: File,
    identity: Identity,
}

impl OpenedFile {
    /// Whether the file is still the version that was opened.
    pub(super) fn is_unchanged(&self) -> bool {
        self.file
            .metadata()
            .is_ok_and(|metadata| Identity::of(&metadata) == self.identity)
    }

    /// Metadata by the opened handle, not by a name that may mean another file by now.
    pub(super) fn meta(&self, key: &StoreKey) -> ObjectMeta {
        ObjectMeta {
            len_bytes: self.identity.len_bytes,
            etag: self.identity.etag(),
            weak_etag: None,
            last_modified_unix_secs: u64::try_from(self.identity.modified_secs).ok(),
            content_type: content_type::by_extension(key.as_str()),
            content_encoding: None,
            content_language: None,
            cache_control: None,
            content_disposition: None,
        }
    }
}

/// Opens `key` below `root`. Directories, FIFOs, sockets, devices and whatever lies behind a symlink
/// out of the root are [`StoreError::NotFound`].
pub(super) fn open(root: &Dir, key: &str) -> Result<OpenedFile, StoreError> {
    if !is_plain(key) {
        return Err(StoreError::NotFound);
    }
    // A FIFO without a writer blocks its opener, and a terminal would become the process's own.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    let file = root
        .open_with(key, &options)
        .map_err(|error| store_error(&error))?
        .into_std();
    let metadata = file.metadata().map_err(|error| store_error(&error))?;
    if !metadata.is_file() {
        return Err(StoreError::NotFound);
    }
    Ok(OpenedFile {
        identity: Identity::of(&metadata),
        file,
    })
}

/// Whether every segment is a name. The file system would take `a//b` and `a/./b` for `a/b`, and
/// so give one object two names.
fn is_plain(key: &str) -> bool {
    key.split('/')
        .all(|segment| !matches!(segment, "" | "." | ".."))
}

fn store_error(error: &io::Error) -> StoreError {
    match Errno::from_io_error(error) {
        Some(Errno::ACCESS | Errno::PERM) => StoreError::Denied,
        Some(
            Errno::NOENT
            | Errno::NOTDIR
            | Errno::ISDIR
            | Errno::NAMETOOLONG
            | Errno::LOOP
            | Errno::INVAL
            | Errno::NXIO
            | Errno::ILSEQ,
        ) => StoreError::NotFound,
        Some(_) => StoreError::Unavailable,
        // Without a number it is cap-std's own refusal to leave the root, or a NUL in the name.
        None => match error.kind() {
            io::ErrorKind::PermissionDenied
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::NotFound => StoreError::NotFound,
            _ => StoreError::Unavailable,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use rustix::io::Errno;

    use super::{StoreError, is_plain, store_error};

    #[test]
    fn a_key_names_a_file_in_one_way_only() {
        for key in ["a", "a/b.c", "..a", "a%2Fb", " ", "..."] {
            assert!(is_plain(key), "{key:?}");
        }
        for key in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b"] {
            assert!(!is_plain(key), "{key:?}");
        }
    }

    #[test]
    fn a_missing_permission_is_denied_and_a_way_out_of_the_root_is_not_there() {
        assert_eq!(store_error(&Errno::ACCESS.into()), StoreError::Denied);
        let escape = io::Error::new(io::ErrorKind::PermissionDenied, "escape");
        assert_eq!(store_error(&escape), StoreError::NotFound);
        assert_eq!(store_error(&Errno::MFILE.into()), StoreError::Unavailable);
        assert_eq!(store_error(&Errno::STALE.into()), StoreError::Unavailable);
    }
}
