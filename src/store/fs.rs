//! Objects as the regular files below one folder of the file system.
//!
//! The root is opened anew for every read, so that a deployment may swap it (a symlink to the
//! current release, a volume that is mounted late). Below it, `cap-std` resolves names: a symlink
//! may lead anywhere inside the root and nowhere outside it. On a file system that folds case or
//! Unicode forms, one file has several names; use one that does not where policy goes by path.

mod body;
mod file;
mod names;

use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use self::file::OpenedFile;
use super::{Fetched, ObjectMeta, Probed, Read, Store, StoreError, StoreFault, StoreKey};

/// A folder of files.
#[derive(Clone, Debug)]
pub struct FsStore {
    root: PathBuf,
}

impl FsStore {
    /// Nothing is opened yet; [`Store::probe`] tells whether `root` is a readable folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    async fn open(&self, key: &StoreKey, version: Option<&str>) -> Result<OpenedFile, StoreError> {
        if version.is_some() {
            return Err(StoreError::NotFound);
        }
        let (root, key) = (self.root.clone(), key.clone());
        off_the_reactor(move || file::open(&open_root(&root)?, key.as_str())).await
    }

    async fn read(&self, read: Read<'_>) -> Result<Fetched, StoreError> {
        let opened = self.open(read.key, read.version).await?;
        let meta = opened.meta(read.key);
        if read.if_match.is_some() && read.if_match != meta.etag.as_ref() {
            return Err(StoreError::Changed);
        }
        if read.if_none_match.is_some() && read.if_none_match == meta.etag.as_ref() {
            return Err(StoreError::NotModified);
        }
        let len_bytes = meta.len_bytes;
        let range = match read.range {
            None => 0..len_bytes,
            Some(range) => range
                .resolve(len_bytes)
                .ok_or(StoreError::RangeNotSatisfiable { len_bytes })?,
        };
        let body = body::stream(opened, range.clone());
        Ok(Fetched { meta, range, body })
    }
}

impl Store for FsStore {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        async move { Ok(self.open(key, version).await?.meta(key)) }.boxed()
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        self.read(read).boxed()
    }

    fn may_retry(&self) -> bool {
        true
    }

    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        let root = self.root.clone();
        async move {
            let probed = tokio::task::spawn_blocking({
                let root = root.clone();
                move || probe(&root)
            });
            probed
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
                .map_err(|error| root_fault(root, &error))
        }
        .boxed()
    }

    fn names<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        let (root, prefix) = (self.root.clone(), prefix.to_owned());
        off_the_reactor(move || Ok(names::first(&open_root(&root)?, &prefix))).boxed()
    }

    fn kind(&self) -> &'static str {
        "fs"
    }
}

/// Runs blocking file system calls on the runtime's threads for them.
async fn off_the_reactor<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(StoreError::Unavailable))
}

fn open_root(root: &Path) -> Result<Dir, StoreError> {
    Dir::open_ambient_dir(root, ambient_authority()).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StoreError::Misconfigured,
        io::ErrorKind::PermissionDenied => StoreError::Denied,
        _ => StoreError::Unavailable,
    })
}

fn probe(root: &Path) -> io::Result<Probed> {
    let dir = Dir::open_ambient_dir(root, ambient_authority())?;
    dir.metadata(".")?;
    match dir.entries() {
        Ok(_) => Ok(Probed::Readable),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Probed::ListingDenied),
        Err(error) => Err(error),
    }
}

fn root_fault(root: PathBuf, error: &io::Error) -> StoreFault {
    match error.kind() {
        io::ErrorKind::NotFound => StoreFault::RootMissing { root },
        io::ErrorKind::NotADirectory => StoreFault::RootNotADirectory { root },
        io::ErrorKind::PermissionDenied => StoreFault::RootNotReadable { root },
        kind => StoreFault::RootBroken { root, kind },
    }
}
